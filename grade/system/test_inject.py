"""Memory runs out at every point: each allocation that the kernel makes for a program fails once, or
with all later ones; and some fail by chance.

user/tests/evil/evil_inject.c does it, with one program after the other, and sees whether all memory comes
back; the audit looks at what is left in the end. `make grade` tries some allocations of each program,
`make inject` all of them.
"""
import os
import re
from collections import defaultdict

import pytest

from quire import build, guest, record

INJECT = "/tests/evil_inject"
SOME = 16  # allocations of a program that `make grade` lets fail
ALL = 100000
KINDS = {"once": "", "lasting": "from ", "random": "random 20 "}  # what /proc/fail-nth takes
MOST = ALL if os.environ.get("INJECT") == "all" else SOME
SECONDS = 100000  # of the guest, whose sleep costs nothing: a backstop
DONE = re.compile(r"^/tests/(\S+): \d+ of \d+ allocations have failed$")


def groups():
    """The programs by the first word of their names; one machine runs a group."""
    found = defaultdict(list)
    for program in record.programs():
        evil = program.name.startswith(record.HOSTILE)  # they end the machine, or take long
        if not (evil or program.helper or program.args or program.kernel):
            found[program.name.partition("_")[0]].append(program.name)
    return found


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", groups())
def test_allocations_fail(group, kind, complain):
    names = groups()[group]
    paths = [f"/tests/{name}" for name in names]
    most = MOST if kind == "once" or MOST == ALL else MOST // 8
    options = ["-m", str(most), *(["-k", KINDS[kind]] if KINDS[kind] else [])]
    outcome = guest.run(INJECT, *options, *paths, limit=SECONDS, kernel=build.debug_kernel())
    lines = outcome.stdout.decode(errors="replace").splitlines()
    found = [line for line in lines if not DONE.match(line)]
    if found:
        complain(outcome.explain("an allocation failed, and then:\n" + "\n".join(found)))
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        running = (names[len(lines) :] or ["(none: all were done)"])[0]
        complain(outcome.explain(f"the machine did not end well; the program run then: {running}"))
    assert [DONE.match(line)[1] for line in lines] == names
