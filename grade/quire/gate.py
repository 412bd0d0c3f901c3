"""The gate before all tests: does either kernel boot, and run one program to its end?

Where none does, every test would fail for that one reason. The debug kernel comes first, because
its checks name a mistake where it is made. Only its memory is audited: to read the debug
information of a kernel takes seconds, and a test that needs no normal kernel should not wait for
them.
"""
import sys
from types import SimpleNamespace

from quire import build, explain, guest, user_tests

PROGRAM = "hello"


def complaint(kernel, words):
    """In words, what this kernel does wrong; None if nothing."""
    program = user_tests.program(PROGRAM)
    outcome = guest.run(f"/tests/{PROGRAM}", *program.args, stdin=program.input, kernel=kernel,
                        audit=bool(kernel))
    got = user_tests.text(outcome.stdout, outcome.result.ending())
    difference = user_tests.difference(program.record.read_bytes(), got, program.record.name)
    if not difference:
        return None
    if outcome.result.boot_instructions is None and outcome.result.kind != "nostart":
        failed = f"the {words} does not boot"
    else:
        failed = f"the {words} boots, but does not run {program.shown_source} as it should"
    failed += ", so no other test runs."
    if outcome.result.kind == "reset":
        setup, limit = explain.machine_of(SimpleNamespace(
            kernel=kernel or build.path("quire.elf"), test=PROGRAM, append="", mem=128, cpu="max"))
        return f"{failed}\n{explain.again(setup, limit)}\nagain: make explain T={PROGRAM}"
    text = outcome.explain(failed)
    return text if outcome.result.message else f"{text}\n{difference}"


def main():
    """The command grade/gate. Its status is 0 if all is well."""
    for kernel, words in ((build.debug_kernel(), "debug kernel"), (None, "normal kernel")):
        found = (kernel or words == "normal kernel") and complaint(kernel, words)
        if found:
            sys.stdout.reconfigure(errors="backslashreplace")
            print(found)
            return 1
    return 0
