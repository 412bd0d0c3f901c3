"""The audit of System V objects: each test breaks one rule in a machine's memory."""
import pytest

pytestmark = pytest.mark.xdist_group("audit")


def segment(scene, key=77):
    return next(at for at in scene.claimed("shm_segment") if scene.get("shm_segment", at, "ipc.key") == key)


def test_scene_has_them(scene):
    assert len(scene.claimed("shm_segment")) == 3


def test_users(scene):
    scene.add("shm_segment", segment(scene), "attached", 1)
    scene.expect("sysv", r"the segment in place \d+ counts 2 users; found 1")


def test_removed_and_unused(scene):
    scene.set("shm_segment", segment(scene, 78), "ipc.mode", 0o1600)
    scene.expect("sysv", r"the segment in place \d+ has been removed, and nobody maps it")


def test_watch(scene):
    inode = scene.get("shm_segment", segment(scene), "inode")
    scene.set("object", scene.get("inode", inode, "object"), "watch", 0)
    scene.expect("sysv", r"the memory of the segment in place \d+ is watched by another one")


def test_pages(scene):
    scene.set_variable("shm_pages", 9)
    scene.expect("sysv", r"shm_pages is 9; found 4")


def test_file(scene):
    inode = scene.get("shm_segment", segment(scene), "inode")
    scene.add("inode", inode, "refs", 1)
    scene.expect("references", r"counts \d+ references; found")


def test_id(scene):
    scene.add("shm_segment", segment(scene), "ipc.id", 1)
    scene.expect("sysv", r"the segment in place \d+ has id 0x")


def test_reference(scene):
    scene.add("shm_segment", segment(scene), "ipc.refs", 1)
    scene.expect("sysv", r"the segment in place \d+ counts 2 references; a call has ended")


def test_key(scene):
    scene.set("shm_segment", segment(scene), "ipc.key", 76)
    scene.set("shm_segment", segment(scene, 78), "ipc.key", 75)
    scene.expect("sysv", r"the tree of keys does not have the keys of all segments")


def test_used(scene):
    scene.set_variable("shm_table", 9, "used")
    scene.expect("sysv", r"9 segments are counted; found 3")


def test_free_place(scene):
    scene.set_variable("shm_table", 40, "first_free")
    scene.expect("sysv", r"the list of free places of segments does not have all of them")


def test_last_free_place(scene):
    scene.set_variable("shm_table", 40, "last_free")
    scene.expect("sysv", r"the last free place of segments is 63, not 40")
