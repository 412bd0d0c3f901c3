"""Memory runs out at every point: each allocation that the kernel makes for a program fails once,
or with all later ones; and some fail by chance.

user/tests/evil/evil_inject.c does it, with one program after the other, and sees whether all memory
comes back; the audit looks at what is left in the end. `make grade` tries some allocations of each
program, `make inject` all of them.
"""
import os
import re
from collections import defaultdict

import pytest

from quire import build, guest, user_tests

INJECT = "/tests/evil_inject"
SOME = 8  # allocations of a program that `make grade` lets fail
ALL = 100000
KINDS = {"once": "", "lasting": "from ", "random": "random 20 "}  # what /proc/fail-nth takes
MOST = ALL if os.environ.get("INJECT") == "all" else SOME
LONG = 10  # a program with that limit runs with `make inject` only
FEWER = 4  # times as few that fail together with others
# Programs that allocate 10^5 times and more.
MANY = (
    "fork_beside_truncate",
    "seal_many_mappings",
    "proc_number_reused",
    "large_pages_taken",
    "pipe_size_large",
    "pty_limit",
    "terminal_group_ended",
)
LIMIT = 10000 if MOST == ALL else 10  # 10^9 instructions for one program
DONE = re.compile(r"^/tests/(\S+): \d+ of \d+ allocations have failed$")


def group_of(program):
    """Programs of one group run in one machine: those of a topic, or, where each allocation fails,
    fewer. The group's name ends with the options of the kernel that they need.
    """
    topic = program.name.partition("_")[0] if MOST == ALL else program.source.parent.name
    return f"{topic} {program.append}".strip()


def options_of(group):
    """The options of the kernel."""
    return group.partition(" ")[2]


def groups():
    """The programs by their groups."""
    found = defaultdict(list)
    for program in user_tests.programs():
        evil = program.name.startswith(user_tests.HOSTILE) or program.name in MANY  # they end the machine, or take long
        long = MOST != ALL and program.limit >= LONG
        own = program.args or program.input or program.kernel  # what only its own test gives it
        if not (evil or long or program.helper or own):
            found[group_of(program)].append(program.name)
    return found


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", groups())
def test_allocations_fail(group, kind, complain):
    names = groups()[group]
    paths = [f"/tests/{name}" for name in names]
    most = MOST if kind == "once" or MOST == ALL else MOST // FEWER
    options = ["-m", str(most), *(["-k", KINDS[kind]] if KINDS[kind] else [])]
    limits = {"limit": LIMIT, "sleep": 100, "step": b"/tests/"}
    outcome = guest.run(INJECT, *options, *paths, kernel=build.debug_kernel(), options=options_of(group), **limits)
    lines = outcome.stdout.decode(errors="replace").splitlines()
    found = [line for line in lines if not DONE.match(line)]
    if found:
        complain(outcome.explain("an allocation failed, and then:\n" + "\n".join(found)))
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        running = (names[len(lines) :] or ["(none: all were done)"])[0]
        complain(outcome.explain(f"the machine did not end well; the program run then: {running}"))
    assert [DONE.match(line)[1] for line in lines] == names
