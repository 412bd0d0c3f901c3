"""Lab 1's model of a machine's real memory: after boot_alloc_init, and after page_init."""
from quire.lab_check import KERNBASE, NONE, Wrong
from quire.lab_gaps import LINEAR_SIZE
from quire.lab_pages import Page, Pages
from quire.lab_words import PAGE


class Boot(Pages):
    """The real memory of a machine: after boot_alloc_init, and after page_init."""

    def do_boot_state(self, report):
        """The memory map and what is occupied: the kernel has them from the boot loader."""
        lines = report.more[1:] + [report.values]
        self.usable = [(start, end) for kind, start, end in lines if kind == 1]
        self.taken = [(start, end) for kind, start, end in lines if kind == 2]
        gaps, at = [], PAGE
        while gap := self.gap_from(at):
            gaps.append(gap)
            at = gap[1]
        self.range = max(gaps, key=lambda gap: (gap[1] - gap[0], -gap[0]))
        self.expect(report.more[0][0] if report.more else 0, self.range[0], "that boot_alloc's range begins at",
                    "another range")

    def do_boot_fill(self, address, size, value, report):
        if report.values != [0]:
            raise Wrong(self.call, "memory that nothing else occupies", "the kernel's image, or no memory",
                        "boot_alloc: memory of others")

    def words_world(self):
        return "page_init()"

    def do_world(self, report):
        """What page_init has made. Pages that a block touches are not free; page 0 never is."""
        base, total, zero, _, _, usable_count = report.values  # free_list compares the free pages
        self.total = min(max(end for _, end in self.usable), LINEAR_SIZE) // PAGE
        self.expect(total, self.total, "page_total", "page_total")
        start = base - KERNBASE & 0xFFFFFFFF
        low, high = start, start + 16 * total
        if not self.range[0] <= low <= high <= self.range[1]:
            raise Wrong(self.call, f"pages[] in memory from boot_alloc, [{self.range[0]:#x}, {self.range[1]:#x})",
                        f"[{low:#x}, {high:#x})", "page_init: pages[] elsewhere")
        for first, end in self.blocks:
            if low < end and first < high:
                raise Wrong(self.call, "pages[] where no other block is",
                            f"[{low:#x}, {high:#x}); a block of boot_alloc is at [{first:#x}, {end:#x})",
                            "page_init: pages[] over a block")
        self.blocks.append((low, high))
        self.zero, self.closed = zero, True
        first, last = min(a for a, _ in self.blocks), max(b for _, b in self.blocks)
        self.taken.append((first, last))
        pages = sum(max(0, min(b, LINEAR_SIZE) // PAGE - -(-a // PAGE)) for a, b in self.usable)
        self.free = self._usable_pages() - {0, zero}
        self.used = {}
        if zero != NONE:
            self.used[zero] = Page()
            self.used[zero].pins, self.used[zero].content = 1, 0
        self.expect(usable_count, pages, "page_pool.usable_count", "usable_count")

    def _usable_pages(self):
        """The free pages, computed range by range: page by page would take too long for 256 MiB."""
        found = set()
        for start, end in self.usable:
            found.update(range(-(-start // PAGE), min(end, LINEAR_SIZE) // PAGE))
        for start, end in self.taken:
            found.difference_update(range(start // PAGE, -(-end // PAGE)) if start < end else ())
        return found

    def gap_from(self, start):
        """As in Gaps, but by sets: real memory is large."""
        pages = self._usable_pages()
        above = [number for number in pages if number >= start // PAGE]
        if not above:
            return None
        first = end = min(above)
        while end in pages:
            end += 1
        return first * PAGE, end * PAGE
