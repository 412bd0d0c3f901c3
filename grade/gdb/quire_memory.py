"""Commands about page tables and physical pages: pte, mappings, pages, page."""
import gdb

from quire_kernel import (
    DIRTY, GLOBAL, KERNBASE, LARGE, LARGE_BIT, PAGE, PRESENT, PTE_PROT_NONE, USER, USER_PDES, WRITE,
    Command, bits, directory, physical, processes, space_name, value, word, words,
)

PAGES_AT_ONCE = 8192


def kind_name(number):
    """As in page.h, without the prefix: "anonymous"."""
    kinds = gdb.lookup_type("enum page_kind")
    names = {f.enumval: f.name for f in kinds.fields()}
    return names.get(number, f"kind {number}?").replace("PAGE_", "").lower().replace("_", " ")


def page(ppn):
    """The page_t of a page number."""
    total = int(value("page_total"))
    if not 0 <= ppn < total:
        raise gdb.GdbError(f"there are {total} pages, {ppn:#x} is none of them")
    return value(f"pages[{ppn}]")


def describe(ppn):
    """A line about a physical page."""
    if ppn >= int(value("page_total")):
        return f"physical page {ppn:#x}: no memory of the machine (a device?)"
    found = page(ppn)
    return (f"physical page {ppn:#x}: {kind_name(int(found['kind']))}, "
            f"reference count {int(found['count'])}, pins {int(found['pins'])}")


class Pte(Command):
    """pte ADDRESS [PID|kernel|DIRECTORY]: both levels of an address's translation.

Without PID: in the address space that is loaded. `watch *(unsigned int *)0x...`, with the place of an entry that
this shows, stops where the entry changes; in `make rewind`, `reverse-continue` goes back to where it did."""

    def __init__(self):
        super().__init__("pte")

    def perform(self, argument):
        """Show the directory's entry, then the table's."""
        arguments = gdb.string_to_argv(argument)
        if not arguments:
            raise gdb.GdbError("usage: pte ADDRESS [PID|kernel|DIRECTORY]")
        address = int(value(f"(unsigned int)({arguments[0]})"))
        pgdir = directory(arguments[1] if len(arguments) > 1 else "")
        pde = word(pgdir + 4 * (address >> 22))
        print(f"{address:#010x} in the directory at {pgdir:#x} of {space_name(pgdir)}")
        print(f"  directory entry {address >> 22}: {pde:#010x}  {bits(pde)}, at {pgdir + 4 * (address >> 22):#x}")
        if not pde & PRESENT:
            return
        if pde & LARGE_BIT:
            target = (pde & 0xFFC00000) | (address & 0x3FFFFF)
            print(f"  a large page; physical address {target:#x}")
        else:
            table = pde & ~0xFFF
            print(f"    its table: {describe(table >> 12)}")
            at = physical(table) + 4 * (address >> 12 & 0x3FF)
            pte = word(at)
            print(f"  table entry {address >> 12 & 0x3FF}: {pte:#010x}  {bits(pte, pde)}, at {at:#x}")
            if not pte & (PRESENT | PTE_PROT_NONE):
                return
            target = (pte & ~0xFFF) | (address & 0xFFF)
            print(f"  physical address {target:#x}")
        print(f"    {describe(target >> 12)}")


def entries(pgdir, first, end):
    """(address, size, entry) of all that is mapped, where `entry` has what both levels allow."""
    for index, pde in enumerate(words(pgdir, 1024)):
        if not first <= index < end:
            continue
        if pde & LARGE_BIT and pde & (PRESENT | PTE_PROT_NONE):
            yield index << 22, LARGE, pde
        elif pde & PRESENT and not pde & LARGE_BIT:
            for i, pte in enumerate(words(physical(pde & ~0xFFF), 1024)):
                if pte:
                    yield index << 22 | i << 12, PAGE, pte & (pde | ~WRITE)


class Mappings(Command):
    """mappings [PID|kernel|DIRECTORY]: what the page tables say, as runs of equal entries.

DIRECTORY: the address of a page directory, as in `mappings scene->pgdir` or `mappings $cr3`."""

    SHOWN = PRESENT | WRITE | USER | LARGE_BIT | GLOBAL | PTE_PROT_NONE

    def __init__(self):
        super().__init__("mappings")

    def perform(self, argument):
        """Join what is adjacent in virtual and in physical memory and has equal permissions."""
        pgdir = directory(argument.strip())
        whole = (USER_PDES, 1024) if argument.strip() == "kernel" else (0, USER_PDES)
        run = None
        for address, size, entry in entries(pgdir, *whole):
            target = entry & ~(size - 1) & 0xFFFFFFFF
            same = (run and address == run[1] and entry & self.SHOWN == run[3] & self.SHOWN
                    and target - run[2] == address - run[0])
            if same:
                run = (run[0], address + size, run[2], run[3] | entry & DIRTY)
            else:
                self._show(run)
                run = (address, address + size, target, entry)
        self._show(run)
        if not run:
            print(f"Nothing is mapped below {KERNBASE:#x} in the directory at {pgdir:#x} of {space_name(pgdir)}.\n"
                  "`mappings PID` shows a process's (`ps` lists them), `mappings kernel` the kernel's part.")

    def _show(self, run):
        if run:
            start, end, target, entry = run
            size = " large" if entry & LARGE_BIT else ""
            print(f"{start:08x}-{end - 1:08x} to {target:08x} {bits(entry)}{size}")


class Pages(Command):
    """pages: how many physical pages there are of each kind."""

    def __init__(self):
        super().__init__("pages")

    def perform(self, _argument):
        """Count the kinds in pages[]."""
        total, start = int(value("page_total")), int(value("pages"))
        struct_type = gdb.lookup_type("page_t")
        at = next(f.bitpos // 8 for f in struct_type.fields() if f.name == "kind")
        counts = {}
        memory = gdb.selected_inferior()
        for first in range(0, total, PAGES_AT_ONCE):
            count = min(PAGES_AT_ONCE, total - first)
            data = bytes(memory.read_memory(start + first * struct_type.sizeof, count * struct_type.sizeof))
            for kind in data[at :: struct_type.sizeof]:
                counts[kind] = counts.get(kind, 0) + 1
        for kind in sorted(counts):
            print(f"{counts[kind]:8} {kind_name(kind)}")
        print(f"{total:8} in all, of {PAGE} bytes")


class Page(Command):
    """page PPN|ADDRESS: what a physical page is used for, and every entry that names it.

A page is named by its number, which is its physical address divided by 4096; or by its physical address, or the
address at which the kernel sees it."""

    def __init__(self):
        super().__init__("page")

    def perform(self, argument):
        """Search the tables of all processes."""
        try:
            ppn = int(value(argument))
        except gdb.error as error:
            raise gdb.GdbError("usage: page NUMBER, as in `page 0x3c2`") from error
        if ppn >= int(value("page_total")):  # an address
            ppn = (ppn - KERNBASE if ppn >= KERNBASE else ppn) // PAGE
        page(ppn)
        print(describe(ppn))
        print(f"  the kernel sees it at {physical(ppn << 12):#x}")
        self._show_owner(ppn)
        seen = set()
        for proc in processes():
            space = proc["aspace"]
            if int(space) and int(space) not in seen:
                seen |= {int(space), int(space["pgdir"])}
                self._show_entries(int(space["pgdir"]), ppn, space_name(int(space["pgdir"])))
        loaded = directory("")  # in a lab's test no process has it
        if loaded and loaded not in seen:
            self._show_entries(loaded, ppn, "the loaded directory")

    def _show_owner(self, ppn):
        found = page(ppn)
        if kind_name(int(found["kind"])) == "object":
            owner = int(found["owner"])
            print(f"  page {int(found['index'])} of the object *(struct object *){owner:#x}")

    def _show_entries(self, pgdir, ppn, name):
        if pgdir == physical(ppn << 12):
            print(f"  the directory of {name}")
        for index, pde in enumerate(words(pgdir, USER_PDES)):
            if pde & PRESENT and not pde & LARGE_BIT and pde >> 12 == ppn:
                print(f"  the table for {index << 22:#010x} in {name}")
        for address, size, entry in entries(pgdir, 0, USER_PDES):
            if entry & (PRESENT | PTE_PROT_NONE) and 0 <= ppn - (entry >> 12) < size // PAGE:
                print(f"  the entry for {address:#010x} in {name}: {bits(entry)}")


Pte()
Mappings()
Pages()
Page()
