"""Lab 2's operations in words, for the reports of failed tests. lab_tables.py judges them.

An address or an entry is shown with its meaning: a number alone tells a student little.
"""
from quire.lab_pages import Pages
from quire.lab_words import PAGE, entry_words, error, perm_words

KERNEL = 0xFF  # the kernel's directory


class TableWords(Pages):
    """The words; Tables knows the entries."""

    def directory_words(self, number):
        return "the kernel's directory" if number == KERNEL else f"directory {number}"

    def where(self, number, address):
        return f"{self.directory_words(number)}, {address:#x}"

    def words_pgdir_walk(self, number, address, create):
        return f"pgdir_walk({self.where(number, address)}, {create})"

    def words_page_insert(self, number, slot, address, perm):
        before = self.entry(number, address)
        return f"page_insert({self.directory_words(number)}, {self.slot_words(slot)}, {address:#x}, {perm_words(perm)})" \
               + (f", where the entry is {entry_words(before)}" if before else "")

    def words_page_remove(self, number, address):
        return f"page_remove({self.where(number, address)}), where the entry is {entry_words(self.entry(number, address))}"

    def words_page_lookup(self, number, address, store):
        return f"page_lookup({self.where(number, address)}, {'&entry' if store else 'NULL'})" \
               f", where the entry is {entry_words(self.entry(number, address))}"

    def words_page_perms(self, number, address):
        pde, entry = self.pde(number, address), self.entry(number, address)
        return f"page_perms({self.where(number, address)}), where the directory's entry is {entry_words(pde)}" \
               + (f" and the table's {entry_words(entry)}" if self.table(number, address) else "")

    def words_entry(self, number, address):
        return f"the entries for {self.where(number, address)}"

    def words_counts(self, number):
        return f"the tables of {self.directory_words(number)}"

    def words_pte_store(self, number, address, entry):
        return f"pte_store({self.where(number, address)}, {entry_words(entry)})"

    def words_pte_store_page(self, number, address, slot, bits):
        return self.words_pte_store(number, address, self.slots.get(slot, 0) * PAGE | bits)

    def words_pde_store(self, number, address, entry):
        return f"pde_store({self.where(number, address)}, {entry_words(entry)})"

    def words_pde_store_table(self, number, address, slot, bits):
        return self.words_pde_store(number, address, self.slots.get(slot, 0) * PAGE | bits)

    def words_tlb_invalidate(self, number, address):
        return f"tlb_invalidate({self.where(number, address)})"

    def words_poke(self, number, address, entry):
        return f"the grader makes {entry_words(entry)} the table's entry for {self.where(number, address)}"

    def words_poke_page(self, number, address, slot, bits):
        return self.words_poke(number, address, self.slots.get(slot, 0) * PAGE | bits)

    def words_poke_many(self, number, address, slot, bits, count):
        return f"the grader makes {entry_words(self.slots.get(slot, 0) * PAGE | bits)} the table's {count} entries from " \
               f"{self.where(number, address)} on"

    def words_poke_directory(self, number, address, entry):
        return f"the grader makes {entry_words(entry)} the directory's entry for {self.where(number, address)}"

    def words_poke_directory_table(self, number, address, slot, bits):
        return self.words_poke_directory(number, address, self.slots.get(slot, 0) * PAGE | bits)

    def words_table(self, number, slot, address):
        return f"the grader makes {self.slot_words(slot)} the page table for {self.where(number, address)}"

    words_table_page = lambda self, slot: f"the grader makes {self.slot_words(slot)} a page table that no directory names"
    words_early_pgdir = lambda self: "the grader makes the directory of boot/start.S the kernel's"
    words_pgdir_create = lambda self, number: f"pgdir_create: directory {number}"
    words_pgdir_load = lambda self, number: f"pgdir_load({self.directory_words(number)})"

    def words_page_insert_in_range(self, number, slot, start, end, perm):
        return f"page_insert_in_range(directory {number}, {self.slot_words(slot)}, {start:#x}, {end:#x}, " \
               f"{perm_words(perm)}, ...)"

    def words_tlb_batch_unmap(self, number, address):
        return f"tlb_batch_unmap({self.where(number, address)}), then tlb_batch_finish"

    # What operations returned.

    QUIET = Pages.QUIET | {"poke", "poke_page", "poke_many", "table", "pte_store", "pte_store_page", "tlb_batch_unmap"}
    results_pgdir_create = results_page_insert = lambda self, report: error(report.values[0]) if report.values else ""
    results_page_lookup = lambda self, report: self.name(report.values[0])
    results_page_perms = lambda self, report: perm_words(report.values[0])

    def results_pgdir_walk(self, report):
        address, *entry = report.values
        return f"{address:#x}" + (f", where the entry is {entry_words(entry[0])}" if entry else "") if address else "NULL"

    def results_page_insert_in_range(self, report):
        result, stored = report.values or (0, 0)
        return error(result) if result else f"0, and the address {stored:#x}"

    def results_entry(self, report):
        words = ["the directory's entry {}", "the table's {}", "entries in use: {}"]
        shown = [entry_words(value) for value in report.values[:2]] + report.values[2:3]
        return ", ".join(each.format(value) for each, value in zip(words, shown))

    def results_counts(self, report):
        first = (report.more + [report.values])[0]
        return f"entries in use in the user's half: {first[1]}; the directory counts {first[0]}"

    words_read = lambda self, address: f"a read of {address:#x} through the loaded directory {self.loaded}"
    words_write = lambda self, address, value: f"a write to {address:#x} through the loaded directory {self.loaded}"
