"""Labs 3 and 4: operations on address spaces in words, and what they returned: what a student reads
about a failed test.
"""
from quire.lab_area import FIXED, FREE_ONLY, LARGE, LARGE_OPS, OBJECT, OBJECT_1, Area
from quire.lab_areas import GROWSDOWN
from quire.lab_check import Model
from quire.lab_words import PAGE, count_words, error, number_words

RESULTS = "FAULT_OK", "FAULT_NO_AREA", "FAULT_NOT_ALLOWED", "FAULT_NO_PAGE", "FAULT_NO_MEMORY"


def result_words(number):
    """A result of aspace_fault by its name."""
    return RESULTS[number] if number < len(RESULTS) else f"{number:#x}"


class SpaceWords(Model):
    """The words. A model of spaces has `spaces`, `entered`, `blocks` and `free`."""

    def space_words(self, number):
        if self.brief or number not in self.spaces:
            return f"space {number}"
        return f"space {number} with {self.spaces[number]}"

    def request_words(self, name, number, va, length, prot, flags):
        kinds = [word for bit, word in ((FIXED, "fixed"), (FREE_ONLY, "no_replace"), (OBJECT, "object 0"),
                                        (OBJECT_1, "object 1"), (LARGE_OPS, "large pages"), (GROWSDOWN, "a stack")) if flags & bit]
        return f"{name}({va:#x}, {length:#x} bytes, prot {prot}{', ' if kinds else ''}{', '.join(kinds)}) in {self.space_words(number)}"

    def memory_words(self):
        words = [f"{self.blocks} blocks for areas"] * (self.blocks is not None) + [f"{self.free} free pages"] * (self.free is not None)
        return f", with only {' and '.join(words)}" if words and not self.brief else ""

    words_map = lambda self, number, va, length, prot=0, flags=0, offset=0: \
        self.request_words("aspace_map", number, va, length, prot, flags) + self.memory_words()
    words_check_map = lambda self, number, va, length, prot=0, flags=0: \
        self.request_words("aspace_check_map", number, va, length, prot, flags)
    words_unmap = lambda self, number, va, length: f"aspace_unmap({va:#x}, {length:#x}) in {self.space_words(number)}{self.memory_words()}"
    words_unmap_prepare = lambda self, number, start, end: \
        f"unmap_prepare({start:#x}, {end:#x}) in {self.space_words(number)}{self.memory_words()}"
    words_split = lambda self, number, start, end: \
        f"areas_split_at({start:#x}, {end:#x}) in {self.space_words(number)}{self.memory_words()}"
    words_cut = lambda self, number, at, start, end: \
        f"area_cut_off(the area at {at:#x}, {start:#x}, {end:#x}) in {self.space_words(number)}"
    words_merge = lambda self, number, va: f"areas_merge_at({va:#x}) in {self.space_words(number)}"
    words_room = lambda self, number, large, hint, length: \
        f"find_room(hint {hint:#x}, {length:#x}, align {LARGE if large else PAGE:#x}) in {self.space_words(number)}"
    words_areas = lambda self, number: f"the areas of space {number} afterwards"
    words_free_pages = lambda self: "how many pages are free"
    words_area = lambda self, number, start, end, prot=0, flags=0, offset=0: \
        f"the grader makes an area [{start:#x}, {end:#x}) in space {number}"
    words_spaces = lambda self: "the test begins, without a space"
    words_space = lambda self, number: f"the grader makes space {number}"
    words_space_end = lambda self, number: f"space {number} ends"
    words_enter = lambda self, number: f"space {number} becomes the current one"
    words_object = lambda self, number: f"the grader makes object {number}"
    words_object_end = lambda self, number: f"the grader drops object {number}"
    words_hungry = lambda self, pages, blocks: \
        f"the grader takes all memory but {count_words(pages, 'page')} and {count_words(blocks, 'block')} for areas"
    words_fed = lambda self: "the grader frees the memory that it has taken"
    words_dirty = lambda self, count: f"the grader fills {count} free pages with junk"
    words_most_areas = lambda self, count: f"areas_max becomes {count}"
    words_put = lambda self, number, va, value: f"the grader writes {value:#x} to {va:#x} in space {number}"
    words_share = lambda self, origin, to, va: f"spaces {origin} and {to} share the page at {va:#x}, read-only, as after a fork"
    words_fault = lambda self, number, va, write: \
        f"aspace_fault({va:#x}, ACCESS_{'WRITE' if write else 'READ'}) in {self.space_words(number)}{self.memory_words()}"
    words_mapping = lambda self, number, va: f"the page table's entry for {va:#x} in space {number}"
    words_resident = lambda self, number: f"how many pages are mapped in space {number}"
    words_read = lambda self, va: f"a read of {va:#x} through the tables of space {self.entered}"
    words_write = lambda self, va, value: f"a write to {va:#x} through the tables of space {self.entered}"
    words_user_trap = lambda self, va, code: \
        f"page_fault for a program's access to {va:#x}, error code {code:#x}, in {self.space_words(self.entered)}"

    def words_kernel_trap(self, kind, va, code):
        which = {0: "without an entry in the exception table", 1: "with an entry FIXUP_LAST", 2: "with an entry FIXUP_AT_ONCE"}
        where = f"at an instruction {which[kind]}" if kind in which else "outside of the copy functions"
        space = self.space_words(self.entered) if self.entered is not None else "no space"
        return f"page_fault for the kernel's access to {va:#x}, error code {code:#x}, {where}, in {space}"

    words_backend = lambda self, result: f"the grader's backend, which shall return {error(result)}"
    words_backend_saw = lambda self: "the calls of the grader's backend"
    words_share_table = lambda self, origin, to, va: \
        f"spaces {origin} and {to} share the page table for {va:#x}, as after a fork"

    # What operations returned.

    QUIET = frozenset(("spaces", "space", "space_end", "enter", "object", "object_end", "hungry", "fed", "dirty", "most_areas", "area",
                       "cut", "merge", "put", "share", "share_table", "backend", "backend_saw", "rest", "work", "killed", "visited",
                       "buffer", "user_fill", "user_nul", "user_bytes", "release_locks", "last_line"))
    results_free_pages = results_resident = lambda self, report: count_words(report.values[0], "page")
    results_areas = lambda self, report: "; ".join(str(Area(*line)) for line in report.more) or "no areas"
    results_fault = lambda self, report: result_words(report.values[0]) + \
        (f", after {count_words(report.values[1], 'call')} of vm_no_memory_hook" if report.values[1] else "")
    results_copyin = results_copyin_slow = results_copyinstr = results_copyinstr_slow = results_copyin_partial = \
        lambda self, report: number_words(report.values[0])

    def results_map(self, report):
        result, stored = report.values
        return error(result) if result else f"0, and the address {stored:#x}"

    results_room = results_map

    def results_user_mem_check(self, report):
        result, stored = report.values
        return f"{error(result)}, and the address {stored:#x}" if result else error(result)

    def results_mapping(self, report):
        if len(report.values) < 5:
            return "nothing is mapped" if not report.values[0] else f"{report.values[0]:#x}"
        entry, page, is_zero, count, _ = report.values
        what = "the zero page" if is_zero else f"page {page:#x}, {count_words(count, 'reference')}"
        return f"{what}, {'writable' if entry & 2 else 'read-only'}"

    def results_user_trap(self, report):
        fatal, signals, result, address, no_memory = report.values[:5]
        words = ["a call of trap_fatal"] * fatal + [f"a signal for {result_words(result)} at {address:#x}"] * signals
        words += [f"{count_words(no_memory, 'call')} of vm_no_memory_hook"] * bool(no_memory)
        return ", ".join(words) or "the instruction runs again"

    def results_kernel_trap(self, report):
        if report.values[0]:
            return "a call of trap_fatal"
        place = ("at the instruction, which runs again", "at the fixup", "elsewhere")[min(report.values[5], 2)]
        return f"the kernel continues {place}"


def area_difference(wanted, listed):
    """(expected, got) for two lists of Areas: only those that differ."""
    keys, found = [area.key() for area in wanted], [area.key() for area in listed]
    missing = [str(area) for area in wanted if area.key() not in found]
    extra = [str(area) for area in listed if area.key() not in keys]
    if not missing and not extra:
        return "the areas in the order of their addresses, each once", "; ".join(map(str, listed))
    others = len(wanted) - len(missing)
    more = f" (and {count_words(others, 'area')} that {'is' if others == 1 else 'are'} right)" if others else ""
    return "; ".join(missing) or f"no area but {others} that {'is' if others == 1 else 'are'} right", ("; ".join(extra) or "no such area") + more
