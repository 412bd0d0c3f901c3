"""Lab 3's checks of trees of areas, exercises 1 and 2: the operations that the kernel performs.
quire/lab_areas.py judges what they return. The other exercises' checks are in checks_spaces.py."""
from quire.lab_areas import Areas
from quire.lab_check import Checks, op

CHECKS = Checks(3, Areas)
check = CHECKS.add

AT = 8 << 20  # where the areas of a tree are, in a machine of 16 MiB
PAGE = 4096
ULIM = 0xC0000000
STACK = 2  # AREA_GROWSDOWN


def tree(*ranges):
    """A tree of areas, inserted in this order: (start, end) or (start, end, flags), in pages."""
    ops = [op("tree", AT, 64)]
    for number, (start, end, *flags) in enumerate(ranges):
        ops.append(op("area_insert", number, start * PAGE, end * PAGE, *(flags or [0])))
    return ops


def look_everywhere(ranges):
    """Search at each border of the ranges, and beside it."""
    ops = []
    for address in sorted({page * PAGE + beside for pair in ranges for page in pair[:2] for beside in (-1, 0, 1)}):
        ops += [op("area_find", address), op("area_find_from", address)]
    return ops


# Exercise 1: area_find_from, area_find, area_insert.


@check("area_find and area_find_from in an empty tree return NULL")
def find_empty(rng):
    return tree() + [op(name, address) for name in ("area_find", "area_find_from") for address in (0, 0x1000, 0xBFFFF000)]


@check("an area contains its first byte and not its end, and area_find_from finds the next one")
def find_borders(rng):
    ranges = [(5, 9), (1, 2), (9, 10), (0x20, 0x30), (0xBFFFE, 0xC0000)]
    return tree(*ranges) + look_everywhere(ranges)


@check("area_insert keeps the list in order, the tree balanced, and all gaps right")
def insert_in_order(rng):
    ops = []
    for step in (1, -1):
        ops += [op("tree", AT, 64)]
        for number in range(20)[::step]:
            start = (3 + 5 * number) * PAGE
            ops += [op("area_insert", number, start, start + 2 * PAGE, 0)]
            ops += [op("area_list")] if number % 3 == 0 else []
        ops += [op("area_list")]
    return ops


@check("area_insert between two areas corrects the gap of the next one too")
def insert_between(rng):
    ops = [op("tree", AT, 64)]
    for number, page in enumerate((0x100, 0x300, 0x200, 0x280, 0x180, 0x101, 0x2FF, 0x102)):
        ops += [op("area_insert", number, page * PAGE, (page + 1) * PAGE, 0), op("area_list")]
    return ops


@check("the guard of a stack is no part of the gap below it")
def insert_stacks(rng):
    ops = [op("tree", AT, 64)]
    for number, (page, flags) in enumerate(((0x500, STACK), (0x80, STACK), (0x400, 0), (0x380, STACK), (0x800, STACK))):
        ops += [op("area_insert", number, page * PAGE, (page + 4) * PAGE, flags), op("area_list")]
    return ops


@check("random areas, inserted and removed, are found")
def tree_random(rng):
    ops, free, used = [op("tree", AT, 64)], list(range(40)), []
    rng.shuffle(free)
    for _ in range(60):
        if used and rng.random() < 0.3:
            number = used.pop(rng.randrange(len(used)))
            free.append(number)
            ops.append(op("area_remove", number))
        elif free:
            number = free.pop(0)
            used.append(number)
            start = (16 + 40 * number + rng.randrange(20)) * PAGE
            ops.append(op("area_insert", number, start, start + rng.randrange(1, 20) * PAGE, 0))
        address = rng.randrange(1700) * PAGE + rng.choice([0, 0xFFF])
        ops += [op(rng.choice(["area_find", "area_find_from"]), address)]
        ops += [op("area_list")] if rng.random() < 0.15 else []
    return ops + [op("area_list")]


@check("area_insert sets all fields of an area, whatever its memory contained: areas without a gap between them")
def insert_adjacent(rng):
    ops = []
    for step in (1, -1):
        ops += [op("tree", AT, 64, 1)]
        for number in range(12)[::step]:
            ops += [op("area_insert", number, (number + 1) * PAGE, (number + 2) * PAGE, 0), op("area_list")]
    return ops


@check("area_find among thousands of areas takes few instructions")
def find_many(rng):
    return [op("tree", AT, 4000), op("insert_many", 3000, 0x10000, 0x3000, 0x2000),
            *(op(name, 0x10000 + rng.randrange(9100) * PAGE) for name in ("area_find", "area_find_from") * 8)]


# Exercise 2: area_find_gap, gap_fits.


def gaps(ranges, *searches):
    """A tree, and searches for a gap: (low, high, length, alignment) in pages."""
    return tree(*ranges) + [op("area_find_gap", low * PAGE, high * PAGE, length * PAGE, align * PAGE)
                            for low, high, length, align in searches]


@check("area_find_gap finds the lowest gap that is large enough")
def gap_lowest(rng):
    ranges = [(10, 12), (14, 20), (23, 30), (40, 41), (41, 50), (60, 70)]
    return gaps(ranges, *((8, 100, length, 1) for length in range(1, 41)))


@check("area_find_gap begins at `low`, which may lie in an area or in a gap")
def gap_low(rng):
    ranges = [(10, 12), (20, 21), (40, 50), (60, 70)]
    return gaps(ranges, *((low, 100, length, 1) for low in (0, 9, 11, 13, 20, 30, 38, 45, 55, 65, 70, 99)
                          for length in (1, 5, 8, 20)))


@check("area_find_gap ends at `high`: a gap that only begins below it is too small")
def gap_high(rng):
    ranges = [(10, 12), (20, 21), (40, 50)]
    return gaps(ranges, *((5, high, length, 1) for high in (6, 12, 19, 20, 30, 40, 45, 60) for length in (1, 5, 8, 15, 20)))


@check("area_find_gap aligns the address, and the aligned part of the gap must be large enough")
def gap_aligned(rng):
    ranges = [(9, 17), (25, 31), (33, 47), (64, 65), (81, 1000)]
    return gaps(ranges, *((1, 2048, length, align) for align in (2, 8, 16, 64, 1024) for length in (1, 7, 8, 15, 16, 100)))


@check("area_find_gap in an empty tree, and above the last area")
def gap_above(rng):
    return gaps([], (0, 16, 16, 1), (3, 16, 13, 1), (3, 16, 14, 1), (3, 16, 8, 8)) + \
        gaps([(4, 8)], (4, 20, 12, 1), (4, 20, 13, 1), (0, 20, 4, 1), (0, 20, 5, 1), (0x40000, 0xC0000, 0x80000, 1))


@check("area_find_gap does not wrap around where length or alignment is very large")
def gap_wraps(rng):
    ranges = [(0x10, 0xBFFF0)]
    return gaps(ranges, (0x40000, 0xC0000, 0x10, 1), (0x40000, 0xC0000, 0x11, 1), (0x40000, 0xC0000, 0xBFFFF, 1),
                (0x40000, 0xC0000, 1, 0x80000), (0x40000, 0xC0000, 0x10, 0x40000), (0xBFFFF, 0xC0000, 0xC0000, 1),
                (0, 0xC0000, 0xC0000, 1), (0x200, 0x100, 1, 1), (0xBFFF8, 0x20, 1, 1), (0x8, 0x8, 1, 1)) + \
        gaps([], (0x200, 0x100, 1, 1), (0x10, 0x18, 0xFFFFF, 1), (0x10, 0x18, 1, 0x80000)) + \
        gaps([(0xFFFF0, 0xFFFFF)], (0xFFFFF, 0xFFFFF, 1, 0x1000), (0xFFF00, 0xFFFFF, 1, 0x10000))


@check("area_find_gap leaves the guards of stacks free")
def gap_guards(rng):
    ranges = [(0x400, 0x402, STACK), (0x180, 0x181), (0x520, 0x521, STACK), (0x600, 0x601)]
    return gaps(ranges, *((0x10, 0x800, length, 1) for length in (0x80, 0x17F, 0x180, 0x181, 0x1FF, 0x20, 0xDF)),
                (0x350, 0x800, 0x10, 1), (0x402, 0x800, 0x10, 1), (0x402, 0x800, 0x1F, 1))


@check("area_find_gap finds the lowest gap among random areas")
def gap_random(rng):
    ops = []
    for _ in range(4):
        borders = sorted(rng.sample(range(1, 400), 24))
        ranges = list(zip(borders[::2], borders[1::2]))
        rng.shuffle(ranges)
        ops += gaps(ranges, *((rng.randrange(300), rng.randrange(200, 420), rng.randrange(1, 40), 1 << rng.randrange(5))
                              for _ in range(15)))
    return ops


@check("area_find_gap among thousands of areas takes few instructions")
def gap_many(rng):
    ops = [op("tree", AT, 4000), op("insert_many", 3000, 0x10000, 0x3000, 0x2000)]
    for pages in (1, 2, 100):
        ops += [op("area_find_gap", 0x10000, ULIM, pages * PAGE, PAGE), op("area_find_gap", 0x1000000, ULIM, pages * PAGE, PAGE)]
    # No gap has an aligned address: the search ends at `high`.
    ops += [op("area_find_gap", 0x11000, 0x111000, PAGE, 0x400000)]
    ops += [op("area_remove", 1500), op("area_find_gap", 0x10000, ULIM, 2 * PAGE, PAGE),
            op("area_find_gap", 0x10000, ULIM, 4 * PAGE, PAGE)]
    return ops
