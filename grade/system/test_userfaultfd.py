"""A page fault that nobody handles: the machine says so, and which one it is."""
from quire import guest


def test_a_fault_that_nobody_handles(complain):
    outcome = guest.run("tests/uffd_unhandled")
    said = "waits for a handler of its fault at 0x20000005: nobody has read the message"
    if (outcome.result.kind, outcome.result.status) != ("deadlock", 124):
        complain(outcome.explain(f"uffd_unhandled ended in {outcome.result.kind}"))
    if said not in outcome.log:
        complain(outcome.explain(f"the kernel does not say {said!r}"))
