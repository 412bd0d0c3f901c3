"""The kernel's reports of programs that die, in the log, in the verdict, and on a terminal."""
import json
import os
import pty
import re
import subprocess

import pytest

from quire import build, guest
from quire.deaths import Describer, functions

AREA = r"0x[0-9a-f]{8}-0x[0-9a-f]{8} [r-][w-][x-][sp] [^;]+"
WAYS = {
    "null": r"SIGSEGV \(11\) by write to 0x00000000, eip 0x0804[0-9a-f]{4} \(main\+0x[0-9a-f]+\): "
    rf"nothing is mapped at a null pointer; the nearest area is {AREA}",
    "constant": rf"SIGSEGV \(11\) by write to 0x0804[0-9a-f]{{4}}, eip .* \(main\+.*\): the area is {AREA}; "
    r"directory entry 0x[0-9a-f]{5}\d{3}, table entry 0x[0-9a-f]{5}[0-9a-f]25: read-only",
    "jump": r"SIGSEGV \(11\) by execution of 0x20000000, eip 0x20000000: nothing is mapped there; "
    rf"the nearest area is {AREA}",
    "stack": r"SIGSEGV \(11\) by write to 0xbf7[0-9a-f]{5}, eip .* \(grow_for_ever.*\): nothing is "
    r"mapped there; the nearest area is 0xbf80[0-9a-f]{4}-0xc0000000 rw-p \[stack\], a stack that cannot grow further",
    "file": rf"SIGBUS \(7\) by write to .* \(main.*\): no page is left for the area {AREA}; "
    r".*table entry 0x00000000: not present",
    "halt": r"SIGSEGV \(11\) by general protection fault, eip .* \(main.*\)",
}


@pytest.mark.parametrize("way", WAYS)
def test_report(way):
    outcome = guest.run("/tests/die", way)
    (text,) = outcome.result.deaths
    assert re.fullmatch(r"die\[2\]: " + WAYS[way], text), outcome.explain(text)
    plain = re.sub(r" \([a-z_.0-9]+\+0x[0-9a-f]+\)", "", text)
    assert plain in outcome.log, outcome.explain("the log has no such line")
    assert outcome.result.message.endswith(text.partition(") ")[2])
    assert outcome.stderr == b""


def test_signal_of_another_program():
    """A signal that a program sends needs no report."""
    outcome = guest.run("/tests/die", "kill")
    assert outcome.result.signal == 11 and outcome.result.deaths is None


def test_reports_off():
    outcome = guest.run("/tests/die", "null", options="deaths=off")
    assert outcome.result.message == "signal 11 (SIGSEGV) ended it"
    assert outcome.result.deaths is None and "SIGSEGV" not in outcome.log


def test_flood_is_limited():
    """Deaths in a loop fill neither the log nor the control line; the next report counts them."""
    outcome = guest.run("sh", "-c", "/tests/die flood 300; sleep 1; /tests/die null", limit=20)
    assert len(outcome.result.deaths) == 17, outcome.explain("16 reports at once, and one later")
    assert "284 reports of deaths were left out\n" in outcome.log.replace("\r", "")


def test_name_with_control_characters():
    path = "/tmp/a\n9 end\x1b[2J"
    outcome = guest.run(path, "null", files=[(path, build.path("user", "tests", "die"))])
    (text,) = outcome.result.deaths
    assert text.startswith("a?9?end?[2J[2]: SIGSEGV (11) by write to 0x00000000")


def test_out_of_memory():
    outcome = guest.run("sort", "/dev/zero", mem=20)
    (text,) = outcome.result.deaths
    assert re.fullmatch(r"sort\[2\]: SIGKILL \(9\), out of memory: of all programs it holds most, \d+ pages \(\d+ KiB\)", text)


def test_reason_of_out_of_memory():
    """The report says that a process holds most only if it does."""
    outcome = guest.run("/tests/evil_oom_victim", mem=26, limit=30)
    reasons = [text.partition("out of memory: ")[2].partition(",")[0] for text in outcome.result.deaths]
    assert "oom_score_adj spares a program that holds more; this one holds" in reasons


def on_terminal(tmp_path, *command):
    """What grade/run writes to a terminal that is its standard error; and its verdict."""
    leader, follower = pty.openpty()
    verdict = tmp_path / "verdict"
    command = [build.source("grade", "run"), "--icount", "--result", verdict, *command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    return done.returncode, shown, json.loads(verdict.read_text())


def test_terminal(tmp_path):
    """grade/run says on a terminal why a program dies, also one that a shell runs."""
    die = build.path("user", "tests", "die")
    status, shown, found = on_terminal(tmp_path, die, "null")
    assert status == 139 and re.search(r"die\[2\]: SIGSEGV \(11\) .* \(main\+", shown)
    assert found["deaths"][0] in shown.replace("\r\n", "\n")
    shell = ["--file", f"{die}:/bin/mine", "--guest", "sh", "-c", "mine null; exit 3"]
    status, shown, found = on_terminal(tmp_path, *shell)
    assert status == 3 and "mine[3]: SIGSEGV (11)" in shown
    assert found["message"] == "" and len(found["deaths"]) == 1


def test_symbols_of_damaged_files(tmp_path):
    with open(build.path("user", "tests", "die"), "rb") as file:
        whole = file.read()
    text = "die[2]: SIGSEGV (11) by execution of 0x08048000, eip 0x08048000: nothing"
    for length in [0, 3, 52, 1000, len(whole) - 100]:
        damaged = tmp_path / f"{length}" / "die"
        damaged.parent.mkdir()
        damaged.write_bytes(whole[:length])
        assert functions(str(damaged)) == []
        assert Describer([str(damaged)])(text) == text
    assert Describer()("other[2]: eip") == "other[2]: eip"
