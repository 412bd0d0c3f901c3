"""The kernel's own tests (kern/*/test/*.c): one machine for each file, one result for each test."""
import functools
import pathlib
import re

import pytest

from quire import build, guest, ktap

KERNEL = build.debug_kernel() or build.path("quire.elf")
TESTS = ktap.listed(KERNEL)
MACHINES = 4  # for the tests of one file
LIMIT = 2  # 10^9 instructions for one test


@functools.cache
def run_file(file):
    """Run the tests of one source file. {test: (what the console reported, how the machine ended)}

    A panic or a time-out ends the test during which it comes; those after it run in a new machine.
    The
    tests that MACHINES machines did not reach are missing.
    """
    rest = [name for path, name in TESTS if path == file]
    found = {}
    for _ in range(MACHINES):
        outcome = guest.boot(f"ktest={','.join(rest)}", kernel=KERNEL, limit=LIMIT, step=b"ok ")
        report = ktap.parse(outcome.log)
        done = report.passed | report.failed | report.skipped
        last = report.panicked or next((name for name in rest if name not in done), rest[-1])
        reached = rest.index(last) + 1
        found.update(dict.fromkeys(rest[:reached], (report, outcome)))
        rest = rest[reached:]
        if not rest:
            break
    return found


def param(file, name):
    return pytest.param(file, name, id=name, marks=pytest.mark.xdist_group(file))


@pytest.mark.parametrize("file, name", [param(*test) for test in TESTS])
def test_in_kernel(file, name, complain):
    found = run_file(file)
    if name not in found:
        complain(f"{file}: {name} did not run: {MACHINES} machines did not come to it")
    report, outcome = found[name]
    outcome.again = f"make qemu-nox APPEND=ktest={name}"
    if name in report.failed:
        notes = "\n".join(report.notes[name]) or "it did not say why"
        complain(f"{file}: {name} failed:\n{guest.indent(notes)}\nagain: {outcome.again}")
    if name == report.panicked:
        complain(outcome.explain(f"{file}: {name} was running when the kernel panicked"))
    if name not in report.passed:
        complain(outcome.explain(f"{file}: {name} was running when the machine ended"))
    last = [test for test in found if found[test][1] is outcome][-1]
    if name == last and outcome.result.kind != "tests":
        complain(outcome.explain(f"{file}: {name} passed, but the machine did not end well"))


def test_tests_run_in_the_order_of_their_source():
    """So the first that fails is of the function that the file has first."""
    for file in {path for path, _ in TESTS}:
        text = pathlib.Path(build.source(file)).read_text(encoding="utf-8")
        places = [re.search(rf"\bKTEST(_DEBUG)?\({name}\)", text) for path, name in TESTS if path == file]
        starts = [place.start() for place in places if place]
        assert starts == sorted(starts), file


def test_in_kernel_without_debug(complain):
    """On the normal build every test passes or says that it needs the debug build; and it ends."""
    kernel = build.path("quire.elf")
    outcome = guest.boot("ktest", kernel=kernel, limit=LIMIT, step=b"ok ")
    report = ktap.parse(outcome.log)
    done = len(report.passed) + len(report.skipped)
    if outcome.result.kind != "tests" or report.failed or done < len(ktap.listed(kernel)):
        outcome.again = "make qemu-nox APPEND=ktest"
        complain(outcome.explain(f"not all tests passed; of the rest: {report.failed}"))


def test_no_such_test_fails():
    outcome = guest.boot("ktest=nonesuch", kernel=build.path("quire.elf"))
    assert (outcome.result.kind, outcome.result.status) == ("tests", 1), outcome.explain("it passed")
    assert "no test has such a name" in outcome.log


UBSAN = build.ubsan_kernel()


@pytest.mark.skipif(not UBSAN, reason="no such build; `make UBSAN=1 DEBUG=1 kernel` makes it")
def test_no_undefined_behaviour(complain):
    outcome = guest.boot("ktest", kernel=UBSAN, limit=4 * LIMIT, step=b"ok ")
    report = ktap.parse(outcome.log)
    if outcome.result.kind != "tests" or report.failed or len(report.passed) < len(TESTS):
        outcome.again = "make qemu-nox UBSAN=1 DEBUG=1 APPEND=ktest"
        complain(outcome.explain(f"not all tests passed; of the rest: {report.failed}"))
