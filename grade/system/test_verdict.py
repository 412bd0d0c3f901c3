"""The verdict itself: only a complete transcript with the nonce, and its exit code, count."""
import json
import os

import pytest

from quire import ktap, protocol, record, terminal
from quire.protocol import Transcript
from quire.result import Result, judge
from quire.streams import Feeder, Log
from quire.watch import GUEST_SECOND, Watch

GOOD = b"1 quire abc\n2 start 6000000\n3 exit 7 6000100\n4 end\n"
PORTS = (0x10, 0x11, 0x18, 0x19, 0x1A)
END, PANIC, DEADLOCK, NOSTART, TESTS_FAILED = (2 * port + 1 for port in PORTS)


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
    assert (found.start, found.ending, found.value, found.tsc) == (6000000, "exit", 7, 6000100)


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
    ],
)
def test_no_transcript(text):
    assert transcript(text).missing()
    assert verdict(text, END) == ("lost", 125)


def ending(words):
    return GOOD.replace(b"exit 7 6000100", words)


def test_verdicts():
    assert verdict(GOOD, END) == ("exit", 7)
    assert verdict(ending(b"signal 11 6000100"), END) == ("signal", 139)
    assert verdict(ending(b"deadlock 6000100"), DEADLOCK) == ("deadlock", 124)
    assert verdict(b"1 quire abc\n2 nostart 2 6000000\n3 end\n", NOSTART) == ("nostart", 126)
    assert verdict(ending(b"panic 6000100"), PANIC) == ("panic", 125)


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


def test_ktap():
    report = ktap.parse(
        "booting\nKTAP version 1\n1..3\nok 1 one\n# a.c:7: expected: x\nnot ok 2 two\n"
        "Bail out! panic in three\n"
    )
    assert (report.passed, report.failed, report.planned) == ({"one"}, {"two"}, 3)
    assert report.notes["two"] == ["# a.c:7: expected: x"]
    assert report.panicked == "three"


def test_record_shows_the_first_difference():
    expected = record.text(b"a\nb\n", "exit 0")
    assert record.difference(expected, record.text(b"a\nb\n", "exit 0"), "r") is None
    assert "line 2" in record.difference(expected, record.text(b"a\nc\n", "exit 0"), "r")
    assert "line 3" in record.difference(expected, record.text(b"a\nb\n", "exit 1"), "r")
    assert record.difference(expected, record.text(b"a\nb", "exit 0"), "r")
    assert record.difference(expected, record.text(b"a\n", "exit 0"), "r")
