"""The command `type`: keys for the machine of `make gdb`, whose terminal the debugger has."""
import os

import gdb


class Type(gdb.Command):
    """type TEXT: type TEXT and return on the machine's console; its shell reads it after `continue`.

`make gdb` alone starts a machine with a console. For a keyboard of its own use `make qemu-gdb` in another terminal."""

    def __init__(self):
        super().__init__("type", gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        """Through the descriptor that quire/debugger.py leaves open."""
        keyboard = os.environ.get("QUIRE_KEYBOARD")
        if not keyboard:
            raise gdb.GdbError("this machine has no console here")
        os.write(int(keyboard), argument.encode() + b"\r")


Type()
