"""Lab 3's checks of page faults, exercises 7 and 8, and of the first program: the operations that
the kernel performs after vm_init. quire/lab_faults.py judges what they return.
"""
from lab3.checks_spaces import NONE, RO, RW, WRITE_ONLY, area, at, vm
from quire.lab_area import FALSE_OPS
from quire.lab_check import Checks, op
from quire.lab_faults import ENXIO, Spaces
from quire.lab_words import EAGAIN, ENOMEM

CHECKS = Checks(3, Spaces)
check = CHECKS.add

USER_READ, USER_WRITE, PROTECTED = 4, 6, 7  # error codes of page faults


# Exercise 7: handle_fault, fault_in_area, user_fault.


@check("a fault is handled where an area admits the access, and at its page in any case")
def fault_admitted(rng):
    ops = [area(0, 2, RW), area(2, 4, RO), area(4, 6, NONE), area(6, 8, WRITE_ONLY), area(8, 10, 4)]
    for page in range(-1, 11):
        ops += [op("fault", 0, at(page) + 0x123, 0), op("mapping", 0, at(page)), op("fault", 0, at(page) + 0xFFC, 1),
                op("mapping", 0, at(page))]
    return vm(ops + [op("resident", 0), op("fault", 0, 0xC0000000, 0), op("fault", 0, 0xFFFFFFFF, 1), op("fault", 0, 0, 0)])


@check("a fault for a space maps into that space, not into the one that runs")
def fault_other_space(rng):
    ops = [area(0, 2), op("space", 1), op("area", 1, at(0), at(4), RW), op("fault", 1, at(0), 1), op("fault", 1, at(3), 1),
           op("fault", 0, at(3), 1), op("mapping", 0, at(0)), op("mapping", 1, at(0)), op("resident", 0), op("resident", 1)]
    return vm(ops + [op("areas", 1), op("space_end", 1)])


@check("a fault calls the area's backend with the page's start, holds the lock for reading, and acts on each result")
def fault_backend(rng):
    ops = [area(0, 4, RW, FALSE_OPS), area(4, 6, RO, FALSE_OPS), area(6, 7, NONE, FALSE_OPS)]
    for result in (0, EAGAIN, ENXIO, ENOMEM):
        for va, code in ((at(0), USER_READ), (at(1) + 0x234, USER_WRITE), (at(4) + 0xFFF, USER_READ), (at(5) + 1, USER_WRITE),
                         (at(6), USER_READ), (at(8), USER_READ), (0xC0000000, USER_READ)):
            ops += [op("backend", -result), op("user_trap", va, code), op("backend_saw")]
    for result in (0, EAGAIN, ENOMEM):
        ops += [op("backend", -result), op("fault", 0, at(2) + 0x800, 1), op("backend_saw")]
    return vm(ops, anonymous=False)


@check("a fault without memory calls vm_no_memory_hook, returns FAULT_NO_MEMORY, and changes nothing")
def fault_no_memory(rng):
    ops = []
    for pages in range(4):
        for write in (0, 1):
            ops += [op("space", 1), op("area", 1, at(0), at(4), RW), op("hungry", pages, 0), op("fault", 1, at(1), write),
                    op("fed"), op("mapping", 1, at(1)), op("fault", 1, at(1), write), op("mapping", 1, at(1)), op("space_end", 1)]
    ops += [area(0, 4), op("fault", 0, at(0), 0), op("hungry", 0, 0), op("fault", 0, at(1), 0), op("fault", 0, at(0), 1),
            op("mapping", 0, at(0)), op("fed")]
    return vm(ops)


@check("user_fault of a program ends in a page, in a signal, or in a call of vm_no_memory_hook")
def trap_user(rng):
    ops = [area(0, 2, RW), area(2, 4, RO), area(4, 6, NONE)]
    for page in (0, 1, 2, 3, 4, 7):
        ops += [op("user_trap", at(page) + 0x321, USER_READ), op("mapping", 0, at(page)), op("user_trap", at(page), USER_WRITE),
                op("user_trap", at(page), PROTECTED), op("mapping", 0, at(page))]
    ops += [op("user_trap", 0xC0000000, USER_READ), op("user_trap", 0xFFFFFFFC, USER_WRITE), op("user_trap", 0, USER_WRITE)]
    ops += [op("user_trap", at(0), 1), op("user_trap", at(2), 3), op("hungry", 0, 0), op("user_trap", at(1), USER_WRITE)]
    return vm(ops + [op("fed")])


@check("user_fault of a program without memory calls vm_no_memory_hook once, and sends no signal")
def trap_no_memory(rng):
    return vm([area(0, 4), op("hungry", 0, 0), op("user_trap", at(1), USER_WRITE), op("user_trap", at(1), USER_READ), op("fed"),
               op("resident", 0), op("user_trap", at(1), USER_WRITE), op("resident", 0)])


# Exercise 8: anon_fault, map_zeroes.


@check("a page that is only read is the zero page, read-only")
def anon_read(rng):
    ops = [area(0, 4), area(4, 8, RO)]
    for page in (0, 3, 4, 7):
        ops += [op("fault", 0, at(page), 0), op("mapping", 0, at(page)), op("read", at(page)), op("write", at(page), 1),
                op("fault", 0, at(page), 0), op("mapping", 0, at(page))]
    return vm(ops + [op("resident", 0)])


@check("a page that is written is new, of zeroes, writable, and the space's own")
def anon_write(rng):
    ops = [op("dirty", 64), area(0, 12)]
    for page in range(12):
        ops += [op("fault", 0, at(page), 1), op("mapping", 0, at(page)), op("write", at(page), page + 1), op("read", at(page)),
                op("fault", 0, at(page), 1), op("fault", 0, at(page), 0), op("mapping", 0, at(page))]
    return vm(ops + [op("mapping", 0, at(page)) for page in range(12)])


@check("a page that is written after it was read is a new one, and the zero page stays zero")
def anon_read_then_write(rng):
    ops = [op("dirty", 64), area(0, 6)]
    for page in range(3):
        ops += [op("fault", 0, at(page), 0), op("read", at(page)), op("fault", 0, at(page), 1), op("mapping", 0, at(page)),
                op("write", at(page), 0x99), op("read", at(page)), op("fault", 0, at(page + 3), 0), op("read", at(page + 3))]
    return vm(ops + [op("mapping", 0, at(page)) for page in range(6)])


@check("a shared page that is written is copied, and a page that is the space's own is not")
def anon_shared(rng):
    ops = [area(0, 4), op("space", 1), op("area", 1, at(0), at(4), RW)]
    for page in (0, 2):
        ops += [op("fault", 0, at(page), 1), op("put", 0, at(page), 0x55 + page), op("share", 0, 1, at(page)),
                op("fault", 0, at(page), 0), op("mapping", 0, at(page)), op("fault", 0, at(page), 1), op("mapping", 0, at(page)),
                op("mapping", 1, at(page)), op("put", 0, at(page), 0x66), op("fault", 1, at(page), 1), op("mapping", 1, at(page)),
                op("mapping", 0, at(page)), op("read", at(page))]
    return vm(ops + [op("resident", 0), op("resident", 1), op("areas", 1), op("space_end", 1)])


@check("a fault without memory for the page frees what it has taken")
def anon_no_memory(rng):
    ops = [area(0, 4), op("fault", 0, at(0), 1), op("fault", 0, at(1), 0)]
    for write, page in ((1, 2), (1, 1), (0, 3)):
        ops += [op("hungry", 0, 0), op("fault", 0, at(page), write), op("mapping", 0, at(page)), op("fed")]
    for pages, write in ((0, 0), (0, 1), (1, 1)):  # the page table is missing too
        ops += [op("space", 1), op("area", 1, at(0), at(1), RW), op("hungry", pages, 0), op("fault", 1, at(0), write), op("fed"),
                op("mapping", 1, at(0)), op("space_end", 1)]
    return vm(ops)


# All of them.

CHECKS.add_program("first_program", "a program with data, bss and a page that it reads before it writes runs to its exit")
