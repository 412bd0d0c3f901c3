"""The kernel's own tests (kern/*/test/*.c): one machine for each file, one result for each test."""
import functools

import pytest

from quire import build, guest, ktap

KERNEL = build.debug_kernel() or build.path("quire.elf")
TESTS = ktap.listed(KERNEL)


@functools.cache
def run_file(file):
    """Run the tests of one source file; (what the console reported, how the machine ended)."""
    names = [name for path, name in TESTS if path == file]
    outcome = guest.boot(f"ktest={','.join(names)}", kernel=KERNEL, limit=60)
    return ktap.parse(outcome.log), outcome


def param(file, name):
    return pytest.param(file, name, id=name, marks=pytest.mark.xdist_group(file))


@pytest.mark.parametrize("file, name", [param(*test) for test in TESTS])
def test_in_kernel(file, name, complain):
    report, outcome = run_file(file)
    outcome.again = f"make qemu-nox APPEND=ktest={name}"
    if name in report.failed:
        notes = "\n".join(report.notes[name]) or "it did not say why"
        complain(outcome.explain(f"{file}: {name} failed:\n{guest.indent(notes)}"))
    if name == report.panicked:
        complain(outcome.explain(f"{file}: {name} was running when the kernel panicked"))
    if report.panicked:
        did = "passed" if name in report.passed else "did not run"
        outcome.again = f"make qemu-nox APPEND=ktest={report.panicked}"
        complain(outcome.explain(f"{file}: {name} {did}; the kernel panicked in {report.panicked}"))
    if name not in report.passed:
        complain(outcome.explain(f"{file}: {name} did not report: {outcome.result.message}"))
    if outcome.result.kind != "tests":
        complain(outcome.explain(f"{file}: {name} passed, but the machine did not end well"))


def test_in_kernel_without_debug(complain):
    """On the normal build every test passes or says that it needs the debug build; and it ends."""
    kernel = build.path("quire.elf")
    outcome = guest.boot("ktest", kernel=kernel, limit=60)
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
    outcome = guest.boot("ktest", kernel=UBSAN, limit=120)
    report = ktap.parse(outcome.log)
    if outcome.result.kind != "tests" or report.failed or len(report.passed) < len(TESTS):
        outcome.again = "make qemu-nox UBSAN=1 DEBUG=1 APPEND=ktest"
        complain(outcome.explain(f"not all tests passed; of the rest: {report.failed}"))
