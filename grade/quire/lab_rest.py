"""Labs 3 and 4: what a function owes besides its result (kern/vm/test/trace_rest.c): the locks and
pins that it drops, the work that it counts.
"""
from quire.lab_check import Blocked, Wrong
from quire.lab_words import PAGE

COPIES = "copyin_partial", "copyout_partial", "copyinstr"


class Rest:
    """The part of the model about it."""

    killed = False  # must the running thread die?

    def __init__(self, symbols):
        super().__init__(symbols)
        self.rounds = {}  # start of an area: the round of a truncation that has visited it

    words_rest = lambda self: "the locks of all spaces, and the pins of all pages, when every call has returned"
    words_work = lambda self, least=0: "the work that has been counted for yield_after"
    words_killed = lambda self, on=0, left=0: "the running thread must " + ("die: yield_after returns -EINTR" if on else "not die any more")
    words_pinned = lambda self, kind, number, va: \
        f"{COPIES[kind]} at {va:#x} in space {number}, in the middle of the copy of the page's bytes"
    words_locked_out = lambda self, number, va: \
        f"user_mem_check({va:#x}) while another thread holds the lock of space {number} for writing"

    def do_rest(self, report):
        held, pins = report.values
        if held:
            raise Wrong(self.call, "that no lock is held", f"{held} held", "rest: a lock is held")
        if pins:
            raise Wrong(self.call, "that no page is pinned", f"{pins} pins", "rest: a page is pinned")

    def do_work(self, least=0, report=None):
        if report.values[0] < least:
            raise Wrong(self.call, f"at least {least} instructions", f"{report.values[0]}", "work: not counted")

    def do_killed(self, on=0, left=0, report=None):
        self.killed = bool(on)

    def part_before_yield(self, number, va, length):
        """How many bytes a copy may try: in a thread that must die it ends with the first page."""
        return min(length, PAGE - va % PAGE) if self.killed and number != self.entered else length

    def do_pinned(self, kind, number, va, report):
        if len(report.values) < 2:
            raise Blocked("no page is mapped there")
        faulted, pins = report.values
        if not faulted:
            raise Wrong(self.call, "that it copies to the buffer that it was given", "no access to it", "pinned: no copy")
        self.expect(pins, 1, "the pins of the page", "pins")

    def do_locked_out(self, number, va, report):
        if not report.values:
            raise Blocked("there is no memory for a thread")
        if not report.values[0]:
            raise Wrong(self.call, "that it waits for the lock", "that it returned at once", "locked_out: no lock")

    # A truncation that visits the areas of an object.

    words_visited = lambda self, number, va, which: f"a truncation that has visited the area at {va:#x} in its round {which}"
    words_visit = lambda self, number, va: f"the round of the last visit of the area at {va:#x}; 0: it is visited again"

    def do_visited(self, number, va, which, report):
        if report.values != [0]:
            raise Blocked("there is no such area")
        self.rounds[va] = which

    def do_visit(self, number, va, report):
        if report.values[0]:
            raise Blocked("there is no such area")
        self.expect(report.values[1], self.rounds.get(va, 0), "the round", "round")

    def merge_rounds(self, low, high):
        """Two areas merge: if only one of them has been visited, both must be visited again."""
        if self.rounds.get(low.start, 0) != self.rounds.pop(high.start, 0):
            self.rounds[low.start] = 0
