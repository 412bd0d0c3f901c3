"""Lab 1's model of page_init on an invented map of memory."""
from quire.lab_check import KERNBASE, NONE, Blocked, Wrong
from quire.lab_gaps import LINEAR_SIZE
from quire.lab_pages import RESERVED, Pages
from quire.lab_words import PAGE


class Invented(Pages):
    """What page_init makes of a map that the grader has given it."""

    def words_page_init(self, at, size):
        usable = ", ".join(f"[{a:#x}, {b:#x})" for a, b in self.usable)
        taken = ", ".join(f"[{a:#x}, {b:#x})" for a, b in self.taken)
        return f"page_init() with usable memory {usable} and taken memory {taken or '(none)'}"

    def do_page_init(self, at, size, report):
        if report.values == [1]:
            raise Blocked(f"there is no memory for pages[] at {at:#x}")
        base, total, odd, kind = report.values[1:5]
        self.total = min(self.usable[-1][1], LINEAR_SIZE) // PAGE
        self.expect(total, self.total, "page_total", "page_total")
        self.expect(base, KERNBASE + at, "pages[] from boot_alloc, at", "pages[] elsewhere")
        if odd != NONE:
            raise Wrong(self.call, f"that the page_t of {self.name(odd)} is written: kind, count, pins and flags",
                        "only the kind" if kind == RESERVED else "what the memory held before",
                        f"page_init: page_t not written{', but the kind' if kind == RESERVED else ''}")
        end = at + 16 * total
        self.free = {number for number in range(1, self.total) if self.free_page(number)}
        self.free -= set(range(at // PAGE, -(-end // PAGE)))
        self.used, self.contents, self.slots = {}, {}, {}
        self.many, self.cached = set(), set()
