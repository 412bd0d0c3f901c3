"""Who may write to an object (kern/vm/object.h): never through what was only opened for reading,
never against a seal, and never while a program runs from it.
"""
import collections

from quire.audit_heap import count_pointers

PROT_WRITE = 2
AREA_SHARED, AREA_NOWRITE, AREA_WRITE_OPEN = 0x0001, 0x0200, 0x8000  # kern/vm/area.h
F_SEAL_WRITE = 0x0008


def keep_area(audit, area):
    """An area has been found: note what it may write, and whether it counts as an open file."""
    if area.flags & AREA_WRITE_OPEN:
        note_open(audit, area.object)
    if area.flags & AREA_NOWRITE and area.prot & PROT_WRITE:
        audit.report("read-only", f"{area} of {audit.called(area.space)} must never be writable")
    if area.object and area.flags & (AREA_SHARED | AREA_NOWRITE) == AREA_SHARED:
        audit.writing_areas.append(area)


def note_open(audit, at):
    """An object is open for writing once more."""
    audit.write_opens[at] = audit.write_opens.get(at, 0) + 1


def note_program(audit, at):
    """An object is the program of one more address space."""
    audit.programs[at] = audit.programs.get(at, 0) + 1


def permissions(audit):
    """Shared areas that may be written show no sealed object, and no file never opened for writing.
    Each object knows how many there are.
    """
    read = audit.memory.record("object", "host seals opened_to_write writing_areas")
    found = collections.Counter(area.object for area in audit.writing_areas)
    for at in audit.objects:
        stated = read(at).writing_areas
        if stated != found[at]:
            text = f"{audit.called(at)}: writing_areas is {stated}; {found[at]} areas may write to it"
            audit.report("read-only", text)
    for area in audit.writing_areas:
        obj = read(area.object)
        where = f"{area} of {audit.called(area.space)} may write to {audit.called(obj.at)}"
        if obj.seals & F_SEAL_WRITE:
            audit.report("read-only", f"{where}, which is sealed")
        if obj.host and not obj.opened_to_write:
            audit.report("read-only", f"{where}, which was never opened for writing")


def counts(audit):
    """write_opens counts who has an object open for writing, or less than 0 the programs that run.

    More than was found may be true where a thread sleeps in open, execve or a call on a closed
    file.
    """
    read = audit.memory.record("object", "host write_opens")
    for file in audit.files.values():
        if file.write_open:
            note_open(audit, audit.memory.value_at("inode", file.inode, "object"))
    for at in audit.objects:
        obj = read(at)
        opens, programs = audit.write_opens.get(at, 0), audit.programs.get(at, 0)
        name = audit.called(at)
        if opens and programs:
            text = f"{name} is open for writing {opens} times, and {programs} programs run from it"
            audit.report("write-opens", text)
        stated, found = obj.write_opens, opens - programs
        if stated == found:
            continue
        others = count_pointers(audit, at) + (count_pointers(audit, obj.host) if obj.host else 0)
        low, high = found - (0 if opens else others), found + (0 if programs else others)
        if not low <= stated <= high:
            text = f"{name}: write_opens is {stated}; it is open {opens} times, {programs} programs run"
            audit.report("write-opens", text)
