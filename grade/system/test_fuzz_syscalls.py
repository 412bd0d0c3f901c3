"""The fuzzer of system calls: its grammar is complete, it finds what there is, and says so."""
import re

import pytest

from quire import build, fuzz_syscalls, guest

PROGRAM = fuzz_syscalls.PROGRAM


def options(*words):
    return fuzz_syscalls.parser().parse_args(["--jobs", "1", *words])


def test_every_call_is_in_the_grammar():
    calls = set()
    for name in ("syscall_list.h", "syscall_list_names.h", "syscall_list_sysv.h", "syscall_list_quire.h"):
        with open(build.source("kern", "sys", name), encoding="utf-8") as file:
            calls |= set(re.findall(r"^X\((\w+)\)", file.read(), re.M))
    with open(build.source("user", "tests", "fuzz", "fuzz_syscalls", "table.c"), encoding="utf-8") as file:
        known = set(re.findall(r"^\tCALL\((\w+),", file.read(), re.M))
    assert calls - known == set()
    assert known - calls == set()


def test_a_short_run_finds_nothing():
    one = fuzz_syscalls.Fuzzer(options("--length", "3000")).sequence(1)
    assert one.finding is None, one.finding.text
    assert one.calls >= 3000


@pytest.mark.skipif(not build.stretch_kernel(), reason="no such build; `make STRETCH=1` makes it")
def test_no_call_runs_long():
    """Its workers use up memory after half of the calls: all calls are performed all the same."""
    words = ("--length", "3000", "--rare", "20", "--kernel", build.stretch_kernel())
    one = fuzz_syscalls.Fuzzer(options(*words)).sequence(2)
    assert one.finding is None, one.finding.text
    assert 1000 < one.stretch[0] < 10**6
    assert one.calls >= 3000


@pytest.mark.skipif(not build.stretch_kernel(), reason="no such build; `make STRETCH=1` makes it")
def test_a_long_call_is_a_finding():
    """With a bound that nothing keeps."""
    fuzzer = fuzz_syscalls.Fuzzer(options("--length", "300", "--rare", "20", "--kernel", build.stretch_kernel()))
    fuzzer.machine["options"] = "stretch=20000"
    finding = fuzzer.sequence(1).finding
    assert finding.signature.startswith("panic: "), finding.text
    assert "let nobody run" in finding.text


def test_a_list_can_be_performed_again():
    fuzzer = fuzz_syscalls.Fuzzer(options())
    lines = fuzzer.calls_of_round(5, 0)[:300]
    assert len(lines) == 300
    finding = fuzzer.script(lines)
    assert finding is None, finding.text


def test_a_wrong_script_is_a_finding():
    assert fuzz_syscalls.Fuzzer(options()).script(["0 no_such_call 1"]).signature == "exit 2"


def test_shrinking():
    """With a machine that fails whenever two calls are there, in their order."""

    class Machine:
        options = options()

        @staticmethod
        def script(lines):
            wanted = [line for line in lines if line.startswith(("1 bad", "2 worse"))]
            if len(wanted) < 2:
                return None
            return fuzz_syscalls.Finding("panic: N", "", 0)

    class Pool:
        map = staticmethod(map)

    lines = [f"0 other {number:x}" for number in range(50)]
    lines[20:20] = ["1 bad 17 s23"]
    lines[40:40] = ["2 worse"]
    shorter = fuzz_syscalls.Shrinker(Machine, Pool, "panic: N").shrink(lines)
    assert shorter == ["1 bad 0 0", "2 worse"]


def test_findings_are_told_apart():
    outcome = guest.run(PROGRAM, "-s", "1", "-n", "300")
    assert fuzz_syscalls.finding_of(outcome) is None, outcome.explain("")
    outcome.result.kind = "panic"
    outcome.log = "x\npanic: page 0x17 of 3 is gone\n"
    assert fuzz_syscalls.finding_of(outcome).signature == "panic: page N of N is gone"
    outcome.result.kind, outcome.result.status = "exit", 3
    outcome.stdout = b"\nround 2000\n\nfinding: leak: free pages before and after 10 5\n"
    found = fuzz_syscalls.finding_of(outcome)
    assert (found.signature, found.begun) == ("leak", 2000)
