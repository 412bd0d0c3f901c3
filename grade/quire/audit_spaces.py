"""Address spaces: the tree of areas of each, and their page tables (kern/vm/area.h)."""
from quire import audit_files, audit_named, audit_writers
from quire.audit_memory import PAGE_SIZE, ULIM, Damage
from quire.audit_named import AREA_LABELLED, AREA_NAMED
from quire.audit_tables import AREA_SHARED, UserTables

LARGE_SIZE = 1 << 22
USER_MIN = 0x10000  # kern/layout.h
AREA_GROWSDOWN, STACK_GUARD = 0x002, 1 << 20  # kern/vm/area.h
AREA_UFFD_MODES, AREA_MARKED = 0x70000, 0x80000
TREE_DEPTH = 64  # more than any balanced tree has
PROTECTIONS = {0: "---", 1: "r--", 2: "-w-", 3: "rw-", 4: "--x", 5: "r-x", 6: "-wx", 7: "rwx"}
FIELDS = """start end left right parent gap max_gap height prot flags ops space=as object offset
    on_list=object_link.next name uffd block"""


class Area:
    """What a record of an area is called."""

    __slots__ = ()

    def __str__(self):
        shared = "s" if self.flags & AREA_SHARED else "p"
        protection = PROTECTIONS.get(self.prot, f"{self.prot:#x}") + shared
        return f"area [{self.start:#x}, {self.end:#x}) {protection}"


def address_spaces(audit):
    """Every space that a process or a thread has: areas, then tables."""
    memory = audit.memory
    read = memory.record(
        "aspace",
        "pgdir root=areas.root count=areas.count hint brk_start brk pages named program layout",
    )
    checker = AreaChecker(audit)
    for address, who in audit.spaces.items():
        if not audit.claim(address, "aspace", "the address space of {}", who):
            continue
        space = read(address)
        audit.named_counts[address] = space.named
        if space.program:
            _keep_program(audit, space, who)
        if space.layout:
            audit.refer(space.layout, address)
            audit.claim(space.layout, "program_layout", "the layout of the program of {}", who)
        areas = audit.run("areas", areas_in_order, checker, space, who)
        if areas is not None:
            _check_numbers(audit, space, areas, who)
            directory = memory.offset(space.pgdir, PAGE_SIZE) >> 12
            UserTables(audit, directory, who, areas).check()
    for block, count in audit.area_blocks.items():
        in_use = memory.value_at("area_block", block, "in_use")
        if in_use != count:
            audit.report("areas", f"{audit.called(block)} counts {in_use} areas in use; found {count}")


def _keep_program(audit, space, who):
    """A space keeps the file whose program runs in it, and that file's inode."""
    audit.refer(space.program, space.at)
    audit.objects.setdefault(space.program, f"the program of {who}")
    audit_writers.note_program(audit, space.program)
    host = audit.memory.value_at("object", space.program, "host")
    if host:
        audit.refer(host, space.at)
        audit_files.add_inode(audit, host, f"the program of {who}")


def _check_numbers(audit, space, areas, who):
    size = sum(area.end - area.start for area in areas) // PAGE_SIZE
    if space.pages != size:
        audit.report("areas", f"{who}: pages is {space.pages}; its areas have {size}")
    if space.hint and all(area.at != space.hint for area in areas):
        audit.report("areas", f"{who}: hint is {space.hint:#x}, which is no area of its own")
    if not space.brk_start <= space.brk < ULIM:
        audit.report("areas", f"{who}: the heap is [{space.brk_start:#x}, {space.brk:#x})")


def areas_in_order(audit, checker, space, who):
    """Check the tree and the list of areas; return the areas, as records, by address."""
    head = space.at + audit.memory.field("aspace", "areas.list")[0]
    listed = list(audit.entries("areas", head, "area", "link"))
    areas = walk_tree(audit, checker.read, space.root, who)
    if listed != [area.at for area in areas]:
        text = f"{who}: the list has {len(listed)} areas, the tree {len(areas)}"
        audit.report("areas", text + ", or in another order")
    if space.count != len(areas):
        audit.report("areas", f"{who}: count is {space.count}; the tree has {len(areas)} areas")
    before = 0
    for area in areas:
        audit.claims[area.at] = "area", "{1} of {0}", (who, area)
        for fault in checker.faults(area, before, space.at):
            audit.report("areas", f"{who}: {area} {fault}")
        before = area.end
    return areas


def _claim_area(audit, node, who):
    """Claim an area. Those that a fork has copied lie together in blocks (kern/vm/area_edit.c)."""
    memory = audit.memory
    block = memory.value_at("area", node, "block")
    if block:
        if block not in audit.area_blocks:
            audit.claim(block, "area_block", "the block of areas of {}", who)
        audit.area_blocks[block] += 1
        if (node - block - memory.size_of("area_block")) % memory.size_of("area"):
            raise Damage(f"{who}: the area at {node:#x} is no area of the block at {block:#x}")
    return audit.claim(node, "area", "an area of {}", who, block=block)


def walk_tree(audit, read, root, who):
    """The areas of a tree in its order; checks links, heights, balance and greatest gaps."""
    found, faults = [], []

    def visit(node, above, depth):
        """Height and greatest gap of the tree below `node`."""
        if depth > TREE_DEPTH or not _claim_area(audit, node, who):
            raise Damage(f"{who}: the tree of areas cannot be read at {node:#x}")
        area = read(node)
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


def _on_device(area, ram):
    """Is what a linear area maps within 32 bits, page-aligned, and nowhere memory?"""
    start, end = area.offset, area.offset + area.end - area.start
    return end <= 1 << 32 and not start % PAGE_SIZE and all(end <= low or high <= start for low, high in ram)


class AreaChecker:
    """Reads areas, and looks at one at a time."""

    def __init__(self, audit):
        memory = audit.memory
        self.audit = audit
        self.read = memory.record("area", FIELDS, Area)
        self.link = memory.field("area", "object_link")[0]
        self.host = memory.field("object", "host")[0]
        self.anonymous = memory.variable("anon_ops")[0]
        self.object = memory.variable("object_ops")[0]
        self.linear = memory.variable("linear_ops")[0]
        self.large = memory.variable("large_ops")[0], memory.variable("uffd_large_ops")[0]
        self.known = self.anonymous, self.object, self.linear, *self.large
        self.registered = {memory.variable(f"uffd_{kind}_ops")[0] for kind in ("anon", "object", "large")}
        self.with_object = self.object, *self.large

    def faults(self, area, before, space):
        """What is wrong with an area of `space` when the one below it ends at `before`."""
        if area.flags & (AREA_NAMED | AREA_LABELLED):
            audit_named.keep_name(self.audit, area)
        elif area.name:
            self.audit.loose.append(area.name)
        if (
            not area.object
            and before <= area.start < area.end <= ULIM
            and area.start - area.gap == before
            and not (area.start | area.end) % PAGE_SIZE
            and area.ops == self.anonymous
            and area.prot <= 7
            and area.space == space
            and area.on_list == area.at + self.link
            and not area.flags & AREA_SHARED
            and area.start >= USER_MIN
        ):
            return ()  # by far the most
        audit_writers.keep_area(self.audit, area)
        return [*self._range_faults(area, before), *self._backend_faults(area, space)]

    def _range_faults(self, area, before):
        if (area.start | area.end) % PAGE_SIZE:
            yield "is not page-aligned"
        if not USER_MIN <= area.start < area.end <= ULIM:
            yield "is no range of user addresses"
        if area.start < before:
            yield f"overlaps the area before it, which ends at {before:#x}"
        else:
            guard = STACK_GUARD if area.flags & AREA_GROWSDOWN else 0
            free = max(area.start - guard - before, 0)
            if area.gap != free:
                yield f"says {area.gap:#x} bytes are free before it; {free:#x} are"

    def _backend_faults(self, area, space):
        memory = self.audit.memory
        if area.prot > 7:
            yield f"has protection {area.prot:#x}"
        if area.space != space:
            yield f"names the space at {area.space:#x} as its own"
        if (area.ops in self.registered) != bool(area.uffd or area.flags & AREA_MARKED):
            yield f"has the context at {area.uffd:#x}, and {memory.name_of(area.ops)}"
        if bool(area.flags & AREA_UFFD_MODES) != bool(area.uffd):
            yield f"has the context at {area.uffd:#x}, and the flags {area.flags:#x}"
        if area.uffd:
            self.audit.refer(area.uffd, area.at)
            self.audit.registered[area.uffd].append(area)
        if not memory.is_constant(area.ops):
            yield f"has its operations at {area.ops:#x}"
        elif area.ops in self.known and (area.ops in self.with_object) != bool(area.object):
            yield f"has {memory.name_of(area.ops)} and its object at {area.object:#x}"
        if area.ops == self.anonymous and area.flags & AREA_SHARED:
            yield "is shared, but has no object"
        if area.ops in self.large and (area.start | area.end | area.offset) % LARGE_SIZE:
            yield "has parts of large pages"
        if area.ops == self.linear and not _on_device(area, self.audit.pages.ram):
            yield f"maps a device from {area.offset:#x} on, where none is"
        if area.object:
            self.audit.areas_of.setdefault(area.object, []).append(area.at)
            self.audit.refer(area.object, area.at)
            host = memory.word(area.object + self.host)
            if host:
                self.audit.refer(host, area.at)
                audit_files.add_inode(self.audit, host, f"the file of {area}")
            if area.offset % PAGE_SIZE:
                yield f"maps its object from byte {area.offset:#x}"
        elif area.on_list != area.at + self.link:
            yield f"is on the list {area.on_list:#x} of an object"
