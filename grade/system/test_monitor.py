"""The monitor, opened by a break on the serial line."""
import re

import pytest

from quire import build, console
from quire.machine import Setup

PROMPT = r"^monitor> "


class Monitor:
    def __init__(self, line):
        self.line = line
        line.machine.qmp.command("chardev-send-break", id="console")
        line.wait_for(PROMPT)

    def command(self, text):
        self.line.type(text + "\n")
        self.line.wait_for(re.escape(text) + r"\r?\n")
        return re.sub(r"\r\n", "\n", self.line.wait_for(PROMPT))


KERNELS = {"normal": build.path("quire.elf"), "debug": build.debug_kernel()}
KERNELS = {name: path for name, path in KERNELS.items() if path}


@pytest.fixture(name="monitor", params=KERNELS)
def opened_monitor(request):
    """While the shell waits for a command."""
    setup = Setup(kernel=KERNELS[request.param], modules=[build.path("archive.cpio")])
    with console.SerialConsole(setup) as line:
        line.wait_for(console.PROMPT)
        yield Monitor(line)


def test_ps(monitor):
    shown = monitor.command("ps")
    assert re.search(r"^ +1 +0 sleeping +0 init, in \w+ for \d+\.\d{3} s$", shown, re.MULTILINE)
    # It may not have come from its prompt to its sleep yet.
    assert re.search(r"^ +2 +1 (sleeping +\d+ sh, in (tty_\w+|wait_for_input) for |runnable +\d+ sh)", shown, re.MULTILINE)


def test_backtrace_of_a_sleeping_process(monitor):
    for command in ("backtrace 1", "bt 1"):
        shown = monitor.command(command)
        assert re.search(r"\] waitq_sleep\+0x\w+ kern/thread/waitq\.c:\d+\n", shown)
        assert "] thread_run_entry+0x" in shown
    assert "77: no such process" in monitor.command("backtrace 77")
    assert "] monitor_run+0x" in monitor.command("bt")


def test_locks(monitor):
    assert re.search("only the debug kernel records locks\n|no lock is held\n", monitor.command("locks"))


def test_areas(monitor):
    shown = monitor.command("areas 2")
    assert re.search(r"^08048000-[0-9a-f]{8} r-xp object$", shown, re.MULTILINE)
    assert re.search(r"^[0-9a-f]{8}-c0000000 rw.p \[stack\]$", shown, re.MULTILINE)
    assert "c0000000-f8000000 rw-p [physical memory]\n" in monitor.command("areas kernel")
    assert "77: no such process" in monitor.command("areas 77")


def test_mappings(monitor):
    shown = monitor.command("mappings 2")
    assert re.search(r"^08048000-[0-9a-f]{8} to [0-9a-f]{8} r-u", shown, re.MULTILINE)
    assert "dirty" not in shown
    shown = monitor.command("mappings kernel")
    assert re.search(r"^c0400000-[0-9a-f]{8} to 00400000 rwk large", shown, re.MULTILINE)
    assert not re.search(r" ..u", shown)


def test_memory(monitor):
    shown = re.sub(r"\x1b\[[0-9;]*m", "", monitor.command("memory"))
    total, each = map(int, re.match(r"(\d+) pages, (\d+) a character\n", shown).groups())
    counts = [int(count) for count in re.findall(r"^\S +(\d+) ", shown, re.MULTILINE)]
    assert len(counts) == 9 and sum(counts) == total
    cells = re.findall(r"^[.RTDHSaFJ]+$", shown, re.MULTILINE)
    assert len("".join(cells)) == -(-total // each)


def test_the_machine_goes_on(monitor):
    monitor.line.type("q\n")
    monitor.line.wait_for(r"q\r?\n")
    monitor.line.type("echo still here\n")
    monitor.line.wait_for(r"\nstill here")
