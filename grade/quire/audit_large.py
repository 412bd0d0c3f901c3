"""Large pages: the pool, the directories' entries for them, and what is reserved to whom
(kern/mem/large_pool.h, kern/vm/large.c)."""
from quire.audit_memory import Damage, entry_words

P, W, U, PS, G, PTE_PROT_NONE = 0x001, 0x002, 0x004, 0x080, 0x100, 0x200
RESERVED, LOST, UFFD_WP, MARKER_WP, POISON = 0x400, 0x800, 0x800, 0x1000, 0x2000  # kern/mem/pgdir.h
LARGE_PAGES = 1024
SIZE = 1 << 22
SHIFT = 22
PROT_WRITE = 2
AREA_SHARED, AREA_RESERVED = 0x1, 0x4000  # kern/vm/area.h


def is_entry(entry):
    """Whether a directory's entry is for large pages and not for a table."""
    return bool(entry & PS or entry and not entry & P)


def check_entry(tables, start, entry, within):
    """One entry of a user's directory; `within` are the areas that it spans."""
    area = within[0] if within else None
    if not area or area.start > start or area.end < start + SIZE or area.ops not in tables.large:
        tables.report("stray-entries", start, f"{entry_words(entry)}: no area is there for a large page")
        area = None
    if entry & RESERVED:
        tables.audit.reserved += 1
        if area and not area.flags & AREA_RESERVED:
            tables.report("large", start, f"{entry_words(entry)} reserves a page; nobody asked for it in {area}")
    if entry & (P | PTE_PROT_NONE):
        _check_page(tables, start, entry, area)
    elif entry & ~RESERVED not in (0, LOST, MARKER_WP, POISON):
        tables.report("entries", start, f"what is {entry_words(entry)}?")
    elif entry & (MARKER_WP | POISON) and area and area.ops != tables.large_registered:
        tables.report("entries", start, f"{entry_words(entry)} is a marker, but {area} is not registered")


def _check_page(tables, start, entry, area):
    pages, number = tables.pages, entry >> 12 & ~(LARGE_PAGES - 1)
    if not entry & PS or number >= pages.total or pages.kind[number] != pages.LARGE:
        tables.report("entries", start, f"{entry_words(entry)} maps no large page")
        return
    pages.found[number] += 1
    if not area:
        return
    prot_none = not entry & P
    if prot_none == bool(area.prot) or not entry & U or entry & G:
        tables.report("permissions", start, f"the entry is {entry_words(entry)} in {area}")
    if entry & W and entry & UFFD_WP:
        tables.report("permissions", start, f"the entry {entry_words(entry)} is protected, and writable, in {area}")
    if entry & W and not prot_none and not area.prot & PROT_WRITE:
        tables.report("permissions", start, f"the entry {entry_words(entry)} is writable in {area}")
    if pages.owner[number]:
        index = area.offset + start - area.start >> SHIFT
        if pages.owner[number] != area.object or pages.index[number] != index:
            text = f"{pages.name(number)} is another object's, or does not belong there in {area}"
            tables.report("entries", start, text)
        elif entry & P and entry & W and not area.flags & AREA_SHARED:
            text = f"{pages.name(number)}, an object's, is writable in private {area}"
            tables.report("writable", start, text)
        tables.audit.mapped_indexes.setdefault(area.object, set()).add(index)
    elif area.flags & AREA_SHARED:
        tables.report("entries", start, f"{pages.name(number)} of no object is mapped in {area}")
    elif entry & P and entry & W:
        tables.audit.writable.append((number, start, tables, area, tables.directory))


def pool(audit):
    """The free ones are counted, whole, nobody's; and as many as are reserved to somebody."""
    memory, pages = audit.memory, audit.pages
    heads = _heads(audit)
    free = set()
    link, head = memory.value("large_pool", "first"), memory.variable("large_pool")[0]
    while link:
        number = pages.number(link)
        if number in free or number not in heads:
            where = "twice" if number in free else "but is no large page"
            raise Damage(f"{pages.name(number)} stands in the pool at {head:#x} {where}")
        free.add(number)
        pages.explained[number] = 1
        if pages.count[number] or pages.pins[number]:
            text = f"{pages.name(number)} is free, but has {pages.count[number]} references"
            audit.report("large", text)
        link = pages.next[number]
    for field, found in ("total", len(heads)), ("free", len(free)), ("reserved", audit.reserved):
        stated = memory.value("large_pool", f"counts.{field}")
        if stated != found:
            audit.report("large", f"{field} is {stated}; found {found}")
    if audit.reserved > len(free):
        audit.report("large", f"{audit.reserved} pages are reserved, {len(free)} are free")


def _heads(audit):
    """The first page_t of all large pages; the others count nothing."""
    pages = audit.pages
    parts = pages.all_of(pages.LARGE)
    for number in parts:
        if number % LARGE_PAGES:
            pages.explained[number] = 1
    heads = {number for number in parts if number % LARGE_PAGES == 0}
    if len(heads) * LARGE_PAGES != len(parts) or any(
        number - number % LARGE_PAGES not in heads for number in parts
    ):
        text = f"{len(parts)} small pages are part of large pages, of which there are {len(heads)}"
        audit.report("large", text)
    return heads
