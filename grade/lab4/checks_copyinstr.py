"""Lab 4's checks of strings and of the kernel's own faults, exercises 5 and 6: the operations that
the kernel performs. quire/lab_user.py judges what they return.
"""
from lab4.checks import NOBODY, PAGE, ULIM, at, copies, filled, spaces
from quire.lab_check import Checks, op
from quire.lab_user import User

CHECKS = Checks(4, User)
check = CHECKS.add


# Exercise 5: copyinstr, copyinstr_slow, scan, walk_string.


def strings(number, name="copyinstr"):
    """Strings at all edges: pages 0 to 4 hold a pattern without a NUL but for these."""
    ops = filled(number, 0, 4)
    for start in (0, 1, PAGE - 1, PAGE - 6):
        for length in (0, 1, 2, 3, 4, 5, 6, 7, 63):
            ops += [op("user_nul", number, at(0) + start + length)]
            for most in sorted({length + 1, length + 2, length, max(1, length - 1), length + 9}):
                ops += copies(name, number, (5, at(0) + start, most))
            ops += [op("user_fill", number, at(0), 4 * PAGE, 1)]
    return ops


@check("copyinstr copies up to the NUL, and returns the length; without one in `max` bytes -ENAMETOOLONG")
def string_lengths(rng):
    return spaces(*strings(0)[:500])


@check("copyinstr from another space copies up to the NUL, also across pages")
def string_lengths_other(rng):
    return spaces(*strings(1)[:500])


@check("copyinstr_slow does what copyinstr does")
def string_slow(rng):
    ops = filled(0, 0, 4) + filled(1, 0, 4)
    for number in (0, 1):
        ops += [op("user_nul", number, at(1) + 3)]
        ops += copies("copyinstr_slow", number, (0, at(1), 9), (0, at(1), 3), (0, at(1), 4), (0, at(0) + 4000, 200), (0, at(8), 4),
                      (0, ULIM, 4), (0, at(1) + 3, 1))
    return spaces(*ops)


@check("copyinstr reads no byte after the NUL or past `max`: the next page may be missing")
def string_next_page(rng):
    ops = []
    for number in (0, 1):
        ops += [*filled(number, 10, 14), op("user_nul", number, at(14) - 1)]
        ops += copies("copyinstr", number, *((0, at(14) - back, most) for back in (1, 2, 3, 4, 5, 8, 64) for most in (back, back + 1, 100)))
        ops += [op("user_fill", number, at(13), PAGE, 3)]
        ops += copies("copyinstr", number, *((0, at(14) - back, most) for back in (1, 2, 3, 4, 5, 64) for most in (back, back + 1, 100)))
    return spaces(*ops)


@check("copyinstr of a string that cannot be read returns -EFAULT, and faults in what can be read")
def string_faults(rng):
    ops = []
    for number in (0, 1):
        ops += copies("copyinstr", number, (0, at(8), 4), (0, at(6), 4), (0, 0, 4), (0, at(0), 9), (0, at(5) + 5, 7))
        ops += [op("mapping", number, at(0)), op("mapping", number, at(5))]
    ops += copies("copyinstr", 0, (0, at(8), 0)) + copies("copyinstr", 1, (0, at(8), 0), (0, ULIM, 0))
    return spaces(*ops, *copies("copyinstr", NOBODY, (0, at(0), 4), (0, at(0), 0)))


@check("copyinstr stops at ULIM: a string that reaches it is bad, and one that ends before it is good")
def string_ulim(rng):
    ops = []
    for number in (0, 1):
        ops += [op("fault", number, ULIM - PAGE, 1), op("user_fill", number, ULIM - PAGE, PAGE, 7)]
        ops += copies("copyinstr", number, (0, ULIM - 5, 5), (0, ULIM - 5, 6), (0, ULIM - 5, 0x1000), (0, ULIM, 4), (0, 0xFFFFFFFF, 9),
                      (0, ULIM - 1, 1), (0, 0xFFFFF000, 0x2000))
        ops += [op("user_nul", number, ULIM - 1), *copies("copyinstr", number, (0, ULIM - 5, 5), (0, ULIM - 5, 6), (0, ULIM - 1, 9),
                                                          (0, ULIM - 5, 0x1000), (0, ULIM - 5, 4))]
    return spaces(*ops)


@check("copyinstr from another space has the page pinned while it reads its bytes")
def string_pins(rng):
    return spaces(*filled(1, 0, 2), op("pinned", 2, 1, at(0) + 8))


# Exercise 6: kernel_fault, trap_fixup_kind, trap_fixup, find_fixup.


@check("trap_fixup lets the kernel continue at the fixup of each entry of the exception table")
def fixup_entries(rng):
    return spaces(*(op("fixup", index, beside) for index in range(80) for beside in (0, 1)), op("fixup_end"))


@check("a copy that fails continues at its fixup, and one whose page can be mapped runs again")
def fixup_copies(rng):
    ops = [op("kernel_trap", 1, at(page), code) for page in (0, 4, 6, 8) for code in (0, 2)]
    ops += [op("kernel_trap", 2, at(10), 2), op("mapping", 0, at(10)), op("kernel_trap", 2, at(8), 0)]
    return spaces(*ops, *copies("copyin_partial", 0, (0, at(3), 5 * PAGE // 2), (0, at(8), 4)))


@check("a copy whose page cannot be mapped for want of memory continues at its fixup")
def fixup_no_memory(rng):
    ops = [op("kernel_trap", 1, at(0), 2), op("mapping", 0, at(0)), op("hungry", 0, 0)]
    ops += [op("kernel_trap", kind, at(1), code) for kind in (1, 2) for code in (2, 0)] + [op("resident", 0)]
    return spaces(*ops, op("fed"), op("kernel_trap", 1, at(1), 0), op("mapping", 0, at(1)), op("kernel_trap", 1, at(1), 2),
                  op("mapping", 0, at(1)))


@check("a fault of the kernel outside of the copy functions is fatal, also where the address is a program's")
def fixup_stray(rng):
    return spaces(*(op(name, address, *rest) for address in (at(0), at(4), at(8), 0) for name, rest in (("read", ()), ("write", (1,)))),
                  *(op("kernel_trap", kind, address, 2) for kind in (0, 3) for address in (at(0), at(8), ULIM)), op("resident", 0),
                  op("fixup", 1, 1), op("enter", 2), op("kernel_trap", 1, at(0), 0), op("kernel_trap", 2, at(0), 2), op("enter", 0))
