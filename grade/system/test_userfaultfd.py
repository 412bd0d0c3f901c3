"""The examples of userfaultfd; and a page fault that nobody handles: the machine says which one."""
import re

import pytest

from quire import guest

EXAMPLES = {  # what each says at its end
    "pagedheap": r"expanded: (\d+) of \1 pages, \1 faults\n0 pages are wrong",
    "snapshot": r"saved: (\d+) of \1 pages, \d+ faults\n\1 pages were written meanwhile; the snapshot is right",
    "migrate": r"sent: (\d+) of \1 pages, \d+ faults\n0 pages are wrong",
    "compact": r"moved: (\d+) of \1 pages, \d+ faults\n0 pages are wrong",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name, complain):
    """With as many pages as it takes by itself, and with so many that other processes run meanwhile."""
    for args in [], ["3000"]:
        outcome = guest.run(name, *args, limit=4)
        if (outcome.result.kind, outcome.result.status) != ("exit", 0):
            complain(outcome.explain(f"{name} ended in {outcome.result.kind} {outcome.result.status}"))
        if not re.search(EXAMPLES[name], outcome.stdout.decode()):
            complain(outcome.explain(f"{name} says:\n{outcome.stdout.decode()}"))


def test_a_fault_that_nobody_handles(complain):
    outcome = guest.run("tests/uffd_unhandled")
    said = "waits for a handler of its fault at 0x20000005: nobody has read the message"
    if (outcome.result.kind, outcome.result.status) != ("deadlock", 124):
        complain(outcome.explain(f"uffd_unhandled ended in {outcome.result.kind}"))
    if said not in outcome.log:
        complain(outcome.explain(f"the kernel does not say {said!r}"))
