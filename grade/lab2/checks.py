"""Lab 2's checks of user tables, exercises 1 to 5: the operations that the kernel performs.
quire/lab_tables.py judges what they return. Exercise 6 is in checks_range.py, the linear map in
checks_linear.py."""
from quire.lab_check import Checks, op
from quire.lab_tables import G, KERNEL, NOPAGE, P, PROT_NONE, PS, U, W, Tables
from quire.lab_words import LARGE

CHECKS = Checks(2, Tables)
check = CHECKS.add

AT, FIRST = 8 << 20, 0x900  # as in lab 1
VA = 0x10000000  # at the beginning of a table
PAGE = 4096
DEVICE = P | W | NOPAGE  # an entry of a device; its page_t, if there is one, has no reference
VGA, APIC = 0xB8000, 0xFEC00000
KSTACKS = 0xF8000000  # kernel addresses above the linear map
MANY = 40  # pages, where their number does not matter
RW, RO = W | U, U


def pool(count=MANY):
    """Memory of `count` pages for the allocator; the directory of boot is the kernel's."""
    return [op("pool", AT, FIRST, FIRST + count), op("early_pgdir")]


def fresh(pages=2, count=MANY):
    """A pool, directory 0, loaded, and pages in slots 0, 1, ..., each full of its own number."""
    ops = pool(count) + [op("pgdir_create", 0), op("pgdir_load", 0)]
    for slot in range(pages):
        ops += [op("page_alloc", slot), op("fill", slot, 0x11111111 * (slot + 1))]
    return ops


def table(slot, address=VA, directory=0):
    """The page of a slot, newly allocated, is the page table for an address."""
    return [op("page_alloc", slot), op("table", directory, slot, address)]


def reference(*slots):
    """References that the entries made by `poke_page` have."""
    return [op("page_incref", slot) for slot in slots]


def look(*addresses, slots=()):
    """What the tables have now."""
    return [op("entry", 0, address) for address in addresses] + [op("page", slot) for slot in slots] + [op("counts", 0)]


# Exercise 1: pgdir_walk.


@check("pgdir_walk finds the entry for an address, aligned or not")
def walk_finds(rng):
    ops = fresh(1) + table(10) + table(11, VA + LARGE)
    for address in (VA, VA + PAGE, VA + 0x3FF000, VA + LARGE, VA + LARGE + 0x123456):
        ops += reference(0) + [op("poke_page", 0, address, 0, P | U | W)]
    for address in (VA, VA + 1, VA + PAGE, VA + 0x1FFF, VA + 0x3FF000, VA + 0x3FFFFF, VA + LARGE, VA + LARGE + 0x123456):
        ops += [op("pgdir_walk", 0, address, 0), op("pgdir_walk", 0, address, 1)]
    return ops + look(VA)


@check("pgdir_walk without `create` returns NULL where there is no table, and makes none")
def walk_no_create(rng):
    return fresh(1) + [op("pgdir_walk", 0, VA, 0), op("pgdir_walk", 0, 0, 0), op("pgdir_walk", 0, 0xBFFFF000, 0),
                       op("entry", 0, VA), op("counts", 0), op("free_list")]


@check("pgdir_walk with `create` makes an empty table, with all permissions in the directory's entry")
def walk_create(rng):
    ops = fresh(1)
    for number in range(12):  # free pages are full of junk
        ops += [op("point", 30, FIRST + number + 2), op("fill", 30, 0xDEADBEE7)] if number > 1 else []
    for address in (VA, VA + 5 * PAGE, VA + LARGE, 0x08048000, 0xBFFFF000):
        ops += [op("pgdir_walk", 0, address, 1), op("entry", 0, address), op("counts", 0)]
    return ops


@check("pgdir_walk with `create` returns NULL for a large page, a shared table, any other entry in use, and without memory")
def walk_create_refused(rng):
    ops = fresh(1) + [op("poke_directory", 0, VA, 0x400000 | P | W | U | PS), op("page_alloc", 10), op("table_page", 10),
                      op("poke_directory_table", 0, VA + LARGE, 10, P | U)]
    for address in (VA, VA + 0x1000, VA + LARGE, VA + LARGE + 0x5000):
        ops += [op("pgdir_walk", 0, address, 1), op("pgdir_walk", 0, address, 0)]
    ops += [op("poke_directory", 0, VA, 0x400), op("pgdir_walk", 0, VA, 1), op("pgdir_walk", 0, VA, 0), op("counts", 0)]
    return ops + [op("poke_directory", 0, VA, 0), op("take", MANY), op("pgdir_walk", 0, VA, 1), op("counts", 0),
                  op("pgdir_walk", 0, VA + 2 * LARGE, 1), op("entry", 0, VA + 2 * LARGE)]


# Exercise 2: page_lookup, page_perms.


@check("page_lookup finds the page that is mapped, and stores its entry")
def lookup_finds(rng):
    ops = fresh(2) + table(10) + reference(0, 1)
    ops += [op("poke_page", 0, VA, 0, P | U), op("poke_page", 0, VA + 0x3FF000, 1, P | U | W)]
    for address in (VA, VA + 0xFFF, VA + 0x3FF000, VA + 0x3FF234):
        ops += [op("page_lookup", 0, address, 1), op("page_lookup", 0, address, 0)]
    return ops + look(VA, slots=(0, 1))


@check("page_lookup returns NULL where nothing is present: no table, an empty or PROT_NONE entry, a device")
def lookup_nothing(rng):
    ops = fresh(1) + table(10) + reference(0)
    ops += [op("poke_page", 0, VA + PAGE, 0, U | W | PROT_NONE), op("poke", 0, VA + 2 * PAGE, APIC | DEVICE)]
    ops += [op("poke_directory", 0, VA + LARGE, 0x400)]
    for address in (VA, VA + PAGE, VA + 2 * PAGE, VA + LARGE, VA + 2 * LARGE, 0):
        ops += [op("page_lookup", 0, address, 1), op("page_lookup", 0, address, 0)]
    return ops


@check("page_lookup returns NULL in a large page: no table maps it")
def lookup_large(rng):
    return fresh(1) + [op("poke_directory", 0, VA, 0x400000 | P | W | U | PS), op("page_lookup", 0, VA, 1),
                       op("page_lookup", 0, VA + 0x123456, 1), op("page_lookup", 0, VA + 0x3FF000, 0),
                       op("poke_directory", 0, VA, 0)]


@check("page_perms combines both levels, as the processor does")
def perms_both_levels(rng):
    ops = fresh(1)
    for i, bits in enumerate((P | W | U, P | U, P | W, P)):
        ops += [op("page_alloc", 10 + i), op("table_page", 10 + i),
                op("poke_directory_table", 0, VA + i * LARGE, 10 + i, bits)]
        for j, entry in enumerate((P | W | U, P | U, P | W, P, U | W, U | W | PROT_NONE)):
            ops += reference(0) + [op("poke_page", 0, VA + i * LARGE + j * PAGE, 0, entry)]
            ops += [op("page_perms", 0, VA + i * LARGE + j * PAGE)]
        ops += [op("page_perms", 0, VA + i * LARGE + 9 * PAGE), op("page_perms", 0, VA + i * LARGE + 0xABC)]
    return ops + [op("page_perms", 0, 0x40000000)]


@check("page_perms knows large pages, and entries that are not present")
def perms_large(rng):
    ops = fresh(1)
    for i, bits in enumerate((P | W | U | PS, P | U | PS, W | U | PS | PROT_NONE, 0x400)):
        address = VA + i * LARGE
        ops += [op("poke_directory", 0, address, (0x400000 if i < 3 else 0) | bits), op("page_perms", 0, address),
                op("page_perms", 0, address + 0x234567), op("poke_directory", 0, address, 0), op("page_perms", 0, address)]
    return ops


# Exercise 3: pte_store, pde_store, tlb_invalidate.


@check("pte_store stores the entry, and counts the entries of the table")
def store_counts(rng):
    ops = fresh(2) + table(10) + reference(0, 0, 1)
    for address, slot, bits in ((VA, 0, P | U), (VA + PAGE, 1, P | U | W), (VA, 0, P | U | W)):
        ops += [op("pte_store_page", 0, address, slot, bits), *look(address)]
    return ops + [op("pte_store", 0, VA, 0), *look(VA), op("pte_store", 0, VA, 0), *look(VA),
                  op("pte_store", 0, VA + PAGE, 0), *look(VA + PAGE)]


@check("pte_store flushes the TLB: the processor sees the new entry at once")
def store_flushes(rng):
    ops = fresh(3) + table(10) + reference(0, 1, 2)
    address = VA + 7 * PAGE
    return ops + [op("poke_page", 0, address, 0, P | U | W), op("read", address), op("write", address, 7),
                  op("pte_store_page", 0, address, 1, P | U), op("read", address), op("write", address, 7),
                  op("pte_store_page", 0, address, 2, P | U | W), op("read", address), op("pte_store", 0, address, 0),
                  op("read", address), op("read", address + PAGE)]


@check("pte_store in a directory that is not loaded leaves the loaded one's translations right")
def store_elsewhere(rng):
    return pool() + [op("pgdir_create", 0), op("pgdir_create", 1), op("page_alloc", 0), op("fill", 0, 0x11111111),
                     op("page_alloc", 1), op("fill", 1, 0x22222222), op("page_incref", 0), op("page_incref", 1),
                     *table(10), *table(11, VA, 1), op("pgdir_load", 0), op("poke_page", 0, VA, 0, P | U | W),
                     op("read", VA), op("pte_store_page", 1, VA, 1, P | U | W), op("read", VA), op("entry", 1, VA),
                     op("pgdir_load", 1), op("read", VA), op("pte_store", 1, VA, 0), op("read", VA)]


@check("pde_store stores the directory's entry, counts it, and flushes what the processor has of it")
def store_directory(rng):
    ops = fresh(2) + [op("page_alloc", 10), op("table_page", 10), op("page_alloc", 11), op("table_page", 11)]
    bits = P | W | U
    ops += reference(0, 1) + [op("poke_directory_table", 0, VA, 10, bits), op("poke_page", 0, VA, 0, bits),
                              op("poke_directory_table", 0, VA + LARGE, 11, bits), op("poke_page", 0, VA + LARGE, 1, bits),
                              op("read", VA), op("read", VA + LARGE), op("pde_store_table", 0, VA, 11, bits),
                              op("read", VA), op("counts", 0)]
    return ops + [op("pde_store", 0, VA, 0), op("read", VA), op("counts", 0), op("pde_store_table", 0, VA, 10, bits),
                  op("read", VA), op("counts", 0), op("entry", 0, VA)]


@check("tlb_invalidate flushes the translation of its address in the loaded directory")
def invalidate_loaded(rng):
    address = VA + 3 * PAGE
    return fresh(2) + table(10) + reference(0, 1) + [
        op("poke_page", 0, address, 0, P | U | W), op("read", address), op("poke_page", 0, address, 1, P | U | W),
        op("tlb_invalidate", 0, address), op("read", address), op("poke", 0, address, 0),
        op("tlb_invalidate", 0, address), op("read", address)]


@check("tlb_invalidate flushes kernel addresses whichever directory is loaded")
def invalidate_kernel(rng):
    address = KSTACKS + 5 * PAGE
    bits = P | W | G
    return pool() + [op("page_alloc", 0), op("fill", 0, 0x11111111), op("page_alloc", 1), op("fill", 1, 0x22222222),
                     op("page_incref", 0), op("page_incref", 1), *table(10, address, KERNEL), op("pgdir_create", 0),
                     op("poke_page", KERNEL, address, 0, bits), op("pgdir_load", 0), op("read", address),
                     op("poke_page", KERNEL, address, 1, bits), op("tlb_invalidate", KERNEL, address),
                     op("read", address), op("pte_store_page", KERNEL, address, 0, bits), op("read", address),
                     op("pte_store", KERNEL, address, 0), op("read", address)]


# Exercise 4: page_insert.


@check("page_insert maps the page with the permissions asked for, and takes one reference")
def insert_maps(rng):
    ops = fresh(4)
    for slot, perm in enumerate((RW, RO, W, 0)):
        address = VA + slot * PAGE
        ops += [op("page_insert", 0, slot, address, perm), *look(address, slots=(slot,)), op("read", address),
                op("write", address, 5)]
    return ops + [op("page_insert", 0, 0, VA + 0x3FF000, RO | 0x800), *look(VA + 0x3FF000, slots=(0,)),
                  op("page_insert", 0, 0, VA + LARGE, RW), *look(VA + LARGE, slots=(0,)), op("write", VA + LARGE, 9)]


@check("page_insert over another page drops that page's reference, and the processor sees the new page")
def insert_replaces(rng):
    return fresh(3) + [op("page_insert", 0, 0, VA, RW), op("read", VA), op("page_insert", 0, 1, VA, RW),
                       op("read", VA), *look(VA, slots=(0, 1)), op("free_list"), op("page_insert", 0, 1, VA + PAGE, RW),
                       op("page_insert", 0, 2, VA, RO), op("read", VA), op("write", VA, 3), *look(VA, slots=(1, 2)),
                       op("free_list")]


@check("page_insert of the same page again changes its permissions only")
def insert_again(rng):
    ops = fresh(1)
    for perm in (RW, RW, RO, RW, RO, W, RO | 0x800, RO):
        ops += [op("page_insert", 0, 0, VA, perm), *look(VA, slots=(0,)), op("read", VA), op("write", VA, 0x77),
                op("fill", 0, 0x11111111)]
    return ops + [op("free_list")]


@check("page_insert without memory for a table returns -ENOMEM, and changes nothing")
def insert_no_memory(rng):
    ops = []
    for left in range(3):
        ops += fresh(2, 3 + left)
        for i in range(3):
            ops += [op("page_insert", 0, 0, VA + i * LARGE, RW), *look(VA + i * LARGE, slots=(0,))]
        ops += [op("page_insert", 0, 1, VA, RO), *look(VA, slots=(0, 1)), op("free_list")]
    return ops


@check("page_insert returns -EEXIST where a large page is, a shared table, or another entry in use, and changes nothing")
def insert_refused(rng):
    return fresh(1) + [op("poke_directory", 0, VA, 0x400000 | P | W | U | PS), op("page_insert", 0, 0, VA, RW),
                       op("page_insert", 0, 0, VA + 5 * PAGE, RW), op("page", 0), op("entry", 0, VA),
                       op("poke_directory", 0, VA, 0), op("page_alloc", 10), op("table_page", 10),
                       op("poke_directory_table", 0, VA + LARGE, 10, P | U), op("page_insert", 0, 0, VA + LARGE, RW),
                       op("page", 0), op("entry", 0, VA + LARGE), op("poke_directory", 0, VA, 0x400),
                       op("page_insert", 0, 0, VA, RW), op("page", 0), op("entry", 0, VA), op("poke_directory", 0, VA, 0)]


@check("page_insert replaces a PROT_NONE entry, and drops its reference; a device's entry has none")
def insert_over_others(rng):
    return fresh(2) + table(10) + reference(0) + [
        op("poke_page", 0, VA, 0, U | W | PROT_NONE), op("page_insert", 0, 1, VA, RW), *look(VA, slots=(0, 1)),
        op("poke", 0, VA + PAGE, APIC | DEVICE), op("page_insert", 0, 1, VA + PAGE, RO),
        *look(VA + PAGE, slots=(1,)), op("read", VA + PAGE), op("poke", 0, VA + PAGE, VGA | DEVICE),
        op("page_insert", 0, 1, VA + PAGE, RO), *look(VA + PAGE, slots=(1,))]


@check("page_insert at a kernel address makes a global entry")
def insert_kernel(rng):
    return pool() + [op("page_alloc", 0), op("fill", 0, 0x11111111), *table(10, KSTACKS, KERNEL),
                     op("page_insert", KERNEL, 0, KSTACKS + PAGE, W), op("entry", KERNEL, KSTACKS + PAGE),
                     op("page", 0), op("read", KSTACKS + PAGE)]


# Exercise 5: page_remove.


@check("page_remove unmaps the page, drops its reference, and the processor sees that at once")
def remove_unmaps(rng):
    return fresh(2) + [op("page_insert", 0, 0, VA, RW), op("page_insert", 0, 0, VA + PAGE, RW),
                       op("page_insert", 0, 1, VA + 2 * PAGE, RO), op("read", VA), op("write", VA + PAGE, 1),
                       op("read", VA + 2 * PAGE), op("page_remove", 0, VA), op("read", VA), *look(VA, slots=(0,)),
                       op("page_remove", 0, VA + 2 * PAGE), op("read", VA + 2 * PAGE), *look(VA, slots=(0, 1)),
                       op("free_list"), op("page_remove", 0, VA + PAGE + 0x123), op("write", VA + PAGE, 1),
                       *look(VA, slots=(0,)), op("free_list")]


@check("page_remove does nothing where nothing is mapped")
def remove_nothing(rng):
    return fresh(1) + [op("page_remove", 0, VA), op("page_remove", 0, 0), op("page_remove", 0, 0xBFFFF000),
                       op("page_insert", 0, 0, VA, RW), op("page_remove", 0, VA + PAGE), *look(VA, slots=(0,)),
                       op("page_remove", 0, VA + LARGE), op("read", VA), op("page_remove", 0, VA),
                       op("page_remove", 0, VA), *look(VA), op("free_list")]


@check("page_remove frees a table that has become empty, and no other")
def remove_trims(rng):
    return fresh(2) + [op("page_insert", 0, 0, VA, RW), op("page_insert", 0, 1, VA + PAGE, RW),
                       op("page_insert", 0, 0, VA + LARGE, RW), *look(VA, VA + LARGE), op("page_remove", 0, VA), *look(VA),
                       op("page_remove", 0, VA + PAGE), *look(VA), op("page_insert", 0, 0, VA + 2 * PAGE, RW), *look(VA),
                       op("read", VA + 2 * PAGE), op("read", VA)]


@check("page_remove of a PROT_NONE entry drops its reference; of a device's entry none")
def remove_others(rng):
    return fresh(1) + table(10) + reference(0) + [
        op("poke_page", 0, VA, 0, U | W | PROT_NONE), op("poke", 0, VA + PAGE, APIC | DEVICE),
        op("poke", 0, VA + 2 * PAGE, VGA | DEVICE), op("page_remove", 0, VA + PAGE), *look(VA, slots=(0,)),
        op("page_remove", 0, VA + 2 * PAGE), *look(VA), op("page_remove", 0, VA), op("page", 0), op("counts", 0)]


@check("tlb_batch_unmap leaves a page without references in use: tlb_batch_finish frees it after the flush")
def remove_after_flush(rng):
    ops = fresh(2) + table(10) + reference(0, 0, 1)
    for address, slot in ((VA, 0), (VA + PAGE, 0), (VA + 2 * PAGE, 1)):
        ops += [op("poke_page", 0, address, slot, P | U | W), op("read", address)]
    for address, slot in ((VA, 0), (VA + 2 * PAGE, 1), (VA + PAGE, 0)):
        ops += [op("tlb_batch_unmap", 0, address), op("read", address), *look(address, slots=(slot,)), op("free_list")]
    return ops


@check("a page that is unmapped while it is pinned stays in use until it is unpinned")
def remove_pinned(rng):
    return fresh(1) + table(10) + reference(0) + [
        op("poke_page", 0, VA, 0, P | U | W), op("read", VA), op("page_pin", 0), op("tlb_batch_unmap", 0, VA), op("page", 0),
        op("free_list"), op("page_unpin", 0), op("page", 0), op("free_list")]


# All of them.


@check("random mappings keep to the contracts")
def tables_random(rng):
    ops = fresh(4, 12) + reference(0, 1, 2, 3)  # so no page is freed while a slot names it
    addresses = [VA + table * LARGE + page * PAGE for table in range(3) for page in (0, 1, 0x3FF)]
    for _ in range(60):
        address, slot = rng.choice(addresses), rng.randrange(4)
        what = rng.random()
        if what < 0.5:
            ops += [op("page_insert", 0, slot, address, rng.choice([RW, RO]))]
        elif what < 0.85:
            ops += [op("page_remove", 0, address)]
        else:
            start = rng.choice(addresses)
            ops += [op("page_insert_in_range", 0, slot, start, start + rng.randrange(1, 6) * PAGE, RW)]
        ops += [op("entry", 0, address), op("counts", 0), op("page_lookup", 0, address, 1), op("page_perms", 0, address),
                op("read", address), op("write", address, 1)] if rng.random() < 0.5 else look(address)
    return ops


