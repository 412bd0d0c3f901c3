"""Addresses of code as places in the source: the function, the file and the line.

The function comes from the ELF file's symbols, file and line from its debug information, by
addr2line.
"""
import os
import shutil
import subprocess

from quire.deaths import symbol_at
from quire.file_cache import cached_by_file

TOOLS = ("addr2line", "i686-linux-gnu-addr2line", "i686-elf-addr2line", "llvm-addr2line")
SOURCES = ("/boot/", "/kern/", "/lib/", "/user/")


@cached_by_file
def place(path, address):
    """As in "page_take+0x12, kern/mem/page_alloc.c:42"; what is not known is left out. A line that
    the
    compiler put there from another function has that function's name too."""
    symbol = symbol_at(path, address)
    lines = _lines(path, address)
    if not lines:
        return symbol or "no code of the kernel"
    function, where = lines[0]
    inlined = f" in {function}" if symbol and not symbol.startswith(f"{function}+") else ""
    return f"{symbol or function}, {where}{inlined}"


def _lines(path, address):
    """[(function, "file:line")] of an address, the innermost function first; [] where nothing is
    known.
    """
    tool = next(filter(shutil.which, TOOLS), None)
    if not tool:
        return []
    found = subprocess.run([tool, "-f", "-i", "-e", path, f"{address:#x}"], check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    words = found.stdout.splitlines()
    pairs = [(function, _below_tree(line)) for function, line in zip(words[::2], words[1::2])]
    return [pair for pair in pairs if not pair[1].startswith("?")]


def _below_tree(where):
    """A file and a line without the directories above the source tree."""
    name = os.path.normpath(where.partition(" (")[0])
    at = max(name.rfind(folder) for folder in SOURCES)
    return name[at + 1 :] if at >= 0 else name
