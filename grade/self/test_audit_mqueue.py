"""The audit of POSIX message queues: each test breaks one rule in a machine's memory."""
import pytest

from scene import insert

pytestmark = pytest.mark.xdist_group("audit")


def queue(scene):
    return scene.claimed("mq_queue")[0]


def message(scene, size):
    return next(at for at in scene.claimed("mq_message") if scene.get("mq_message", at, "size") == size)


def test_scene_has_them(scene):
    assert len(scene.claimed("mq_queue")) == 1
    assert len(scene.claimed("mq_message")) == 2
    assert len(scene.claimed("mq_piece")) == 2


@pytest.mark.parametrize("field", ["count", "bytes", "memory"])
def test_counts(scene, field):
    scene.add("mq_queue", queue(scene), field, 1)
    scene.expect("mqueue", r"message queue .*/scene counts \d+ messages with \d+ bytes; found 2, with 8202")


def test_order(scene):
    scene.set("mq_message", message(scene, 10), "priority", 1)
    scene.expect("mqueue", r"a message in message queue .* comes after its place")


def test_size(scene):
    scene.add("mq_message", message(scene, 8192), "size", -1)
    scene.expect("mqueue", r"has 8192 of 8191 bytes")


def test_pieces(scene):
    scene.add("mq_message", message(scene, 8192), "pages", 1)
    scene.expect("mqueue", r"has 8192 of 8192 bytes")


def test_file(scene):
    scene.add("mq_queue", queue(scene), "inode", 4)
    scene.expect("mqueue", r"is not that of its file")


def test_number_of_queues(scene):
    scene.set_variable("queue_count", 7)
    scene.expect("mqueue", r"7 message queues are counted; found 1")


def test_directory(scene):
    directory = scene.memory.value("queue_directory")
    scene.add("inode", directory, "nlink", 1)
    scene.expect("names", r"the directory of message queues: nlink is 3; its names make 2")


@pytest.mark.parametrize("field", ["senders", "receivers"])
@pytest.mark.parametrize("done, text", [(0, "a call waits for .*, which has 2 of 10 messages"), (1, "a call that has ended waits")])
def test_waiter(scene, field, done, text):
    """A call waits although the queue has a message and room for others, or although it has ended."""
    head = queue(scene) + scene.memory.field("mq_queue", field)[0]
    call = scene.take_free_page() * 4096 + 0xC0000000
    insert(scene, head, call + scene.memory.field("mq_waiter", "link")[0])
    scene.set("mq_waiter", call, "done", done)
    scene.expect("mqueue", text)
