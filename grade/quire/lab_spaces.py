"""Lab 3's model of the areas of address spaces (kern/vm/area_edit.h, mapping.h): sorted lists."""
from dataclasses import replace

from quire.lab_area import (
    ANONYMOUS, AREAS_MAX, FALSE_BACKEND, FALSE_OPS, FIRST_OBJECT, FIXED, FREE_ONLY, LARGE, LARGE_OPS, LARGE_PAGES,
    MMAP_BASE, OBJECT, OBJECT_1, SECOND_OBJECT, ULIM, USER_MIN, ZERO, Area, up,
)
from quire.lab_areas import lowest_gap
from quire.lab_check import NOT_STORED, Blocked, Wrong
from quire.lab_space_words import SpaceWords, area_difference
from quire.lab_words import EEXIST, EINVAL, ENOMEM, EPERM, PAGE, count_words, error


class Space:
    """Areas, and pages by address: ZERO, or (Page, may it be written)."""

    def __init__(self):
        self.areas, self.pages = [], {}

    def at(self, address):
        return next((area for area in self.areas if area.start <= address < area.end), None)

    def first(self, address):
        """The lowest area that ends above the address."""
        return next((area for area in self.areas if address < area.end), None)

    def put(self, area):
        self.areas = sorted([*self.areas, area], key=lambda each: each.start)

    def __str__(self):
        return "; ".join(map(str, self.areas[:6])) + ("; ..." if len(self.areas) > 6 else "") or "no areas"


class Mappings(SpaceWords):
    """The part of the model about areas and mappings."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.levels = []  # what `free_pages` has reported
        self.forget()

    def forget(self):
        self.spaces, self.entered = {}, None
        self.blocks = self.free = None  # blocks for areas, and pages; None: enough
        self.maximum = AREAS_MAX

    # Memory and spaces.

    def do_spaces(self, report):
        self.forget()

    def do_space(self, number, report):
        if report.values != [0]:
            raise Blocked("there is no memory for a space")
        self.spaces[number] = Space()

    def do_space_end(self, number, report):
        space = self.spaces.pop(number)
        for address in list(space.pages):
            self.drop(number, space, address)
        self.entered = None if self.entered == number else self.entered

    def do_enter(self, number, report):
        self.entered = number if number in self.spaces else None

    def do_object(self, number, report):
        if report.values != [0]:
            raise Blocked("there is no memory for an object")

    def do_object_end(self, number, report):
        pass

    def do_hungry(self, pages, blocks, report):
        self.free, self.blocks = pages, blocks

    def do_fed(self, report):
        self.free = self.blocks = None

    def do_dirty(self, count, report):
        pass

    def do_most_areas(self, count, report):
        self.maximum = count

    def do_free_pages(self, report):
        """Two numbers in a row must be equal: the checks ask with the same things in use."""
        self.levels.append(report.values[0])
        if len(self.levels) > 1 and self.levels[-1] != self.levels[-2]:
            lost = self.levels[-2] - self.levels[-1]
            words = f"{count_words(abs(lost), 'page')} {'lost' if lost > 0 else 'too many'}"
            raise Wrong(self.call, f"{self.levels[-2]}, as before the space was made", f"{self.levels[-1]}: {words}",
                        "pages are lost" if lost > 0 else "too many pages are free")

    def block(self, count=1):
        """Take blocks for areas; False if there are too few."""
        if self.blocks is not None:
            if self.blocks < count:
                return False
            self.blocks -= count
        return True

    def unblock(self, count=1):
        if self.blocks is not None:
            self.blocks += count

    # Areas.

    def do_area(self, number, start, end, prot=0, flags=0, offset=0, report=None):
        if report.values != [0]:
            raise Blocked("there is no memory for an area")
        self.spaces[number].put(self.requested(start, end, prot, flags, offset))

    @staticmethod
    def requested(start, end, prot, flags, offset):
        backend = FIRST_OBJECT if flags & OBJECT else SECOND_OBJECT if flags & OBJECT_1 else \
            LARGE_PAGES if flags & LARGE_OPS else FALSE_BACKEND if flags & FALSE_OPS else ANONYMOUS
        return Area(start, end, prot, flags & 0xFFFF, backend, offset)

    def do_areas(self, number, report):
        space = self.spaces[number]
        listed = [Area(*line) for line in report.more]
        wanted = [area.key() for area in space.areas]
        if [area.key() for area in listed] != wanted:
            kind = "lost" if len(listed) < len(wanted) else "too many" if len(listed) > len(wanted) else "another"
            raise Wrong(self.call, *area_difference(space.areas, listed), f"areas: {kind}")
        count, pages, hint_wrong = report.values
        self.expect(count, len(wanted), "the number of areas, `count`,", "count")
        self.expect(pages, sum(area.end - area.start for area in space.areas) // PAGE, "aspace.pages, the size of all areas,", "pages")
        if hint_wrong:
            raise Wrong(self.call, "that aspace.hint is NULL or an area of the space", "another address", "areas: hint")

    def cut_by(self, space, address):
        area = space.at(address)
        return area if area and area.start < address else None

    def split(self, space, address):
        """Split the area that the address cuts."""
        area = self.cut_by(space, address)
        if area:
            space.areas.remove(area)
            space.put(area.part(area.start, address))
            space.put(area.part(address, area.end))

    def split_result(self, space, start, end):
        """Perform areas_split_at; returns the error."""
        cuts = [address for address in dict.fromkeys((start, end)) if self.cut_by(space, address)]
        if any(address % self.cut_by(space, address).unit for address in cuts):
            return EINVAL
        count = len(space.areas)
        if start in cuts and count >= self.maximum:
            return ENOMEM
        full = end in cuts and count + (start in cuts and start != end) >= self.maximum
        cuts = [address for address in cuts if not (full and address == end)]
        if not self.block(len(cuts)):
            return ENOMEM
        for address in cuts:
            self.split(space, address)
        return ENOMEM if full else 0

    def do_split(self, number, start, end, report):
        self.expect_error(report.values[0], self.split_result(self.spaces[number], start, end))

    def do_cut(self, number, at, start, end, report):
        space = self.spaces[number]
        area = space.at(at)
        space.areas.remove(area)
        if area.start < start:
            space.put(area.part(area.start, start))
        elif end < area.end:
            space.put(area.part(end, area.end))
        else:
            self.unblock()

    def merge(self, space, address):
        high = space.at(address)
        low = space.at(address - 1)
        if high and low and high.start == address and low.alike(high):
            self.merge_rounds(low, high)
            space.areas.remove(high)
            space.areas.remove(low)
            space.put(replace(low, end=high.end))
            self.unblock()

    def do_merge(self, number, va, report):
        self.merge(self.spaces[number], va)

    # Mapping.

    def room(self, space, unit, hint, length):
        """The address that find_room must store, or None."""
        hint = hint & -unit
        first = space.first(hint)
        if USER_MIN <= hint < ULIM and 0 < length <= ULIM - hint and (not first or hint + length <= first.guard):
            return hint
        return lowest_gap([(area.guard, area.end) for area in space.areas], MMAP_BASE, ULIM, length, unit)

    def do_room(self, number, large, hint, length, report):
        self.stored(report, self.room(self.spaces[number], LARGE if large else PAGE, hint, length))

    def stored(self, report, wanted):
        """An address that was stored, or -ENOMEM."""
        result, stored = report.values
        if wanted is None:
            self.expect_error(result, ENOMEM)
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")
            return
        if result:
            raise Wrong(self.call, f"the address {wanted:#x}", error(result), f"{self.operation_name()}: {error(result)}")
        if stored != wanted:
            got = "nothing" if stored == NOT_STORED else f"{stored:#x}"
            kind = "nothing" if stored == NOT_STORED else "a lower address" if stored < wanted else "a higher address"
            raise Wrong(self.call, f"the address {wanted:#x}", got, f"{self.operation_name()}: {kind}")

    def chosen(self, space, va, length, flags):
        """What choose_address must return: (error, address)."""
        unit = LARGE if flags & LARGE_OPS else PAGE
        rounded = up(length)
        if not length or rounded % unit:
            return EINVAL, None
        if rounded > ULIM or len(space.areas) > self.maximum:
            return ENOMEM, None
        if not flags & FIXED:
            address = self.room(space, unit, up(va, unit) if unit > PAGE else va, rounded)
            return (ENOMEM, None) if address is None else (0, address)
        if va >= ULIM or rounded > ULIM - va:
            return ENOMEM, None
        if va % unit:
            return EINVAL, None
        if va < USER_MIN:
            return EPERM, None
        first = space.first(va)
        if flags & FREE_ONLY and first and first.start < va + rounded:
            return EEXIST, None
        return 0, va

    def do_check_map(self, number, va, length, prot=0, flags=0, report=None):
        self.expect_error(report.values[0], self.chosen(self.spaces[number], va, length, flags)[0])

    def do_map(self, number, va, length, prot=0, flags=0, offset=0, report=None):
        space = self.spaces[number]
        wanted, address = self.chosen(space, va, length, flags)
        if wanted:
            self.expect_error(report.values[0], wanted)
            return
        area = self.requested(address, address + up(length), prot, flags, offset)
        wanted = self.add(number, space, area)
        if wanted:
            self.expect_error(report.values[0], wanted)
        else:
            self.stored(report, address)

    def add(self, number, space, area):
        """Map an area; what it covers goes. Returns the error. A border that moves needs no memory.
        """
        low, high = space.at(area.start - 1), space.at(area.end)
        free = not any(each.start < area.end and area.start < each.end for each in space.areas)
        extends = free and (low and low.end == area.start and low.alike(area) or
                            high and high.start == area.end and area.alike(high))
        if not extends and not self.block():
            return ENOMEM
        if not free:
            wanted = self.remove(number, space, area.start, area.end)
            if wanted:
                self.unblock()
                return wanted
        space.put(area)
        before = self.blocks
        self.merge(space, area.end)
        self.merge(space, area.start)
        if extends:  # its struct was never made; a neighbour's may have been freed
            self.blocks = None if before is None else self.blocks - 1
        return 0

    def removal_error(self, space, start, end):
        """What unmap_prepare must return."""
        for area in space.areas:
            if area.start < end and start < area.end:
                if area.start < start and start % area.unit or end < area.end and end % area.unit:
                    return EINVAL
                if area.start < start and end < area.end:
                    if len(space.areas) >= self.maximum or self.blocks == 0:
                        return ENOMEM
        return 0

    def remove(self, number, space, start, end):
        wanted = self.removal_error(space, start, end)
        if wanted:
            return wanted
        middle = space.at(start)
        if middle and middle.start < start and end < middle.end:
            self.block()
        kept = []
        for area in space.areas:
            parts = [area] if area.end <= start or end <= area.start else \
                [area.part(low, high) for low, high in ((area.start, start), (end, area.end)) if low < high]
            self.unblock(not parts)
            kept += parts
        space.areas = kept
        for address in [address for address in space.pages if start <= address < end]:
            self.drop(number, space, address)
        return 0

    def do_unmap(self, number, va, length, report):
        valid = va % PAGE == 0 and length and va < ULIM and length <= ULIM - va
        wanted = self.remove(number, self.spaces[number], va, va + up(length)) if valid else EINVAL
        self.expect_error(report.values[0], wanted)

    def do_unmap_prepare(self, number, start, end, report):
        """The split is visible; what else it prepares is not."""
        space = self.spaces[number]
        wanted = self.removal_error(space, start, end)
        self.expect_error(report.values[0], wanted)
        middle = space.at(start)
        if not wanted and middle and middle.start < start and end < middle.end:
            self.block()
            self.split(space, end)

    def drop(self, number, space, address):
        entry = space.pages.pop(address)
        if entry is not ZERO:
            entry[0].holders.discard((number, address))
