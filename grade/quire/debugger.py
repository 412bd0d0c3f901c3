"""`make gdb` and `make rewind`: start a machine and the debugger together, and end both together.

They meet over a socket file. T= names a test: a program of user/tests, a test inside the kernel, or a test of a
lab; the machine is the one in which the grader performs it. F= names a program of one's own. `make rewind` records the run first, and lets the
debugger have a replay, which goes backwards too (grade/gdb/quire_rewind.py). DUMP= is a machine's memory.
"""
import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, explain, lab_machine, user_tests
from quire.core import kernel_of, write_core
from quire.known_tests import NoTest, ktests, unknown
from quire.machine import Machine, Setup, StartError
from quire.qmp import MachineEnded

PATIENCE = 60  # seconds in which QEMU must answer: it takes a snapshot when a debugger comes
LOOK = 0.05  # seconds between two looks at the machine's output
BILLION = 10**9
# A replay must load snapshots. It would wait for ever in the part of QEMU's interrupt controller that patches
# old Windows kernels (kvmvapic: the main thread waits for the processor's, which waits for the replay's lock).
REPLAYS = ["-global", "apic-common.vapic=off"]
SNAPSHOTS = "if=none,snapshot=on,format=raw,id=snapshots,file="  # QEMU puts a temporary file above this one


@dataclass
class Target:
    """A machine for the debugger. `stop`: gdb's commands that go to where the debugging begins."""

    setup: Setup
    stop: list
    limit: float = 1  # 10^9 instructions, of a recording
    symbols: str = ""  # the program whose symbols are loaded

    def load(self):
        """The commands that load them."""
        return [f"user {self.symbols}"] if self.symbols else []


def find(options):
    """The Target that the command line names. Raises NoTest."""
    name = options.test
    if options.program:
        setup, limit = explain.machine_of(options)
        return Target(setup, ["tbreak main", "continue"], limit, options.program)
    if not name:
        setup, _ = explain.machine_of(options)
        setup.modules, setup.options, setup.console_input = setup.modules[:1], options.append, True
        return Target(setup, ["tbreak kernel_main", "continue"])
    check = lab_machine.find(name, options.lab)
    programs = {program.name for program in user_tests.programs()}
    if name not in programs and check:
        stop = f"tbreak perform if number == {options.at}" if options.at is not None else "tbreak perform"
        return Target(lab_machine.setup_of(check, options), [stop, "continue"])
    if name not in programs and name not in ktests():
        raise unknown(name)
    setup, limit = explain.machine_of(options)
    if name in programs:
        return Target(setup, ["tbreak main", "continue"], limit, name)
    return Target(setup, [f"tbreak {name}", "continue"], limit)


class Output(threading.Thread):
    """Shows what the machine prints, in this terminal, while the debugger has the keyboard."""

    def __init__(self, machine):
        super().__init__(daemon=True)
        self._machine, self._ended = machine, threading.Event()

    def run(self):
        while not self._ended.wait(LOOK):
            self._look()
        self._look()  # what arrived last

    def _look(self):
        machine = self._machine
        if machine.console_socket:
            self._show(_received(machine.console_socket))
        for line in (machine.console, machine.stdout, machine.stderr):
            self._show(line.arrived())

    def _show(self, data):
        if data:
            sys.stdout.buffer.write(data.replace(b"\r", b""))
            sys.stdout.flush()

    def end(self):
        self._ended.set()
        self.join()


def _received(line):
    """What has arrived at a socket, without waiting."""
    try:
        return line.recv(65536, socket.MSG_DONTWAIT)
    except OSError:
        return b""


def debug(options, setup, commands, show=True):
    """Start the machine, stopped, and the debugger; both have ended when this returns."""
    with tempfile.TemporaryDirectory(prefix="quire-gdb-") as folder:
        path = os.path.join(folder, "gdb.sock")
        line = f"socket,id=gdb,path={path},server=on,wait=off"
        setup.extra = [*setup.extra, "-S", "-chardev", line, "-gdb", "chardev:gdb"]
        with Machine(setup) as machine:
            machine.qmp.negotiate()
            machine.started()
            output = Output(machine) if show else None
            if output:
                output.start()
            status = gdb(options, [f"target remote {path}"], commands, machine.console_socket)
            if output:
                output.end()
    return status


def gdb(options, before, commands, keyboard=None):
    """The debugger, with our commands. `before`: what connects it. Returns its exit status."""
    arguments = [part for line in before for part in ("-ex", line)] + ["-x", build.source("grade", "gdb", "init.py")]
    arguments += [part for line in commands for part in ("-ex", line)]
    sys.stdout.flush()
    command = [*shlex.split(options.gdb), "-q", "-ex", f"set remotetimeout {PATIENCE}", *arguments,
               *shlex.split(options.gdb_flags), options.kernel]
    environment = dict(os.environ)
    if keyboard:
        environment["QUIRE_KEYBOARD"] = str(keyboard.fileno())
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-c is for the debugger
    try:
        return subprocess.run(
            command, env=environment, check=False, pass_fds=[keyboard.fileno()] if keyboard else [],
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ).returncode
    except FileNotFoundError:
        print(f"{command[0]} is not installed: `make setup` installs it.", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, handler)


def rewind(options, target):
    """Record the test, then debug a replay of it, from its end."""
    with tempfile.TemporaryDirectory(prefix="quire-rewind-") as folder:
        recording, empty = (os.path.join(folder, name) for name in ("recording", "empty"))
        Path(empty).write_bytes(bytes(1 << 20))
        setup = target.setup
        setup.icount, setup.extra = True, [*setup.extra, *REPLAYS, "-drive", SNAPSHOTS + empty]
        setup.replay = f"rr=record,rrfile={recording}"
        with Machine(setup) as machine:
            total, stopped = recorded(machine, target.limit)
            errors = machine.errors()
        if not total:
            print(f"make rewind: this QEMU records nothing:\n{errors}", file=sys.stderr)
            return 1
        print("make rewind: recorded the run; now it is replayed, with snapshots on the way ...")
        setup.replay = f"rr=replay,rrfile={recording}"
        return debug(options, setup, [*target.load(), f"rewind-start {total if stopped else 0}"], show=False)


def recorded(machine, limit):
    """Let the machine run to its end, or until it has executed the 10^9 instructions of `limit`. Returns how many
    it was seen to have executed, 0 if it could not start, and whether it had to be ended."""
    total, stopped = 0, False
    try:
        machine.qmp.negotiate()
        machine.started()
        while total < limit * BILLION:
            total = max(total, machine.qmp.retired(), 1)
            for line in (machine.console, machine.stdout, machine.stderr):
                _show_end(line.read())
            time.sleep(LOOK)
        stopped = True
        machine.qmp.command("quit")  # a machine that is killed leaves an incomplete recording
    except MachineEnded:
        pass
    machine.wait()
    for line in (machine.console, machine.stdout, machine.stderr):
        _show_end(line.read())
    return total, stopped


def _show_end(data):
    sys.stdout.write(data.decode(errors="replace").replace("\r", ""))


def attached(options):
    """Does a machine of `make qemu-gdb` wait at this socket?"""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(options.attach)
        return True
    except OSError:
        return False


def main():
    """The command line. Returns the exit status."""
    options = _parser().parse_args()
    try:
        if options.dump:
            with tempfile.TemporaryDirectory(prefix="quire-dump-") as folder:
                core, given = os.path.join(folder, "core"), options.kernel
                options.kernel = kernel_of(options.dump, [given, *build.kernels()])
                if options.kernel != given:
                    print(f"make gdb: {options.dump} is a memory of {os.path.relpath(options.kernel)}", flush=True)
                write_core(options.kernel, options.dump, core)
                return gdb(options, [f"core-file {core}"], [])
        chosen = options.test or options.program
        if not chosen and not options.rewind and attached(options):
            return gdb(options, [f"target remote {options.attach}"], [])
        if options.rewind and not chosen:
            raise NoTest("which test? T=NAME, or F=PROGRAM for a program of your own")
        target = find(options)
        target.setup.icount = bool(chosen)
        if options.rewind:
            return rewind(options, target)
        return debug(options, target.setup, [*target.load(), *target.stop])
    except (NoTest, StartError, OSError, ValueError) as error:
        print(f"make {'rewind' if options.rewind else 'gdb'}: {error}", file=sys.stderr)
        return 1


def _parser():
    parser = argparse.ArgumentParser(prog="debugger", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--kernel", required=True, metavar="FILE")
    add("--gdb", default="gdb", metavar="COMMAND")
    add("--gdb-flags", default="", metavar="ARGUMENTS")
    add("--attach", default="", metavar="SOCKET", help="of a machine that may wait already")
    add("--dump", default="", metavar="FILE", help="a memory that grade/run --dump has written")
    add("--rewind", action="store_true", help="record the test, and replay it")
    add("--test", default="", metavar="NAME")
    add("--lab", default="", metavar="N", help="of the test, where two labs have one of this name")
    add("--seed", type=int, default=1, help="of what a lab's test draws at random")
    add("--at", type=int, metavar="N", help="of a lab's test: stop at operation N, after which no other follows")
    add("--commands", default="", help=argparse.SUPPRESS)
    explain.add_machine_options(add)
    return parser


if __name__ == "__main__":
    sys.exit(main())
