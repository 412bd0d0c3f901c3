"""A person at the machine: the shell over the serial line, and by keyboard and screen; directly and
through GRUB's CD."""
import re
import time

import pytest

from quire import build, console
from quire.machine import Setup

MOTD = build.source("user", "etc", "motd")


def direct():
    return Setup(kernel=build.path("quire.elf"), modules=[build.path("archive.cpio")])


def cd():
    if not build.cd():
        pytest.skip("there is no CD, or T= does not name it; `make iso` builds it")
    return Setup(extra=["-cdrom", build.cd(), "-boot", "d"])


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


def test_others_run_while_nobody_reads():
    """The console's output waits for the host, and a program that writes it waits asleep. With
    icount
    the host's buffers are full long before the second is over."""
    setup = direct()
    setup.icount = True
    setup.options = "log=vga"
    with console.SerialConsole(setup) as shell:
        shell.wait_for(console.PROMPT)
        # In one line: while the machine waits for another one, its second passes at once. From here on the host
        # reads nothing.
        shell.type("sh -c 'sleep 1; reboot -p' & cat /dev/zero\n")
        seen, deadline = b"", time.monotonic() + console.PATIENCE
        while b" end\n" not in seen and time.monotonic() < deadline:
            time.sleep(0.02)  # this line is a file, which sends no events
            seen += shell.machine.control.read()
    assert b" end\n" in seen and b" panic" not in seen, seen


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


def test_erase_knows_utf8(shell):
    start_cat(shell)
    shell.type("x\u00e4\u20ac\x7f\x7fy\n")
    shell.wait_for(r"\nxy\r?\n")


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


def test_history_and_editing(shell):
    shell.command("echo one")
    shell.type("\x1b[A\x1b[D\x1b[D\x7fX\x01\x1b[Cc\x1b[3~\n")  # up; oXe; echo -> echo
    assert "\nXne\r\n" in shell.wait_for(console.PROMPT)
    shell.type("unfinished\x10\x10\x0e\x0e\x15echo kept\n")
    assert "\nkept\r\n" in shell.wait_for(console.PROMPT)


def test_completion(shell):
    shell.type("memsh\t-h\x15")
    shell.wait_for("memshow -h")
    shell.type("cat /etc/mo\t | wc -l\n")
    assert f"\n{len(motd().splitlines())}" in shell.wait_for(console.PROMPT).replace(" ", "")
    shell.type("ls /e\t\t")
    shell.wait_for(r"help  motd|motd  help")
    shell.type("\x15rm\t\t")
    shell.wait_for(r"rm  rmdir|rmdir  rm")


def test_clear_key(shell):
    shell.type("echo ab\x0cc\n")
    shell.wait_for("\x1b\\[H\x1b\\[J\\$ echo ab")
    shell.wait_for(r"\nabc\r\n")


def test_programs_find_canonical_mode(shell):
    assert " icanon " in shell.command("stty") and "-echo" not in shell.command("stty")
    shell.command("stty -echoe")
    assert "-echoe " in shell.command("stty")


def test_jobs(shell):
    shell.type("cat | cat\n")
    shell.wait_for(r"\| cat\r\n")
    shell.type("one line\n")
    shell.wait_for(r"one line\r\none line\r\n")  # both run
    shell.type("\x1a")
    shell.wait_for(r"\[1\] stopped  cat \| cat\r\n")
    shell.wait_for(console.PROMPT)
    assert shell.command("jobs") == "[1] stopped  cat | cat\n"
    shell.type("fg\n")
    shell.wait_for(r"fg\r\ncat \| cat\r\n")
    shell.type("more\n")
    shell.wait_for(r"more\r\nmore\r\n")
    shell.type("\x03")
    shell.wait_for(console.PROMPT)
    assert shell.command("jobs") == ""
    assert shell.command("fg") == "sh: fg: no such job\n"
    start_cat(shell)
    shell.type("\x1a")
    shell.wait_for(r"\[1\] stopped  cat\r\n")
    shell.wait_for(console.PROMPT)
    assert shell.command("bg %1") == "[1] running  cat\n"
    assert re.fullmatch(r"\[2\] \d+\n", shell.command("sleep 1000 &"))
    assert shell.command("kill $!; sleep 0") == "[2] done     sleep 1000 &\n"


def test_shell_survives_termination(shell):
    assert shell.command("kill -TERM $$; echo alive") == "alive\n"
    assert shell.command("sleep 1000 & kill $!; wait; echo over").endswith("over\n")


def test_death_is_told():
    """The shell names the signal, the kernel's log the reason. The tests are in an archive of their own."""
    setup = direct()
    setup.modules.append(build.path("tests.cpio"))
    with console.SerialConsole(setup) as shell:
        shell.wait_for(console.PROMPT)
        answer = shell.command("/tests/die null")
        assert re.search(r"die\[\d+\]: SIGSEGV \(11\) by write to 0x00000000, eip", answer)
        assert answer.endswith("Segmentation fault\n") and shell.command("echo $?") == "139\n"


def test_tests_only_where_they_are_asked_for(shell):
    assert shell.command("ls /tests") == "ls: /tests: No such file or directory\n"


def test_greeting_and_help(shell):
    for said in "`help`", "`exit`", "ctrl-a x", "make cc F=hello.c":
        assert said in shell.seen
    shown = shell.command("help")
    with open(build.source("user", "etc", "help"), encoding="utf-8") as file:
        assert shown == file.read()


def test_less(shell):
    shell.command("seq 100 > /tmp/n")
    shell.type("less /tmp/n\n")
    shell.wait_for(r"\n23\x1b.*\r\n:1 of 100")  # a serial line has no size: 24 rows
    shell.type(" ")
    shell.wait_for(r":24 of 100")
    shell.type("/77\r")
    shell.wait_for(r"H77\x1b\[K")
    shell.type("G")
    shell.wait_for(r"\n100\x1b.*\r\n\(end")
    shell.type("q")
    shell.wait_for(r"\$ \Z")  # in the last row, or after a cleared screen: not after a newline
    assert shell.command("seq 3 | less | cat") == "1\n2\n3\n"


def test_editor(shell):
    shell.command("seq 3 > /tmp/t")
    shell.type("edit /tmp/t\n")
    shell.wait_for(r"\^S save")
    shell.type("zero\r\x1b[B\x1b[B\x1b[Fx\x1b[A\x1b[H\x1b[3~two\x11")
    shell.wait_for("not saved; \\^Q again")
    shell.type("\x13")
    shell.wait_for("saved")
    shell.type("\x11")
    shell.wait_for(r"\$ \Z")
    assert shell.command("cat /tmp/t") == "zero\n1\ntwo\n3x\n"
