"""The gate before all tests: does either kernel boot, and run one program to its end?

Where none does, every test would fail for that one reason. The debug kernel comes first, because
its checks name a mistake where it is made. Only its memory is audited: to read the debug
information of a kernel takes seconds, and a test that needs no normal kernel should not wait for
them.
"""
import re
import sys
from types import SimpleNamespace

from quire import build, explain, guest, ktap, known_tests, user_tests

PROGRAM = "hello"
LIMIT = 20  # 10^9 instructions for the tests of one layer
FAILED, NOTES = 3, 3  # failed tests inside the kernel that are shown, and complaints of each
HENCE = ", so of the other tests only those inside the kernel run."
CONNECTIVES = {"and", "or", "not"}  # of an expression T=


def complaint(kernel, words):
    """In words, what this kernel does wrong; None if nothing."""
    program = user_tests.program(PROGRAM)
    outcome = guest.run(f"/tests/{PROGRAM}", *program.args, stdin=program.input, kernel=kernel,
                        audit=bool(kernel))
    got = user_tests.text(outcome.stdout, outcome.result.ending())
    difference = user_tests.difference(program.record.read_bytes(), got, program.record.name)
    if not difference:
        return None
    if outcome.result.kind == "audit":
        return outcome.explain(f"the {words} runs {program.shown_source}, and leaves its own memory in disorder{HENCE}")
    if outcome.result.boot_instructions is None and outcome.result.kind != "nostart":
        failed = f"the {words} does not boot"
    else:
        failed = f"the {words} boots, but does not run {program.shown_source} as it should"
    failed += HENCE
    if outcome.result.kind == "reset":
        setup, limit = explain.machine_of(SimpleNamespace(
            kernel=kernel or build.path("quire.elf"), test=PROGRAM, append="", mem=128, cpu="max"))
        return f"{failed}\n{explain.again(setup, limit)}\nagain: make explain T={PROGRAM}"
    text = outcome.explain(failed)
    return text if outcome.result.message else f"{text}\n{difference}"


def own_tests(kernel, expression=""):
    """Lines about the tests inside the kernel, of the lowest layer where one fails: they often name the
    function that is wrong. `expression`: T= of `make grade`; only tests with one of its words in
    their names run."""
    words = [word for word in re.findall(r"\w+", expression) if word not in CONNECTIVES]
    passed = 0
    for layer, names in known_tests.ktests_by_layer():
        chosen = [name for name in names if not words or any(word in name for word in words)]
        if not chosen:
            continue
        outcome = guest.boot(f"ktest={','.join(chosen)}", kernel=kernel, limit=LIMIT, audit=False)
        report = ktap.parse(outcome.log)
        if report.planned is None:
            return ["The kernel does not come to its own tests."]
        if report.failed or report.panicked or outcome.result.kind != "tests":
            return [f"The lowest layer with tests that fail inside the kernel is {layer}:", *_failures(chosen, report, outcome)]
        passed += len(report.passed)
    return [f"All {passed} tests inside the kernel that ran pass."] if passed else []


def _failures(names, report, outcome):
    """Lines about the tests of one layer that failed, in the order of the source."""
    done = report.passed | report.failed | report.skipped
    ended = report.panicked or next((name for name in names if name not in done), None)
    failed = [name for name in names if name in report.failed or name == ended]
    lines = []
    for name in failed[:FAILED]:
        notes = report.notes.get(name) or [f"# it was running when the machine ended: {_ending(outcome)}"]
        lines += [f"    {name}:", *(f"        {note[2:]}" for note in notes[:NOTES])]
    more = [f"    and {len(failed) - FAILED} more"] if len(failed) > FAILED else []
    return [*lines, *more, f"again: make qemu-nox APPEND=ktest={failed[0]}" if failed else ""]


def _ending(outcome):
    """The panic's message; else how the machine ended."""
    found = re.search(r"^panic: .*", outcome.log, re.MULTILINE)
    return found[0] if found else outcome.result.message


def main():
    """The command grade/gate [T]. Its status is 0 if all is well."""
    for kernel, words in ((build.debug_kernel(), "debug kernel"), (None, "normal kernel")):
        found = (kernel or words == "normal kernel") and complaint(kernel, words)
        if found:
            sys.stdout.reconfigure(errors="backslashreplace")
            print(found)
            sys.stdout.flush()
            for line in own_tests(build.debug_kernel() or build.path("quire.elf"), *sys.argv[1:2]):
                print(line)
            return 1
    return 0
