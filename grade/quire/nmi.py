"""`make nmi`: sends a non-maskable interrupt to the machine whose protocol line is the given
socket.

The kernel then shows registers and a backtrace in the machine's own terminal, if it still can. Before that this
terminal shows where the kernel is, with the arguments of its functions, as a debugger sees it from outside.
"""
import os
import re
import socket
import sys
import tempfile

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, core, exceptions, explain
from quire.qmp import MachineEnded, Qmp, QmpError

PRIVILEGE = re.compile(r"\bCPL=(\d)")


def where(qmp):
    """Lines about the place of the processor. The machine stands still meanwhile."""
    with tempfile.TemporaryDirectory(prefix="quire-nmi-") as folder:
        memory = os.path.join(folder, "memory")
        qmp.command("stop")
        try:
            dump = qmp.monitor("info registers")
            size = qmp.command("query-memory-size-summary")["base-memory"]
            qmp.command("pmemsave", val=0, size=size, filename=memory)
        finally:
            qmp.command("cont")
        state = exceptions.registers(dump)
        kernel = core.kernel_of(memory, build.kernels())
        if not state:
            return []
        remains = explain.Remains(kernel, memory)
        with open(memory, "rb") as file:
            remains.map(file)
        user = PRIVILEGE.search(dump)
        return explain.code(remains, state, user=bool(user) and user[1] == "3", with_arguments=True)


def main():
    """The exit status. The socket is that of a machine of `make qemu`, which has no other client.
    """
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(sys.argv[1])
        qmp = Qmp(line)
        qmp.negotiate()
        try:
            print("\n".join(["The processor is here:", *where(qmp)]), flush=True)
        except (QmpError, OSError, ValueError) as error:
            print(f"make nmi: no backtrace from outside: {error}", file=sys.stderr)
        qmp.command("inject-nmi")
    except (OSError, MachineEnded, QmpError):
        print("make nmi: no machine of `make qemu` runs here", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
