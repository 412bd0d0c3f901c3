"""Starts the machine of `make qemu` and its like, and says in a sentence how it ended.

    start.py QEMU ARGUMENT...

A machine that a program restarts is started again. QEMU reports on a line of its own (QMP) why a
machine ended, since its exit status alone does not distinguish a triple fault from ctrl-a x. After
a triple fault the machine runs once more from outside, as for `make explain`, and its exceptions
are shown. At a terminal the exit status is 0, so that make adds no line of its own; otherwise it is
1 for a machine that failed.
"""
import os
import socket
import subprocess
import sys
import termios

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire.qmp import MachineEnded, Qmp
from quire.result import (
    BOOT_ERRORS, PORT_DEADLOCK, PORT_END, PORT_NOSTART, PORT_NOT_WRITTEN, PORT_PANIC, PORT_RESTART,
    PORT_TESTS_FAILED,
)

SENTENCES = {
    PORT_PANIC: "The kernel panicked: its message and its backtrace are above.",
    PORT_DEADLOCK: "Every process waits, and nothing is left to wake one.",
    PORT_NOT_WRITTEN: "The kernel called a function that is not written yet: its name is above.",
    PORT_NOSTART: "The kernel could not start the first program.",
    PORT_TESTS_FAILED: "A test inside the kernel failed.",
} | {port: f"The kernel did not boot: {reason}." for port, reason in BOOT_ERRORS.items()}
TRIPLE_FAULT = "The machine reset itself: a triple fault."
NOT_AGAIN = "It does not happen at boot: `make explain C='COMMANDS'` performs your commands, and shows the exceptions."
NO_KERNEL = "`make explain` shows the exceptions before it."  # of a machine that boots from a CD
EXPLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "explain.py")


def main(command):
    """Run the machine until it has ended for good. Returns the exit status."""
    while True:
        try:
            status, reason = run(command)
        except FileNotFoundError:
            print(f"{command[0]} is not installed: `make setup` installs it.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:  # before QEMU had the terminal
            return 130
        if status != 2 * PORT_RESTART + 1 and reason != "host-qmp-system-reset":
            break
    text = sentence(status, reason)
    if text:
        print(text, file=sys.stderr, flush=True)
    if text == TRIPLE_FAULT:
        print(exceptions(command), file=sys.stderr)
    return int(bool(text) and not os.isatty(0))


def run(command):
    """QEMU's exit status, negative for a signal, and why QEMU says that the machine ended, or None.
    """
    ours, theirs = socket.socketpair()
    arguments = ["-chardev", f"socket,id=end,fd={theirs.fileno()}", "-mon", "chardev=end,mode=control"]
    modes = termios.tcgetattr(0) if os.isatty(0) else None
    with ours:
        with theirs:
            process = subprocess.Popen([*command, *arguments], pass_fds=[theirs.fileno()])
        qmp = Qmp(ours, patience=None)
        try:
            qmp.negotiate()
        except MachineEnded:
            pass  # it could not start, or has ended already
        qmp.drain()
        status = process.wait()
    if modes:  # a QEMU that was killed leaves the terminal raw
        termios.tcsetattr(0, termios.TCSADRAIN, modes)
    return status, qmp.shutdown_reason()


def exceptions(command):
    """The exceptions before a triple fault at boot, in order, by `explain.py`, or how to see them.
    """
    values = dict(zip(command, command[1:]))
    if "-kernel" not in values:
        return NO_KERNEL
    # Nobody types into the machine that runs once more: its shell runs the program that `init` names.
    options = [word for word in values.get("-append", "").split() if word != "monitor"]
    programs = [word[len("init="):] for word in options if word.startswith("init=")]
    done = subprocess.run(
        [sys.executable, "-E", "-s", EXPLAIN, "--short", "--kernel", values["-kernel"],
         "--append", " ".join(options), "--commands", "".join(programs[-1:]),
         "--mem", values.get("-m", "128"), "--cpu", values.get("-cpu", "max")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.rstrip("\n") or done.stderr.rstrip("\n") or NOT_AGAIN


def sentence(status, reason):
    """How the machine ended, if it did not end well; else an empty text."""
    if status < 0:
        return f"Signal {-status} ended QEMU."
    if status == 0:
        return TRIPLE_FAULT if reason == "guest-reset" else ""
    if status == 1:
        return "QEMU could not start the machine: its message is above."
    port = status >> 1
    return "" if port == PORT_END else SENTENCES.get(port, f"QEMU ended with status {status}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
