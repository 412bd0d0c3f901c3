"""The goals of the Makefile that start a machine, used as a person at a terminal uses them."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

from quire import build

PATIENCE = 60  # seconds; only what hangs takes that long
CTRL_C = "\x03"


class Terminal:
    """A command in a terminal of its own. Whatever it started ends with the `with` block."""

    def __init__(self, *command):
        self.shown = ""
        self._answered = 0  # up to here it has been waited for
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(build.TREE)
            for display in ("DISPLAY", "WAYLAND_DISPLAY"):
                os.environ.pop(display, None)
            os.execvp(command[0], command)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._pid:
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)

    def type(self, text):
        os.write(self._fd, text.encode())

    def wait_for(self, pattern):
        """Wait until something new is shown that matches the regular expression."""
        while not (match := re.compile(pattern).search(self.shown, self._answered)):
            assert self._read(), f"{pattern!r} did not appear; the terminal shows:\n{self.shown}"
        self._answered = match.end()

    def status(self):
        """Wait for the end; the command's exit status."""
        while self._read():
            pass
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self):
        """Take what is shown next; False at the end."""
        ready, _, _ = select.select([self._fd], [], [], PATIENCE)
        assert ready, f"nothing happens any more; the terminal shows:\n{self.shown}"
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # how Linux says that nobody holds the other side
            return False
        self.shown += data.decode(errors="replace").replace("\r", "")
        return bool(data)


@pytest.mark.parametrize("goal", [["qemu"], ["qemu-nox", "QEMU_CPU=qemu32", "MEM=16"], ["qemu-iso"]])
def test_a_shell_in_this_terminal(goal):
    if goal == ["qemu-iso"] and not os.path.exists(build.path("quire.iso")):
        pytest.skip("no ISO image: this machine's GRUB makes none for BIOS machines")
    with Terminal("make", *goal) as terminal:
        terminal.wait_for(r"\$ $")
        terminal.type("cat\n")
        terminal.wait_for("cat\n")
        terminal.type("to cat\n")
        terminal.wait_for("to cat\nto cat\n")
        terminal.type(CTRL_C)
        terminal.wait_for(r"\$ $")
        terminal.type("exit\n")
        assert terminal.status() == 0, terminal.shown


def test_a_panic_opens_the_monitor():
    with Terminal("make", "qemu-nox", "APPEND=crash=null") as terminal:
        terminal.wait_for(r"panic: .*\n(.*\n)+.*crash_null(.*\n)+monitor> ")
        terminal.type("continue\n")
        terminal.wait_for("The kernel panicked: ")
        assert terminal.status() == 0, terminal.shown
    assert "Error" not in terminal.shown


def test_a_restart_starts_the_machine_again():
    with Terminal("make", "qemu-nox") as terminal:
        for _ in range(2):
            terminal.wait_for(r"\$ $")
            terminal.type("reboot\n")
            terminal.wait_for("Quire: a teaching kernel")
        terminal.wait_for(r"\$ $")
        terminal.type("exit\n")
        assert terminal.status() == 0, terminal.shown


def test_a_triple_fault_ends_the_machine_once():
    with Terminal("make", "qemu-nox", "APPEND=crash=reset") as terminal:
        assert terminal.status() == 0, terminal.shown
    assert terminal.shown.count("Quire: a teaching kernel") == 1, terminal.shown
    assert re.search(r"reset itself: a triple fault.*double fault \(8\)", terminal.shown, re.S)
    assert "Error" not in terminal.shown


def test_a_script_sees_the_failure():
    made = subprocess.run(
        ["make", "qemu-nox", "APPEND=crash=reset"], stdin=subprocess.DEVNULL,
        cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )
    assert made.returncode != 0 and "a triple fault" in made.stderr, made.stdout + made.stderr


def test_a_qemu_that_is_not_there():
    with Terminal("make", "qemu-nox", "QEMU=qemu-of-nobody") as terminal:
        terminal.wait_for("qemu-of-nobody is not installed: `make setup` installs it")
        terminal.status()


def test_nmi_opens_the_monitor(tmp_path):
    """The socket is the test's own, since other tests start machines of `make qemu` too."""
    nmi = ["make", "nmi", f"NMI_SOCKET={tmp_path}/nmi"]
    with Terminal("make", "qemu-nox", nmi[2]) as terminal:
        terminal.wait_for(r"\$ $")
        done = subprocess.run(nmi, cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=True)
        assert re.match(r"The processor is here:\n    eip 0xc\w+: \w+\+0x\w+, kern/.*\n        called from ", done.stdout)
        terminal.wait_for(r"non-maskable interrupt: .*\n(.*\n)+monitor> ")
        terminal.type("continue\n")
        terminal.wait_for("continue\n")
        terminal.type("echo still here\n")
        terminal.wait_for("\nstill here\n")
    done = subprocess.run(nmi, cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode != 0 and "make nmi: no machine of `make qemu` runs here" in done.stderr


def test_run_a_program():
    with Terminal("make", "run-echo") as terminal:
        assert terminal.status() == 0, terminal.shown


def test_a_lab_without_tests():
    with Terminal("make", "grade", "LAB=none") as terminal:
        assert terminal.status() != 0
    assert "lab none has no tests yet" in terminal.shown


@pytest.mark.skipif(not shutil.which("gdb"), reason="gdb is not installed")
def test_debugger_stops_in_the_kernel(tmp_path):
    script = tmp_path / "script"
    script.write_text(
        "break kernel_main\ncontinue\nbacktrace\n"
        "break process_exec\ncontinue\npte kernel_main\nps\npages\nkthread 1\nkill\nquit\n"
    )
    with Terminal("make", "qemu-gdb") as machine:
        machine.wait_for("make gdb")
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(build.path("gdb.sock")):
            assert time.monotonic() < deadline, machine.shown
            time.sleep(0.05)
        debugger = subprocess.run(
            ["make", "gdb", f"GDB_FLAGS=-x {script}"],
            cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )
    for shown in (
        r"Breakpoint 1, .*kernel_main .*main\.c:\d+",
        r"table entry \d+: 0x\w{8}  kernel only, read-only",  # pte, of code
        r"Breakpoint 2, process_exec ",
        r"    1     0 \w+ +0 init\n    2     1 running ",  # ps
        r"\d+ directory\n",  # pages
        r"#\d+ .*schedule \(\).*sched\.c",  # kthread
    ):
        assert re.search(shown, debugger.stdout), (shown, debugger.stdout + debugger.stderr)


OWN = r"""
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	printf("%s at %s terminal\n", argv[argc - 1], isatty(1) ? "a" : "no");
	return argc;
}
"""


def test_program_of_ones_own(tmp_path):
    """A file outside of the tree is compiled, and run with its arguments, at a terminal and
    without.
    """
    (tmp_path / "own.c").write_text(OWN)
    run = ["make", "run", f"F={tmp_path}/own", "ARGS=one two"]
    with Terminal("make", "cc", f"F={tmp_path}/own.c") as terminal:
        assert terminal.status() == 0, terminal.shown
    with Terminal(*run) as terminal:
        assert terminal.status() == 0, terminal.shown
    assert "two at a terminal\nmake run: the exit status is 3\n" in terminal.shown
    done = subprocess.run(run, cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "two at no terminal\nmake run: the exit status is 3\n", done


@pytest.mark.parametrize("goal, complaint", [
    (["cc"], "which program? make cc F=hello.c"),
    (["cc", "F=hello"], "which program? make cc F=hello.c"),
    (["cc", "F=/nosuch.c"], "No rule to make target '/nosuch.c'"),
    (["run"], "which program? make run F=hello"),
    (["run", "F=/nosuch"], "grade/run: /nosuch: No such file or directory"),
])
def test_no_program_of_ones_own(goal, complaint):
    command = ["make", *goal]
    done = subprocess.run(command, cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert complaint in done.stderr
