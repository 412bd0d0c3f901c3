"""What memory is used for, as memshow tells it, and the monitor."""
import re

import pytest

from quire import build, console, guest
from quire.machine import Setup

COUNT = re.compile(r"^.{42}(\S) .*? +(\d+)$", re.MULTILINE)


def counts(frame):
    """{letter: pages} of a frame."""
    return {letter: int(count) for letter, count in COUNT.findall(frame)}


def test_frame():
    outcome = guest.run("memshow", "-1", mem=64)
    frame = outcome.stdout.decode()
    assert len(frame.splitlines()) < 25 and max(map(len, frame.splitlines())) <= 80
    found = counts(frame)
    assert set(found) == set(".RKTF+a"), outcome.explain(f"the frame is\n{frame}")
    mib, each = map(int, re.match(r"(\d+) MiB, (\d+) pages a character", frame).groups())
    assert sum(found.values()) // 256 == mib
    assert found["."] > 14000 and 0 < found["a"] < 100, frame
    drawn = "".join(line[:40].strip() for line in frame.splitlines()[1:])
    assert len(drawn) == -(-sum(found.values()) // each)


@pytest.fixture
def shell():
    setup = Setup(kernel=build.path("quire.elf"), mem=64)
    setup.modules = [build.path("archive.cpio")]
    with console.SerialConsole(setup) as serial:
        serial.wait_for(console.PROMPT)
        yield serial


def test_live_until_q(shell):
    shell.type("sleep 1000 &\n")
    shell.wait_for(console.PROMPT)
    shell.type("memshow -d 1\n")
    for _ in range(3):
        shell.wait_for(r"\x1b\[H63 MiB")
        shell.wait_for(r" sleep  ")
        shell.wait_for(r" memshow  ")
    shell.type("q")
    shell.wait_for(console.PROMPT)
    assert shell.command("echo seen") == "seen\n"  # with its echo: the terminal is as it was
