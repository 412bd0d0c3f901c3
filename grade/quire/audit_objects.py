"""Memory objects: their trees of pages, and the areas that map them (kern/vm/object.h)."""
from quire.audit_memory import Damage

SLOT_BITS = 6  # kern/vm/pagetree.c
PAGE_SHIFT = 12


def objects(audit):
    """Every object that a file or an area has."""
    memory = audit.memory
    read = memory.record(
        "object",
        """refs size shift changing root=pages.root height=pages.height resident
        reserved_root=reservations.root reserved_height=reservations.height""",
    )
    for at in audit.areas_of:
        audit.objects.setdefault(at, f"mapped by {audit.called(audit.areas_of[at][0])}")
    for at, who in audit.objects.items():
        if not audit.claim(at, "object", "the object of {}", who):
            continue
        record = read(at)
        name = audit.called(at)
        if record.changing:
            audit.report("objects", f"{name}: a call that takes pages out of it has ended")
        own = audit.run("objects", object_pages, record, name) or {}
        if record.resident != len(own):
            audit.report("objects", f"{name}: resident is {record.resident}; it has {len(own)} pages")
        audit.run("objects", reserves, record, own, name)
        end = -(-record.size >> record.shift)
        for index in sorted(audit.mapped_indexes.get(at, ())):
            if index >= end:
                text = f"page {index} is mapped; the size is {record.size:#x}"
                audit.report("objects", f"{name}: {text}")


def mappings(audit):
    """The areas on an object's list are those that map it."""
    head = audit.memory.field("object", "areas")[0]
    for at in audit.objects:
        listed = list(audit.entries("objects", at + head, "area", "object_link"))
        mapping = audit.areas_of.get(at, ())
        if sorted(listed) != sorted(mapping):
            for area in set(listed) ^ set(mapping):
                known = "does not map it" if area in listed else "is missing on its list of areas"
                audit.report("objects", f"{audit.called(at)}: {audit.called(area)} {known}")


def object_pages(audit, record, name):
    """{index: page number} of an object; each page knows its owner and its index."""
    pages = audit.pages
    own = {}
    wanted = pages.OBJECT if record.shift == PAGE_SHIFT else pages.LARGE
    for index, pointer in _leaves(audit, record.root, record.height, 0, name):
        number = pages.number(pointer)
        own[index] = number
        pages.found[number] += 1
        if pages.kind[number] != wanted:
            audit.report("objects", f"{name}: page {index} is {pages.name(number)}")
        elif pages.owner[number] != record.at or pages.index[number] != index:
            owner = audit.called(pages.owner[number])
            text = f"{pages.name(number)} says it is page {pages.index[number]} of {owner}"
            audit.report("objects", f"{text}; it stands as page {index} of {name}")
    if own:
        numbers = {number: index for index, number in own.items()}
        pages.referrers.append(
            lambda number: [f"page {numbers[number]} of {name}"] if number in numbers else []
        )
    return own


def reserves(audit, record, own, name):
    """Large pages are reserved for holes only."""
    for index, _ in _leaves(audit, record.reserved_root, record.reserved_height, 0, name):
        audit.reserved += 1
        if index in own:
            audit.report("large", f"{name}: page {index} is reserved, and it is there")


def _leaves(audit, node, level, base, name):
    """(index, page_t) of all pages below a node."""
    if not node:
        return
    if level == 0 or level > 5:
        raise Damage(f"{name}: the tree of pages has a node at {node:#x} and height {level}")
    if not audit.claim(node, "pagetree_node", "the tree of pages of {}", name):
        raise Damage(f"{name}: the tree of pages has a node at {node:#x} that cannot be read")
    for i, slot in enumerate(audit.memory.word_list(node, 1 << SLOT_BITS)):
        if slot and level == 1:
            yield base + i, slot
        elif slot:
            yield from _leaves(audit, slot, level - 1, base + i << SLOT_BITS, name)
