"""The audit of areas and objects: each test breaks one rule in a machine's memory."""
import pytest

from scene import PAGE

pytestmark = pytest.mark.xdist_group("audit")


def node(scene, pid=3):
    """The root of a tree of areas, which has both children."""
    root = scene.get("aspace", scene.space(pid), "areas.root")
    assert scene.get("area", root, "left") and scene.get("area", root, "right")
    return root


def third(scene, pid=3):
    """An area in the middle."""
    return scene.areas(pid)[2]


@pytest.mark.parametrize(
    "field, difference, pattern",
    [
        ("height", 1, r"says its height is \d+; it is \d+"),
        ("max_gap", 1, r"says its greatest gap is 0x[0-9a-f]+; it is"),
        ("parent", 16, r"names 0x10 as its parent; it hangs below 0x0"),
        ("gap", PAGE, r"area \[.*says 0x[0-9a-f]+ bytes are free before it; 0x[0-9a-f]+ are"),
        ("prot", 8, r"area \[.* has protection 0x"),
        ("as", 16, r"area \[.* names the space at 0x[0-9a-f]+ as its own"),
        ("start", 1, r"area \[.* is not page-aligned"),
    ],
)
def test_area(scene, field, difference, pattern):
    scene.add("area", node(scene), field, difference)
    scene.expect("areas", rf"pid 3 .*{pattern}")


def test_areas_overlap(scene):
    before, area = scene.areas(3)[:2]
    scene.set("area", area.at, "start", before.end - PAGE)
    scene.expect("areas", r"overlaps the area before it, which ends at 0x")


def test_area_beyond_the_users_half(scene):
    scene.add("area", scene.areas(3)[-1].at, "end", PAGE)
    scene.expect("areas", r"area \[.*0xc0001000\).* is no range of user addresses")


def test_empty_area(scene):
    area = third(scene)
    scene.set("area", area.at, "end", area.start)
    scene.expect("areas", rf"area \[{area.start:#x}, {area.start:#x}\) .* is no range")


def test_tree_out_of_balance(scene):
    root = node(scene)
    scene.set("area", root, "left", 0)
    scene.expect("areas", r"is not balanced: 0 levels to the left, \d to the right")


def test_list_and_tree_differ(scene):
    root = node(scene)
    scene.set("area", root, "left", 0)
    scene.expect("areas", r"pid 3 .*: the list has \d+ areas, the tree \d+")


def test_list_of_areas_broken(scene):
    scene.add("area", node(scene), "link.prev", 8)
    scene.expect("areas", r"the list at 0x[0-9a-f]+: the link at 0x[0-9a-f]+ names")


def test_tree_in_a_circle(scene):
    root = node(scene)
    scene.set("area", scene.get("area", root, "right"), "right", root)
    scene.expect("areas", r"the tree of areas cannot be read at 0x")


def test_count_of_areas(scene):
    scene.add("aspace", scene.space(3), "areas.count", 1)
    scene.expect("areas", r"pid 3 .*: count is \d+; the tree has \d+ areas")


def test_count_of_pages(scene):
    scene.add("aspace", scene.space(3), "pages", 1)
    scene.expect("areas", r"pid 3 .*: pages is \d+; its areas have \d+")


def test_hint_of_another_space(scene):
    scene.set("aspace", scene.space(3), "hint", third(scene, 4).at)
    scene.expect("areas", r"pid 3 .*: hint is 0x[0-9a-f]+, which is no area of its own")


def test_heap_ends_before_it_begins(scene):
    scene.set("aspace", scene.space(3), "brk", 0x1000)
    scene.expect("areas", r"pid 3 .*: the heap is \[0x[0-9a-f]+, 0x1000\)")


def test_backend_does_not_fit(scene):
    area = next(area for area in scene.areas(3) if not area.object)
    scene.set("area", area.at, "ops", scene.variable("object_ops"))
    scene.expect("areas", "has object_ops and its object at 0x0")


def test_backend_nowhere(scene):
    scene.set("area", third(scene).at, "ops", 0x1234)
    scene.expect("areas", "has its operations at 0x1234")


def test_offset_not_aligned(scene):
    area = next(area for area in scene.areas(3) if area.object)
    scene.add("area", area.at, "offset", 1)
    scene.expect("areas", r"maps its object from byte 0x[0-9a-f]*1")


def test_shared_without_object(scene):
    area = next(area for area in scene.areas(3) if not area.object)
    scene.set("area", area.at, "flags", area.flags | 1)
    scene.expect("areas", r"area \[.*s is shared, but has no object")


def test_on_the_list_of_an_object_without_one(scene):
    area = next(area for area in scene.areas(3) if not area.object)
    scene.add("area", area.at, "object_link.next", 16)
    scene.expect("areas", r"area \[.* is on the list 0x[0-9a-f]+ of an object")


# Objects.


def scene_file(scene):
    """The object of a file that is mapped."""
    return next(area for area in scene.areas(3) if area.object and area.flags & 1).object


def its_page(scene):
    """The number of one of its pages."""
    pages = scene.pages
    at = scene_file(scene)
    return next(n for n in pages.all_of(pages.OBJECT) if pages.owner[n] == at)


def test_resident_count(scene):
    scene.add("object", scene_file(scene), "resident", 1)
    scene.expect("objects", r"resident is \d+; it has \d+ pages")


def test_page_of_another_object(scene):
    number = its_page(scene)
    other = next(at for at in scene.clean.objects if at != scene_file(scene))
    scene.set_page(number, "owner", other)
    scene.expect("objects", rf"page {number:#x} \(object\) says it is page \d+ of the object of")


def test_page_at_another_index(scene):
    number = its_page(scene)
    scene.set_page(number, "index", 99)
    scene.expect("objects", rf"page {number:#x} \(object\) says it is page 99 of .*; it stands as")


def test_objects_page_of_another_kind(scene):
    number = its_page(scene)
    scene.set_page(number, "kind", scene.pages.HEAP)
    scene.expect("objects", rf"page \d+ is page {number:#x} \(heap\)")


def test_mapped_beyond_the_end(scene):
    scene.set("object", scene_file(scene), "size", 100)
    scene.expect("objects", r"page 1 is mapped; the size is 0x64")


def test_area_missing_on_the_objects_list(scene):
    area = next(area for area in scene.areas(3) if area.object and area.flags & 1)
    at = area.at + scene.memory.field("area", "object_link")[0]
    before, after = scene.memory.word(at + 4), scene.memory.word(at)
    scene.poke(before, after)
    scene.poke(after + 4, before)
    scene.expect("objects", r"area \[.*of pid 3 .* is missing on its list of areas")


def test_tree_of_pages_too_high(scene):
    scene.set("object", scene_file(scene), "pages.height", 9)
    scene.expect("objects", "the tree of pages has a node at 0x[0-9a-f]+ and height 9")


def test_tree_of_pages_in_a_circle(scene):
    at = scene_file(scene)
    root = scene.get("object", at, "pages.root")
    scene.set("object", at, "pages.height", 2)
    scene.poke(root, root)
    scene.expect("objects", "the tree of pages has a node at 0x[0-9a-f]+ that cannot be read")


def test_tree_of_pages_names_no_page(scene):
    root = scene.get("object", scene_file(scene), "pages.root")
    scene.poke(root, 0xC0000004)
    scene.expect("objects", "0xc0000004 is no page_t of pages")


# References.


# A stale pointer on a stack can pass for a reference, so one too many might not be seen.
@pytest.mark.parametrize("difference", [9, -1])
def test_references_to_a_space(scene, difference):
    at = scene.space(5)
    scene.add("aspace", at, "refs", difference)
    scene.expect(
        "references",
        rf"the address space of pid 5 .* at {at:#x} counts \d+ references; found \d: thread 5",
    )


@pytest.mark.parametrize("difference", [9, -2])
def test_references_to_an_object(scene, difference):
    # One reference more than the audit finds may be a futex waiter's, which only its stack knows.
    at = scene_file(scene)
    scene.add("object", at, "refs", difference)
    scene.expect("references", rf"at {at:#x} counts \d+ references; found \d+: .*area \[")


def test_references_of_a_mapping_to_its_file(scene):
    area = scene.area(3, lambda area: area.object and scene.get("object", area.object, "host"))
    host = scene.get("object", area.object, "host")
    scene.set("object", area.object, "host", 0)
    scene.expect("references", rf"at {host:#x} counts \d+ references; found")


def test_block_of_areas_miscounted(scene):
    block, *_ = scene.claimed("area_block")
    scene.add("area_block", block, "in_use", 1)
    scene.expect("areas", r"the block of areas of pid \d+ .* counts \d+ areas in use; found \d+")


def test_area_of_no_block(scene):
    area = next(area for pid in (3, 4, 5) for area in scene.areas(pid) if area.block)
    scene.set("area", area.at, "block", area.block + 4)
    scene.expect("areas", rf"the area at {area.at:#x} is no area of the block at {area.block + 4:#x}")
