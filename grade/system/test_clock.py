"""The clock and a host that stops the machine."""
import os
import signal
import subprocess
import threading
import time

import pytest

from quire import build

PROGRAM = build.path("user", "tests", "clock_pause")
STOPPED = 1.0  # seconds
TOLERANCE = 0.05


def children(pid):
    """The processes that `pid` started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


CHILDREN = f"/proc/{os.getpid()}/task/{os.getpid()}/children"


@pytest.mark.skipif(not os.path.exists(CHILDREN), reason="needs Linux's /proc")
@pytest.mark.parametrize("how", ["idle", "busy"])
def test_clock_includes_a_pause(how):
    """CLOCK_MONOTONIC goes on while the host has stopped QEMU."""
    command = [build.source("grade", "run"), "--timeout", "60", PROGRAM, how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        killer = threading.Timer(120, run.kill)
        killer.start()
        try:
            assert run.stdout.readline() == b"ready\n"
            start = time.monotonic()
            time.sleep(0.2)
            machine = children(run.pid)[0]
            os.kill(machine, signal.SIGSTOP)
            time.sleep(STOPPED)
            os.kill(machine, signal.SIGCONT)
            passed = time.monotonic() - start
            run.stdin.write(b"\n")
            run.stdin.flush()
            seen = int(run.stdout.readline()) / 1e6
            most = time.monotonic() - start
        finally:
            killer.cancel()
            run.kill()
    # The program reads its clock before "ready" and after the line: it cannot have seen less.
    assert seen > passed - TOLERANCE, f"{passed:.3f} s passed, the program saw {seen:.3f}"
    assert seen < most + 2, f"at most {most:.3f} s passed, the program saw {seen:.3f}"
