"""The audit of named areas: each test breaks one rule in a machine's memory.

Pids 3, 4 and 5 have one each of their own, and a clone of one whose owner has ended.
"""
import pytest

pytestmark = pytest.mark.xdist_group("audit")

CLONE_PROT = 1


def slots(scene):
    """(slot's address, named area) of all that there are."""
    address, kind = scene.memory.variable("named_slots")
    words = scene.memory.word_list(address, kind[2])
    return [(address + 4 * i, word) for i, word in enumerate(words) if word]


def one(scene, clone=False):
    """A named area of pid 3, and the number of its slot."""
    start = scene.variable("named_slots")
    for slot, at in slots(scene):
        mine = scene.get("named_area", at, "as") == scene.space(3)
        if mine and (scene.get("named_area", at, "prot") == CLONE_PROT) == clone:
            return at, (slot - start) // 4
    raise AssertionError("there is none")


def test_scene_has_them(scene):
    assert len(slots(scene)) == 6


def test_id_of_another_slot(scene):
    at, slot = one(scene)
    scene.add("named_area", at, "id", 1)
    scene.expect("named-areas", rf"slot {slot}: the area there has id 0x")


def test_owner_counts_wrongly(scene):
    scene.add("aspace", scene.space(3), "named", 1)
    scene.expect("named-areas", r"the address space of pid 3 .* says it has 3; it has 2")


def test_owner_that_is_none(scene):
    at, _ = one(scene)
    scene.set("named_area", at, "as", scene.variable("named_slots"))
    scene.expect("named-areas", r"1 of 0xc0.*, which is no address space")


def test_references_of_a_name(scene):
    at, _ = one(scene)
    name = scene.get("named_area", at, "name") - scene.memory.field("counted_name", "text")[0]
    scene.add("counted_name", name, "refs", 10)
    scene.expect("references", r"the counted name of .* counts 12 references; found 2")


def test_references_of_the_memory(scene):
    at, _ = one(scene, clone=True)
    scene.add("object", scene.get("named_area", at, "memory.object"), "refs", -1)
    scene.expect("references", r"counts \d+ references; found \d+")


def test_no_memory(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "memory.object", 0)
    scene.expect("named-areas", rf"slot {slot}: it has its operations at object_ops and its object at 0x0")


def test_larger_than_its_maximum(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "memory.maximum", 0x1000)
    scene.expect("named-areas", rf"slot {slot}: 0x2000 of 0x1000 bytes at 0x")


def test_beyond_the_users_addresses(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "start", 0xBFFFF000)
    scene.expect("named-areas", rf"slot {slot}: 0x2000 bytes at 0xbffff000 are no user addresses")


def test_no_such_access(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "access", 3)
    scene.expect("named-areas", rf"slot {slot}: protection 3, access 3 and lock 0")


def test_left_half_deleted(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "doomed", 1)
    scene.expect("named-areas", rf"slot {slot}: a call that deletes it has ended")


def test_left_busy(scene):
    at, slot = one(scene)
    scene.set("named_area", at, "busy", 1)
    scene.expect("named-areas", rf"slot {slot}: a call that changes it has ended")


def test_left_half_truncated(scene):
    at, _ = one(scene)
    scene.set("object", scene.get("named_area", at, "memory.object"), "changing", 1)
    scene.expect("objects", r": a call that takes pages out of it has ended")


def test_forgotten_by_the_registry(scene):
    start = scene.variable("named_slots")
    at, slot = one(scene)
    scene.poke(start + 4 * slot, 0)
    scene.clear_on_stacks(at)
    scene.expect("named-areas", r"pid 3 .* says it has 2; it has 1")
    scene.expect("lost-blocks", r"nothing refers to it; it points to .* the counted name of area")
