"""Lab 3's model of page faults (kern/vm/aspace.h, fault.h): which pages a space has mapped, and
how.

Which page a fault takes is the kernel's choice: the model only demands that nothing else maps it.
"""
from dataclasses import dataclass, field

from quire.lab_area import FALSE_BACKEND, ULIM, WRITE, ZERO, down
from quire.lab_check import Blocked, Wrong
from quire.lab_rest import Rest
from quire.lab_space_words import RESULTS, result_words
from quire.lab_spaces import Mappings
from quire.lab_words import EAGAIN, ENOMEM, PAGE, count_words

OK, NO_AREA, NOT_ALLOWED, NO_PAGE, NO_MEMORY = range(5)
READABLE, WRITABLE = 0x25, 0x67  # the bits of entries: PTE_READABLE, PTE_WRITABLE
PF_PRESENT, PF_WRITE, PF_USER = 1, 2, 4
ENXIO, RWLOCK_WRITER = 6, 0x40000000


@dataclass(eq=False)
class Page:
    """A page that spaces map. `number` is None until the kernel has shown it."""

    number: int = None
    content: bytearray = field(default_factory=lambda: bytearray(PAGE))
    holders: set = field(default_factory=set)  # (space, address)

    @property
    def word(self):
        """The first word."""
        return int.from_bytes(self.content[:4], "little")

    @word.setter
    def word(self, value):
        self.content[:4] = value.to_bytes(4, "little")

    def copy(self):
        """A new page with these contents."""
        return Page(content=bytearray(self.content))


class Spaces(Rest, Mappings):
    """The model of spaces."""

    # Faults and pages.

    backend_result, backend_calls = 0, ()

    def do_backend(self, result, report):
        self.backend_result, self.backend_calls = -result, []

    def do_backend_saw(self, report):
        calls, va, write, lock = report.values
        self.expect(calls, len(self.backend_calls), "the number of calls", "calls")
        if calls:
            wanted, access = self.backend_calls[-1]
            self.expect(va, wanted, "the address, which is a page's start,", "address")
            self.expect(write, access, "1 for a write and 0 for a read:", "access")
            if lock != 1:
                how = "for writing" if lock & RWLOCK_WRITER else "by more readers" if lock else "not at all"
                raise Wrong(self.call, "that the fault holds the space's lock for reading", f"it was held {how}",
                            f"backend_saw: held {how}")

    def do_share_table(self, origin, to, va, report):
        if report.values != [0]:
            raise Blocked("there is no page table to share")
        spaces = self.spaces[origin], self.spaces[to]
        for address, entry in list(spaces[0].pages.items()):
            if address >> 22 == va >> 22:
                if entry is not ZERO:
                    entry[0].holders.add((to, address))
                    entry = entry[0], False
                spaces[0].pages[address] = spaces[1].pages[address] = entry

    def own(self, number, space, address, page):
        if address in space.pages:
            self.drop(number, space, address)
        page.holders.add((number, address))
        space.pages[address] = (page, True)

    def take(self, space, address, pages):
        """Take pages for a fault, and one for its table, if that is missing; False if there are too
        few.
        """
        if self.free is None:
            return True
        pages += not any(each >> 22 == address >> 22 for each in space.pages)
        if self.free < pages:
            return False
        self.free -= pages
        return True

    def handle(self, number, va, write):
        """Handle a fault; returns its result."""
        space, address = self.spaces[number], down(va)
        area = space.at(va) if va < ULIM else None
        if not area:
            return NO_AREA
        if not (area.prot & WRITE if write else area.prot):
            return NOT_ALLOWED
        if area.backend == FALSE_BACKEND:
            self.backend_calls.append((address, int(bool(write))))
            return {0: OK, EAGAIN: OK, ENXIO: NO_PAGE, ENOMEM: NO_MEMORY}[self.backend_result]
        before = space.pages.get(address)
        if not write:
            if before is None:
                if not self.take(space, address, 0):
                    return NO_MEMORY
                space.pages[address] = ZERO
            return OK
        if before is None or before is ZERO:
            if not self.take(space, address, 1):
                return NO_MEMORY
            self.own(number, space, address, Page())
        elif len(before[0].holders) > 1:
            if not self.take(space, address, 1):
                return NO_MEMORY
            self.own(number, space, address, before[0].copy())
        else:
            space.pages[address] = before[0], True
        return OK

    def do_fault(self, number, va, write, report):
        wanted = self.handle(number, va, write)
        got, calls = report.values
        if got != wanted:
            name = result_words(got)
            raise Wrong(self.call, RESULTS[wanted], name, f"aspace_fault: {name} for {RESULTS[wanted]}")
        self.expect_no_memory(calls, wanted)

    def expect_no_memory(self, calls, result):
        """vm_no_memory_hook is called once if there is no memory."""
        wanted = int(result == NO_MEMORY)
        if calls != wanted:
            raise Wrong(self.call, f"{count_words(wanted, 'call')} of vm_no_memory_hook", count_words(calls, "call"),
                        f"{self.operation_name()}: no memory")

    def do_mapping(self, number, va, report):
        space, address = self.spaces[number], down(va)
        wanted, values = space.pages.get(address), report.values
        if wanted is None:
            self.expect(values[0], 0, "that it is empty, so", "an entry too many")
            return
        if not values[0]:
            raise Wrong(self.call, "an entry that names a page", "0", "mapping: no entry")
        if len(values) < 5:
            raise Wrong(self.call, "an entry that names a page", f"{values[0]:#x}", "mapping: no page")
        entry, page, is_zero, count, first = values
        writable = wanted is not ZERO and wanted[1]
        self._compare_page(wanted, page, is_zero, count)
        bits = WRITABLE if writable else READABLE
        ignored = 0x20 if wanted is ZERO or writable else 0x60  # A; and D of a shared page
        if (entry ^ bits) & 0xFFF & ~ignored:
            kind = "writable" if entry & ~bits & 2 else "not writable" if bits & ~entry & 2 else "other bits"
            raise Wrong(self.call, f"the bits {bits:#x} ({'writable' if writable else 'read-only'})", f"{entry & 0xFFF:#x}",
                        f"mapping: {kind}")
        where = PAGE if wanted is ZERO else next((at for at in range(PAGE) if wanted[0].content[at]), PAGE) & -4
        if first != where:
            words = "a page of zeroes" if where == PAGE else f"zeroes up to offset {where:#x}, and another word there"
            got = "a page of zeroes" if first == PAGE else f"the first word that is not 0 at offset {first:#x}"
            raise Wrong(self.call, words, got, "mapping: not zeroed")

    def _compare_page(self, wanted, number, is_zero, count):
        if wanted is ZERO:
            if not is_zero:
                raise Wrong(self.call, "the zero page, which a page that was only read needs", "another page", "mapping: a page for a read")
            return
        page = wanted[0]
        if is_zero:
            raise Wrong(self.call, "a page of its own", "the zero page", "mapping: the zero page")
        if page.number is None:
            pages = {entry[0] for space in self.spaces.values() for entry in space.pages.values() if entry is not ZERO}
            if any(other.number == number for other in pages):
                raise Wrong(self.call, "a page that nothing else maps", f"page {number:#x}, which is mapped elsewhere",
                            "mapping: a page twice")
            page.number = number
        if page.number != number:
            raise Wrong(self.call, f"page {page.number:#x}, which was mapped before", f"page {number:#x}", "mapping: another page")
        self.expect(count, len(page.holders), "the page's reference count", "count")

    def do_resident(self, number, report):
        self.expect(report.values[0], len(self.spaces[number].pages), "the number of pages", "resident")

    def do_put(self, number, va, value, report):
        if report.values != [0]:
            raise Wrong(self.call, f"a page of the space's own at {va:#x}", "none", "put: no page")
        self.spaces[number].pages[down(va)][0].word = value

    def do_share(self, origin, to, va, report):
        if report.values != [0]:
            raise Blocked("there is no page to share")
        page = self.spaces[origin].pages[va][0]
        page.holders.add((to, va))
        self.spaces[origin].pages[va] = self.spaces[to].pages[va] = page, False

    def do_read(self, va, report):
        entry = self.spaces[self.entered].pages.get(down(va)) if self.entered is not None else None
        self._accessed(report, entry, entry is not None)
        if entry is not None and report.values[1] != (0 if entry is ZERO or va % PAGE else entry[0].word):
            raise Wrong(self.call, f"the value {0 if entry is ZERO else entry[0].word:#x}", f"{report.values[1]:#x}", "read: another value")

    def do_write(self, va, value, report):
        entry = self.spaces[self.entered].pages.get(down(va)) if self.entered is not None else None
        allowed = entry is not None and entry is not ZERO and entry[1]
        self._accessed(report, entry, allowed)
        if allowed and va % PAGE == 0:
            entry[0].word = value

    def _accessed(self, report, entry, allowed):
        faulted, vector = report.values[:2]
        if allowed and faulted:
            raise Wrong(self.call, "that it succeeds", f"exception {vector}", f"{self.operation_name()}: exception")
        if not allowed and not faulted:
            reason = "nothing is mapped there" if entry is None else "the page is read-only"
            raise Wrong(self.call, f"a page fault, because {reason}", "that it succeeds", f"{self.operation_name()}: no fault")

    def expect_hooks(self, values, result, va):
        """What page_fault has called: trap_fatal, vm_fault_signal_hook, vm_no_memory_hook."""
        fatal, signals, got, address, no_memory = values
        if fatal:
            raise Wrong(self.call, f"{RESULTS[result]}, as for a fault that can be handled", "a call of trap_fatal", "page_fault: fatal")
        signal = result in (NO_AREA, NOT_ALLOWED, NO_PAGE)
        if signals != signal or signal and got != result:
            words = f"a call of vm_fault_signal_hook with {RESULTS[result]}" if signal else "no call of vm_fault_signal_hook"
            told = f"a call with {result_words(got)}" if signals else "no call"
            raise Wrong(self.call, words, told, f"page_fault: {'wrong result' if signals and signal else 'signal' if signals else 'no signal'}")
        if signal:
            self.expect(address, va, "the address of the signal", "address")
        self.expect_no_memory(no_memory, result)

    def do_user_trap(self, va, code, report):
        if code & (PF_PRESENT | PF_USER) == PF_PRESENT:
            result = NOT_ALLOWED
        else:
            result = self.handle(self.entered, va, code & PF_WRITE)
        self.expect_hooks(report.values[:5], result, va)
        self.expect(report.values[5], 1, "by how much thread.faults grows:", "faults")
        if not report.values[6]:
            raise Wrong(self.call, "that thread.fault_eip is the frame's eip", "another value", f"{self.operation_name()}: fault_eip")

    def do_kernel_trap(self, kind, va, code, report):
        place = report.values[5]
        if kind not in (1, 2) or va >= ULIM or self.entered is None:
            if not report.values[0]:
                raise Wrong(self.call, "a call of trap_fatal, because this is a bug of the kernel", "that it returned",
                            "page_fault: not fatal")
            return
        result = self.handle(self.entered, va, code & PF_WRITE) if kind == 1 else NO_AREA
        values = report.values[:5]
        self.expect_hooks([*values[:4], 0], OK, va)
        self.expect_no_memory(values[4], result)
        wanted = 0 if result == OK else 1
        words = "at the instruction, which runs again", "at the fixup", "elsewhere"
        if place != wanted:
            raise Wrong(self.call, f"that the kernel continues {words[wanted]}", words[min(place, 2)], f"page_fault: continues {place}")
