"""Address spaces: the tree of areas of each, and the page tables behind (kern/vm/area.h)."""
from dataclasses import dataclass

from quire.audit_memory import PAGE_SIZE, ULIM, Damage
from quire.audit_tables import AREA_SHARED, UserTables

USER_MIN = 0x10000  # kern/layout.h
TREE_DEPTH = 64  # more than any balanced tree has
RIGHTS = {0: "---", 1: "r--", 2: "-w-", 3: "rw-", 4: "--x", 5: "r-x", 6: "-wx", 7: "rwx"}


@dataclass
class Area:
    """What the checks of page tables want to know of an area."""

    __slots__ = "at", "start", "end", "prot", "flags", "object", "offset", "kind"
    at: int
    start: int
    end: int
    prot: int
    flags: int
    object: int
    offset: int
    kind: str

    def __str__(self):
        shared = "s" if self.flags & AREA_SHARED else "p"
        rights = RIGHTS.get(self.prot, f"{self.prot:#x}") + shared
        return f"area [{self.start:#x}, {self.end:#x}) {rights}"


def address_spaces(audit):
    """Every space that a process or a thread has: areas, then tables."""
    memory = audit.memory
    read = memory.record(
        "aspace",
        "pgdir root=areas.root count=areas.count hint brk_start brk pages",
    )
    reader = AreaReader(audit)
    for address, who in audit.spaces.items():
        if not audit.claim(address, "aspace", "the address space of {}", who):
            continue
        space = read(address)
        areas = audit.run(areas_in_order, reader, space, who, under="areas")
        if areas is not None:
            _check_numbers(audit, space, areas, who)
            directory = memory.offset(space.pgdir, PAGE_SIZE) >> 12
            UserTables(audit, directory, who, areas).check()


def _check_numbers(audit, space, areas, who):
    size = sum(area.end - area.start for area in areas) // PAGE_SIZE
    if space.pages != size:
        audit.report("areas", f"{who}: pages is {space.pages}; its areas have {size}")
    if space.hint and all(area.at != space.hint for area in areas):
        audit.report("areas", f"{who}: hint is {space.hint:#x}, which is no area of its own")
    if not space.brk_start <= space.brk < ULIM:
        audit.report("areas", f"{who}: the heap is [{space.brk_start:#x}, {space.brk:#x})")


class AreaReader:
    """Reads areas, and remembers what their backends are called."""

    def __init__(self, audit):
        memory = audit.memory
        self.audit = audit
        self.read = memory.record(
            "area",
            "start end left right parent gap max_gap height prot flags ops space=as object offset "
            "on_list=object_link.next",
        )
        self.link = memory.field("area", "object_link")[0]
        self.operations = memory.record("area_ops", "kind")
        self.kinds = {}

    def kind(self, area):
        """What its backend calls itself."""
        if area.ops not in self.kinds:
            if not self.audit.memory.in_image(area.ops):
                raise Damage(f"the area at {area.at:#x} has its operations at {area.ops:#x}")
            self.kinds[area.ops] = self.audit.memory.string(self.operations(area.ops).kind)
        return self.kinds[area.ops]


def areas_in_order(audit, reader, space, who):
    """Check the tree and the list of areas; return the areas, as Area, by address."""
    head = space.at + audit.memory.field("aspace", "areas.list")[0]
    listed = list(audit.entries("areas", head, "area", "link"))
    records = walk_tree(audit, reader, space.root, who)
    if listed != [area.at for area in records]:
        text = f"{who}: the list has {len(listed)} areas, the tree {len(records)}"
        audit.report("areas", text + ", or in another order")
    if space.count != len(records):
        audit.report("areas", f"{who}: count is {space.count}; the tree has {len(records)} areas")
    areas, end = [], 0
    for record in records:
        area = Area(
            record.at,
            record.start,
            record.end,
            record.prot,
            record.flags,
            record.object,
            record.offset,
            reader.kind(record),
        )
        if not area.object and record.on_list != area.at + reader.link:
            audit.report("areas", f"{who}: {area} is on the list {record.on_list:#x} of an object")
        _check_area(audit, record, area, end, who, space.at)
        areas.append(area)
        end = record.end
    return areas


def _check_area(audit, record, area, end, who, space):
    audit.claims[area.at] = "area", "{1} of {0}", (who, area)
    faults = []
    if (area.start | area.end) % PAGE_SIZE:
        faults.append("is not page-aligned")
    if not USER_MIN <= area.start < area.end <= ULIM:
        faults.append("is no range of user addresses")
    if area.start < end:
        faults.append(f"overlaps the area before it, which ends at {end:#x}")
    elif record.gap != area.start - end:
        faults.append(f"says {record.gap:#x} bytes are free before it; {area.start - end:#x} are")
    if area.prot > 7:
        faults.append(f"has rights {area.prot:#x}")
    if record.space != space:
        faults.append(f"names the space at {record.space:#x} as its own")
    if (area.kind == "object") != bool(area.object) and area.kind in ("object", "anonymous"):
        faults.append(f"is {area.kind} with object {area.object:#x}")
    if area.kind == "anonymous" and area.flags & AREA_SHARED:
        faults.append("is shared, but has no object")
    if area.object:
        if area.offset % PAGE_SIZE:
            faults.append(f"maps its object from byte {area.offset:#x}")
        audit.areas_of.setdefault(area.object, []).append(area.at)
        audit.refer(area.object, area.at)
    for fault in faults:
        audit.report("areas", f"{who}: {area} {fault}")


def walk_tree(audit, reader, root, who):
    """The areas of a tree in its order; checks links, heights, balance and greatest gaps."""
    found, faults = [], []

    def visit(node, above, depth):
        """Height and greatest gap of the tree below `node`."""
        if depth > TREE_DEPTH or not audit.claim(node, "area", "an area of {}", who):
            raise Damage(f"{who}: the tree of areas cannot be read at {node:#x}")
        area = reader.read(node)
        low, low_gap = visit(area.left, node, depth + 1) if area.left else (0, 0)
        found.append(area)
        high, high_gap = visit(area.right, node, depth + 1) if area.right else (0, 0)
        height, gap = max(low, high) + 1, max(area.gap, low_gap, high_gap)
        if area.parent != above:
            faults.append((area, f"names {area.parent:#x} as its parent; it hangs below {above:#x}"))
        if abs(low - high) > 1:
            faults.append((area, f"is not balanced: {low} levels to the left, {high} to the right"))
        if area.height != height:
            faults.append((area, f"says its height is {area.height}; it is {height}"))
        if area.max_gap != gap:
            faults.append((area, f"says its greatest gap is {area.max_gap:#x}; it is {gap:#x}"))
        return height, gap

    if root:
        visit(root, 0, 1)
    for area, fault in faults:
        audit.report("areas", f"{who}: the area at {area.start:#x} {fault}")
    return found
