"""The debugger's commands for Quire: `make gdb` loads this file into gdb."""
import importlib
import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

for commands in ("quire_keyboard", "quire_memory", "quire_printers", "quire_processes", "quire_rewind"):
    importlib.import_module(commands)

gdb.execute("set confirm off")
gdb.execute("set pagination off")
gdb.execute("set print pretty on")
gdb.execute("set backtrace past-main on")  # kthread shows a stack behind that of a program
gdb.execute("set disassembly-flavor att")
print("Quire: pte, mappings, areas, pages, page, ps, kthread, user, type; `help user-defined` explains them.")
