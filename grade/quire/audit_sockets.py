"""Sockets, the messages in their queues, and the files in messages (kern/ipc/socket_internal.h)."""
from collections import Counter

from quire import audit_avl, audit_files


def sockets(audit):
    """Every socket that a file, a connection or a message leads to: its queue, and who counts what in it."""
    walk = Walk(audit)
    walk.follow()
    for at, socket in walk.sockets.items():
        _check_queue(audit, walk, at, socket)
    _check_flight(audit, walk)
    _check_names(audit, walk)


class Walk:
    """The sockets and messages found so far. A message may have files that lead to more sockets."""

    def __init__(self, audit):
        memory = audit.memory
        self.audit = audit
        self.reader = audit_files.TableReader(audit)
        self.operations = memory.variable("socket_ops")[0]
        self.rooms = memory.variable("rooms", "socket_wake.c")[0]
        fields = "type file peer listener name name_inode state queue_length queue_bytes queue_memory"
        self.read = memory.record("socket", f"{fields} sent in_flight rights_count blocked_on")
        self.message = memory.record("message", "length taken charge memory sender queued_at files next=first.next")
        self.piece = memory.record("piece", "next")
        self.passed = memory.record("passed_files", "user held count")
        self.files = memory.field("passed_files", "files")[0]
        self.heads = {name: memory.field("socket", name)[0] for name in ("queue", "connections", "rights", "blocked")}
        self.sockets, self.messages, self.connections = {}, {}, {}
        self.flight, self.users, self.charges = Counter(), Counter(), Counter()
        self.unread = []

    def follow(self):
        """Read all sockets, and the files that only messages refer to."""
        todo = list(self.audit.files.items())
        for at in self.audit.entries("sockets", self.rooms, "socket", "room_link"):
            self.audit.refer(at, self.rooms)
            self._add(at, "a socket with room")
        while todo:
            for at, file in todo:
                if file.ops == self.operations:
                    self.audit.refer(file.private, at)
                    self._add(file.private, f"the socket of {self.audit.called(at)}")
            known = set(self.audit.files)
            while self.unread:
                self._read_socket(self.unread.pop())
            todo = [(at, file) for at, file in self.audit.files.items() if at not in known]

    def _add(self, at, name):
        if self.audit.claim(at, "socket", "{}", name):
            self.unread.append(at)

    def _read_socket(self, at):
        audit, socket = self.audit, self.read(at)
        self.sockets[at] = socket
        name = audit.called(at)
        if socket.peer:
            audit.refer(socket.peer, at)
            self._add(socket.peer, f"the peer of {name}")
        if socket.name:
            audit.refer(socket.name, at)
            audit.claim(socket.name, "bound_name", "the name of {}", name)
        if socket.name_inode:
            audit.refer(socket.name_inode, at)
            audit_files.add_inode(audit, socket.name_inode, f"the name of {name}")
        head = at + self.heads["connections"]
        self.connections[at] = list(audit.entries("sockets", head, "socket", "connection_link"))
        for each in self.connections[at]:
            audit.refer(each, at)
            self._add(each, f"a connection to {name}")
        self.messages[at] = []
        for each in audit.entries("sockets", at + self.heads["queue"], "message", "link"):
            if audit.claim(each, "message", "a message to {}", name):
                self._read_message(each, at)

    def _read_message(self, at, socket):
        audit, message = self.audit, self.message(at)
        self.messages[socket].append(message)
        audit.refer(message.sender, at)
        self._add(message.sender, f"the sender of {audit.called(at)}")
        self.charges[message.sender] += message.charge
        piece = message.next
        while piece and audit.claim(piece, "piece", "a piece of {}", audit.called(at)):
            piece = self.piece(piece).next
        if message.files and audit.claim(message.files, "passed_files", "the files of {}", audit.called(at)):
            self._read_files(message.files)

    def _read_files(self, at):
        audit, passed = self.audit, self.passed(at)
        self.users[passed.user] += passed.count
        audit.claim(passed.user, "flight_user", "a sender of files")
        for file in audit.memory.word_list(at + self.files, passed.count):
            audit.refer(file, at)
            self.reader.read_file(file, "a file on its way")
            if file in audit.files and audit.files[file].ops == self.operations:
                self.flight[audit.files[file].private] += 1


def _check_queue(audit, walk, at, socket):
    """What a socket counts is what its queue has."""
    messages, connections = walk.messages[at], walk.connections[at]
    waiting = [message for each in connections for message in walk.messages.get(each, ())]
    found = {
        "queue_length": len(messages) + len(connections),
        "queue_bytes": sum(message.length - message.taken for message in messages),
        "queue_memory": sum(_memory(walk, message) for message in messages + waiting),
        "rights_count": sum(message.files != 0 for message in messages),
        "in_flight": walk.flight[at],
    }
    for name, count in found.items():
        if getattr(socket, name) != count:
            audit.report("sockets", f"{audit.called(at)}: {name} is {getattr(socket, name)}; found {count}")
    if socket.sent < walk.charges[at]:
        audit.report("sockets", f"{audit.called(at)} has sent {socket.sent}; {walk.charges[at]} are unread")
    for message in messages:
        if message.queued_at != at:
            audit.report("sockets", f"{audit.called(message.at)} says it is at {message.queued_at:#x}")
    listed = set(audit.entries("sockets", at + walk.heads["rights"], "message", "rights_link"))
    own = messages + waiting if not socket.listener else []
    if listed != {message.at for message in own if message.files}:
        audit.report("sockets", f"{audit.called(at)} lists {len(listed)} messages with files")
    for each in connections:
        if each in walk.sockets and walk.sockets[each].listener != at:
            audit.report("sockets", f"{audit.called(each)} names another listener")
    for each in audit.entries("sockets", at + walk.heads["blocked"], "socket", "blocked_link"):
        if each not in walk.sockets or walk.sockets[each].blocked_on != at:
            audit.report("sockets", f"{audit.called(at)} lists {each:#x} as blocked, which is not blocked on it")


def _memory(walk, message):
    return message.memory + (walk.passed(message.files).held if message.files else 0)


def _check_flight(audit, walk):
    """The counts of files in flight: in all, for each user, and of sockets."""
    memory = audit.memory
    listed = set(audit.entries("sockets", memory.variable("sockets_in_flight")[0], "socket", "flight_link"))
    if listed != set(walk.flight):
        audit.report("sockets", f"{len(listed)} sockets are listed as in flight; found {len(walk.flight)}")
    if memory.value("files_in_flight") != sum(walk.users.values()):
        text = f"files_in_flight is {memory.value('files_in_flight')}; found {sum(walk.users.values())}"
        audit.report("sockets", text)
    tree = memory.variable("users", "socket_rights.c")[0]
    for at in audit_avl.entries(audit, "sockets", tree, "flight_user", "node"):
        audit.claim(at, "flight_user", "a sender of files")
        count = memory.value_at("flight_user", at, "files")
        if count != walk.users[at]:
            audit.report("sockets", f"a user has {count} files in flight; found {walk.users[at]}")


def _check_names(audit, walk):
    """An abstract name leads to the socket that has it; so does the inode of a path."""
    memory = audit.memory
    for at in audit_avl.entries(audit, "sockets", memory.variable("abstract_names")[0], "bound_name", "node"):
        audit.claim(at, "bound_name", "an abstract name")
        socket = memory.value_at("bound_name", at, "socket")
        if socket not in walk.sockets or walk.sockets[socket].name != at:
            audit.report("sockets", f"an abstract name leads to {socket:#x}, which does not have it")
    for at, socket in walk.sockets.items():
        if socket.name_inode and memory.value_at("inode", socket.name_inode, "socket") != at:
            audit.report("sockets", f"the inode of the name of {audit.called(at)} leads elsewhere")
