"""Lab 3's model of a tree of areas (kern/vm/area.h): a sorted list of ranges, which it searches one
by one.
"""
from quire.lab_check import NONE, NOT_STORED, Blocked, Model, Wrong
from quire.lab_words import ENOMEM, count_words, error

GROWSDOWN = 2
STACK_GUARD = 1 << 20
MANY = 500  # areas: from then on a search must not visit all of them
FIND_COST, GAP_COST = 1500, 6000  # instructions of a search among 3,000 areas; the reference needs 160 and 480
SHOWN = 6  # areas in words
FAULTS = {1: "a link leads to something that is no area", 2: "the links `next` and `prev` do not agree", 3: "it is endless"}


def lowest_gap(taken, low, high, length, align):
    """The lowest multiple of `align` in [low, high - length] where nothing is taken, or None.
    `taken` is sorted.
    """
    address = -(-low // align) * align
    for start, end in taken:
        if address + length <= start:
            break
        if address < end:
            address = -(-max(end, low) // align) * align
    return address if address + length <= high else None


class Areas(Model):
    """The tree. `areas`: {number: (start, end, flags)}."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.areas = {}

    def ordered(self):
        """The areas by address: (number, start, end, flags)."""
        return sorted(((number, *area) for number, area in self.areas.items()), key=lambda area: area[1])

    def guard_start(self, start, flags):
        """The lowest address that belongs to an area or to its guard."""
        return max(0, start - STACK_GUARD) if flags & GROWSDOWN else start

    def tree_words(self):
        areas = self.ordered()
        if self.brief:
            return ""
        if len(areas) > SHOWN:
            return f"in a tree of {len(areas)} areas"
        words = " ".join(f"[{start:#x}, {end:#x}){' (a stack)' if flags & GROWSDOWN else ''}" for _, start, end, flags in areas)
        return f"in the tree {words}" if areas else "in an empty tree"

    def area_words(self, number):
        if number == NONE:
            return "no area"
        if number in self.areas:
            start, end, _ = self.areas[number]
            return f"the area [{start:#x}, {end:#x})"
        return f"{number:#x}, which is no area"

    words_area_find = lambda self, va: f"area_find({va:#x}) {self.tree_words()}"
    words_area_find_from = lambda self, va: f"area_find_from({va:#x}) {self.tree_words()}"
    words_area_insert = lambda self, number, start, end, flags=0: f"area_insert([{start:#x}, {end:#x})) {self.tree_words()}"
    words_area_find_gap = lambda self, low, high, length, align: \
        f"area_find_gap({low:#x}, {high:#x}, {length:#x}, {align:#x}) {self.tree_words()}"
    words_area_list = lambda self: "the tree and the list of areas afterwards"

    words_tree = lambda self, at, count, leaves=0: "the test begins, with an empty tree"
    words_area_remove = lambda self, number: f"the grader removes the area number {number}"
    QUIET = frozenset(("tree", "insert_many", "area_insert", "area_remove"))
    results_area_find = results_area_find_from = lambda self, report: self.area_words(report.values[0])
    results_area_find_gap = lambda self, report: error(report.values[0]) + \
        ("" if report.values[0] else f", and the address {report.values[1]:#x}")
    results_area_list = lambda self, report: count_words(report.values[0], "area")

    def do_tree(self, at, count, leaves=0, report=None):
        if report.values != [0]:
            raise Blocked("there is no memory for the areas")
        self.areas = {}

    def do_area_insert(self, number, start, end, flags=0, report=None):
        self.areas[number] = start, end, flags

    def do_insert_many(self, count, start, step, size, report):
        self.areas = {i: (start + i * step, start + i * step + size, 0) for i in range(count)}

    def do_area_remove(self, number, report):
        del self.areas[number]

    def found(self, report, wanted, key):
        got, cost = report.values
        if got != wanted:
            raise Wrong(self.call, self.area_words(wanted), self.area_words(got), f"{self.operation_name()}: {key}")
        if len(self.areas) > MANY and cost > FIND_COST:
            raise Wrong(self.call, f"at most {FIND_COST} instructions", f"{cost}", f"{self.operation_name()}: slow")

    def do_area_find(self, va, report):
        wanted = next((number for number, start, end, _ in self.ordered() if start <= va < end), NONE)
        self.found(report, wanted, "another area" if wanted != NONE else "an area where there is none")

    def do_area_find_from(self, va, report):
        wanted = next((number for number, _, end, _ in self.ordered() if va < end), NONE)
        self.found(report, wanted, "another area" if wanted != NONE else "an area where there is none")

    def do_area_find_gap(self, low, high, length, align, report):
        result, stored, cost = report.values
        taken = [(self.guard_start(start, flags), end) for _, start, end, flags in self.ordered()]
        wanted = lowest_gap(taken, low, high, length, align)
        if len(self.areas) > MANY and cost > GAP_COST:
            raise Wrong(self.call, f"at most {GAP_COST} instructions", f"{cost}", "area_find_gap: slow")
        if wanted is None:
            self.expect_error(result, ENOMEM)
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")
            return
        if result:
            raise Wrong(self.call, f"the address {wanted:#x}", error(result), "area_find_gap: no gap found")
        if stored != wanted:
            got = "nothing" if stored == NOT_STORED else f"{stored:#x}"
            raise Wrong(self.call, f"that {wanted:#x} is stored", got, "area_find_gap: " + self.why_not(stored, taken, length, align, low, high))

    @staticmethod
    def why_not(address, taken, length, align, low, high):
        """The kind of a wrong address."""
        if address == NOT_STORED:
            return "nothing stored"
        if address % align:
            return "not aligned"
        if not low <= address <= high - length:
            return "out of the range"
        if any(start < address + length and address < end for start, end in taken):
            return "not free"
        return "not the lowest"

    def do_area_list(self, report):
        """List and tree: order, links, heights and gaps of each area."""
        count, root, fault = report.values
        wanted = self.ordered()
        if fault:
            raise Wrong(self.call, "a list of all areas", FAULTS[fault], f"area_list: {fault}")
        listed = [line[0] for line in report.more]
        if listed != [area[0] for area in wanted]:
            got = ", ".join(f"{self.areas[number][0]:#x}" if number in self.areas else f"({number:#x})" for number in listed)
            raise Wrong(self.call, f"that the list has the areas by address: {', '.join(f'{area[1]:#x}' for area in wanted)}",
                        got or "none", "area_list: another order")
        self.expect(count, len(wanted), "the number of areas, `count`,", "count")
        nodes = {line[0]: line[1:] for line in report.more}
        order = []
        self._subtree(nodes, root, NONE, order)
        if order != listed:
            raise Wrong(self.call, "that the tree has the areas of the list, in its order",
                        f"{len(order)} areas, or another order", "area_list: tree and list differ")
        self._gaps(nodes, wanted)

    def _subtree(self, nodes, number, parent, order):
        """Check the subtree at `number`. Returns its height and its largest gap."""
        if number == NONE:
            return 0, 0
        if number not in nodes or number in order or len(order) > len(nodes):
            raise Wrong(self.call, "a tree of the areas", f"a link to {self.area_words(number)}" + (", which does not belong there" if number in self.areas else ""),
                        "area_list: wrong link")
        left, right, above, height, gap, max_gap = nodes[number]
        words = self.area_words(number)
        low, low_gap = self._subtree(nodes, left, number, order)
        order.append(number)
        high, high_gap = self._subtree(nodes, right, number, order)
        if above != parent:
            raise Wrong(self.call, f"{words}: the parent {self.area_words(parent)}", self.area_words(above), "area_list: parent")
        if abs(low - high) > 1:
            raise Wrong(self.call, f"{words}: subtrees that differ by at most 1 in height", f"{low} and {high}",
                        "area_list: not balanced")
        self.expect(height, max(low, high) + 1, f"{words}: the height", "height")
        self.expect(max_gap, max(gap, low_gap, high_gap), f"{words}: max_gap", "max_gap")
        return height, max_gap

    def _gaps(self, nodes, wanted):
        before = 0
        for number, start, end, flags in wanted:
            gap = max(0, self.guard_start(start, flags) - before)
            self.expect(nodes[number][4], gap, f"{self.area_words(number)}: the gap below it", "gap")
            before = end
