"""Lab 2's model: what the functions on page tables may do (kern/mem/pgdir.h).

It knows what is mapped in each directory, entry by entry, and which pages of the allocator are
left. Which page becomes a table is the kernel's choice: the model learns it from the entries that
it is shown.
"""
from quire.lab_check import KERNBASE, NONE, NOT_STORED, Wrong, exception_words
from quire.lab_pages import DIRECTORY, FREE, TABLE
from quire.lab_table_words import KERNEL, TableWords
from quire.lab_words import (
    A, D, EEXIST, EINVAL, ENOMEM, ENOSPC, G, NOPAGE, P, PAGE, PROT_NONE, PS, U, W, count_words, entry_words, perm_words,
)

ULIM = 0xC0000000
BY_PROCESSOR = A | D  # bits that the processor sets
TABLE_BITS = P | W | U


def has_page(entry):
    """Does an entry of a table name a page on which it has a reference?"""
    return entry & (P | PROT_NONE) in (P, PROT_NONE)


class Table:
    """A page table. `page` is None until the kernel has shown it."""

    def __init__(self, page=None, bits=TABLE_BITS):
        self.page, self.bits, self.entries = page, bits, {}


class Directory:
    """A directory: tables, and entries of other kinds, by index."""

    def __init__(self):
        self.tables, self.others = {}, {}


class Tables(TableWords):
    """The model. `directories` by number."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.forget()

    def forget(self):
        self.directories = {KERNEL: Directory()}
        self.loaded = KERNEL
        self.hidden = 0  # tables whose pages are not known yet: they are not free

    def do_pool(self, at, first, end, report):
        super().do_pool(at, first, end, report)
        self.forget()

    def available(self):
        return super().available() - self.hidden

    # The tables.

    def table(self, number, address):
        return self.directories[number].tables.get(address >> 22)

    def other(self, number, address):
        return self.directories[number].others.get(address >> 22, 0)

    def pde(self, number, address):
        table = self.table(number, address)
        return ((table.page or 0) * PAGE | table.bits) if table else self.other(number, address)

    def entry(self, number, address):
        table = self.table(number, address)
        return table.entries.get(address >> 12 & 0x3FF, 0) if table else self.other(number, address)

    def set_entry(self, number, address, entry):
        entries = self.table(number, address).entries
        entries.pop(address >> 12 & 0x3FF, None)
        if entry:
            entries[address >> 12 & 0x3FF] = entry

    def do_early_pgdir(self, report):
        pass

    def do_pgdir_create(self, number, report):
        if not self.available():
            self.expect_error(report.values[0], ENOMEM)
            return
        self.expect_error(report.values[0], 0)
        page = self.take_page(report.values[1], DIRECTORY)
        page.count = 1
        self.directories[number] = Directory()

    def do_pgdir_load(self, number, report):
        self.loaded = number

    def do_table(self, number, slot, address, report):
        page = self.slots[slot]
        self.used[page].kind, self.used[page].count = TABLE, 1
        self.directories[number].tables[address >> 22] = Table(page)

    def add_table(self, number, address):
        """A new table; which page it is will be seen."""
        self.directories[number].tables[address >> 22] = Table()
        self.hidden += 1

    def see_table(self, table, pde):
        """The directory's entry shows which page a table is."""
        if table.page is None:
            self.hidden -= 1
            table.page = pde // PAGE
            page = self.take_page(table.page, TABLE)
            page.count = 1

    def trim(self, number, address):
        """A user's table without entries is freed."""
        table = self.table(number, address)
        if not table or table.entries or address >= ULIM:
            return
        del self.directories[number].tables[address >> 22]
        if table.page is None:
            self.hidden -= 1
        else:
            self.used.pop(table.page)
            self.cached.add(table.page)

    # Looking.

    def do_pgdir_walk(self, number, address, create, report):
        table, other = self.table(number, address), self.other(number, address)
        got = report.values[0]
        if create and not table and not other and self.available():
            self.add_table(number, address)
            table = self.table(number, address)
            if not got:
                raise Wrong(self.call, "an entry of a new page table", "NULL", "pgdir_walk: no table made")
            page = got - KERNBASE >> 12
            self.see_table(table, page * PAGE)
        elif not table or create and not table.bits & W:
            if got:
                raise Wrong(self.call, "NULL", f"{got:#x}", "pgdir_walk: not NULL")
            return
        self.see_table(table, got - KERNBASE & 0xFFFFF000)
        wanted = KERNBASE + table.page * PAGE + (address >> 12 & 0x3FF) * 4
        self.expect(got, wanted, "the entry's address", "another address")
        self.expect_entry(report.values[1], self.entry(number, address), "that the entry there is", "pgdir_walk: another entry")

    def do_page_lookup(self, number, address, store, report):
        entry = self.entry(number, address)
        got, stored = report.values
        table = self.table(number, address)
        if not table or entry & (P | NOPAGE) != P:
            if got != NONE:
                raise Wrong(self.call, "NULL", self.name(got), "page_lookup: a page that is not present")
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")
            return
        if got != entry // PAGE:
            raise Wrong(self.call, self.name(entry // PAGE), self.name(got), "page_lookup: another page")
        if store:
            wanted = KERNBASE + table.page * PAGE + (address >> 12 & 0x3FF) * 4
            self.expect(stored, wanted, "that the entry's address is stored:", "stored")
        else:
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")

    def do_page_perms(self, number, address, report):
        entry = self.entry(number, address)
        wanted = entry & self.pde(number, address) & (P | W | U) if entry & P else 0
        if report.values[0] != wanted:
            raise Wrong(self.call, perm_words(wanted), perm_words(report.values[0]), "page_perms: other permissions")

    def do_entry(self, number, address, report):
        """Both entries, how many entries the table counts, and its page."""
        table, values = self.table(number, address), report.values
        if not table:
            self.expect_entry(values[0], self.other(number, address), "that the directory's entry is", "directory entry")
            return
        if len(values) < 4:
            raise Wrong(self.call, "a page table", f"the directory's entry {entry_words(values[0])}", "entry: no table")
        self.see_table(table, values[0])
        self.expect_entry(values[0], table.page * PAGE | table.bits, "that the directory's entry is", "directory entry")
        wanted = self.entry(number, address)
        got = values[1] & ~BY_PROCESSOR
        if got != wanted & ~BY_PROCESSOR:
            kind = "page" if (got ^ wanted) // PAGE else perm_words(got ^ wanted)
            raise Wrong(self.call, f"that the table's entry is {entry_words(wanted)}", entry_words(got), f"entry: wrong {kind}")
        self.expect(values[2], len(table.entries), "that the table counts its entries in use:", "entries in use")

    def expect_entry(self, got, wanted, what, key):
        """Compare two entries, but for the bits that the processor sets."""
        got, wanted = got & ~BY_PROCESSOR, wanted & ~BY_PROCESSOR
        if got != wanted:
            prefix = "" if ":" in key else f"{self.operation_name()}: "
            raise Wrong(self.call, f"{what} {entry_words(wanted)}", entry_words(got), prefix + key)

    def do_counts(self, number, report):
        """How many entries in use are counted: of the directory, and of each table."""
        directory = self.directories[number]
        lines = report.more + [report.values]
        tables = {pdx: table for pdx, table in directory.tables.items() if pdx < ULIM >> 22}
        others = sum(1 for entry in directory.others.values() if entry)
        self.expect(lines[0][1], len(tables) + others, "the number of entries in use in the user's half", "entries")
        self.expect(lines[0][0], len(tables) + others, "that the directory counts its entries in use:", "count")
        for line in lines[1:]:
            pdx, counted, present, references = line
            table = tables.get(pdx)
            if table is None:
                raise Wrong(self.call, f"no table at index {pdx:#x}", "a table", "counts: a table too many")
            what = f"the table at index {pdx:#x}"
            self.expect(present, len(table.entries), f"{what}: the number of entries", "entries of a table")
            self.expect(counted, len(table.entries), f"{what}: that it counts its entries in use:", "count of a table")
            self.expect(references, 1, f"{what}: the reference count", "references of a table")

    # Changing.

    def do_page_insert(self, number, slot, address, perm, report):
        if slot in self.slots:
            self.inserted(number, self.slots[slot], address, perm, report.values[0])

    def inserted(self, number, page, address, perm, result):
        table = self.table(number, address)
        if self.other(number, address) or table and not table.bits & W:
            self.expect_error(result, EEXIST)
            return
        if not table:
            if not self.available():
                self.expect_error(result, ENOMEM)
                return
            self.expect_error(result, 0)
            self.add_table(number, address)
        self.expect_error(result, 0)
        old = self.entry(number, address)
        self.used[page].count += 1
        self.set_entry(number, address, page * PAGE | perm | P | (G if address >= ULIM else 0))
        if old and has_page(old):
            self.drop(old // PAGE)

    def do_page_insert_in_range(self, number, slot, start, end, perm, report):
        if slot not in self.slots:
            return
        result, stored = report.values
        bad = start % PAGE or end % PAGE or start > end
        address = None if bad else next((at for at in range(start, end, PAGE) if not self.entry(number, at)), None)
        wanted = EINVAL if bad else ENOSPC if address is None else \
            ENOMEM if not self.table(number, address) and not self.available() else 0
        if wanted:
            self.expect_error(result, wanted)
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")
            return
        self.expect_error(result, 0)
        self.expect(stored, address, "the lowest address at which nothing is mapped,", "another address")
        self.inserted(number, self.slots[slot], address, perm, result)

    def do_page_remove(self, number, address, report):
        table = self.table(number, address)
        if not table:
            return
        old = self.entry(number, address)
        if not old:
            return
        self.set_entry(number, address, 0)
        if has_page(old):
            self.drop(old // PAGE)
        self.trim(number, address)

    def do_tlb_batch_unmap(self, number, address, report):
        """The page keeps its kind until tlb_batch_finish has flushed."""
        old = self.entry(number, address)
        self.set_entry(number, address, 0)
        if not has_page(old):
            return
        page = self.used[old // PAGE]
        left, kind = page.count - 1, page.kind
        self.drop(old // PAGE)
        before, after = report.values[1:4], report.values[4:7]
        name = self.name(old // PAGE)
        if before[0] != kind:
            raise Wrong(self.call, f"that {name} is in use until tlb_batch_finish has flushed the TLB",
                        "it is free before", "tlb_batch_unmap: freed before the flush")
        self.expect(before[1], left, f"the reference count of {name} before tlb_batch_finish", "count")
        wanted = FREE if old // PAGE in self.free else kind
        if after[0] != wanted:
            raise Wrong(self.call, f"that {name} is {'free' if wanted == FREE else 'in use'} after tlb_batch_finish",
                        f"it is {'free' if after[0] == FREE else 'in use'}, with {count_words(after[1], 'reference')} "
                        f"and {count_words(after[2], 'pin')}",
                        f"tlb_batch_unmap: {'not freed' if wanted == FREE else 'freed in use'}")

    def do_pte_store(self, number, address, entry, report):
        self.set_entry(number, address, entry)

    def do_pte_store_page(self, number, address, slot, bits, report):
        self.set_entry(number, address, self.slots[slot] * PAGE | bits)

    do_poke, do_poke_page = do_pte_store, do_pte_store_page

    def do_poke_many(self, number, address, slot, bits, count, report):
        page = self.slots[slot]
        for i in range(count):
            self.set_entry(number, address + i * PAGE, page * PAGE | bits)
        self.used[page].count += count

    def do_pde_store(self, number, address, entry, report):
        directory, pdx = self.directories[number], address >> 22
        directory.others.pop(pdx, None)
        directory.tables.pop(pdx, None)
        same = [table for table in self.all_tables() if table.page == entry // PAGE and entry & (P | PS) == P]
        if same:
            directory.tables[pdx] = Table(same[0].page, entry & 0xFFF & ~BY_PROCESSOR)
            directory.tables[pdx].entries = same[0].entries
        elif entry:
            directory.others[pdx] = entry

    do_poke_directory = do_pde_store

    def do_pde_store_table(self, number, address, slot, bits, report):
        self.do_pde_store(number, address, self.slots[slot] * PAGE | bits, report)

    do_poke_directory_table = do_pde_store_table

    def do_table_page(self, slot, report):
        """A page that will be a table, without a directory."""
        page = self.slots[slot]
        self.used[page].kind, self.used[page].count = TABLE, 1
        self.loose = getattr(self, "loose", []) + [Table(page)]

    def all_tables(self):
        for directory in self.directories.values():
            yield from directory.tables.values()
        yield from getattr(self, "loose", [])

    def do_tlb_invalidate(self, number, address, report):
        pass

    # Through the TLB.

    def _translate(self, address):
        """The entry that the processor uses for an address: its permissions are those of both
        levels.
        """
        number = KERNEL if address >= ULIM else self.loaded
        return self.entry(number, address) if self.pde(number, address) & P else 0

    def do_read(self, address, report):
        self._access(address, report, False)

    def do_write(self, address, value, report):
        if self._access(address, report, True):
            self.used[self._translate(address) // PAGE].content = None

    def _access(self, address, report, write):
        entry = self._translate(address)
        number = KERNEL if address >= ULIM else self.loaded
        allowed = entry & P and (not write or entry & self.pde(number, address) & W)
        kind = "write" if write else "read"
        if report.values[0]:
            vector, code, where = report.values[1:4]
            if allowed:
                raise Wrong(self.call, f"that it is allowed: the entry is {entry_words(entry)}",
                            f"{exception_words(vector)} (error code {code:#x}) at {where:#x}", f"{kind}: refused")
            return False
        if not allowed:
            raise Wrong(self.call, f"a page fault: the entry is {entry_words(entry)}",
                        "that it is allowed: the processor still uses an older entry", f"{kind}: stale TLB")
        content = self.used[entry // PAGE].content if entry // PAGE in self.used else None
        if not write and content is not None:
            if report.values[1] != content:
                raise Wrong(self.call, f"{content:#x}, which is in {self.name(entry // PAGE)}",
                            f"{report.values[1]:#x}: the processor uses another page", "read: another page")
        return True
