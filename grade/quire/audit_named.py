"""Named areas: the registry, their owners and their memory (kern/named/named.h)."""
from quire import audit_files, audit_writers
from quire.audit_memory import PAGE_SIZE, ULIM

SLOT_BITS = 10  # kern/named/named.c
AREA_NAMED, AREA_LABELLED = 0x2000, 0x400000  # kern/vm/area.h
FIELDS = """id name space=as start ops=memory.ops object=memory.object offset=memory.offset
    flags=memory.flags fixed=memory.fixed size=memory.size maximum=memory.maximum doomed busy prot access lock"""


def keep_name(audit, area):
    """A struct area with AREA_NAMED or AREA_LABELLED shows a counted name, and has a reference on it."""
    at = area.name - audit.memory.field("counted_name", "text")[0]
    audit.refer(at, area.at)
    audit.claim(at, "counted_name", "the counted name of {}", area)


def named_areas(audit):
    """Every area of the registry: its slot, its owner, its memory; each owner's count."""
    memory = audit.memory
    address, kind = memory.variable("named_slots")
    read = memory.record("named_area", FIELDS)
    counts = dict.fromkeys(audit.named_counts, 0)
    for slot, at in enumerate(memory.word_list(address, kind[2])):
        if not at:
            continue
        audit.claim(at, "named_area", "slot {} of named areas", slot)
        if at not in audit.of_kind["named_area"]:
            continue
        named = read(at)
        keep_name(audit, named)
        counts[named.space] = counts.get(named.space, 0) + 1
        for fault in _faults(audit, named, slot):
            audit.report("named-areas", f"slot {slot}: {fault}")
    for space, count in counts.items():
        stated = audit.named_counts.get(space)
        if stated is None:
            audit.report("named-areas", f"{count} of {space:#x}, which is no address space")
        elif stated != count:
            who = audit.called(space)
            audit.report("named-areas", f"{who} says it has {stated}; it has {count}")


def _faults(audit, named, slot):
    """What is wrong with one; refers to its memory."""
    memory = audit.memory
    size = named.size
    if named.object:
        audit.refer(named.object, named.at)
        audit.objects.setdefault(named.object, f"named area {named.id:#x}")
        _keep_host(audit, named)
        if named.flags & audit_writers.AREA_WRITE_OPEN:
            audit_writers.note_open(audit, named.object)
        if not named.fixed:
            size = memory.value_at("object", named.object, "size")
    ops, linear = memory.variable("object_ops")[0], memory.variable("linear_ops")[0]
    if named.id <= 0 or named.id & (1 << SLOT_BITS) - 1 != slot:
        yield f"the area there has id {named.id:#x}"
    if named.ops != (ops if named.object else linear):
        yield f"it has its operations at {memory.name_of(named.ops)} and its object at {named.object:#x}"
    if named.prot > 7 or named.access > 2 or named.lock > 3:
        yield f"protection {named.prot}, access {named.access} and lock {named.lock}"
    if (named.start | size | named.maximum) % PAGE_SIZE or not 0 < size <= named.maximum:
        yield f"{size:#x} of {named.maximum:#x} bytes at {named.start:#x}"
    elif named.start + named.maximum > ULIM:
        yield f"{named.maximum:#x} bytes at {named.start:#x} are no user addresses"
    if named.doomed:
        yield "a call that deletes it has ended"
    if named.busy:
        yield "a call that changes it has ended"


def _keep_host(audit, named):
    host = audit.memory.value_at("object", named.object, "host")
    if host:
        audit.refer(host, named.at)
        audit_files.add_inode(audit, host, f"the file of named area {named.id:#x}")
