"""What a machine's memory is used for, as the audit reads it: for pictures.

    found = read(content, "obj/quire.elf")
    found.uses[number]                  # of a page: the name of a kind, SHARED, or a Process
    found.processes[0].areas[0].pages   # {address: page number} of what is there
"""
from collections import Counter
from dataclasses import dataclass, field

from quire import audit, audit_dwarf
from quire.audit_memory import PAGE_SIZE, Memory
from quire.audit_tables import PS, PTE_PROT_NONE, USER_PDES, P
from quire.text import visible

SHARED = "shared"  # private memory that several processes have, as after a fork


@dataclass
class Area:
    """A range of a process's address space. `what`: its backing."""

    start: int
    end: int
    protection: str
    what: str
    pages: dict = field(default_factory=dict)


@dataclass(eq=False)
class Process:
    pid: int
    name: str
    areas: list


@dataclass
class Found:
    """Everything. `zero` is the number of the page of zeroes."""

    uses: list
    zero: int
    processes: list

    def counts(self):
        """How many pages each use has."""
        return Counter(self.uses)


def read(content, kernel):
    """Look at a machine's memory, bytes or the like, that stands still; `kernel` is what runs."""
    with open(kernel, "rb") as file:
        elf = file.read()
    with Memory(content, audit_dwarf.layout(kernel, elf)) as memory:
        seen = audit.Audit(memory)
        seen.run_all(elf)  # the machine need not be at rest: findings do not matter
        processes = [_process(seen, at) for at in seen.processes]
        processes = sorted((p for p in processes if p), key=lambda process: process.pid)
        uses = [audit.audit_pages.KINDS[kind] for kind in seen.pages.kind]
        _find_owners(uses, processes)
        return Found(uses, seen.pages.zero, processes)


def _process(seen, at):
    """A process with its areas; None without an address space."""
    record = seen.processes[at]
    if not record.aspace:
        return None
    name = visible(seen.called(at).partition("(")[2].rstrip(")"))
    areas = [
        values[1]
        for kind, _, values in seen.claims.values()
        if kind == "area" and values[1].space == record.aspace
    ]
    directory = seen.memory.offset(seen.memory.record("aspace", "pgdir")(record.aspace).pgdir, 4)
    entries = seen.pages.words(directory // PAGE_SIZE)[:USER_PDES]
    areas = [_area(seen, area, entries) for area in sorted(areas, key=lambda area: area.start)]
    return Process(record.pid, name, areas)


def _area(seen, area, directory):
    protection = "".join(c if area.prot & 1 << i else "-" for i, c in enumerate("rwx"))
    if area.name:
        what = visible(seen.memory.string(area.name).strip("[]"))
    elif area.object:
        what = "shared" if area.flags & 1 else "file"
    else:
        what = "anonymous" if area.ops == seen.memory.variable("anon_ops")[0] else "device"
    found = Area(area.start, area.end, protection, what)
    for pdx in range(area.start >> 22, (area.end - 1 >> 22) + 1):
        table = directory[pdx]
        if not table & P or table >> 12 >= seen.pages.total:
            continue
        if table & PS:
            first = table >> 22 << 10
            found.pages |= {(pdx << 22) + i * PAGE_SIZE: first + i for i in range(1024)}
            continue
        for i, entry in enumerate(seen.pages.words(table >> 12)):
            va = (pdx << 22) + i * PAGE_SIZE
            has_page = entry & (P | PTE_PROT_NONE) in (P, PTE_PROT_NONE) and entry >> 12 < seen.pages.total
            if has_page and area.start <= va < area.end:
                found.pages[va] = entry >> 12
    return found


def _find_owners(uses, processes):
    """Anonymous pages are somebody's: let `uses` name the process, or say that several have it."""
    for process in processes:
        for area in process.areas:
            for number in area.pages.values():
                if uses[number] == "anonymous":
                    uses[number] = process
                elif isinstance(uses[number], Process) and uses[number] is not process:
                    uses[number] = SHARED
