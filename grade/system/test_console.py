"""A person at the machine: the shell over the serial line, and by keyboard and screen; directly and
through GRUB's CD."""
import os
import re

import pytest

from quire import build, console
from quire.machine import Setup

MOTD = build.source("user", "etc", "motd")


def direct():
    return Setup(kernel=build.path("quire.elf"), modules=[build.path("archive.cpio")])


def cd():
    if not os.path.exists(build.path("quire.iso")):
        pytest.skip(f"{build.path('quire.iso')} is not there; `make iso` builds it")
    return Setup(extra=["-cdrom", build.path("quire.iso"), "-boot", "d"])


@pytest.fixture(params=[direct, cd], ids=["direct", "cd"])
def shell(request):
    """A machine whose shell has shown its first prompt on the serial line."""
    with console.SerialConsole(request.param()) as line:
        line.wait_for(console.PROMPT)
        yield line


def motd():
    with open(MOTD, encoding="utf-8") as file:
        return file.read()


def test_pipes_and_files_over_serial(shell):
    names = shell.command("ls").split()
    with_s = [name for name in names if "s" in name]
    counts = [int(word) for word in shell.command("ls | grep s | wc").split()]
    assert counts == [len(with_s), len(with_s), sum(len(name) + 1 for name in with_s)]
    assert shell.command("cat /etc/motd > /tmp/x; cat /tmp/x") == motd()


def test_pipes_and_files_by_keyboard(shell):
    screen = console.Screen(shell)
    screen.wait_for(r"^\$$")
    screen.type("ls | grep s | wc\n")
    screen.wait_for(r"ls \| grep s \| wc\n\s*\d+\s+\d+\s+\d+\n\$$")
    screen.type("cat /etc/motd > /tmp/x; cat /tmp/x\n")
    screen.wait_for(r"cat /tmp/x\n" + re.escape(motd()) + r"\$$")


def test_keys_that_need_shift(shell):
    screen = console.Screen(shell)
    line = "echo 'AbZ 019 !@#%^&*()_+-={}[]:;<>?,./~`|' \"it's\""
    screen.type(line + "\n")
    screen.wait_for(re.escape("\nAbZ 019 !@#%^&*()_+-={}[]:;<>?,./~`| it's\n"))


def test_line_editing(shell):
    shell.type("echo abX\x7fc\n")
    shell.wait_for(r"\nabc\r?\n")
    shell.wait_for(console.PROMPT)


def test_line_editing_by_keyboard(shell):
    screen = console.Screen(shell)
    screen.type("echo abX\x7fc\n")
    screen.wait_for(r"echo abc\nabc\n\$$")


def start_cat(shell):
    """Let the shell run a program that waits for input, and wait until it does."""
    shell.type("cat\n")
    shell.wait_for(r"cat\r?\n")
    shell.type("one line\n")
    shell.wait_for(r"one line\r?\none line\r?\n")


def test_end_of_input(shell):
    start_cat(shell)
    shell.type("\x04")
    shell.wait_for(console.PROMPT)
    assert shell.command("echo alive") == "alive\n"


def test_interrupt(shell):
    start_cat(shell)
    shell.type("\x03")
    shell.wait_for(console.PROMPT)
    assert shell.command("echo alive") == "alive\n"


def colours_of_vgademo(row, column, frame):
    """The cell that user/vgademo.c draws there, inside of its border."""
    hue = column + 2 * row + frame >> 2
    return b"\xb0\xb1\xb2\xdb"[hue & 3], 8 | (hue >> 2) % 7 + 1


def test_program_draws_on_the_screen(shell):
    screen = console.Screen(shell)
    for i in range(2 * console.ROWS):  # so that the screen's first cell is not the memory's
        shell.command(f"echo line{i}")
    shell.command("vgademo 3")
    lines = screen.text().splitlines()
    assert lines[0] == "\u2554" + "\u2550" * 78 + "\u2557"
    assert lines[22] == "\u255a" + "\u2550" * 78 + "\u255d"
    assert "  Quire  " in lines[11]
    cells = screen.cells()
    for row, column in (1, 1), (1, 78), (5, 40), (21, 1), (21, 78):
        at = 2 * (row * console.COLUMNS + column)
        assert (cells[at], cells[at + 1]) == colours_of_vgademo(row, column, 2), (row, column)


def test_screen_scrolls(shell):
    screen = console.Screen(shell)
    for i in range(2 * console.ROWS):
        shell.command(f"echo line{i}")
    text = screen.wait_for(rf"^line{i}\n\$$")
    assert "line0" not in text.splitlines()
    assert f"line{i - 1}" in text.splitlines()
