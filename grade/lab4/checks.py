"""Lab 4's checks: the operations that the kernel performs. quire/lab_user.py judges what they
return. A copy for the current space runs straight through its mapping, one for another space goes
page by page: most checks do both.
"""
from quire.lab_check import Checks, op
from quire.lab_user import BUFFER, User
from quire.trace import Machine

CHECKS = Checks(4, User)
check = CHECKS.add

VA, PAGE, ULIM = 0x10000000, 4096, 0xC0000000
NONE, READ, WRITE_ONLY, RW, EXEC = 0, 1, 2, 3, 4
U, UW = 4, 6  # PTE_U, PTE_U | PTE_W
NOBODY = 9  # a number that no space has


def at(page):
    """The address of a page of the tests' range."""
    return VA + page * PAGE


def spaces(*ops):
    """Operations on space 0, which runs, and on space 1. Both have the areas: pages 0 to 4 to read
    and write,
    4 to 6 to read, 6 to 8 without any access, 10 to 14 and the last two below ULIM to read and
    write.
    """
    made = [op("spaces")]
    for number in (0, 1):
        made.append(op("space", number))
        for start, end, prot in ((0, 4, RW), (4, 6, READ), (6, 8, NONE), (10, 14, RW)):
            made.append(op("area", number, at(start), at(end), prot))
        made.append(op("area", number, ULIM - 2 * PAGE, ULIM, RW))
    return [("vm", [*made, op("enter", 0), *ops, op("rest"), op("space_end", 1), op("space_end", 0)])]


def filled(number, first, end, seed=1):
    """Let the pages be present, with a pattern."""
    return [op("fault", number, at(page), 1) for page in range(first, end)] + \
        [op("user_fill", number, at(first), (end - first) * PAGE, seed)]


def copies(name, number, *ranges):
    """Copies by the function `name`: (place in the buffer, user address, length), each with a new
    buffer.
    """
    ops = []
    for index, (place, va, length) in enumerate(ranges):
        ops += [op("buffer", 0x80 + index), op(name, number, place, va, length)]
    return ops


EDGES = (0, 1, 3, PAGE - 1, PAGE - 3)  # places in a page
LENGTHS = (1, 2, 3, 4, 5, 7, 64, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 1)


def rows(page, room):
    """Copies at all edges of a page, of all lengths that end within `room` bytes of it."""
    return [(at_buffer, at(page) + edge, length) for edge in EDGES for length in LENGTHS for at_buffer in (5,)
            if edge + length <= room]


# Exercise 1: user_mem_check.


def asked(number, *ranges):
    """user_mem_check for reading and for writing."""
    return [op("user_mem_check", number, va, length, perm, 1) for va, length in ranges for perm in (U, UW)]


@check("user_mem_check accepts a range that lies in areas with this permission, also where no page is mapped yet")
def check_accepts(rng):
    return spaces(*asked(0, (at(0), 1), (at(0), 4 * PAGE), (at(1) + 5, 2 * PAGE), (at(3) + 0xFFF, 1), (at(0), 6 * PAGE),
                         (at(4), 2 * PAGE), (at(5) + 0xFFF, 1), (ULIM - 2 * PAGE, 2 * PAGE), (ULIM - 1, 1)),
                  *asked(1, (at(0), 4 * PAGE), (at(12), 5)))


@check("user_mem_check refuses a range with a hole or an area without the permission: the last page counts too")
def check_refuses(rng):
    return spaces(*asked(0, (at(0), 7 * PAGE), (at(4), 2 * PAGE + 1), (at(8), 1), (at(9) + 0xFFF, 2), (at(13), PAGE + 1),
                         (at(13) + 0xFFE, 3), (at(6), 1), (at(7) + 0xFFF, 1), (at(3) + 1, PAGE), (at(0), 20 * PAGE)))


@check("user_mem_check stores the first bad byte, which may be the range's own beginning")
def check_first_bad(rng):
    return spaces(*asked(0, (at(2) + 123, 9 * PAGE), (at(6) + 0x777, 5), (at(9) + 0x321, 2), (at(5) + 0xFFF, 1), (at(5) + 0xFFF, 2)),
                  op("user_mem_check", 0, at(6), 1, U, 0), op("user_mem_check", 0, at(0), 1, UW, 0))


@check("user_mem_check refuses a range that reaches ULIM or wraps around")
def check_wraps(rng):
    last = ULIM - 2 * PAGE
    return spaces(*asked(0, (last, 2 * PAGE + 1), (ULIM - 1, 2), (ULIM, 1), (ULIM + PAGE, PAGE), (0xFFFFFFFF, 1)),
                  *(op("user_mem_check", 0, va, length, perm, 1) for perm in (U, UW)
                    for va, length in ((last, 0xFFFFFFFF), (last, 0x40002000), (last, 0x50000000), (at(0), 0xFFFFFFFF),
                                       (ULIM, 0x50000000), (0xFFFFF000, 0x20000))))


@check("user_mem_check asks for the permission that it was given: reading is enough only for reading")
def check_permissions(rng):
    extra = [op("area", 0, at(20 + index), at(21 + index), prot) for index, prot in enumerate((READ, WRITE_ONLY, RW, EXEC, 5, NONE))]
    return spaces(*extra, *asked(0, *((at(20 + index) + 7, 9) for index in range(6))), *asked(0, (at(20), 3 * PAGE), (at(20), 7 * PAGE)))


@check("user_mem_check of 0 bytes succeeds, and without a space every other range is bad")
def check_empty(rng):
    return spaces(*(op("user_mem_check", 0, va, 0, perm, 1) for va in (at(0), at(8), at(6)) for perm in (U, UW)),
                  *asked(NOBODY, (at(0), 1), (at(0), 3 * PAGE)))


@check("user_mem_check takes the space's lock: it waits while another thread changes the areas")
def check_lock(rng):
    return spaces(op("locked_out", 0, at(0)), op("locked_out", 1, at(4)))


# Exercise 2: user_mem_assert.


@check("user_mem_assert returns where the range is good")
def assert_returns(rng):
    return spaces(op("user_mem_assert", at(0), 4 * PAGE, UW), op("user_mem_assert", at(0), 6 * PAGE, U),
                  op("user_mem_assert", ULIM - 1, 1, UW), op("user_mem_assert", at(3) + 0xFFF, 1, UW), op("user_mem_assert", at(8), 0, UW))


def ends(va, length, perm):
    """A check that user_mem_assert ends a program, and what the log says then."""
    return spaces(op("assert_ends", va, length, perm), op("release_locks"), op("last_line"))


@check("user_mem_assert ends a program that may not write, by SIGSEGV, and the log says so")
def assert_ends_write(rng):
    return ends(at(3) + 7, 2 * PAGE, UW)


@check("user_mem_assert ends a program that may not read, by SIGSEGV, and the log says so")
def assert_ends_read(rng):
    return ends(at(5) + 7, 2 * PAGE, U)


CHECKS.add_program("evil_frame_read_only", "user_mem_assert ends a program whose range is bad, and the log names the first bad byte",
                   log="frame of a signal: it may not write to 0x30001000")


# Exercise 3: walk_copy.


@check("a copy from another space takes each byte from its page")
def walk_reads(rng):
    return spaces(*filled(1, 0, 4), *copies("copyin_partial", 1, *rows(0, 4 * PAGE), *rows(1, 3 * PAGE)), *filled(0, 0, 4, 77),
                  *copies("copyin_partial", 1, *rows(0, 2 * PAGE)))


@check("a copy to another space changes exactly its bytes, and nothing of the current space")
def walk_writes(rng):
    ops = [*filled(0, 0, 4, 9), *filled(1, 0, 4, 5)]
    for row in rows(0, 4 * PAGE)[::3] + rows(1, 3 * PAGE)[1::4]:
        ops += [*copies("copyout_partial", 1, row), op("user_bytes", 1, at(0), 4 * PAGE)]
    return spaces(*ops, op("user_bytes", 0, at(0), 4 * PAGE))


@check("a copy of another space faults its pages in, into that space")
def walk_faults(rng):
    return spaces(*copies("copyin_partial", 1, (0, at(1) + 9, PAGE), (0, at(4), 2 * PAGE)), op("resident", 1), op("mapping", 1, at(1)),
                  op("mapping", 1, at(4)), *copies("copyout_partial", 1, (0, at(2) + 9, PAGE), (0, at(10), 10)),
                  op("mapping", 1, at(2)), op("mapping", 1, at(10)), op("resident", 1), op("resident", 0))


@check("a copy of another space stops at the first byte that cannot be accessed, and counts those before it")
def walk_stops(rng):
    good = filled(1, 0, 4) + filled(1, 10, 14, 3)
    return spaces(*good, *copies("copyin_partial", 1, (0, at(5) + 100, 2 * PAGE), (7, at(3), BUFFER - 7), (0, at(6), 5), (0, at(8), 5),
                                 (0, at(9) + 0xFFF, 2), (0, at(13) + 1, 2 * PAGE)),
                  *copies("copyout_partial", 1, (0, at(2) + 100, BUFFER), (0, at(4), 5), (0, at(13) + 0xFFD, 9), (0, at(9) + 0xFFF, 2)),
                  op("user_bytes", 1, at(0), 4 * PAGE), op("user_bytes", 1, at(10), 4 * PAGE))


@check("a copy of another space, and of none, that is not there copies nothing")
def walk_no_space(rng):
    return spaces(*copies("copyin_partial", NOBODY, (0, at(0), 5), (3, at(0), PAGE)), *copies("copyout_partial", NOBODY, (0, at(0), 5)))


@check("a copy to another space copies a shared page first, and leaves no page pinned")
def walk_shared(rng):
    ops = [*filled(1, 0, 3), op("share", 1, 0, at(1)), *copies("copyout_partial", 1, (3, at(0) + 50, 2 * PAGE)),
           op("user_bytes", 1, at(0), 3 * PAGE), op("user_bytes", 0, at(0), 3 * PAGE), op("mapping", 0, at(1)), op("mapping", 1, at(1))]
    return [("vm", [*ops0, op("free_pages"), *again, op("free_pages")])
            for ops0, again in [(spaces(*ops)[0][1], spaces(*ops)[0][1])]]


@check("a copy of another space has the page pinned while it copies its bytes")
def walk_pins(rng):
    return spaces(*filled(1, 0, 2), op("pinned", 0, 1, at(0) + 8), op("pinned", 1, 1, at(1) + 8))


@check("a copy of another space counts its work after each page, and stops there in a thread that must die")
def walk_yields(rng):
    ops = [*filled(1, 0, 4), op("work"), *copies("copyin_partial", 1, (0, at(0), 3 * PAGE)), op("work", 4000),
           *copies("copyout_partial", 1, (0, at(0) + 5, 2 * PAGE)), op("work", 4000)]
    for name in ("copyin_partial", "copyout_partial"):
        ops += [op("killed", 1), *copies(name, 1, (3, at(0) + 9, 2 * PAGE)), op("killed", 0)]
    return spaces(*ops, op("user_bytes", 1, at(0), 4 * PAGE))


# Exercise 4: copyin, copyout, their _partial and _slow forms.


def copied(number):
    """Copies of mapped pages of the space `number`, in both directions."""
    ops = [*filled(0, 0, 4), *filled(1, 0, 4, 50), *copies("copyin", number, *rows(0, 3 * PAGE - 5), *rows(1, 2 * PAGE))]
    for row in rows(0, 3 * PAGE)[1::5]:
        ops += [*copies("copyout", number, row), op("user_bytes", number, at(0), 4 * PAGE)]
    return spaces(*ops)


@check("copyin and copyout copy all bytes of the current space, and no others")
def copy_all(rng):
    return copied(0)


@check("copyin and copyout copy all bytes of another space, and no others")
def copy_other(rng):
    return copied(1)


@check("copyin and copyout fault pages in: a page that was never touched reads as zeroes")
def copy_faults(rng):
    ops = [op("dirty", 40)]
    for number in (0, 1):
        ops += [*copies("copyin", number, (0, at(0) + 5, 2 * PAGE), (1, at(4), 10)), op("mapping", number, at(0)), op("mapping", number, at(4)),
                *copies("copyout", number, (0, at(1) + 5, PAGE), (1, at(10), 10)), op("mapping", number, at(1)),
                op("mapping", number, at(10)), op("user_bytes", number, at(0), 4 * PAGE), op("resident", number)]
    return spaces(*ops)


BAD = ((0, at(8), 1), (0, at(3) + 0xFF0, 5 * PAGE // 2), (0, at(6), 4), (9, at(9) + 0xFFF, 2), (9, at(13) + 0xFFF, 2), (0, at(7), 4096),
       (0, 0, 4), (0, 0x1000, 9))


@check("copyin of a range that cannot be read returns -EFAULT, never part of it as success")
def copyin_bad(rng):
    return spaces(*filled(0, 0, 4), *filled(1, 0, 4), *(each for number in (0, 1, NOBODY) for each in copies("copyin", number, *BAD, (0, at(8), 0))))


@check("copyout to a range that cannot be written returns -EFAULT: a read-only page stays as it is")
def copyout_bad(rng):
    ops = []
    for number in (0, 1):
        ops += [*filled(number, 0, 4), *copies("copyin", number, (0, at(4), 2 * PAGE)), *copies("copyout", number, *BAD, (0, at(4), 4),
                (0, at(5) + 0xFFF, 1), (0, at(3) + 0xFFE, 4), (0, at(2), 2 * PAGE + 1)), op("user_bytes", number, at(4), 2 * PAGE),
                op("mapping", number, at(4)), op("user_bytes", number, at(0), 2 * PAGE)]
    return spaces(*ops, *copies("copyout", NOBODY, (0, at(0), 4)))


@check("copyin and copyout refuse a range that reaches ULIM or wraps around, and touch nothing")
def copy_wraps(rng):
    last = ULIM - 2 * PAGE
    ranges = [(0, ULIM, 0), (0, ULIM + 1, 0), (0, at(8), 0), (0, ULIM - 1, 2), (0, ULIM - 4, 8), (0, ULIM, 4), (0, ULIM + PAGE, 4), (0, 0xFFFFFFFC, 8), (0, 0xFFFFF000, 2 * PAGE),
              (0, 0xFFFFFFFF, 1), (0, last, 2 * PAGE + 1), (0, 0xC0100000, 64)]
    huge = [(0, last, 0x40002001), (0, 0xFFFFF000, 0xFFFFFFFF)]
    ops = []
    for number in (0, 1):
        ops += [op("fault", number, last, 1), op("fault", number, last + PAGE, 1), *copies("copyin", number, *ranges, *huge)]
        for refused in (*ranges, *huge):
            ops += [*copies("copyout", number, refused), op("user_bytes", number, last, 2 * PAGE)]
        ops += copies("copyin", number, (0, last, 2 * PAGE), (0, ULIM - 1, 1)) + copies("copyout", number, (3, last + 9, 2 * PAGE - 9))
        ops += [op("user_bytes", number, last, 2 * PAGE)]
    return spaces(*ops)


@check("copyin_partial and copyout_partial count the bytes before the first bad one, to the byte")
def partial_counts(rng):
    ops = []
    for number in (0, 1):
        ops += [*filled(number, 0, 4), *filled(number, 10, 14, 8)]
        ops += copies("copyin_partial", number, *((3, at(page) - before, length) for page in (6, 14) for before in (0, 1, 2, 3, 5, 64, 4096)
                                                  for length in (before, before + 1, before + 6)), (0, at(8), 9), (0, at(0), BUFFER))
        ops += copies("copyout_partial", number, *((3, at(page) - before, length) for page in (4, 14) for before in (0, 1, 2, 3, 5, 64)
                                                   for length in (before, before + 1, before + 6)), (0, at(8), 9), (0, at(0), BUFFER))
        ops += [op("user_bytes", number, at(0), 6 * PAGE), op("user_bytes", number, at(10), 4 * PAGE)]
    return spaces(*ops)


@check("copyin_partial and copyout_partial stop at ULIM")
def partial_ulim(rng):
    last = ULIM - 2 * PAGE
    ops = []
    for number in (0, 1):
        for name in ("copyin_partial", "copyout_partial"):
            ops += copies(name, number, (0, ULIM - 5, 9), (0, last, BUFFER), (0, ULIM, 4), (0, ULIM + PAGE, 4), (0, 0xFFFFF000, 2 * PAGE))
        ops += [op("user_bytes", number, last, 2 * PAGE)]
    return spaces(*ops)


@check("copyin_slow and copyout_slow do what copyin and copyout do")
def slow_forms(rng):
    ops = []
    for number in (0, 1):
        ops += [*filled(number, 0, 4), *copies("copyin_slow", number, *rows(0, 3 * PAGE - 5)[::3], *BAD, (0, ULIM - 1, 2), (0, 0xFFFFFFFC, 8))]
        ops += [*copies("copyout_slow", number, *rows(0, 3 * PAGE)[::4], *BAD[:1], (0, at(4), 4), (0, 0xFFFFFFFC, 8)),
                op("fault", number, ULIM - 1, 1), *copies("copyout_slow", number, (0, ULIM - 1, 2)), op("user_bytes", number, ULIM - PAGE, PAGE),
                op("user_bytes", number, at(0), 4 * PAGE)]
    return spaces(*ops)


@check("copyout to a shared copy-on-write page copies the page first: the other space sees nothing")
def copyout_shared(rng):
    ops = [*filled(0, 0, 3), op("share", 0, 1, at(0)), op("share", 0, 1, at(1)), *copies("copyout", 0, (0, at(0) + 4090, 12)),
           op("user_bytes", 0, at(0), 3 * PAGE), op("user_bytes", 1, at(0), 3 * PAGE), op("mapping", 0, at(0)), op("mapping", 1, at(1)),
           *copies("copyout", 1, (9, at(1) + 7, 12)), op("user_bytes", 0, at(0), 3 * PAGE), op("user_bytes", 1, at(0), 3 * PAGE)]
    return spaces(*ops)


@check("copyout to a page that was only read gives the program a page of its own: the zero page stays zero")
def copyout_zero_page(rng):
    ops = []
    for number in (0, 1):
        ops += [*copies("copyin", number, (0, at(0), 2 * PAGE)), *copies("copyout", number, (0, at(0) + 4090, 12)),
                op("mapping", number, at(0)), op("user_bytes", number, at(0), 2 * PAGE), op("fault", number, at(3), 0),
                op("user_bytes", number, at(3), PAGE), op("mapping", number, at(3))]
    return spaces(*ops)


@check("random copies change and return what they must")
def copies_random(rng):
    ops = [*filled(0, 0, 4), *filled(1, 10, 14, 9)]
    for _ in range(60):
        start = at(rng.choice([0, 0, 2, 4, 10, 12])) + rng.randrange(PAGE)
        length = rng.choice([rng.randrange(1, 40), rng.randrange(1, 2 * PAGE)])
        name = rng.choice(["copyin", "copyin_partial", "copyout_partial"])
        number = rng.randrange(2)
        ops += copies(name, number, (rng.randrange(PAGE), start, length))
        ops += [op("user_bytes", number, at(0), 6 * PAGE), op("user_bytes", number, at(10), 4 * PAGE)] if rng.random() < 0.2 else []
    return spaces(*ops)


for _mem in (64, 256):
    check(f"random copies in a machine of {_mem} MiB", Machine(_mem), f"copies_random_{_mem}")(copies_random)
