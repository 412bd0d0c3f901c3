"""The audit of large pages: each test breaks one rule in a machine's memory (see scene.py).

The pool has four pages: one is the scene's own, shared with three children, and one more is
reserved to the parent, who is gone; the other two are a shared mapping's, one there, one reserved.
"""
import pytest

from scene import P, U, W

pytestmark = pytest.mark.xdist_group("audit")

PTE_PROT_NONE, RESERVED, UFFD_WP, MARKER_WP, POISON = 0x200, 0x400, 0x800, 0x1000, 0x2000
SIZE = 1 << 22


def pool(scene):
    return scene.variable("large_pool")


def large_areas(scene, pid, shared):
    operations = scene.variable("large_ops")
    return [
        area
        for area in scene.areas(pid)
        if area.ops == operations and bool(area.flags & 1) == shared
    ]


def entry_of(scene, pid, shared, slot=0):
    """The address of the directory's entry for a part of the area, and the part's address."""
    va = large_areas(scene, pid, shared)[0].start + slot * SIZE
    return scene.directory(pid) + (va >> 22) * 4, va


def page_of(scene, shared):
    at, _ = entry_of(scene, 3, shared)
    return scene.memory.word(at) >> 12 & ~0x3FF


@pytest.mark.parametrize("field", ["total", "free", "reserved"])
def test_counts_of_the_pool(scene, field):
    scene.add("large_pool", pool(scene), f"counts.{field}", 1)
    scene.expect("large", rf"{field} is \d; found \d")


def test_pool_with_a_small_page(scene):
    scene.set("large_pool", pool(scene), "first", scene.page(next(scene.free_pages())))
    scene.expect("large", r"stands in the pool at .* but is no large page")


def test_pool_in_a_circle(scene):
    first = scene.get("large_pool", pool(scene), "first")
    scene.set("page", first, "next", first)
    scene.expect("large", r"\(large\) stands in the pool at .* twice")


def test_page_in_the_pool_and_mapped(scene):
    first = scene.get("large_pool", pool(scene), "first")
    mapped = page_of(scene, True)
    scene.set("page", first, "next", scene.page(mapped))
    scene.expect("large", rf"page {mapped:#x} \(large\) is free, but has \d references")


def test_page_of_the_pool_lost(scene):
    first = scene.get("large_pool", pool(scene), "first")
    number = scene.pages.number(first)
    scene.set("large_pool", pool(scene), "first", scene.get("page", first, "next"))
    scene.expect("lost-pages", rf"page {number:#x} \(large\) is in use, but nothing refers to it")


def test_part_of_another_kind(scene):
    scene.set_page(page_of(scene, True) + 7, "kind", scene.pages.ANONYMOUS)
    scene.expect("large", r"4095 small pages are part of large pages, of which there are 4")


def test_references(scene):
    number = page_of(scene, False)
    scene.set_page(number, "count", scene.pages.count[number] + 1)
    scene.expect("counts", rf"page {number:#x} \(large\) counts \d references; found \d")


def test_entry_without_area(scene):
    entry, va = scene.directory(3) + 4 * (0x80000000 >> 22), 0x80000000
    scene.poke(entry, RESERVED)
    scene.expect("stray-entries", rf"{va:#x}: 0x400 \(not present\): no area is there for a large page")


def test_entry_for_a_small_page(scene):
    entry, va = entry_of(scene, 3, False)
    number = next(scene.free_pages())
    scene.poke(entry, number << 12 | P | U | 0x80)
    scene.expect("entries", rf"{va:#x}: .* maps no large page")


def test_entry_of_no_kind(scene):
    entry, va = entry_of(scene, 3, False, 1)
    scene.poke(entry, 0x4000)
    scene.expect("entries", rf"{va:#x}: what is 0x4000 \(not present\)\?")


@pytest.mark.parametrize("marker", [MARKER_WP, POISON])
def test_marker_without_registration(scene, marker):
    entry, va = entry_of(scene, 3, False, 1)
    scene.poke(entry, marker)
    scene.expect("entries", rf"{va:#x}: {marker:#x} .* is a marker, but area .* is not registered")


def test_protected_and_writable(scene):
    entry, va = entry_of(scene, 3, True)
    scene.poke(entry, scene.memory.word(entry) | W | UFFD_WP)
    scene.expect("permissions", rf"{va:#x}: the entry .* is protected, and writable, in area")


def test_reservation_that_nobody_made(scene):
    entry, va = entry_of(scene, 3, False, 1)
    scene.poke(entry, RESERVED)
    scene.expect("large", rf"{va:#x}: 0x400 .* reserves a page; nobody asked for it")


def test_held_where_there_are_rights(scene):
    entry, va = entry_of(scene, 3, True)
    scene.poke(entry, scene.memory.word(entry) & ~P | PTE_PROT_NONE)
    scene.expect("permissions", rf"{va:#x}: the entry is .* in area")


def test_kernels_entry(scene):
    entry, va = entry_of(scene, 3, True)
    scene.poke(entry, scene.memory.word(entry) & ~U)
    scene.expect("permissions", rf"{va:#x}: the entry is .* in area")


def test_writable_beyond_rights(scene):
    area = large_areas(scene, 3, True)[0]
    scene.set("area", area.at, "prot", 1)
    scene.expect("permissions", rf"{area.start:#x}: the entry .* is writable in area")


def test_private_page_writable_by_several(scene):
    entry, va = entry_of(scene, 3, False)
    scene.poke(entry, scene.memory.word(entry) | W)
    scene.expect("writable", rf"{va:#x}: page .* is writable in private")


def test_page_of_no_object_in_a_shared_area(scene):
    number = page_of(scene, True)
    scene.set_page(number, "owner", 0)
    scene.expect("entries", rf"page {number:#x} \(large\) of no object is mapped")


def test_page_at_another_place(scene):
    number = page_of(scene, True)
    scene.set_page(number, "index", 5)
    scene.expect("entries", rf"page {number:#x} \(large\) is another object's, or does not belong")


def test_area_of_parts(scene):
    area = large_areas(scene, 3, True)[0]
    scene.set("area", area.at, "offset", 4096)
    scene.expect("areas", "has parts of large pages")


def test_reservation_for_what_is_there(scene):
    area = large_areas(scene, 3, True)[0]
    root = scene.get("object", area.object, "reservations.root")
    scene.poke(root, scene.memory.word(root + 4))
    scene.expect("large", "page 0 is reserved, and it is there")
