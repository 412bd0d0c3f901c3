"""The kernel's option `why`: a line on the log for each system call that fails, with the reason."""
import errno
import re

import pytest

from quire import build, guest

FAILED = re.compile(r": (E[A-Z0-9]+)\b")
REASON = re.compile(r"^(?:\S+ )?why: (\w+): (\w+): (E[A-Z0-9]+|error) \((\d+)\): (.*?)\r?$", re.MULTILINE)


def reasons(log, program):
    """(error number, reason) of each call of the program that failed."""
    return [(int(match[4]), match[5]) for match in REASON.finditer(log) if match[1] == program]


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
@pytest.mark.parametrize("program", ["mmap_errors", "mremap_errors", "exec_errors"])
def test_each_failing_call_has_a_reason(program, complain):
    outcome = guest.run(f"/tests/{program}", kernel=build.debug_kernel(), options="why", limit=8)
    found = reasons(outcome.log, program)
    for number, reason in found:
        if reason == "no reason is noted":
            complain(outcome.explain(f"a call failed with {errno.errorcode[number]}, for no reason"))
    logged = iter(number for number, _ in found)
    shown = FAILED.findall(outcome.stdout.decode())
    assert shown, outcome.explain("the program shows no error")
    for name in shown:
        if getattr(errno, name) not in logged:  # and everything up to it is taken from `logged`
            complain(outcome.explain(f"{name} was shown, but no reason for it logged"))


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
def test_a_reason_has_values():
    outcome = guest.run("/tests/mmap_errors", kernel=build.debug_kernel(), options="why", limit=8)
    assert (errno.EEXIST, "the address 0x20000000 is taken by a mapping") in reasons(outcome.log, "mmap_errors")


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
def test_without_the_option_nothing_is_logged():
    outcome = guest.run("/tests/mmap_errors", kernel=build.debug_kernel(), limit=8)
    assert "why:" not in outcome.log
