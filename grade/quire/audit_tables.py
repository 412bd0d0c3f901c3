"""Page tables: the kernel's own half, and the user's half of each address space (kern/mem/pgdir.h).
"""
from quire import audit_large
from quire.audit_memory import KERNBASE, PAGE_SIZE, entry_words
from quire.audit_pages import check_kernel_half

P, W, U, A, D, PS, G = 0x001, 0x002, 0x004, 0x020, 0x040, 0x080, 0x100
NOPAGE = PTE_PROT_NONE = 0x200  # of a present entry, and of one that is not
UFFD_WP, POISON = 0x400, 0x800
CPU_SETS = A | D
USER_PDES = 768
KSTACKS_PDE, DEVICE_PDE = 992, 1023
PROT_WRITE = 2
AREA_SHARED = 1


def kernel_tables(audit):
    """The linear map, and the tables above it: as at boot, nothing for users, no text writable."""
    pages = audit.pages
    directory = audit.memory.value("kernel_pgdir") - KERNBASE >> 12
    entries = pages.words(directory)
    pages.found[directory] += 1
    if pages.kind[directory] != pages.DIRECTORY:
        audit.report("kernel-tables", f"{pages.name(directory)} is the kernel's directory")
    for i in range(USER_PDES):
        if entries[i]:
            audit.report("kernel-tables", f"the kernel's directory maps {i << 22:#x}: {entry_words(entries[i])}")
    for i in range(USER_PDES, KSTACKS_PDE):
        _check_linear(audit, i, entries[i])
    for i in range(KSTACKS_PDE, DEVICE_PDE + 1):
        if entries[i] & ~0xFFF & ~CPU_SETS >= pages.total << 12 or entries[i] & 0x9F != P | W:
            audit.report("kernel-tables", f"entry {i} of the kernel's directory is {entry_words(entries[i])}")
        else:
            _check_upper_table(audit, i, entries[i] >> 12)


def _check_linear(audit, i, entry):
    """One entry of the directory in the linear map: a large page, or a table where the text is."""
    pages, start = audit.pages, i << 22
    image, rodata_end = audit.memory.symbol("kernel_start"), audit.memory.symbol("rodata_end")
    if start >= KERNBASE + (pages.total << 12):
        wanted = 0
    elif start < rodata_end and start + (1 << 22) > image:
        _check_split(audit, start, entry, image, rodata_end)
        return
    else:
        wanted = start - KERNBASE | P | W | PS | G
    if (entry ^ wanted) & ~CPU_SETS:
        audit.report(
            "kernel-tables",
            f"the linear map at {start:#x}: the directory's entry is {entry_words(entry)}, not {entry_words(wanted)}",
        )


def _check_split(audit, start, entry, image, rodata_end):
    """The table of the kernel's image: text and constants are not writable."""
    pages, table = audit.pages, entry >> 12
    if entry & 0x9F != P | W or table >= pages.total:
        text = f"the directory's entry is {entry_words(entry)}: no table"
        audit.report("kernel-tables", f"the kernel's image at {start:#x}: {text}")
        return
    _check_table(audit, table, 1024)
    for i, found in enumerate(pages.words(table)):
        address = start + i * PAGE_SIZE
        fixed = image <= address < rodata_end
        wanted = address - KERNBASE | P | G | (0 if fixed else W)
        if (found ^ wanted) & ~CPU_SETS:
            what = "the kernel's text and constants" if fixed else "the linear map"
            audit.report(
                "kernel-tables",
                f"{what} at {address:#x}: the entry is {entry_words(found)}, not {entry_words(wanted)}", address)


def _check_upper_table(audit, pdx, table):
    """A table for kernel stacks or devices."""
    pages = audit.pages
    entries = pages.words(table)
    _check_table(audit, table, 1024 - entries.count(0))
    for i, entry in enumerate(entries if any(entries) else ()):
        if not entry:
            continue
        address, number = (pdx << 22) + i * PAGE_SIZE, entry >> 12
        if entry & (P | W | U | G) != P | W | G:
            audit.report("kernel-tables", f"the kernel's entry for {address:#x} is {entry_words(entry)}", address)
        if entry & NOPAGE:
            if number < pages.total and pages.kind[number] != pages.RESERVED:
                audit.report(
                    "kernel-tables", f"{address:#x} maps {pages.name(number)} as a device's", address
                )
        elif number >= pages.total or pages.kind[number] != pages.STACK:
            name = pages.name(number) if number < pages.total else f"{entry_words(entry)}"
            audit.report("kernel-tables", f"{address:#x}, for kernel stacks, maps {name}", address)
        else:
            pages.found[number] += 1
            audit.stack_pages[address] = number


def _check_table(audit, table, used, kind="TABLE"):
    """A page table's page: its kind, and the count of its entries in use."""
    pages = audit.pages
    pages.found[table] += 1
    if pages.kind[table] != getattr(pages, kind):
        audit.report("tables", f"{pages.name(table)} is used as a {kind.lower()}")
    elif pages.index[table] != used:
        audit.report(
            "tables", f"{pages.name(table)} says {pages.index[table]} entries in use; it has {used}"
        )


class UserTables:
    """The user's half of one directory; `areas` are sorted (see audit_spaces.py)."""

    def __init__(self, audit, directory, who, areas):
        self.audit, self.pages = audit, audit.pages
        self.directory, self.who, self.areas = directory, who, areas
        self.entries = audit.pages.words(directory)[:USER_PDES]
        self.linear = audit.memory.variable("linear_ops")[0]
        self.large_registered = audit.memory.variable("uffd_large_ops")[0]
        self.large = audit.memory.variable("large_ops")[0], self.large_registered

    def check(self):
        used = USER_PDES - self.entries.count(0)
        _check_table(self.audit, self.directory, used, "DIRECTORY")
        check_kernel_half(self.audit, self.directory, f"the directory of {self.who}")
        self.pages.referrers.append(self.referrers)
        areas = iter(self.areas)
        area = next(areas, None)
        for pdx in range(USER_PDES) if used else ():
            entry, start = self.entries[pdx], pdx << 22
            if not entry:
                continue
            while area and area.end <= start:
                area = next(areas, None)
            # The areas that this entry spans; the last may go on.
            within = []
            while area and area.start < start + (1 << 22):
                within.append(area)
                if area.end > start + (1 << 22):
                    break
                area = next(areas, None)
            if audit_large.is_entry(entry):
                audit_large.check_entry(self, start, entry, within)
            else:
                self._check_table_entry(start, entry, within)

    def referrers(self, number):
        """Who in this half refers to a page."""
        for pdx, entry in enumerate(self.entries):
            if not entry:
                continue
            if entry >> 12 == number:
                yield f"the directory's entry for {pdx << 22:#x} in {self.who}"
            elif not entry & PS and entry & P and entry >> 12 < self.pages.total:
                for i, found in enumerate(self.pages.words(entry >> 12)):
                    if found and found >> 12 == number:
                        yield f"the entry for {(pdx << 22) + i * PAGE_SIZE:#x} in {self.who}"

    def report(self, check, address, text):
        self.audit.report(check, f"{self.who}, {address:#x}: {text}", address)

    def _check_table_entry(self, start, entry, within):
        table = entry >> 12
        if not entry & P or table >= self.pages.total:
            self.report("tables", start, f"the directory's entry is {entry_words(entry)}: no table")
            return
        entries = self.pages.words(table)
        first = self.pages.found[table] == 0  # a shared table's entries count once
        used = 1024 - entries.count(0)
        if first:
            _check_table(self.audit, table, used)
            if not used:
                self.report("tables", start, f"{self.pages.name(table)} is empty and not freed")
        else:
            self.pages.found[table] += 1
        for area in within:
            low = max(area.start - start, 0) >> 12
            part = entries[low : min(area.end - start, 1 << 22) >> 12]
            there = len(part) - part.count(0)
            if there:
                used -= there
                self._check_entries(start + (low << 12), part, entry, area, first)
        if used:
            self._report_strays(start, entries, within)

    def _report_strays(self, start, entries, within):
        for i, entry in enumerate(entries):
            address = start + i * PAGE_SIZE
            if entry and not any(area.start <= address < area.end for area in within):
                self.report("stray-entries", address, f"the entry is {entry_words(entry)}, but no area is there")

    def _check_entries(self, address, entries, pde, area, count):
        """The entries of one area in one table. `count`: their references have not been seen yet.
        """
        if area.ops == self.linear:
            for i, entry in enumerate(entries):
                if entry:
                    self._check_device(address + i * PAGE_SIZE, entry, area)
            return
        pages, found, kinds = self.pages, self.pages.found, self.pages.kind
        private = not area.flags & AREA_SHARED
        allowed = P | U | (pde & W if area.prot & PROT_WRITE else 0)
        good = pages.ANONYMOUS
        for i, entry in enumerate(entries):
            if not entry:
                continue
            number = entry >> 12
            if entry & P:
                if entry & NOPAGE:
                    self._check_device(address + i * PAGE_SIZE, entry, area)
                    continue
                if entry & (P | U | G | pde & W) & ~allowed or not entry & U or not area.prot:
                    self._report_permissions(address + i * PAGE_SIZE, entry, area)
            elif not entry & PTE_PROT_NONE:
                if entry not in (UFFD_WP, POISON):
                    self.report("entries", address + i * PAGE_SIZE, f"what is {entry_words(entry)}?")
                continue
            elif area.prot:
                where = address + i * PAGE_SIZE
                self.report("permissions", where, f"the entry {entry_words(entry)} is a PROT_NONE entry, in {area}")
            if number >= pages.total:
                self.report("entries", address + i * PAGE_SIZE, f"{entry_words(entry)} leads out of memory")
                continue
            if count:
                found[number] += 1
            if kinds[number] != good or area.object and not private:
                self._check_page(address + i * PAGE_SIZE, entry, area)
            if entry & pde & W and private:
                self.audit.writable.append((number, address + i * PAGE_SIZE, self, area, pde >> 12))

    def _check_device(self, address, entry, area):
        """An entry without a page_t: only a linear area has those, at its distance, and never of
        RAM.
        """
        start, place = entry & -PAGE_SIZE, area.offset + address - area.start
        if area.ops != self.linear:
            self.report("entries", address, f"{entry_words(entry)} maps a device in {area}")
        elif entry & (P | NOPAGE) != P | NOPAGE:
            self.report("entries", address, f"{entry_words(entry)} is no device's, in {area} of a device")
        elif start != place:
            self.report("entries", address, f"{entry_words(entry)} maps a device where {place:#x} belongs")
        if not entry & U or entry & G or not area.prot or entry & W and not area.prot & PROT_WRITE:
            self._report_permissions(address, entry, area)
        if any(low < start + PAGE_SIZE and start < high for low, high in self.pages.ram):
            known = start >> 12 < self.pages.total
            name = self.pages.name(start >> 12) if known else f"memory at {start:#x}"
            self.report("kernel-reachable", address, f"{entry_words(entry)} maps {name} without counting it")

    def _report_permissions(self, address, entry, area):
        if not entry & U:
            text = f"the entry {entry_words(entry)} is not the user's"
        elif entry & G:
            text = f"the entry {entry_words(entry)} is global: it outlives a switch to another space"
        elif not area.prot:
            text = f"the entry {entry_words(entry)} is present in {area}"
        else:
            text = f"the entry {entry_words(entry)} is writable in {area}"
        self.report("permissions", address, text)

    def _check_page(self, address, entry, area):
        """The page of an entry that is no private anonymous one."""
        pages, number = self.pages, entry >> 12
        kind = pages.kind[number]
        if kind == pages.FREE:
            self.report("free-and-mapped", address, f"{entry_words(entry)} maps {pages.name(number)}")
        elif kind not in (pages.ANONYMOUS, pages.OBJECT):
            self.report("kernel-reachable", address, f"{entry_words(entry)} maps {pages.name(number)}")
        elif kind == pages.ANONYMOUS:
            self.report("entries", address, f"{pages.name(number)} is mapped in {area}")
        elif not area.object or pages.owner[number] != area.object:
            owner = self.audit.called(pages.owner[number])
            text = f"{pages.name(number)} of object {owner} is mapped in {area}"
            self.report("entries", address, text)
        else:
            index = (area.offset + address - area.start) // PAGE_SIZE
            if pages.index[number] != index:
                text = f"page {pages.index[number]} of the object is mapped where {index} belongs"
                self.report("entries", address, text)
            if entry & W and not area.flags & AREA_SHARED:
                text = f"{pages.name(number)}, an object's, is writable in private {area}"
                self.report("writable", address, text)
            self.audit.mapped_indexes.setdefault(area.object, set()).add(index)


def writable_pages(audit):
    """A page that a private area may write is nobody else's; the zero page is nobody's."""
    pages = audit.pages
    for number, address, tables, area, table in audit.writable:
        if pages.found[table] != 1:
            text = f"is writable through {pages.name(table)}, which {pages.found[table]} share"
            audit.report("writable", f"{tables.who}, {address:#x}: {pages.name(number)} {text}")
        if pages.found[number] != 1 or number == pages.zero:
            who = [name for find in pages.referrers for name in find(number)]
            others = f" ({', '.join(who[:4])})" if len(who) > 1 else ""
            audit.report(
                "writable",
                f"{tables.who}, {address:#x}: {pages.name(number)} is writable in private "
                f"{area}, but {pages.found[number]} refer to it{others}",
                address,
            )
