"""System V objects: the tables of ids and keys, and each kind of objects (kern/ipc/sysv.h)."""
from collections import namedtuple

from quire import audit_avl, audit_files

INDEX_BITS = 15  # SYSV_INDEX_BITS
NONE = 0xFFFF  # SYSV_NONE
DEST = 0o1000  # SHM_DEST

Kind = namedtuple("Kind", "table struct word")
KINDS = [
    Kind("shm_table", "shm_segment", "segment"),
]


def tables(audit):
    """Every table and its objects."""
    for kind in KINDS:
        objects = _table(audit, kind)
        if kind.struct == "shm_segment":
            audit.segments = objects


def _table(audit, kind):
    """The objects of a table. Ids lead to their places, keys to their objects, and all other places are free."""
    memory, word = audit.memory, kind.word
    table, size = memory.variable(kind.table)[0], memory.size_of("sysv_slot")
    fields = memory.record("sysv_table", "slots room used first_free last_free")(table)
    if fields.slots:
        audit.claim(fields.slots, "bytes", "the places of {}s", word)
    read = memory.record("sysv_object", "id refs removed key")
    slot = memory.record("sysv_slot", "object next_free")
    slots = [slot(fields.slots + i * size) for i in range(fields.room)]
    objects = {}
    for index, place in enumerate(slots):
        if place.object and audit.claim(place.object, kind.struct, "{} in place {}", word, index):
            found = objects[place.object] = read(place.object)
            if found.id & (1 << INDEX_BITS) - 1 != index:
                audit.report("sysv", f"the {word} in place {index} has id {found.id:#x}")
            if found.refs != 1 or found.removed:
                audit.report("sysv", f"the {word} in place {index} counts {found.refs} references; a call has ended")
    if fields.used != len(objects):
        audit.report("sysv", f"{fields.used} {word}s are counted; found {len(objects)}")
    _check_free(audit, word, fields, slots)
    keys = memory.field("sysv_table", "keys")[0] + table
    listed = audit_avl.entries(audit, "sysv", keys, "sysv_object", "by_key")
    if [objects[at].key for at in listed if at in objects] != sorted(found.key for found in objects.values() if found.key):
        audit.report("sysv", f"the tree of keys does not have the keys of all {word}s")
    return objects


def _check_free(audit, word, table, slots):
    """The list of free places has each of them."""
    place, last, listed = table.first_free, NONE, set()
    while place != NONE and place < len(slots) and place not in listed:
        listed.add(place)
        last, place = place, slots[place].next_free
    if place != NONE or listed != {i for i, each in enumerate(slots) if not each.object}:
        audit.report("sysv", f"the list of free places of {word}s does not have all of them, and no others")
    elif listed and last != table.last_free:
        audit.report("sysv", f"the last free place of {word}s is {last}, not {table.last_free}")


def segments(audit):
    """Segments of shared memory, when all areas and files are known."""
    memory = audit.memory
    read = memory.record("shm_segment", "inode size pages attached mode=ipc.mode id=ipc.id")
    pages = 0
    for at in audit.segments:
        segment = read(at)
        pages += segment.pages
        name = audit.called(at)
        memory_of = memory.value_at("inode", segment.inode, "object")
        users = len(audit.areas_of.get(memory_of, ()))
        if segment.attached != users:
            audit.report("sysv", f"the {name} counts {segment.attached} users; found {users}")
        if segment.mode & DEST and not segment.attached:
            audit.report("sysv", f"the {name} has been removed, and nobody maps it")
        if memory.value_at("object", memory_of, "watch") != at + memory.field("shm_segment", "watch")[0]:
            audit.report("sysv", f"the memory of the {name} is watched by another one")
    if memory.value("shm_pages") != pages:
        audit.report("sysv", f"shm_pages is {memory.value('shm_pages')}; found {pages}")


def keep_files(audit):
    """The files of segments, before the walk through all files."""
    for at in audit.segments:
        inode = audit.memory.value_at("shm_segment", at, "inode")
        audit.refer(inode, at)
        audit_files.add_inode(audit, inode, f"the file of the {audit.called(at)}")
