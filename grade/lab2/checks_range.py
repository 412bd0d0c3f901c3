"""Lab 2's checks of page_insert_in_range, exercise 6: the operations that the kernel performs.
quire/lab_tables.py judges what they return.
"""
from lab2.checks import APIC, DEVICE, PAGE, RO, RW, VA, fresh, look, reference, table
from quire.lab_check import Checks, op
from quire.lab_tables import P, PROT_NONE, PS, U, W, Tables
from quire.lab_words import LARGE

CHECKS = Checks(2, Tables)
check = CHECKS.add


@check("page_insert_in_range maps at the lowest free address")
def range_lowest(rng):
    ops = fresh(2) + [op("page_insert", 0, 1, VA + PAGE, RW)]
    for _ in range(4):
        ops += [op("page_insert_in_range", 0, 0, VA, VA + 8 * PAGE, RW), *look(VA, VA + 2 * PAGE, slots=(0,))]
    return ops + [op("page_insert_in_range", 0, 0, VA + LARGE - PAGE, VA + 2 * LARGE, RO), *look(VA + LARGE - PAGE),
                  op("page_insert_in_range", 0, 0, VA + LARGE - PAGE, VA + 2 * LARGE, RO), *look(VA + LARGE)]


@check("page_insert_in_range never uses the end, and returns -ENOSPC where all is in use")
def range_full(rng):
    ops = fresh(1)
    for _ in range(4):
        ops += [op("page_insert_in_range", 0, 0, VA, VA + 3 * PAGE, RW), *look(VA + 3 * PAGE, slots=(0,))]
    return ops + [op("page_insert_in_range", 0, 0, VA + 5 * PAGE, VA + 5 * PAGE, RW), *look(VA + 5 * PAGE, slots=(0,)),
                  op("page_insert_in_range", 0, 0, VA + LARGE, VA + LARGE, RW), op("counts", 0)]


@check("page_insert_in_range refuses an unaligned or backward range")
def range_invalid(rng):
    ops = fresh(1)
    for start, end in ((VA + 1, VA + PAGE), (VA, VA + 0x1800), (VA + PAGE, VA), (VA + 0x800, VA + 0x800)):
        ops += [op("page_insert_in_range", 0, 0, start, end, RW), *look(VA, slots=(0,))]
    return ops


@check("page_insert_in_range passes full tables and large pages, and makes a table only where it maps")
def range_across_tables(rng):
    full = fresh(2) + table(10) + [op("poke_many", 0, VA, 0, P | U | W, 1024)]
    full += [op("poke_directory", 0, VA + LARGE, 0x400000 | P | W | U | PS)]
    return full + [op("page_insert_in_range", 0, 1, VA, VA + 2 * LARGE, RW), op("counts", 0), op("page", 1),
                   op("page_insert_in_range", 0, 1, VA, VA + 4 * LARGE, RW), op("entry", 0, VA + 2 * LARGE),
                   op("counts", 0), op("page", 1), op("poke_directory", 0, VA + LARGE, 0)]


@check("page_insert_in_range takes every entry that is not 0 for one in use")
def range_entries_in_use(rng):
    return fresh(2) + table(10) + reference(0) + [
        op("poke_page", 0, VA, 0, U | W | PROT_NONE), op("poke", 0, VA + PAGE, APIC | DEVICE),
        op("page_insert_in_range", 0, 1, VA, VA + 4 * PAGE, RW), *look(VA, VA + 2 * PAGE, slots=(0, 1)),
        op("poke_directory", 0, VA + LARGE, 0x400), op("page_insert_in_range", 0, 1, VA + LARGE, VA + 2 * LARGE, RW),
        op("page", 1), op("poke_directory", 0, VA + LARGE, 0)]


@check("page_insert_in_range without memory for a table returns -ENOMEM, and changes nothing")
def range_no_memory(rng):
    ops = []
    for left in range(2):
        ops += fresh(1, 3 + left) + table(10) + [op("page_insert", 0, 0, VA + 4 * PAGE, RW)]
        ops += [op("page_insert_in_range", 0, 0, VA - 4 * PAGE, VA + 8 * PAGE, RW), *look(VA, slots=(0,)),
                op("page_insert_in_range", 0, 0, VA + LARGE, VA + 8 * LARGE, RW), *look(VA + LARGE, slots=(0,))]
    return ops
