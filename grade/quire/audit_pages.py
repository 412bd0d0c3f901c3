"""Physical pages: the free list, the caches, what is reserved, and every count (kern/mem/page.h).
"""
from itertools import compress

from quire.audit_memory import KERNBASE, PAGE_SIZE, Damage

KINDS = "free", "reserved", "table", "directory", "heap", "stack", "anonymous", "object", "large"
ZEROES = bytes(PAGE_SIZE)
PATCH_SIZE = 3  # bytes: kern/cpu/trapentry.h


class Pages:
    """pages[], one list for each field; `found` counts the references that the walks meet."""

    def __init__(self, memory):
        self.base, self.total = memory.value("pages"), memory.value("page_total")
        if self.total * PAGE_SIZE > memory.size:
            raise Damage(f"page_total is {self.total}; the machine does not have so many pages")
        self.size = memory.size_of("page")
        self.memory = memory
        self.next, self.prev = self._field("next"), self._field("prev")
        self.owner, self.index = self.next, self.prev  # a page has either these or those
        self.count, self.pins = self._field("count"), self._field("pins")
        self.kind, self.flags = bytes(self._field("kind")), bytes(self._field("flags"))
        self.found = [0] * self.total
        self.explained = bytearray(self.total)  # in use, though nothing refers to them
        self.referrers = []  # functions from a page number to those who refer to it
        for number, name in enumerate(KINDS):
            setattr(self, name.upper(), memory.constant(f"PAGE_{name.upper()}"))
            assert getattr(self, name.upper()) == number
        self.zero = self.number(memory.value("zero_page"))
        ranges, _ = memory.variable("bootinfo")
        ranges += memory.field("bootinfo", "ram")[0]
        words = memory.word_list(ranges, 2 * memory.value("bootinfo", "ram_count"))
        self.ram = list(zip(words[::2], words[1::2]))  # [start, end) of physical memory

    def _field(self, name):
        offset, (_, size, *_) = self.memory.field("page", name)
        size = 4 if isinstance(size, str) else size  # a pointer
        start = self.memory.offset(self.base, self.total * self.size) + offset
        cells = {1: self.memory.bytes, 2: self.memory.halves, 4: self.memory.words}[size]
        end = start + self.total * self.size
        return cells[start // size : -(-end // size) : self.size // size].tolist()[: self.total]

    def number(self, pointer):
        """The number of the page whose page_t is at `pointer`."""
        number, odd = divmod(pointer - self.base, self.size)
        if odd or not 0 <= number < self.total:
            raise Damage(f"{pointer:#x} is no page_t of pages[]")
        return number

    def name(self, number):
        if number == self.zero:
            return f"page {number:#x} (the zero page)"
        kind = self.kind[number]
        return f"page {number:#x} ({KINDS[kind] if kind < len(KINDS) else f'kind {kind}'})"

    def content(self, number, size=PAGE_SIZE):
        start = number * PAGE_SIZE
        return self.memory.bytes[start : start + size].tobytes()

    def words(self, number):
        """The page's words: the entries of a table or directory."""
        start = number * PAGE_SIZE // 4
        return self.memory.words[start : start + PAGE_SIZE // 4].tolist()

    def all_of(self, kind):
        """The numbers of the pages of a kind."""
        return list(compress(range(self.total), map(kind.__eq__, self.kind)))


def kernel_image(audit, elf):
    """Text and constants are what was loaded, but for what the kernel patches at boot.

    Returns True unless it must be another kernel.
    """
    memory = audit.memory
    start, end = memory.symbol("patch_start"), memory.symbol("patch_end")
    sites = memory.word_list(start, end - start >> 2)[:: memory.size_of("patch") // 4]
    for start, offset, size in memory.constant_parts:
        at = memory.offset(start, size)
        there, loaded = bytearray(memory.bytes[at : at + size]), elf[offset : offset + size]
        for site in sites:
            if start <= site < start + size:
                i = site - start
                there[i : i + PATCH_SIZE] = loaded[i : i + PATCH_SIZE]
        if there == loaded:
            continue
        differ = [start + i for i in range(size) if there[i] != loaded[i]]
        if len(differ) > size // 2:
            raise Damage("this is not the memory of that kernel")
        first = f"{differ[0]:#x} ({memory.name_of(differ[0])})"
        text = f"{len(differ)} bytes of text and constants have changed, the first at {first}"
        audit.report("kernel-image", text)
    return True


def read_pages(audit):
    """Read pages[]; nothing goes without it."""
    pages = audit.pages = Pages(audit.memory)
    for number, kind in enumerate(pages.kind if max(pages.kind) >= len(KINDS) else b""):
        if kind >= len(KINDS):
            audit.report("kinds", f"page {number:#x} is of kind {kind}; there is no such kind")
    if pages.content(pages.zero) != ZEROES:
        audit.report("zero-page", f"{pages.name(pages.zero)} is not all zero")
    if pages.kind[0] != pages.RESERVED:
        audit.report("kinds", f"{pages.name(0)} must be reserved for ever")


def free_list(audit):
    """The list is doubly linked, has every free page once, and no other."""
    memory, pages = audit.memory, audit.pages
    head = memory.variable("page_pool")[0] + memory.field("page_pool", "free")[0]
    offset = memory.field("page", "next")[0], memory.field("page", "prev")[0]
    listed = bytearray(pages.total)
    base, size, total, following, behind = (
        pages.base,
        pages.size,
        pages.total,
        pages.next,
        pages.prev,
    )
    before, page = head, memory.word(head + offset[0])
    while page != head:
        number = (page - base) // size
        if not 0 <= number < total or (page - base) % size:
            audit.report("free-list", f"{_link(pages, before)} is followed by {page:#x}: no page_t")
            break
        if listed[number]:
            audit.report("free-list", f"{pages.name(number)} stands on the free list twice")
            break
        listed[number] = 1
        if behind[number] != before:
            audit.report(
                "free-list",
                f"{pages.name(number)} follows {_link(pages, before)}, but its prev is "
                f"{behind[number]:#x}",
            )
        before, page = page, following[number]
    else:
        if memory.word(head + offset[1]) != before:
            audit.report(
                "free-list",
                f"its head names {memory.word(head + offset[1]):#x} as the last page; the last one "
                f"is {_link(pages, before)}",
            )
    _compare_with_kinds(audit, listed)


def _link(pages, address):
    try:
        return pages.name(pages.number(address))
    except Damage:
        return "the list's head"


def _compare_with_kinds(audit, listed):
    pages = audit.pages
    table = bytes(kind == pages.FREE for kind in range(256))
    if pages.kind.translate(table) != listed:
        for number, on_list in enumerate(listed):
            if bool(on_list) != (pages.kind[number] == pages.FREE):
                wrong = "stands on the free list" if on_list else "is not on the free list"
                audit.report("free-list", f"{pages.name(number)} {wrong}")
    stated = audit.memory.value("page_pool", "free_count")
    if stated != sum(listed):
        audit.report("free-list", f"free_count is {stated}; {sum(listed)} pages are on the list")


def page_caches(audit):
    """Cached pages: of the right kind, clean, counted."""
    memory, pages = audit.memory, audit.pages
    address, kind = memory.variable("caches")
    first, size = memory.field("page_cache", "first")[0], memory.size_of("page_cache")
    tables, directories = memory.constant("CACHE_TABLE"), memory.constant("CACHE_DIRECTORY")
    wanted = {tables: pages.TABLE, directories: pages.DIRECTORY}
    seen = set()
    for cache in range(kind[2]):
        link = memory.word(address + cache * size + first)
        while link:
            number = pages.number(link)
            if number in seen:
                raise Damage(f"{pages.name(number)} is cached twice")
            seen.add(number)
            pages.explained[number] = 1
            if pages.kind[number] != wanted.get(cache, pages.HEAP):
                audit.report("page-caches", f"{pages.name(number)} stands in cache {cache}")
            elif cache in wanted:
                _check_clean(audit, number, cache == directories)
            link = pages.prev[number]
    stated = memory.value("page_pool", "cached_count")
    if stated != len(seen):
        audit.report("page-caches", f"cached_count is {stated}; {len(seen)} pages are cached")


def _check_clean(audit, number, directory):
    """A cached table is all zero, a cached directory in the user's half."""
    entries = audit.pages.words(number)[: 768 if directory else 1024]
    for i, entry in enumerate(entries if any(entries) else ()):
        if entry:
            what = "user's entry" if directory else "entry"
            audit.report(
                "page-caches",
                f"{audit.pages.name(number)} is cached, but its {what} {i} is {entry:#x}, not 0",
            )
            break
    if directory:
        check_kernel_half(audit, number, f"the cached directory {audit.pages.name(number)}")


def check_kernel_half(audit, number, name):
    """The upper 256 entries are those of the kernel's directory (but for what the CPU sets)."""
    pages = audit.pages
    kernel = pages.words(audit.memory.value("kernel_pgdir") - KERNBASE >> 12)[768:]
    own = pages.words(number)[768:]
    if own == kernel:
        return
    for i, (mine, theirs) in enumerate(zip(own, kernel), 768):
        if (mine ^ theirs) & ~0x60:  # accessed, dirty
            audit.report(
                "kernel-half",
                f"entry {i} (for {i << 22:#x}) of {name} is {mine:#x}; in the kernel's directory "
                f"it is {theirs:#x}",
            )


def reserved_pages(audit):
    """Reserved is what firmware, kernel and boot allocations occupy; nothing else."""
    memory, pages = audit.memory, audit.pages
    usable = bytearray(pages.total)
    address, count = memory.value("boot_map", "usable"), memory.value("boot_map", "usable_count")
    size = memory.size_of("mem_range")
    for i in range(count):
        start, end = memory.word_list(address + i * size, 2)
        first, last = -(-start // PAGE_SIZE), min(end // PAGE_SIZE, pages.total)
        usable[first:last] = b"\1" * (last - first)
    if sum(usable) != memory.value("boot_map", "usable_pages"):
        stated = memory.value("boot_map", "usable_pages")
        audit.report("reserved", f"usable_pages is {stated}; {sum(usable)} pages are usable")
    image = [address - KERNBASE for address in memory.image]
    boot = memory.value("boot_map", "start"), memory.value("boot_map", "next")
    for start, end in (image, boot, (0, PAGE_SIZE)):
        for number in range(start // PAGE_SIZE, -(-end // PAGE_SIZE)):
            usable[number] = 0
    table = bytes(kind != pages.RESERVED for kind in range(256))
    if pages.kind.translate(table) == usable:
        return
    directory = memory.value("kernel_pgdir") - KERNBASE >> 12
    for number, free in enumerate(usable):
        reserved = pages.kind[number] == pages.RESERVED
        if reserved and free:
            audit.report("reserved", f"{pages.name(number)} is usable memory that nobody occupies")
        elif not reserved and not free and number not in (directory, pages.zero):
            audit.report(
                "reserved",
                f"{pages.name(number)} must be reserved: firmware, kernel or boot_alloc has it",
            )


def counts(audit):
    """Every count is the number of references found; pins are those of copies under way; nothing is in use without a
    reason."""
    pages = audit.pages
    for number in range(pages.total) if pages.found != pages.count else ():
        if pages.found[number] != pages.count[number]:
            _report_count(audit, number)
    for number in compress(range(pages.total), pages.pins):
        if pages.pins[number] != (number == pages.zero) and pages.pins[number] > _uses(audit, number):
            audit.report("pins", f"{pages.name(number)} has {pages.pins[number]} pins at rest")
    if pages.pins[pages.zero] != 1:
        audit.report("pins", f"{pages.name(pages.zero)} has {pages.pins[pages.zero]} pins, not 1")
    unused = pages.FREE, pages.RESERVED
    for number, (kind, count) in enumerate(zip(pages.kind, pages.count)):
        if not count and kind not in unused and not pages.pins[number]:
            if not pages.explained[number]:
                audit.report("lost-pages", f"{pages.name(number)} is in use, but nothing refers to it", number << 12)


def _uses(audit, number):
    """How often stacks name a page: a thread that sleeps in the middle of a copy has pinned one."""
    pointer = audit.pages.base + number * audit.pages.size
    return sum(stack.count(pointer) for stack in audit.stacks)


def _report_count(audit, number):
    pages = audit.pages
    who = [name for referrers in pages.referrers for name in referrers(number)]
    found = pages.found[number]
    text = f"{pages.name(number)} counts {pages.count[number]} references; found {found}"
    if who:
        text += f": {', '.join(who[:4])}{', ...' if len(who) > 4 else ''}"
    elif not found:
        text += ": it is lost"
    audit.report("counts", text, number << 12)
