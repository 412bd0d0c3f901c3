"""Lab 1's model of memory before there are pages: what boot_next_gap and boot_alloc may do."""
import re

from quire.lab_check import KERNBASE, Model, Wrong
from quire.lab_words import PAGE

LINEAR_SIZE = 0x38000000
TEXT_MAX = 75  # characters of a panic's message that the kernel reports


class Gaps(Model):
    """The part about memory before there are pages."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.usable, self.taken = [], []  # [start, end)
        self.range, self.blocks = None, []  # of boot_alloc
        self.closed = False

    def do_clear_map(self, report):
        self.usable, self.taken = [], []

    def do_usable(self, start, end, report):
        self.usable.append((start, end))

    def do_taken(self, start, end, report):
        self.taken.append((start, end))

    def do_use_map(self, report):
        pass

    def free_page(self, number):
        """Does page `number` lie wholly in usable memory, with no byte of it occupied?"""
        start, end = number * PAGE, (number + 1) * PAGE
        return end <= LINEAR_SIZE and any(a <= start and end <= b for a, b in self.usable) \
            and not any(a < end and start < b for a, b in self.taken if a < b)

    def gap_from(self, start):
        """The first gap at or above `start`, page by page; None without one."""
        ends = [end for _, end in self.usable]
        first = start // PAGE
        last = min(max(ends, default=0), LINEAR_SIZE) // PAGE
        while first < last and not self.free_page(first):
            first += 1
        if first >= last:
            return None
        end = first
        while end < last and self.free_page(end):
            end += 1
        return first * PAGE, end * PAGE

    def words_boot_next_gap(self, start):
        usable = ", ".join(f"[{a:#x}, {b:#x})" for a, b in self.usable)
        taken = ", ".join(f"[{a:#x}, {b:#x})" for a, b in self.taken)
        return f"boot_next_gap({start:#x}) with usable memory {usable} and taken memory {taken or '(none)'}"

    def do_boot_next_gap(self, start, report):
        found, low, high = report.values
        gap = self.gap_from(start)
        if not gap:
            self.expect(found, 0, "the result false, because there is no gap:", "a gap where there is none")
            return
        words = f"true and the gap [{gap[0]:#x}, {gap[1]:#x})"
        got = f"true and the gap [{low:#x}, {high:#x})" if found else "false"
        if not found or (low, high) != gap:
            kind = "none" if not found else "start" if low != gap[0] else "end"
            raise Wrong(self.call, words, got, f"boot_next_gap: wrong {kind}")

    def do_boot_range(self, start, after, end, closed=0, report=None):
        self.range, self.blocks, self.closed = (after, end), [], bool(closed)

    words_boot_range = lambda self, start, after, end, closed=0: \
        f"the grader lets boot_alloc allocate from [{start:#x}, {end:#x}); [{start:#x}, {after:#x}) is allocated" \
        + (", and page_init has run" if closed else "")
    words_usable = lambda self, start, end: f"the grader's map has usable memory [{start:#x}, {end:#x})"
    words_taken = lambda self, start, end: f"the grader's map has taken memory [{start:#x}, {end:#x})"
    words_clear_map = lambda self: "the grader begins another map of memory"
    words_use_map = lambda self: "the grader makes this map boot_map"
    words_release_locks = lambda self: "the grader releases the locks that the panic left"

    def results_boot_next_gap(self, report):
        found, low, high = report.values
        return f"true, and the gap [{low:#x}, {high:#x})" if found else "false"

    def words_boot_alloc(self, size, align):
        return f"boot_alloc({size:#x}, {align:#x})"

    def _rest(self):
        """Where memory ends that no block has."""
        return max([end for _, end in self.blocks] + [self.range[0]])

    def panic_boot_alloc(self, size, align):
        if self.closed:
            return "page_init has run"
        rest = -(-self._rest() // align) * align
        if size and rest + size > self.range[1]:
            return f"there are only {max(0, self.range[1] - rest):#x} bytes left at {rest:#x}"
        return None

    def panicked_boot_alloc(self, size, align, text):
        """The message has the size asked for and the size left, before or after the start is aligned."""
        if self.closed or len(text) >= TEXT_MAX:
            return  # of a longer message the kernel reports only the beginning
        numbers = {int(word, 0) for word in re.findall(r"0x[0-9a-f]+|[1-9]\d*|\b0\b", text)}
        left = {self.range[1] - self._rest(), self.range[1] - -(-self._rest() // align) * align & 0xFFFFFFFF}
        if size not in numbers or not left & numbers:
            raise Wrong(self.call, f"a panic with the size asked for, {size}, and the size left, {min(left)}", f"a panic: {text}",
                        "boot_alloc: a panic without the sizes")

    def do_boot_alloc(self, size, align, report):
        if not KERNBASE <= report.values[0] < KERNBASE + LINEAR_SIZE:
            raise Wrong(self.call, "an address in the linear map (phys_to_virt)", f"{report.values[0]:#x}, which is not in it",
                        "boot_alloc: not in the linear map")
        start = report.values[0] - KERNBASE
        self.expect(start % align, 0, "an address that is aligned, so the remainder", "not aligned")
        if not size:
            following = KERNBASE + -(-self._rest() // align) * align
            self.expect(report.values[0], following, "the address that the next allocation would have,", "next address")
            return
        end = start + size
        if start < self.range[0] or end > self.range[1]:
            raise Wrong(self.call, f"memory in [{self.range[0]:#x}, {self.range[1]:#x})", f"[{start:#x}, {end:#x})",
                        "boot_alloc: out of the range")
        for low, high in self.blocks:
            if start < high and low < end:
                raise Wrong(self.call, "memory that no other block has",
                            f"[{start:#x}, {end:#x}); an earlier block has [{low:#x}, {high:#x})",
                            "boot_alloc: blocks overlap")
        self.blocks.append((start, end))

    def do_release_locks(self, report):
        pass
