"""Lab 3's checks of address spaces, exercises 3 to 6: the operations that the kernel performs after
vm_init. quire/lab_spaces.py and lab_faults.py judge what they return.
"""
from lab3.checks import PAGE, STACK
from quire.lab_area import FIXED, FREE_ONLY, LARGE, LARGE_OPS, MMAP_BASE, OBJECT, OBJECT_1
from quire.lab_check import Checks, op
from quire.lab_faults import Spaces
from quire.trace import Machine

CHECKS = Checks(3, Spaces)
check = CHECKS.add

VA = 0x10000000
NONE, RO, WRITE_ONLY, RW = 0, 1, 2, 3
SHARED, LOCKED = 1, 4  # AREA_ bits


def at(page):
    """The address of a page of the tests' range."""
    return VA + page * PAGE


def vm(ops, anonymous=True):
    """Operations on space 0, which is entered, and what must be left at the end: nothing.

    anonymous: their faults map anonymous memory.
    """
    faults = anonymous and any(each.name in ("fault", "user_trap", "kernel_trap") for each in ops)
    warm = [op("space", 0), op("area", 0, at(0), at(1), RW), *[op("fault", 0, at(0), 1)] * faults, op("space_end", 0)]
    return [("vm", [op("spaces"), *warm, op("free_pages"), op("space", 0), op("enter", 0), *ops, op("areas", 0), op("rest"), op("space_end", 0),
                    op("free_pages")])]


def area(start, end, prot=RW, flags=0, offset=0):
    """An area of space 0, in pages of the tests' range; made by the grader, not by aspace_map."""
    return op("area", 0, at(start), at(end), prot, flags, offset * PAGE)


def each_shortage(count, first, *ops):
    """The operations with 0, 1, ... blocks left for areas, each time in a new space with the areas
    `first`.
    """
    done = []
    for blocks in range(count):
        done += [op("space", 1), *(op(one.name, 1, *one.args[1:]) for one in first), op("hungry", 0, blocks),
                 *(op(one.name, 1, *one.args[1:]) for one in ops), op("fed"), op("areas", 1), op("space_end", 1)]
    return done


# Exercise 3: areas_split_at, area_cut_off.


@check("areas_split_at cuts an area at both ends of the range, and leaves areas that need no cut")
def split_both_ends(rng):
    ops = [area(0, 10), area(12, 20, RO)]
    for start, end in ((3, 6), (3, 6), (0, 10), (10, 12), (8, 15), (30, 40), (12, 20), (19, 20)):
        ops += [op("split", 0, at(start), at(end)), op("areas", 0)]
    return vm(ops)


@check("areas_split_at gives the upper part the offset in the object that belongs there")
def split_offsets(rng):
    return vm([op("object", 0), area(0, 9, RW, OBJECT | SHARED, 7), area(20, 30, RO, OBJECT | LOCKED),
               op("split", 0, at(2), at(5)), op("areas", 0), op("split", 0, at(22), at(40)), op("areas", 0),
               op("split", 0, at(7), at(25)), op("areas", 0), op("object_end", 0)])


@check("areas_split_at without memory returns -ENOMEM, and changes nothing")
def split_no_memory(rng):
    areas = [area(0, 10), area(12, 20)]
    return vm(each_shortage(3, areas, op("split", 0, at(3), at(6))) + each_shortage(3, areas, op("split", 0, at(3), at(15)))
              + each_shortage(2, areas, op("split", 0, at(3), at(11))) + each_shortage(2, areas, op("split", 0, at(11), at(15)))
              + each_shortage(1, areas, op("split", 0, at(0), at(12))))


@check("areas_split_at with as many areas as may be returns -ENOMEM; the cut at `start` comes first")
def split_limit(rng):
    ops = []
    for limit in (2, 3, 4, 5):
        ops += [op("space", 1), op("area", 1, at(0), at(10), RW), op("area", 1, at(12), at(20), RW), op("most_areas", limit),
                op("split", 1, at(3), at(6)), op("most_areas", 65530), op("areas", 1), op("space_end", 1)]
    return vm(ops)


@check("area_cut_off takes the lower part, the upper part, or the whole area")
def cut_parts(rng):
    ops = [op("object", 0), area(0, 10), area(12, 20, RO, OBJECT, 3), area(20, 30, RW, OBJECT, 50), area(40, 41)]
    for which, start, end in ((0, 0, 4), (4, 8, 12), (12, 10, 15), (20, 20, 25), (15, 18, 30), (25, 28, 30), (40, 40, 41),
                              (4, 0, 8), (15, 15, 18), (25, 20, 40)):
        ops += [op("cut", 0, at(which), at(start), at(end)), op("areas", 0)]
    return vm(ops + [op("object_end", 0)])


# Exercise 4: areas_merge_at.


@check("areas_merge_at merges two areas that are alike, and only at the address given")
def merge_alike(rng):
    ops = [area(0, 4), area(4, 8), area(8, 12), area(13, 14), area(14, 15)]
    for page in (0, 2, 12, 13, 15, 20, 8, 4, 14):
        ops += [op("merge", 0, at(page)), op("areas", 0)]
    return vm(ops)


@check("areas_merge_at merges parts of one object only if the second continues the first")
def merge_objects(rng):
    ops = [op("object", 0), op("object", 1)]
    ops += [area(0, 4, RW, OBJECT, 0), area(4, 8, RW, OBJECT, 4), area(8, 10, RW, OBJECT, 7), area(10, 12, RW, OBJECT_1, 9),
            area(12, 14, RW, 0, 11), area(14, 16, RW, OBJECT, 13), area(16, 18, RW, OBJECT, 13)]
    for page in range(0, 20, 2):
        ops += [op("merge", 0, at(page)), op("areas", 0)]
    return vm(ops + [op("object_end", 0), op("object_end", 1)])


@check("areas_merge_at leaves areas apart that differ in protection or flags")
def merge_different(rng):
    ops = [area(0, 2, RW), area(2, 4, RO), area(4, 6, NONE), area(6, 8, RO, LOCKED), area(8, 10, RO), area(10, 12, RO, STACK),
           area(12, 14, 5), area(14, 16, 7)]
    for page in range(0, 18, 2):
        ops += [op("merge", 0, at(page)), op("areas", 0)]
    return vm(ops)


@check("areas_merge_at undoes a split, and frees the area that goes")
def merge_after_split(rng):
    ops = [op("object", 0), area(0, 16, RW, OBJECT, 5), area(20, 40)]
    for _ in range(20):
        low, start, end = rng.choice([(0, *sorted(rng.sample(range(17), 2))), (20, *sorted(rng.sample(range(20, 41), 2)))])
        ops += [op("split", 0, at(start), at(end)), op("merge", 0, at(end)), op("areas", 0),
                op("merge", 0, at(start)), op("areas", 0)]
    return vm(ops + [op("object_end", 0)])


@check("areas_merge_at lets a truncation that has visited only one of the areas visit the merged area again")
def merge_visited(rng):
    ops = [op("object", 0), area(0, 4, RW, OBJECT, 0), area(4, 8, RW, OBJECT, 4), area(8, 12, RW, OBJECT, 8)]
    ops += [op("visited", 0, at(0), 7), op("visited", 0, at(4), 7), op("merge", 0, at(4)), op("visit", 0, at(0))]
    ops += [op("visited", 0, at(0), 9), op("merge", 0, at(8)), op("visit", 0, at(0)), op("areas", 0)]
    return vm(ops + [op("object_end", 0)])


# Exercise 5: find_room, choose_address.


def map_(va, length, flags=0, prot=RW, space=0):
    """aspace_map of anonymous memory."""
    return op("map", space, va, length, prot, flags)


@check("find_room takes the hint where it can, rounded down to a page")
def room_hints(rng):
    ops = [area(0, 4), area(10, 12)]
    for hint in (at(4), at(4) + 0x234, at(5), at(3), at(9), at(10), at(12), 0x10000, 0xFFFF, 0x1000, 0, 0xBFFFF000, 0xBFFFE000,
                 0xC0000000, 0xFFFFF000):
        ops += [op("room", 0, 0, hint, pages * PAGE) for pages in (1, 2, 6, 7)]
    return vm(ops)


@check("find_room without a hint that can be had finds the lowest gap from MMAP_BASE on")
def room_base(rng):
    ops = [area(0, 4), op("room", 0, 0, 0, PAGE), op("area", 0, MMAP_BASE, MMAP_BASE + 4 * PAGE, RW),
           op("area", 0, MMAP_BASE + 6 * PAGE, MMAP_BASE + 8 * PAGE, RW), op("area", 0, 0xBFF00000, 0xC0000000, RW, STACK)]
    for hint in (0, at(0), MMAP_BASE, MMAP_BASE + 5 * PAGE, 0xBFE80000):
        ops += [op("room", 0, 0, hint, pages * PAGE) for pages in (1, 2, 3, 0x7FDF8, 0x7FDF9, 0xC0000)]
    return vm(ops)


@check("find_room rounds the hint down to the alignment, and aligns the address")
def room_aligned(rng):
    ops = [op("area", 0, MMAP_BASE + LARGE, MMAP_BASE + LARGE + PAGE, RW)]
    for hint in (0, PAGE, LARGE, LARGE + PAGE, MMAP_BASE + PAGE, MMAP_BASE + 2 * LARGE, 0xBFC00001, 0xFFFFF000):
        ops += [op("room", 0, 1, hint, LARGE), op("room", 0, 1, hint, 2 * LARGE)]
    return vm(ops)


@check("choose_address refuses a length of 0 and one that is too large, each with its error")
def choose_length(rng):
    ops = [area(0, 4)]
    for flags in (0, FIXED, FIXED | FREE_ONLY):
        for length in (0, 1, 0xBFFF0000, 0xBFFF0001, 0xC0000000, 0xC0000001, 0xFFFFF000, 0xFFFFF001, 0xFFFFFFFF):
            ops += [op("check_map", 0, va, length, RW, flags) for va in (0x10000, at(8))]
    return vm(ops)


@check("choose_address checks a fixed address: its alignment, its range, and what is mapped there")
def choose_fixed(rng):
    ops = [area(0, 4), area(8, 9)]
    for va in (at(4), at(4) + 1, 0, 0xF000, 0xFFFF, 0x10000, 0xBFFFF000, 0xBFFFF001, 0xC0000000, 0xC0000001, 0xFFFFF000, at(3), at(8)):
        for length in (1, 4 * PAGE, 5 * PAGE):
            ops += [op("check_map", 0, va, length, RW, FIXED), op("check_map", 0, va, length, RW, FIXED | FREE_ONLY)]
    return vm(ops)


@check("choose_address refuses large pages that are not aligned, and one area more than may be")
def choose_limits(rng):
    ops = [area(0, 4), area(8, 9)]
    for va in (0x20000000, 0x20001000):
        ops += [op("check_map", 0, va, length, RW, LARGE_OPS | flags) for flags in (0, FIXED) for length in (LARGE, LARGE + 1, PAGE)]
    for limit in (1, 2, 3):
        ops += [op("most_areas", limit), op("check_map", 0, at(20), PAGE, RW, 0), op("check_map", 0, at(20), PAGE, RW, FIXED),
                op("check_map", 0, at(20), 0, RW, 0)]
    return vm(ops + [op("most_areas", 65530)])


@check("aspace_map maps at the chosen address, and changes nothing when it returns an error")
def map_chosen(rng):
    ops = [map_(0, 3 * PAGE), map_(0, 1), op("areas", 0), map_(MMAP_BASE + PAGE, PAGE, 0, RO), op("areas", 0),
           map_(at(0), 0x1800), map_(at(0), PAGE, FIXED | FREE_ONLY), map_(at(1) + 5, PAGE, FIXED), map_(0x1000, PAGE, FIXED),
           op("areas", 0), map_(at(2), PAGE, 0, RO), map_(at(4), PAGE), map_(at(3), PAGE, 0, RO), op("areas", 0)]
    return vm(ops)


# Exercise 6: unmap_prepare, unmap_commit.


@check("aspace_unmap removes whole areas, ends of areas, and the middle of one")
def unmap_parts(rng):
    ops = [op("object", 0), area(0, 10), area(10, 12, RO), area(14, 20, RW, OBJECT, 3), area(30, 40)]
    for start, end in ((12, 14), (8, 11), (3, 5), (16, 18), (0, 1), (35, 40), (50, 60), (2, 33), (0, 60), (0, 60)):
        ops += [op("unmap", 0, at(start), (end - start) * PAGE), op("areas", 0)]
    return vm(ops + [op("object_end", 0)])


@check("aspace_unmap removes the pages: no entry and no translation stays")
def unmap_pages(rng):
    ops = [area(0, 8), area(10, 12)]
    for page in (0, 1, 3, 4, 7, 10, 11):
        ops += [op("fault", 0, at(page), 1), op("put", 0, at(page), 0x1000 + page), op("read", at(page))]
    ops += [op("fault", 0, at(5), 0), op("read", at(5))]
    for start, end in ((3, 6), (7, 11)):
        ops += [op("unmap", 0, at(start), (end - start) * PAGE), op("resident", 0),
                *(op("read", at(page)) for page in range(12)), *(op("mapping", 0, at(page)) for page in range(12))]
    return vm(ops + [op("areas", 0)])


@check("aspace_unmap of the middle of an area without memory returns -ENOMEM, and changes nothing")
def unmap_no_memory(rng):
    first = [area(0, 10), area(10, 20, RO)]
    ops = each_shortage(2, first, op("unmap", 0, at(3), 2 * PAGE), op("areas", 0), op("unmap", 0, at(8), 4 * PAGE))
    ops += each_shortage(1, first, op("unmap", 0, at(0), 5 * PAGE), op("unmap", 0, at(15), 9 * PAGE))
    ops += [area(0, 10), op("fault", 0, at(4), 1), op("hungry", 0, 0), op("unmap", 0, at(3), 2 * PAGE), op("read", at(4)),
            op("fed"), op("resident", 0)]
    return vm(ops)


@check("aspace_unmap refuses bad ranges, cuts through large pages, and an area too many")
def unmap_refused(rng):
    ops = [area(0, 10), op("area", 0, 0x20000000, 0x20000000 + 4 * LARGE, RW, LARGE_OPS)]
    for va, length in ((at(1) + 1, PAGE), (at(1), 0), (0xC0000000, PAGE), (at(1), 0xFFFFF000), (0xBFFFF000, 0x2000)):
        ops += [op("unmap", 0, va, length)]
    for start, end in ((PAGE, LARGE), (LARGE, LARGE + PAGE), (LARGE, 2 * LARGE - PAGE), (2 * LARGE, 3 * LARGE)):
        ops += [op("unmap", 0, 0x20000000 + start, end - start), op("areas", 0)]
    ops += [op("unmap", 0, at(5), 0x20000000 + PAGE - at(5)), op("areas", 0), op("most_areas", 3),
            op("unmap", 0, at(3), PAGE), op("areas", 0), op("unmap", 0, at(8), 4 * PAGE), op("most_areas", 65530)]
    return vm(ops)


@check("unmap_prepare splits where a hole in the middle of one area is wanted, and nothing else")
def unmap_prepares(rng):
    ops = [area(0, 10), area(12, 20)]
    for start, end in ((12, 20), (10, 12), (0, 4), (6, 10), (6, 15), (0, 30), (40, 50), (3, 6), (14, 16)):
        ops += [op("unmap_prepare", 0, at(start), at(end)), op("areas", 0)]
    return vm(ops)


@check("unmap_commit counts its work, and completes it in a thread that must die")
def unmap_yields(rng):
    areas = [area(page, page + 1, RW if page % 2 else RO) for page in range(30)]
    ops = [*areas, op("work"), op("unmap", 0, at(0), 30 * PAGE), op("work", 9000), op("areas", 0)]
    return vm([*ops, *areas, op("killed", 1, 4000), op("unmap", 0, at(0), 30 * PAGE), op("killed", 0), op("areas", 0)])


@check("aspace_unmap leaves the pages of another space, also where both share a page table")
def unmap_shared_tables(rng):
    ops = []
    for start, length in ((2, 2), (0, 600), (500, 524), (0, 1024), (1, 1023)):
        ops += [op("space", 1), op("space", 2)]
        for number in (1, 2):
            ops += [op("area", number, at(0), at(512), RW), op("area", number, at(512), at(1024), RO)]
        ops += [op("fault", 1, at(page), page < 512) for page in (0, 2, 3, 511, 512, 1023)]
        ops += [op("share_table", 1, 2, at(0)), op("unmap", 1, at(start), length * PAGE), op("resident", 1), op("resident", 2),
                op("areas", 2), op("rest"), op("space_end", 1), op("resident", 2), op("space_end", 2)]
    return vm(ops)


@check("a mapping with a fixed address replaces what is there, areas and pages")
def map_replaces(rng):
    ops = [map_(at(0), 10 * PAGE, FIXED)]
    for page in range(10):
        ops += [op("fault", 0, at(page), 1), op("put", 0, at(page), 0x77)]
    ops += [map_(at(3), 4 * PAGE, FIXED, RO), op("areas", 0), op("resident", 0), op("read", at(4)), op("fault", 0, at(4), 0),
            op("mapping", 0, at(4)), map_(at(5), 10 * PAGE, FIXED), op("areas", 0), map_(at(3), 2 * PAGE, FIXED),
            op("areas", 0), op("resident", 0)]
    ops += [op("hungry", 0, 0), map_(at(6), PAGE, FIXED, RO), op("fed"), op("areas", 0), op("hungry", 0, 1),
            map_(at(6), PAGE, FIXED, RO), op("fed"), op("areas", 0)]
    return vm(ops)


@check("random mappings and unmappings give the areas and pages that they must")
def spaces_random(rng):
    ops = []
    for _ in range(45):
        start = rng.randrange(24)
        length = rng.randrange(1, 10) * PAGE
        what = rng.random()
        if what < 0.4:
            ops.append(map_(at(start), length, rng.choice([0, FIXED, FIXED, FIXED | FREE_ONLY]), rng.choice([RW, RW, RO])))
        elif what < 0.65:
            ops.append(op("unmap", 0, at(start), length))
        else:
            ops += [op("fault", 0, at(start), rng.randrange(2)), op("mapping", 0, at(start))]
        ops += [op("areas", 0), op("resident", 0)] if rng.random() < 0.4 else []
    return vm(ops + [op("resident", 0)])


for _mem in (64, 256):
    check(f"random mappings in a machine of {_mem} MiB", Machine(_mem), f"spaces_random_{_mem}")(spaces_random)
