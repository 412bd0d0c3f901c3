"""Lab 3's model of one area of an address space (kern/vm/area.h), and the numbers that go with it."""
from dataclasses import dataclass, replace

from quire.lab_areas import GROWSDOWN
from quire.lab_words import PAGE

READ, WRITE, EXEC = 1, 2, 4
USER_MIN, MMAP_BASE, ULIM, LARGE = 0x10000, 0x40000000, 0xC0000000, 1 << 22
FIXED, FREE_ONLY, OBJECT, OBJECT_1, LARGE_OPS, FALSE_OPS = (0x10000 << i for i in range(6))
ANONYMOUS, LARGE_PAGES, FIRST_OBJECT, SECOND_OBJECT, FALSE_BACKEND = range(5)  # backends
BACKENDS = "anonymous", "large pages", "object 0", "object 1", "the grader's backend"
FLAGS = (1, "shared"), (GROWSDOWN, "stack"), (4, "locked")  # AREA_ bits that tests use
AREAS_MAX = 65530
ZERO = "the zero page"


def up(value, unit=PAGE):
    return -(-value // unit) * unit


def down(value, unit=PAGE):
    return value // unit * unit


@dataclass
class Area:
    """One area. `offset` counts only where there is an object."""

    start: int
    end: int
    prot: int
    flags: int
    backend: int
    offset: int = 0

    @property
    def unit(self):
        return LARGE if self.backend == LARGE_PAGES else PAGE

    @property
    def guard(self):
        return max(0, self.start - (1 << 20)) if self.flags & GROWSDOWN else self.start

    def alike(self, high):
        """Can this area and the one that begins at its end merge?"""
        same = (self.prot, self.flags, self.backend) == (high.prot, high.flags, high.backend)
        return same and (self.backend == ANONYMOUS or self.offset + self.end - self.start == high.offset)

    def part(self, start, end):
        """The part [start, end) of the area."""
        offset = self.offset + start - self.start if self.backend != ANONYMOUS else self.offset
        return replace(self, start=start, end=end, offset=offset)

    def key(self):
        """What the kernel's area must have."""
        return (self.start, self.end, self.prot, self.flags, self.backend, None if self.backend == ANONYMOUS else self.offset)

    def __str__(self):
        letters = "".join(letter if self.prot & bit else "-" for letter, bit in (("r", READ), ("w", WRITE), ("x", EXEC)))
        words = f"[{self.start:#x}, {self.end:#x}) {letters}"
        words += "".join(f" {name}" for bit, name in FLAGS if self.flags & bit)
        return words + (f" {BACKENDS[self.backend]} from {self.offset:#x}" if self.backend else "")
