"""Lab 1's model of the page allocator (kern/mem/page.h); lab_gaps.py has the part before it.

It knows the contracts and nothing of the kernel's code. Which free page an allocation takes is the
kernel's choice: the model only demands that the page was free."""
from quire.lab_check import NONE, Blocked, Wrong
from quire.lab_gaps import LINEAR_SIZE, Gaps
from quire.lab_words import EINVAL, ENOMEM, PAGE, count_words, error, number_words

FREE, RESERVED, TABLE, DIRECTORY, ANONYMOUS = 0, 1, 2, 3, 6
KINDS = "free", "reserved", "a page table", "a page directory", "heap", "stack", "anonymous", "object", "large"
FAULTS = {1: "a link leads to something that is no page_t", 2: "the links `next` and `prev` do not agree",
          3: "it is endless", 4: "it has a page with references, pins, or another kind"}


class Page:
    """What the model knows of a page that is in use."""

    def __init__(self, kind=ANONYMOUS):
        self.kind, self.count, self.pins, self.content = kind, 0, 0, None


class Pages(Gaps):
    """The page allocator, on memory that the grader has given it (operation `pool`)."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.free, self.used, self.total = set(), {}, 0
        self.contents = {}  # of free pages
        self.slots = {}
        self.many = set()  # pages of `take`
        self.cached = set()  # spare pages: free, but not on the list

    def do_pool(self, at, first, end, report):
        if report.values != [0]:
            raise Blocked(f"there is no memory for pages {first:#x} to {end:#x}")
        self.total = end
        self.free, self.used, self.contents = set(range(first, end)), {}, {}
        self.slots, self.many, self.cached = {}, set(), set()

    # How pages are called.

    def name(self, number):
        if number == NONE:
            return "no page (NULL)"
        return f"page {number:#x}" if number < 0x80000000 else f"a pointer to {number:#x}, where there is no page_t"

    def slot_words(self, slot):
        return self.name(self.slots[slot]) if slot in self.slots else "no page"

    def state_words(self, number):
        if number in self.free:
            return "free"
        if number not in self.used:
            return self.reserved_words(number) if number < self.total else "beyond the end of memory"
        page = self.used[number]
        return f"in use, with {count_words(page.count, 'reference')} and {count_words(page.pins, 'pin')}"

    def reserved_words(self, number):
        """Why the allocator must not have a page."""
        start, end = number * PAGE, (number + 1) * PAGE
        usable = not self.usable or any(low <= start and end <= high for low, high in self.usable)
        return "reserved" if usable else "reserved, since that memory is not usable"

    def words_page_free(self, slot):
        return f"page_free({self.slot_words(slot)})"

    words_page_incref = lambda self, slot: f"page_incref({self.slot_words(slot)})"
    words_page_decref = lambda self, slot: f"page_decref({self.slot_words(slot)})"
    words_page_pin = lambda self, slot: f"page_pin({self.slot_words(slot)})"
    words_page_unpin = lambda self, slot: f"page_unpin({self.slot_words(slot)})"
    words_page_free_null = lambda self: "page_free(NULL)"
    words_page_alloc = lambda self, slot: "page_alloc(...)"
    words_page_alloc_zeroed = lambda self, slot: "page_alloc_zeroed(...)"
    words_page_alloc_specific = lambda self, slot, number: f"page_alloc_specific(..., {number:#x})"
    words_page = lambda self, slot: f"pages[] afterwards: the struct of {self.slot_words(slot)}"
    words_look = lambda self, slot, value: f"the contents of {self.slot_words(slot)}"
    words_free_list = lambda self: "the free list afterwards"
    words_kinds = lambda self: "page_t.kind of all pages afterwards"
    words_take = lambda self, count: f"page_alloc(...), {count:#x} times"
    words_give = lambda self, count: f"page_free of {count:#x} pages"
    words_pool = lambda self, at, first, end: f"the grader gives the allocator the free pages {first:#x} to {end - 1:#x}"
    words_fill = lambda self, slot, value: f"the grader fills {self.slot_words(slot)} with {value:#x}"
    words_point = lambda self, slot, number: f"the grader looks at {self.name(number)}"
    words_clear = lambda self, slot: f"the grader forgets {self.slot_words(slot)}"
    words_flags = lambda self, slot, flags: f"the grader sets the flags of {self.slot_words(slot)} to {flags:#x}"
    words_spare = lambda self, slot: f"the grader makes {self.slot_words(slot)} a spare page, which page_drain_hook frees"

    QUIET = frozenset(("pool", "fill", "point", "clear", "flags", "spare", "look", "give", "kinds", "boot_fill", "boot_state",
                       "world"))
    results_page_alloc = results_page_alloc_zeroed = results_page_alloc_specific = lambda self, report: \
        error(report.values[0]) + ("" if report.values[0] else f", {self.name(report.values[1])}")
    results_page_pin = lambda self, report: error(report.values[0])
    results_page = lambda self, report: ", ".join([
        self.kind_words(report.values[0]), count_words(report.values[1], "reference"), count_words(report.values[2], "pin"),
        f"flags {number_words(report.values[3])}"])
    results_take = lambda self, report: f"{report.more[0][0]:#x} pages, then {error_words(report.more[0][1])}"
    results_free_list = lambda self, report: f"{report.values[0]:#x} pages; page_pool.free_count is {report.values[1]:#x}"

    @staticmethod
    def kind_words(kind):
        """A page_t.kind."""
        return KINDS[kind] if kind < len(KINDS) else f"kind {kind}"

    # Allocating.

    def available(self):
        """How many pages can be allocated: spare ones too."""
        return len(self.free) + len(self.cached)

    def take_page(self, number, kind=ANONYMOUS):
        """The kernel has handed out this page."""
        if number not in self.free and number not in self.cached:
            raise Wrong(self.call, "a page that is free", f"{self.name(number)}, which is {self.state_words(number)}",
                        f"{self.operation_name()}: a page that is not free")
        self.free |= self.cached if number in self.cached else set()
        self.cached -= self.free
        self.free.discard(number)
        page = self.used[number] = Page(kind)
        page.content = self.contents.get(number)
        return page

    def _allocated(self, slot, report, zeroed):
        result, number = report.values
        self.slots.pop(slot, None)
        if not self.available():
            self.expect_error(result, ENOMEM)
            self.expect(number, NONE, "that nothing is stored, so page", "stored")
            return
        self.expect_error(result, 0)
        page = self.take_page(number)
        if zeroed:
            page.content = 0
        self.slots[slot] = number

    def do_page_alloc(self, slot, report):
        self._allocated(slot, report, False)

    def do_page_alloc_zeroed(self, slot, report):
        self._allocated(slot, report, True)

    def do_page_alloc_specific(self, slot, wanted, report):
        result, number = report.values
        self.slots.pop(slot, None)
        if wanted >= self.total:
            self.expect_error(result, EINVAL)
            self.expect(number, NONE, "that nothing is stored, so page", "stored")
        elif wanted not in self.free and (wanted not in self.cached or result):
            self.expect_error(result, ENOMEM)  # a spare page may be found, and need not be
            self.expect(number, NONE, "that nothing is stored, so page", "stored")
        else:
            self.expect_error(result, 0)
            if number != wanted:
                raise Wrong(self.call, self.name(wanted), self.name(number), "page_alloc_specific: another page")
            self.take_page(number)
            self.slots[slot] = number

    def do_take(self, count, report):
        got, result, twice = report.more[0]
        wanted = min(count, self.available())
        if twice != NONE:
            raise Wrong(self.call, "each page once", f"{self.name(twice)} a second time" if twice < self.total
                        else f"{self.name(twice)}, which is no page", "page_alloc: a page twice")
        taken = runs_set(report.more[1:] + [report.values])
        wrong = sorted(taken - self.free - self.cached - self.many)
        if wrong:
            raise Wrong(self.call, "pages that are free",
                        f"{self.name(wrong[0])}, which is {self.state_words(wrong[0])}"
                        f" ({len(wrong)} such pages)", "page_alloc: a page that is not free")
        if got != wanted:
            raise Wrong(self.call, f"{wanted:#x} pages", f"{got:#x} pages, then {error_words(result)}",
                        "page_alloc: too few pages" if got < wanted else "page_alloc: too many pages")
        self.expect_error(result, 0 if wanted == count else ENOMEM)
        for number in taken - self.many:
            self.take_page(number)
        self.many = taken

    def do_give(self, count, report):
        for number in sorted(self.many)[:count]:
            self.many.discard(number)
            self.release(number)

    # Freeing.

    def release(self, number):
        """The page becomes free."""
        page = self.used.pop(number)
        self.contents[number] = page.content
        self.free.add(number)

    def panic_page_free(self, slot):
        if slot not in self.slots:
            return None
        number = self.slots[slot]
        if number in self.free or number in self.cached:
            return "the page is free already"
        if number not in self.used:
            return "the page is reserved"
        page = self.used[number]
        if page.count or page.pins:
            return f"the page has {count_words(page.count, 'reference')} and {count_words(page.pins, 'pin')}"
        return None

    def do_page_free(self, slot, report):
        if slot in self.slots:
            self.release(self.slots[slot])

    def do_page_free_null(self, report):
        pass

    def do_point(self, slot, number, report):
        self.slots[slot] = number

    def do_clear(self, slot, report):
        self.slots.pop(slot, None)

    def do_flags(self, slot, flags, report):
        pass

    def do_page_incref(self, slot, report):
        if slot in self.slots:
            self.used[self.slots[slot]].count += 1

    def panic_page_decref(self, slot):
        page = self.used.get(self.slots.get(slot))
        return "the page has no reference" if slot in self.slots and not (page and page.count) else None

    def do_page_decref(self, slot, report):
        if slot in self.slots:
            self.drop(self.slots[slot])

    def drop(self, number):
        """A reference goes."""
        page = self.used[number]
        page.count -= 1
        if not page.count and not page.pins:
            self.release(number)

    def do_page_pin(self, slot, report):
        if slot in self.slots:
            self.expect_error(report.values[0], 0)
            self.used[self.slots[slot]].pins += 1

    def panic_page_unpin(self, slot):
        page = self.used.get(self.slots.get(slot))
        return "the page has no pin" if slot in self.slots and not (page and page.pins) else None

    def do_page_unpin(self, slot, report):
        if slot in self.slots:
            page = self.used[self.slots[slot]]
            page.pins -= 1
            if not page.count and not page.pins:
                self.release(self.slots[slot])

    def do_spare(self, slot, report):
        if slot in self.slots:
            number = self.slots[slot]
            self.used.pop(number)
            self.cached.add(number)

    # Looking.

    def do_page(self, slot, report):
        if slot not in self.slots:
            return
        number = self.slots[slot]
        kind, count, pins, flags = report.values
        page = self.used.get(number)
        if number in self.cached:
            return
        wanted = FREE if number in self.free else page.kind if page else RESERVED
        if kind != wanted:
            raise Wrong(self.call, f"the kind `{KINDS[wanted]}`", self.kind_words(kind),
                        f"page: kind {kind} for {wanted}")
        self.expect(count, page.count if page else 0, "the reference count", "count")
        self.expect(pins, page.pins if page else 0, "the number of pins", "pins")
        if kind in (FREE, ANONYMOUS):
            self.expect(flags, 0, "the flags", "flags")

    def do_fill(self, slot, value, report):
        if report.values == [0]:
            number = self.slots[slot]
            if number in self.used:
                self.used[number].content = value
            else:
                self.contents[number] = value

    def do_look(self, slot, value, report):
        number = self.slots.get(slot)
        page = self.used.get(number)
        if number is None or not page or page.content is None:
            return
        offset, word = report.values
        if page.content != value:
            return
        if offset < PAGE:
            raise Wrong(self.call, f"{value:#x} in every word", f"{word:#x} at offset {offset:#x}",
                        f"contents differ {'after' if offset else 'at'} the start")

    def do_free_list(self, report):
        length, count, fault, before = report.values
        if fault:
            after = self.name(before) if before != NONE else "the head"
            raise Wrong(self.call, "a ring of free pages", f"{FAULTS[fault]}, after {after}", f"free list: {fault}")
        listed = runs_set(report.more)
        if length <= 40 or not report.more or listed == self.free:
            self.compare(listed, self.free, "on the free list")
        self.expect(length, len(self.free), "the length", "length")
        self.expect(count, len(self.free), "page_pool.free_count", "free_count")

    def do_kinds(self, report):
        self.compare(runs_set(report.more + [report.values]), self.free, "marked PAGE_FREE")

    def compare(self, found, wanted, words):
        """Two sets of pages."""
        extra, missing = found - wanted, wanted - found
        for number in sorted(extra)[:1]:
            which = "page 0" if extra == {0} else "one page" if len(extra) == 1 else self.state_words(number)
            raise Wrong(self.call, f"that {self.name(number)} is not {words}: it is {self.state_words(number)}",
                        f"it is ({len(extra)} such pages)", f"{words}: too many: {which}")
        for number in sorted(missing)[:1]:
            raise Wrong(self.call, f"that {self.name(number)} is {words}: it is free",
                        f"it is not ({len(missing)} such pages)", f"{words}: too few: {which_of(missing, wanted)}")


def which_of(missing, pages):
    """Which of the pages are missing, in words: they form runs without a hole."""
    if all(number + 1 not in pages for number in missing):
        return "the last of each run"
    if all(beside in missing for number in missing for beside in (number - 1, number + 1) if beside in pages):
        return "whole runs"
    return "parts of runs"


def runs_set(lines):
    """The numbers in runs [first, end) that a report has."""
    values = [value for line in lines for value in line]
    found = set()
    for first, end in zip(values[::2], values[1::2]):
        found.update(range(first, min(end, first + (LINEAR_SIZE // PAGE))))
    return found


def error_words(result):
    """A result of the kernel in words."""
    return error(result) if result else "no error"
