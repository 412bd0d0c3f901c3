"""The audit of sockets: each test breaks one rule in a machine's memory."""
import pytest

pytestmark = pytest.mark.xdist_group("audit")


def receiver(scene):
    """The socket with two unread messages, of which one has a file: the socket itself."""
    return next(at for at in scene.claimed("socket") if scene.get("socket", at, "rights_count"))


def listener(scene):
    return next(at for at in scene.claimed("socket") if scene.get("socket", at, "connections.next") != link_of(scene, at))


def link_of(scene, at):
    return at + scene.memory.field("socket", "connections")[0]


@pytest.mark.parametrize("field", ["queue_length", "queue_bytes", "queue_memory", "rights_count", "in_flight"])
def test_count(scene, field):
    scene.add("socket", receiver(scene), field, 1)
    scene.expect("sockets", rf"{field} is \d+; found \d+")


def test_sent_too_little(scene):
    peer = scene.get("socket", receiver(scene), "peer")
    scene.set("socket", peer, "sent", 1)
    scene.expect("sockets", r"has sent 1; \d+ are unread")


def test_message_elsewhere(scene):
    message = scene.claimed("message")[0]
    scene.set("message", message, "queued_at", listener(scene))
    scene.expect("sockets", r"a message to .* says it is at 0x[0-9a-f]+")


def test_listener(scene):
    connection = next(at for at in scene.claimed("socket") if scene.get("socket", at, "listener"))
    scene.set("socket", connection, "listener", receiver(scene))
    scene.expect("sockets", r"names another listener")


def test_blocked_elsewhere(scene):
    blocked = next(at for at in scene.claimed("socket") if scene.get("socket", at, "blocked_on"))
    scene.set("socket", blocked, "blocked_on", listener(scene))
    scene.expect("sockets", r"lists 0x[0-9a-f]+ as blocked, which is not blocked on it")


def test_files_in_flight(scene):
    scene.set_variable("files_in_flight", 7)
    scene.expect("sockets", r"files_in_flight is 7; found 1")


def test_user_in_flight(scene):
    scene.add("flight_user", scene.claimed("flight_user")[0], "files", 1)
    scene.expect("sockets", r"a user has 2 files in flight; found 1")


def test_reference(scene):
    scene.add("socket", receiver(scene), "refs", -1)
    scene.expect("references", r"the socket of .* counts \d+ references; found")


def test_abstract_name(scene):
    name = scene.get("socket", listener(scene), "name")
    scene.set("bound_name", name, "socket", receiver(scene))
    scene.expect("sockets", r"an abstract name leads to 0x[0-9a-f]+, which does not have it")
