"""The audit of System V objects: each test breaks one rule in a machine's memory."""
import pytest

from scene import insert

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
    scene.expect("sysv", r"the segment in place \d+ counts 2 references; found 1")


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


def sem_set(scene):
    return scene.claimed("sem_set")[0]


def test_removed(scene):
    scene.set("sem_set", sem_set(scene), "ipc.removed", 1)
    scene.expect("sysv", r"the set in place \d+ has been removed")


def test_zero_waiters(scene):
    scene.set("sem_set", sem_set(scene), "zero_waiters", 1)
    scene.expect("sysv", r"the set in place \d+ counts 1 calls that wait for 0")


def test_call_that_has_ended(scene):
    head = sem_set(scene) + scene.memory.field("sem_set", "waiting")[0]
    call = scene.take_free_page() * 4096 + 0xC0000000
    insert(scene, head, call + scene.memory.field("sem_waiter", "link")[0])
    scene.set("sem_waiter", call, "done", 1)
    scene.expect("sysv", r"a call that has ended waits for the set in place \d+")


def test_semaphores(scene):
    scene.set_variable("semaphores", 9)
    scene.expect("sysv", r"there are 9 semaphores; found 3")


@pytest.mark.parametrize("field", ["id", "process", "set"])
def test_undo(scene, field):
    scene.add("sem_undo", scene.claimed("sem_undo")[0], field, 4)
    scene.expect("sysv", r"an undo of .* is not that of its process and its set")


def test_undo_bytes(scene):
    scene.add("process", scene.get("sem_undo", scene.claimed("sem_undo")[0], "process"), "sem_undo_bytes", 1)
    scene.expect("sysv", r"counts \d+ bytes of undos; found \d+")


def test_undo_of_no_process(scene):
    process = scene.get("sem_undo", scene.claimed("sem_undo")[0], "process")
    scene.set("process", process, "sem_undos.root", 0)
    scene.expect("sysv", r"sets have 1 undos; processes have 0")


@pytest.mark.parametrize("field", ["count", "bytes"])
def test_messages(scene, field):
    scene.add("msg_queue", scene.claimed("msg_queue")[0], field, 1)
    scene.expect("sysv", r"the queue in place \d+ counts \d messages with \d bytes; found 1, with 5")


@pytest.mark.parametrize("variable", ["messages_queued", "bytes_queued"])
def test_all_messages(scene, variable):
    scene.set_variable(variable, 7)
    scene.expect("sysv", r"all queues count \d messages with \d bytes; found 1, with 5")


def test_receiver_that_has_ended(scene):
    head = scene.claimed("msg_queue")[0] + scene.memory.field("msg_queue", "receivers")[0]
    call = scene.take_free_page() * 4096 + 0xC0000000
    insert(scene, head, call + scene.memory.field("msg_receiver", "link")[0])
    scene.set("msg_receiver", call, "done", 1)
    scene.expect("sysv", r"a call that has ended waits for the queue in place \d+")
