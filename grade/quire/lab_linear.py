"""Lab 2's model of the linear map: what pgdir_init must have made (kern/mem/kernel_map.c).

Memory's end comes from QEMU's memory map, text and read-only data from the kernel's file.
"""
import subprocess

from quire.file_cache import cached_by_file
from quire.lab_check import KERNBASE, Model, Wrong
from quire.lab_words import A, D, G, LARGE, P, PAGE, PS, U, W, entry_words, perm_words

LINEAR_END, KSTACKS = 0xF8000000, 0xF8000000


@cached_by_file
def symbols_of(kernel):
    """{name: address} of the kernel's symbols."""
    lines = subprocess.run(["nm", kernel], capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split()[2]: int(line.split()[0], 16) for line in lines if len(line.split()) == 3}


class Linear(Model):
    """Judges reports of the kernel's half."""

    def __init__(self, symbols):
        super().__init__(symbols)
        names = symbols_of(symbols.kernel)
        self.text, self.text_end, self.rodata_end = names["kernel_start"], names["text_end"], names["rodata_end"]
        self.first = self.text & -LARGE
        self.end = None

    def words_linear(self):
        return "pgdir_init(): the kernel's half of its directory"

    def words_small_pages(self, address):
        return f"pgdir_init(): the table for {address:#x}"

    def words_probes(self):
        return "accesses through the linear map"

    def do_linear(self, report):
        entries = {}
        for line in report.more[1:] + [report.values]:
            for first, end, entry in zip(line[::3], line[1::3], line[2::3]):
                for i in range(min(end, 1024) - first):
                    entries[first + i] = entry + i * LARGE
        self.end = KERNBASE + report.more[0][0] * PAGE
        for pdx in range(KERNBASE >> 22, 1024):
            self._directory_entry(pdx << 22, entries.get(pdx, 0))

    def _directory_entry(self, address, entry):
        where = f"the entry for {address:#x}"
        if address >= KSTACKS:
            if entry & (P | W | U | PS) != P | W:
                raise Wrong(self.call, f"{where} names a page table, PTE_P | PTE_W", entry_words(entry), "linear: no table")
        elif address >= self.end:
            if entry:
                raise Wrong(self.call, f"{where} is 0: memory ends at {self.end:#x}", entry_words(entry),
                            "linear: beyond memory")
        elif address < self.rodata_end and address + LARGE > self.text:
            if entry & (P | W | U | PS) != P | W:
                raise Wrong(self.call, f"{where} names a page table, PTE_P | PTE_W, because text is there",
                            entry_words(entry), "linear: not split")
        else:
            wanted = address - KERNBASE | P | W | PS | G | A | D
            if entry != wanted:
                kind = "another page" if (entry ^ wanted) >> 12 else perm_words(entry ^ wanted)
                raise Wrong(self.call, f"{where} is {entry_words(wanted)}",
                            entry_words(entry), f"linear: {kind}")

    def do_small_pages(self, base, report):
        entries = {}
        for line in report.more + [report.values]:
            for start, end, entry in zip(line[::3], line[1::3], line[2::3]):
                for address in range(start, min(end, start + LARGE), PAGE):
                    entries[address] = entry + address - start if entry else 0
        for address in range(base, base + LARGE, PAGE):
            entry = entries.get(address, 0)
            fixed = self.text <= address < self.rodata_end
            wanted = address - KERNBASE | P | G | (0 if fixed else W)
            if entry != wanted:
                kind = "another page" if (entry ^ wanted) >> 12 else perm_words(entry ^ wanted)
                raise Wrong(self.call, f"the entry for {address:#x} is {entry_words(wanted)}",
                            entry_words(entry), f"small pages: {kind}: {self.holds(address)}")

    def holds(self, address):
        """What the page holds: the kernel's text comes before its constants."""
        return "text" if self.text <= address < self.text_end else "constants" if address < self.rodata_end else "other data"

    def do_probes(self, report):
        """Words of the form: address, whether it was a write, whether it faulted."""
        values = report.all_values()
        for address, write, faulted in zip(values[::3], values[1::3], values[2::3]):
            wanted = address >= -(-self.end // LARGE) * LARGE or write and self.text <= address < self.rodata_end
            kind = "write to" if write else "read of"
            if faulted and not wanted:
                raise Wrong(self.call, f"that a {kind} {address:#x} is allowed", "a page fault", f"probe: {kind} refused")
            if wanted and not faulted:
                why = "memory has ended" if address >= self.end else "text and constants are there"
                raise Wrong(self.call, f"a page fault on a {kind} {address:#x}, because {why}", "it is allowed",
                            f"probe: {kind} allowed")
