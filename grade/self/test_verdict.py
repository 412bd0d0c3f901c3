"""The verdict itself: only a complete transcript with the nonce, and its exit code, count."""
import json
import os
from types import SimpleNamespace

import pytest

from quire import ktap, protocol, terminal, user_tests
from quire.protocol import Transcript
from quire.machine import Setup
from quire.result import Result, failure, judge
from quire.machine_run import MachineRun
from quire.machine_timeout import FAREWELL, GUEST_SECOND, PATIENCE, Watch
from quire.nonblocking import Buffer, Feeder, Log
from tools.cpio import Archive

GOOD = b"1 quire abc\n2 start 6000000\n3 exit 7 6000100\n4 end\n"
PORTS = (0x10, 0x11, 0x18, 0x19, 0x1A, 0x1E)
DEATH = GOOD.replace(b"3 exit", b"3 death 2 a[2]: dies\n4 exit").replace(b"4 end", b"5 end")
END, PANIC, DEADLOCK, NOSTART, TESTS_FAILED, RESTART = (2 * port + 1 for port in PORTS)


def transcript(text, nonce="abc"):
    result = Transcript(nonce)
    result.write(text)
    return result


def verdict(text, status, reason=None, errors=""):
    result = judge(transcript(text), status, reason, errors)
    return result.kind, result.status


def test_complete_transcript():
    found = transcript(GOOD)
    assert found.missing() is None
    assert (found.start, found.ending, found.values, found.tsc) == (6000000, "exit", [7], 6000100)


def test_transcript_cut_anywhere():
    found = Transcript("abc")
    for i in range(len(GOOD)):
        assert found.missing()
        found.write(GOOD[i : i + 1])
    assert found.missing() is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        GOOD[:-1],
        GOOD.replace(b"abc", b"abd"),  # somebody else's nonce
        GOOD.replace(b"3 exit", b"4 exit"),  # a number left out
        GOOD.replace(b"1 quire abc\n", b""),
        GOOD.replace(b"exit 7 6000100", b"exit 7"),
        GOOD.replace(b"exit 7", b"exit seven"),
        GOOD.replace(b"exit", b"passed"),
        GOOD + b"5 exit 0 6000200\n",
        GOOD + b"x",
        GOOD.replace(b"4 end", b"4 exit 0 6000101\n5 end"),
        GOOD.replace(b"3 exit", b"3 start 6000001\n4 exit"),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"exit 7", b"exit 256"),
        GOOD.replace(b"exit 7", b"exit -1"),
        GOOD.replace(b"exit 7", b"exit 0_7"),
        GOOD.replace(b"exit 7", b"signal 0"),
        GOOD.replace(b"exit 7", b"oom 7"),
        b"1 quire abc" + bytes(1000),
        DEATH.replace(b"death 2", b"death two"),
        DEATH.replace(b"death 2 a[2]: dies", b"death 2"),
        DEATH.replace(b"dies", b"di\x1bes"),
        GOOD.replace(b"4 end", b"4 death 2 a[2]: dies\n5 end"),
    ],
)
def test_no_transcript(text):
    assert transcript(text).missing()
    assert verdict(text, END) == ("lost", 125)


def test_deaths():
    seen = []
    found = Transcript("abc", seen.append)
    found.write(DEATH)
    assert found.missing() is None and found.deaths == [(2, "a[2]: dies")] and seen == ["a[2]: dies"]


def ending(words):
    return GOOD.replace(b"exit 7 6000100", words)


def test_verdicts():
    assert verdict(GOOD, END) == ("exit", 7)
    assert verdict(ending(b"signal 11 6000100"), END) == ("signal", 139)
    assert verdict(ending(b"deadlock 6000100"), DEADLOCK) == ("deadlock", 124)
    assert verdict(b"1 quire abc\n2 nostart 2 6000000\n3 end\n", NOSTART) == ("nostart", 126)
    assert verdict(ending(b"panic 6000100"), PANIC) == ("panic", 125)


def test_causes():
    """Why a program ended comes from the control line."""
    found = judge(transcript(ending(b"oom 6000100")), END, None, "")
    assert (found.kind, found.status, found.signal) == ("signal", 137, 9)
    assert found.message == "signal 9 (SIGKILL) ended it: out of memory"
    archive = Archive()
    archive.directory("folder")
    archive.directory("new\nline")
    archive.finish()

    def unpack(words):
        lines = b"1 quire abc\n2 unpack %b 6000000\n3 end\n" % words
        found = judge(transcript(lines), NOSTART, None, "", ["/no/archive", archive.data])
        assert (found.kind, found.status) == ("nostart", 126)
        return found.message

    start = "the kernel could not unpack"
    assert unpack(b"1 0 21") == f"{start} folder: Is a directory (21)"
    assert unpack(b"1 1 21") == f"{start} new\\x0aline: Is a directory (21)"
    assert unpack(b"1 2 22") == f"{start} entry 2 of module 1: Invalid argument (22)"
    assert unpack(b"0 7 22") == f"{start} entry 7 of /no/archive: Invalid argument (22)"
    assert unpack(b"5 0 12") == f"{start} entry 0 of module 5: Cannot allocate memory (12)"


def test_signals_have_names():
    def message(number):
        text = ending(b"signal %d 6000100" % number)
        return judge(transcript(text), END, None, "").message

    assert message(11) == "signal 11 (SIGSEGV) ended it"
    assert message(31) == "signal 31 (SIGSYS) ended it"
    assert message(40) == "signal 40 ended it"


def test_machine_that_fails():
    assert verdict(GOOD[:20], PANIC) == ("panic", 125)
    assert verdict(b"", 2 * 0x16 + 1) == ("boot", 126)
    assert verdict(GOOD[:30], 0, "guest-reset") == ("reset", 125)
    assert verdict(GOOD, 0, "guest-shutdown") == ("lost", 125)
    assert verdict(GOOD, -9) == ("lost", 125)
    assert verdict(b"", 1, None, "no such option") == ("nostart", 126)


def test_program_that_ends_the_machine():
    short = b"1 quire abc\n2 start 6000000\n3 end\n"
    assert verdict(short, END) == ("reset", 125)
    assert verdict(short, 0, "guest-reset") == ("reset", 125)
    restarted = judge(transcript(short), RESTART, None, "")
    assert (restarted.kind, restarted.message) == ("reset", "a program restarted the machine")
    assert verdict(GOOD[:30], RESTART) == ("lost", 125)


def test_witnesses_that_disagree():
    assert verdict(GOOD, DEADLOCK) == ("lost", 125)
    assert verdict(ending(b"panic 6000100"), END) == ("lost", 125)
    assert verdict(GOOD, 2 * 0x1F + 1) == ("lost", 125)
    assert verdict(GOOD, TESTS_FAILED) == ("lost", 125)
    assert verdict(GOOD, END) == ("exit", 7)


def test_kernel_tests():
    text = b"1 quire abc\n2 end\n"
    assert verdict(text, END) == ("tests", 0)
    assert verdict(text, TESTS_FAILED) == ("tests", 1)


def test_late_end_is_a_timeout():
    class Machine:
        icount = True

    watch = Watch(Machine(), 2)
    for instructions, kind in ((2 * GUEST_SECOND, "exit"), (2 * GUEST_SECOND + 1, "timeout")):
        assert watch.final(Result("exit", 0, instructions=instructions)).kind == kind


class Control:
    """A control line on which something arrives as soon as it is asked for."""

    def __init__(self, text):
        self.text = text

    def arrived(self):
        found, self.text = self.text, b""
        return found


def looked_at(before, after, paused=False):
    """The verdict on a machine that looks dead, whose transcript arrives in two parts."""
    session = MachineRun(Setup())
    session.transcript = transcript(before)
    session.machine = SimpleNamespace(control=Control(after), paused=paused)
    watch = Watch(SimpleNamespace(icount=True), 1)
    watch.look = lambda: failure("deadlock", "it halts")
    return session._look(watch, carried=False)


@pytest.mark.parametrize("at", [0, 30, len(GOOD) - 1, len(GOOD)])
def test_once_the_end_is_known_nothing_else_is_judged(at):
    assert looked_at(GOOD[:at], GOOD[at:]) is None
    assert looked_at(GOOD[:at], b"") is None or at < len(GOOD)
    assert looked_at(GOOD[:-1][:at], b"").kind == "deadlock"
    assert looked_at(GOOD[:-1][:at], b"", paused=True) is None


def test_halted_machines_get_a_second_look():
    """One that has written to the exit port halts until QEMU has noticed."""
    halted = [True, False, True, True]
    qmp = SimpleNamespace(halted_for_good=lambda: halted.pop(0))
    watch = Watch(SimpleNamespace(icount=False, qmp=qmp), None)
    assert [watch._dead() for _ in range(3)] == [None] * 3
    assert watch._dead().kind == "deadlock"


def test_output_is_no_crawl():
    """A machine that only prints executes little for the time it takes; it is not lost."""
    seconds, output = [0], [0]
    machine = SimpleNamespace(icount=True, cpu_seconds=lambda: seconds[0], output=lambda: output[0])
    watch = Watch(machine, None)
    for _ in range(3):
        seconds[0], output[0] = seconds[0] + 2 * PATIENCE, output[0] + 1
        assert watch._crawls() is None
    seconds[0] += 2 * PATIENCE
    assert watch._crawls().kind == "lost"


def test_machine_that_says_its_end_and_stays(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    watch = Watch(SimpleNamespace(icount=True), 1)
    assert watch.leaving(busy=False) is None
    now[0] += 2 * FAREWELL
    assert watch.leaving(busy=True) is None  # somebody reads its output slowly
    now[0] += FAREWELL
    assert watch.leaving(busy=False) is None
    now[0] += 1
    assert watch.leaving(busy=False).kind == "lost"


def test_result_is_json(tmp_path):
    path = tmp_path / "verdict"
    with open(path, "w", encoding="utf-8") as file:
        Result("exit", 7, instructions=10).write(file)
    found = json.loads(path.read_text())
    assert (found["kind"], found["status"], found["instructions"]) == ("exit", 7, 10)


def test_frames():
    reader, writer = os.pipe()
    os.write(writer, b"abc")
    feeder = Feeder(reader)
    feeder.fill()
    os.close(writer)
    feeder.fill()
    os.close(reader)
    assert feeder.waiting == b"\x03\x00abc\x00\x00"
    assert Feeder(None).waiting == protocol.END_OF_INPUT


def test_keys():
    keys = terminal.Keys()
    assert keys(b"a\x01\x01b\x01") + keys(b"c") == b"a\x01bc"
    with pytest.raises(terminal.Quit):
        keys(b"\x01x")


def test_log_keeps_both_ends():
    log = Log()
    for i in range(100000):
        log.write(b"line %d\n" % i)
    assert log.text().startswith("line 0\n") and log.text().endswith("line 99999\n")
    assert "[...]" in log.text() and len(log.text()) < 1 << 20


def test_buffer_is_bounded():
    buffer = Buffer()
    for _ in range(100):
        buffer.write(bytes(1 << 20))
    assert len(buffer.data) == Buffer.LIMIT + len(Buffer.CUT) and buffer.data.endswith(Buffer.CUT)


def test_ktap():
    report = ktap.parse(
        "booting\nKTAP version 1\n1..3\nok 1 one\n# a.c:7: expected: x\nnot ok 2 two\n"
        "Bail out! panic in three\n"
    )
    assert (report.passed, report.failed, report.planned) == ({"one"}, {"two"}, 3)
    assert report.notes["two"] == ["# a.c:7: expected: x"]
    assert report.panicked == "three"


def test_record_shows_the_first_difference():
    expected = user_tests.text(b"a\nb\n", "exit 0")
    assert user_tests.difference(expected, user_tests.text(b"a\nb\n", "exit 0"), "r") is None
    assert "line 2" in user_tests.difference(expected, user_tests.text(b"a\nc\n", "exit 0"), "r")
    assert "line 3" in user_tests.difference(expected, user_tests.text(b"a\nb\n", "exit 1"), "r")
    assert user_tests.difference(expected, user_tests.text(b"a\nb", "exit 0"), "r")
    assert user_tests.difference(expected, user_tests.text(b"a\n", "exit 0"), "r")
