"""System V objects: the tables of ids and keys, and each kind of objects (kern/ipc/sysv.h)."""
from collections import namedtuple

from quire import audit_avl, audit_files

INDEX_BITS = 15  # SYSV_INDEX_BITS
NONE = 0xFFFF  # SYSV_NONE
DEST = 0o1000  # SHM_DEST

Kind = namedtuple("Kind", "table struct word")
KINDS = [
    Kind("shm_table", "shm_segment", "segment"),
    Kind("sem_table", "sem_set", "set"),
    Kind("msg_table", "msg_queue", "queue"),
]


def tables(audit):
    """Every table and its objects."""
    for kind in KINDS:
        objects = _table(audit, kind)
        if kind.struct == "shm_segment":
            audit.segments = objects
        elif kind.struct == "sem_set":
            _check_sets(audit, objects)
        else:
            _check_queues(audit, objects)


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
            if found.removed:
                audit.report("sysv", f"the {word} in place {index} has been removed")
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


def _refer(audit, at, object_, waiters):
    """Check the references on an object: the table's and those of the calls that sleep."""
    if object_.refs != 1 + waiters:
        audit.report("sysv", f"the {audit.called(at)} counts {object_.refs} references; found {1 + waiters}")


def _check_sets(audit, objects):
    """Sets of semaphores, the calls that wait for them, and what processes are to take back."""
    memory = audit.memory
    read = memory.record("sem_set", "count zero_waiters id=ipc.id")
    heads = [memory.field("sem_set", name)[0] for name in ("waiting", "undos")]
    waiter = memory.record("sem_waiter", "ops=call.ops for_zero done")
    total, undos = 0, {}
    for at in objects:
        sem_set = read(at)
        total += sem_set.count
        calls = [waiter(each) for i in (0, 8) for each in audit.entries("sysv", at + heads[0] + i, "sem_waiter", "link")]
        if any(each.done or not each.ops for each in calls):
            audit.report("sysv", f"a call that has ended waits for the {audit.called(at)}")
        if sem_set.zero_waiters != sum(each.for_zero for each in calls):
            audit.report("sysv", f"the {audit.called(at)} counts {sem_set.zero_waiters} calls that wait for 0")
        _refer(audit, at, objects[at], len(calls))
        for undo in audit.entries("sysv", at + heads[1], "sem_undo", "set_link"):
            undos[undo] = at, sem_set.id
    if memory.value("semaphores") != total:
        audit.report("sysv", f"there are {memory.value('semaphores')} semaphores; found {total}")
    _check_undos(audit, undos)


def _check_undos(audit, undos):
    """Each undo is in its set's list and its process's tree, and processes count their bytes."""
    memory = audit.memory
    tree, counted = (memory.field("process", name)[0] for name in ("sem_undos", "sem_undo_bytes"))
    read = memory.record("sem_undo", "process set id size")
    found = set()
    for process in audit.processes:
        held = 0
        for at in audit_avl.entries(audit, "sysv", process + tree, "sem_undo", "node"):
            if not audit.claim(at, "sem_undo", "an undo of {}", audit.called(process)):
                continue
            undo = read(at)
            held += undo.size
            found.add(at)
            if undo.process != process or undos.get(at) != (undo.set, undo.id):
                audit.report("sysv", f"{audit.called(at)} is not that of its process and its set")
        if memory.word(process + counted) != held:
            audit.report("sysv", f"{audit.called(process)} counts {memory.word(process + counted)} bytes of undos; found {held}")
    if found != set(undos):
        audit.report("sysv", f"sets have {len(undos)} undos; processes have {len(found)}")


def _check_queues(audit, objects):
    """Queues of messages: what they count, and the calls that wait for them."""
    memory = audit.memory
    read = memory.record("msg_queue", "count bytes")
    heads = [memory.field("msg_queue", name)[0] for name in ("messages", "senders", "receivers")]
    receiver = memory.record("msg_receiver", "is_place done")
    messages = total = 0
    for at in objects:
        queue, name = read(at), audit.called(at)
        queued = list(audit.entries("sysv", at + heads[0], "msg", "link"))
        for each in queued:
            audit.claim(each, "msg", "a message in the {}", name)
        size = sum(memory.value_at("msg", each, "size") for each in queued)
        if (queue.count, queue.bytes) != (len(queued), size):
            found = f"found {len(queued)}, with {size}"
            audit.report("sysv", f"the {name} counts {queue.count} messages with {queue.bytes} bytes; {found}")
        senders = list(audit.entries("sysv", at + heads[1], "msg_sender", "link"))
        receivers = [receiver(each) for each in audit.entries("sysv", at + heads[2], "msg_receiver", "link")]
        if any(each.done or each.is_place for each in receivers):
            audit.report("sysv", f"a call that has ended waits for the {name}")
        _refer(audit, at, objects[at], len(senders) + len(receivers))
        messages += len(queued)
        total += size
    stated = memory.value("messages_queued"), memory.value("bytes_queued")
    if stated != (messages, total):
        audit.report("sysv", f"all queues count {stated[0]} messages with {stated[1]} bytes; found {messages}, with {total}")


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
        _refer(audit, at, audit.segments[at], 0)
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
