"""Lab 1's checks: the operations that the kernel performs. quire/lab_pages.py judges what they
return.
"""
from quire.lab_boot import Boot
from quire.lab_check import Checks, op
from quire.lab_page_init import Invented
from quire.lab_pages import Pages
from quire.trace import Machine

CHECKS = Checks(1, Pages)
check = CHECKS.add

MIB = 1 << 20
AT = 8 * MIB  # where pages[] is, in a machine of 16 MiB: neither kernel nor modules are there
FIRST = 0x900  # the first page that the allocator has


def pool(count):
    """Memory of `count` pages for the allocator, without page_init."""
    return [op("pool", AT, FIRST, FIRST + count)]


def invented(usable, taken=()):
    """An invented map of memory."""
    return [op("clear_map"), *(op("usable", *r) for r in usable), *(op("taken", *r) for r in taken), op("use_map")]


def gaps(usable, taken=(), extra=()):
    """Ask for every gap of a map, as boot_alloc_init does, and for gaps from other addresses."""
    ends = sorted({-(-end // 4096) * 4096 for pair in (*usable, *taken) for end in pair})
    return invented(usable, taken) + [op("boot_next_gap", start) for start in (4096, *ends, *extra)]


def look():
    """Compare the whole state of the allocator."""
    return [op("free_list"), op("kinds")]


# Exercise 1: boot_next_gap.


@check("boot_next_gap finds memory before and after the kernel")
def gap_around_the_kernel(rng):
    return gaps([(0, 0x9F000), (MIB, 16 * MIB)], [(MIB, 2 * MIB)])


@check("boot_next_gap leaves out a page that is only partly usable")
def gap_partial_pages(rng):
    return gaps([(0, 0x1FC00), (MIB + 1, MIB + 0x10FFF), (MIB + 0x11000, MIB + 0x11000),
                 (MIB + 0x20800, MIB + 0x21800), (MIB + 0x30000, MIB + 0x34000)])


@check("boot_next_gap leaves out a page if one byte of it is taken")
def gap_partly_taken(rng):
    return gaps([(0, 0x1F000), (MIB, MIB + 0x20000), (MIB + 0x30000, MIB + 0x50000)],
                [(0x5800, 0x5800), (0x8000, 0x8001), (0x8FFF, 0x9001), (0xBFFF, 0xC000), (0x1E000, MIB + 0x1000),
                 (MIB + 0x1F000, MIB + 0x20000), (MIB + 0x30000, MIB + 0x4F001)])


@check("boot_next_gap begins at `from` if that lies in a gap, and says false after the last gap")
def gap_from_the_middle(rng):
    return gaps([(MIB, 2 * MIB)], [(MIB + 0x40000, MIB + 0x50000)],
                [MIB + 0x10000, MIB + 0x48000, MIB + 0xFF000, 2 * MIB, 3 * MIB])


@check("boot_next_gap says false where all memory is taken")
def gap_none(rng):
    return gaps([(MIB, 2 * MIB)], [(0, 3 * MIB)]) + gaps([(0x1800, 0x2800)])


@check("boot_next_gap ends at the end of the linear map")
def gap_end_of_linear_map(rng):
    return gaps([(MIB, 2 * MIB), (0x37F00000, 0x3FF00000)], extra=[0x37FFF000, 0x38000000])


def random_map(rng):
    """Usable and taken ranges that are sorted and disjoint, with odd borders."""

    def ranges(count, touch):
        borders = sorted(rng.sample(range(1, 0x40000), 2 * count))
        pairs = list(zip(borders[::2], borders[1::2]))
        scale = [lambda n: n << 6, lambda n: n >> 3 << 12][touch]
        found = [(scale(a), scale(b)) for a, b in pairs]
        return [(a, b) for i, (a, b) in enumerate(found) if a < b and (not i or found[i - 1][1] + 8191 < a)]

    return ranges(rng.randint(1, 5), rng.randint(0, 1)), ranges(rng.randint(0, 6), rng.randint(0, 1))


@check("boot_next_gap finds the gaps of random maps")
def gap_random(rng):
    ops = []
    for _ in range(6):
        ops += gaps(*random_map(rng))
    return ops


# Exercise 2: boot_alloc.


@check("blocks of boot_alloc are aligned, and do not overlap")
def boot_alloc_aligned(rng):
    ops = [op("boot_range", 0x201000, 0x201000, 0x800000)]
    for shift in range(0, 21):
        ops += [op("boot_alloc", (1 << shift) // 2 + 1, 1 << shift), op("boot_alloc", 1, 1)]
    return ops


@check("boot_alloc with n = 0 allocates nothing")
def boot_alloc_nothing(rng):
    return [op("boot_range", 0x201000, 0x201000, 0x204000), op("boot_alloc", 1, 1), op("boot_alloc", 0, 0x2000),
            op("boot_alloc", 0, 1), op("boot_alloc", 0xFFF, 1), op("boot_alloc", 0, 0x1000),
            op("boot_alloc", 0x2000, 0x1000), op("boot_alloc", 0, 1)]


@check("boot_alloc hands out the last byte of memory, and panics when there are no more")
def boot_alloc_to_the_end(rng):
    panics = [(1, 1), (0x1000, 0x1000)]
    ops = [op("boot_range", 0x201000, 0x201000, 0x203000), op("boot_alloc", 0x1001, 1)]
    ops += [op("boot_alloc", 0x1000, 1), op("release_locks"), op("boot_alloc", 0xFFF, 1)]
    for size, align in panics:
        ops += [op("boot_alloc", size, align), op("release_locks")]
    return ops


@check("boot_alloc compares the size with the bytes that are left after its start was aligned")
def boot_alloc_left(rng):
    ops = []
    for after, end, size in ((0x201001, 0x203000, 0x1FFF), (0x201001, 0x203000, 0x1001), (0x202801, 0x202900, 1),
                             (0x202801, 0x202900, 0xFF)):
        ops += [op("boot_range", 0x201000, after, end), op("boot_alloc", size, 0x1000), op("release_locks"),
                op("boot_alloc", 0, 1), op("boot_alloc", 1, 1)]
    return ops + [op("boot_range", 0x201000, 0x201001, 0x203000), op("boot_alloc", 0x1000, 0x1000)]


@check("boot_alloc panics where the size is so large that the sum would wrap around")
def boot_alloc_wraps(rng):
    ops = [op("boot_range", 0x201000, 0x201000, 0x300000)]
    for size in (0xFFFFFFFF, 0xFFFFF000, 0xFFDFF000, 0xFFE00000, 0x80000000, 0x40000000, 0x100000):
        ops += [op("boot_alloc", size, 1), op("release_locks"), op("boot_alloc", size, 0x1000), op("release_locks")]
    return ops + [op("boot_alloc", 16, 16)]


@check("boot_alloc panics after page_init, when its memory is no longer free")
def boot_alloc_closed(rng):
    return [op("boot_range", 0x201000, 0x202000, 0x800000, 1), op("boot_alloc", 16, 16), op("release_locks"),
            op("boot_alloc", 0x10000, 0x1000), op("release_locks"), op("boot_alloc", 0, 1), op("release_locks")]


@check("boot_alloc keeps to its contract for random sizes")
def boot_alloc_random(rng):
    ops = [op("boot_range", 0x201000, 0x201000 + rng.randrange(0x1000), 0x280000)]
    return ops + [op("boot_alloc", rng.choice([0, 1, 3, 16, 0x345, 0x1000, rng.randrange(0x2000)]),
                     1 << rng.randrange(14)) for _ in range(40)]


# Exercise 3: page_init, on the machine's real memory.


def page_init(rng):
    """Two blocks before page_init, then everything that page_init has made."""
    before = [op("boot_state"), op("boot_alloc", 0x1234, 0x10), op("boot_alloc", 0x801, 4)]
    after = [op("world"), op("kinds"), op("free_list"), op("point", 0, 0), op("page", 0),
             op("boot_alloc", 1, 1), op("release_locks"), op("boot_alloc", 0, 1), op("release_locks")]
    return [("boot_alloc", before), ("page", after)]


for _mem in (16, 64, 256):
    check(f"page_init with {_mem} MiB: every usable page that nothing occupies is free, and no other",
          Machine(_mem), f"page_init_{_mem}", Boot)(page_init)

check("page_init with holes in memory: no page of a hole is free",
      Machine(64, "0x800000-0x900000,0x1234000-0x1235000,0x3000000-0x3800000"), "page_init_holes", Boot)(page_init)
check("page_init where the highest memory is a small range of its own",
      Machine(32, "0x1000000-0x1f00000"), "page_init_high_range", Boot)(page_init)


def init_invented(usable, taken=()):
    """page_init on a map in which boot_alloc's range, from AT on, is a gap of its own."""
    return invented(usable, taken) + [op("page_init", AT, 4 * MIB), *look()]


@check("page_init writes every page_t: below, between and above the gaps, whatever the memory held before",
       model=Invented)
def page_init_writes_all(rng):
    return init_invented([(0, 0x9F000), (MIB, 2 * MIB), (AT, 3 * AT)],
                         [(MIB, MIB + 0x40000), (3 * AT - MIB, 3 * AT)])


@check("page_init makes no page_t for a last page that is usable only in part, or beyond LINEAR_SIZE",
       model=Invented)
def page_init_ends(rng):
    return init_invented([(0, 0x9F000), (AT, 3 * AT + 0x800)]) + init_invented(
        [(0, 0x9F000), (AT, AT + 4 * MIB), (0x37FF0000, 0x3A000000)], [(0x37FF8000, 0x37FFC000)])


@check("every page that page_init has made free can be allocated, once", model=Boot)
def page_init_all_pages(rng):
    return [("boot_alloc", [op("boot_state"), op("boot_alloc", 100, 4)]),
            ("page", [op("world"), op("take", 0x1000), op("take", 1), *look()])]


# Exercise 4: page_alloc, page_alloc_zeroed, page_take.


@check("page_alloc hands out each free page once, then returns -ENOMEM")
def page_alloc_each_once(rng):
    ops = pool(5)
    for slot in range(7):
        ops += [op("page_alloc", slot), op("page", slot)]
    return ops + look()


@check("page_alloc takes the page off the free list, and prepares its page_t")
def page_alloc_prepares(rng):
    return pool(8) + [op("page_alloc", 0), *look(), op("page", 0), op("page_alloc", 1), *look(), op("page", 1)]


@check("page_alloc_zeroed clears the whole page")
def page_alloc_zeroed_clears(rng):
    ops = pool(3)
    for i in range(3):
        ops += [op("point", 10 + i, FIRST + i), op("fill", 10 + i, 0xA5A5A5A5)]
    for slot in range(3):
        ops += [op("page_alloc_zeroed", slot), op("look", slot, 0), op("page", slot)]
    return ops + [op("page_alloc_zeroed", 3), op("page_alloc_zeroed", 4), *look()]


@check("page_alloc uses spare pages before it returns -ENOMEM")
def page_alloc_spare_pages(rng):
    return pool(3) + [op("page_alloc", 0), op("page_alloc", 1), op("page_alloc", 2), op("spare", 0), op("spare", 1),
                      op("page_alloc", 3), op("page_alloc", 4), op("page_alloc", 5), op("page_alloc_zeroed", 6), *look()]


@check("page_take unlinks a page in the middle, at the front and at the end of the list")
def page_take_everywhere(rng):
    ops = pool(7)
    for slot, number in enumerate((3, 0, 6, 4, 2)):
        ops += [op("page_alloc_specific", slot, FIRST + number), *look()]
    return ops + [op("page_alloc", 10), op("page_alloc", 11), op("page_alloc", 12), *look()]


# Exercise 5: page_free, page_put.


@check("a page that was freed is on the free list, and can be allocated again")
def page_free_returns(rng):
    ops = pool(4) + [op("page_alloc", slot) for slot in range(4)]
    for slot in (2, 0, 3, 1):
        ops += [op("page_free", slot), *look(), op("page", slot)]
    return ops + [op("page_alloc", slot) for slot in range(5)] + look()


@check("page_free clears the flags that the page had in its last use")
def page_free_clears_flags(rng):
    return pool(3) + [op("page_alloc", 0), op("flags", 0, 1), op("page_free", 0), op("page", 0), *look()]


@check("page_free panics for a page that is free already")
def page_free_twice(rng):
    return pool(4) + [op("page_alloc", 0), op("page_free", 0), op("page_free", 0), op("release_locks"), *look(),
                      op("point", 1, FIRST + 3), op("page_free", 1), op("release_locks"), *look()]


@check("page_free panics for a page with references or pins")
def page_free_in_use(rng):
    return pool(4) + [op("page_alloc", 0), op("page_incref", 0), op("page_free", 0), op("release_locks"),
                      op("page", 0), op("page_alloc", 1), op("page_pin", 1), op("page_free", 1), op("release_locks"),
                      op("page", 1), *look()]


@check("page_free panics for a reserved page, and does nothing for NULL")
def page_free_reserved(rng):
    return pool(4) + [op("page_free_null"), op("point", 0, 0), op("page_free", 0), op("release_locks"),
                      op("point", 1, FIRST - 1), op("page_free", 1), op("release_locks"), *look()]


# Exercise 6: page_alloc_specific.


@check("page_alloc_specific hands out the page that was asked for")
def specific_free(rng):
    return pool(6) + [op("page_alloc_specific", 0, FIRST + 4), op("page", 0), *look(),
                      op("page_alloc_specific", 1, FIRST + 5), op("page_alloc_specific", 2, FIRST), *look()]


@check("page_alloc_specific returns -ENOMEM for a page that is not free, -EINVAL for one that does not exist")
def specific_refused(rng):
    return pool(6) + [op("page_alloc_specific", 0, FIRST + 4), op("page_alloc_specific", 1, FIRST + 4),
                      op("page_alloc_specific", 2, 0), op("page_alloc_specific", 3, FIRST - 1),
                      op("page_alloc_specific", 4, FIRST + 6), op("page_alloc_specific", 5, 0xFFFFFFFF),
                      op("page_alloc_specific", 6, 0x38000), *look()]


@check("page_alloc_specific of a spare page leaves the allocator in order")
def specific_spare(rng):
    ops = pool(6) + [op("page_alloc_specific", 0, FIRST + 2), op("spare", 0),
                     op("page_alloc_specific", 1, FIRST + 2), *look()]
    return ops + pool(1)  # frees spare pages, which no other check should do


# Exercise 7: page_decref, page_unreferenced.


@check("page_decref frees the page with its last reference, and not before")
def decref_last(rng):
    ops = pool(4) + [op("page_alloc", 0)] + [op("page_incref", 0)] * 3
    for _ in range(3):
        ops += [op("page_decref", 0), op("page", 0), *look()]
    return ops


@check("page_decref panics for a page without a reference")
def decref_none(rng):
    return pool(4) + [op("page_alloc", 0), op("page_decref", 0), op("release_locks"), op("page", 0), *look()]


@check("a pinned page outlives its last reference, and is freed when it is unpinned")
def decref_pinned(rng):
    return pool(4) + [op("page_alloc", 0), op("page_incref", 0), op("page_pin", 0), op("page_decref", 0),
                      op("page", 0), *look(), op("page_unpin", 0), op("page", 0), *look()]


@check("random allocations, references and frees keep to the contracts")
def pages_random(rng):
    ops, counts = pool(14), {}  # of the pages that slots have; the pages never run out
    for _ in range(80):
        slot = rng.randrange(10)
        if slot not in counts:
            what = rng.choice(["page_alloc", "page_alloc", "page_alloc_zeroed"])
            ops += [op(what, slot), op("look", slot, 0), op("fill", slot, rng.getrandbits(32))]
            counts[slot] = 0
        elif counts[slot] and rng.random() < 0.6:
            ops += [op("page_decref", slot), op("page", slot)]
            counts[slot] -= 1
            if not counts[slot]:
                del counts[slot]
        elif rng.random() < 0.5:
            ops += [op("page_incref", slot), op("page", slot)]
            counts[slot] += 1
        elif counts[slot] or rng.random() < 0.3:
            wrong = "page_free" if counts[slot] else "page_decref"
            ops += [op(wrong, slot), op("release_locks"), op("page", slot)]
        else:
            ops.append(op("page_free", slot))
            del counts[slot]
        if rng.random() < 0.2:
            ops += [op("page_alloc_specific", 20, FIRST + rng.randrange(-1, 16)), op("page_free", 20),
                    op("release_locks"), op("clear", 20)]
    return ops + look()
