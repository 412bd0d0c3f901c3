"""Locks and wait queues: at rest nobody holds a lock, and whoever waits still lives."""
from collections import Counter

from quire.audit_memory import Damage

LOCKS = {
    "spinlock": ("locked",),
    "mutex": ("holder",),
    "rwlock": ("state", "writers_waiting"),
}
PARTS = {*LOCKS, "waitq", "list"}
# Lists whose members another check follows, and one that is not kept up once its process has ended.
ELSEWHERE = {("area", "link"), ("area", "object_link"), ("process", "threads")}


class Parts:
    """Where the structs of PARTS lie in other types."""

    def __init__(self, memory):
        self.memory = memory
        self.known = {}

    def of(self, kind):
        """[(offset, part, path)] in a type."""
        tag = kind[0]
        if tag == "struct":
            return self.of_struct(kind[1])
        if tag == "array" and kind[1][0] == "struct" and kind[2] <= 64:
            parts, size = self.of_struct(kind[1][1]), self.memory.size_of(kind[1])
            return [(at + i * size, part, path) for i in range(kind[2]) for at, part, path in parts]
        return []

    def of_struct(self, name):
        if name not in self.known:
            self.known[name] = []
            self.known[name] = self._find(name)
        return self.known[name]

    def _find(self, name):
        result = [(0, name, "")] if name in PARTS else []
        if name == "list":
            return result
        members = self.memory.members(name)
        sizes = {offset: 0 for _, offset, _ in members}
        for _, offset, _ in members:
            sizes[offset] += 1
        for member, offset, kind in members:
            # Of what shares its place with something else, nobody here knows which it is.
            if sizes[offset] == 1 and (name, member) not in ELSEWHERE:
                for at, part, path in self.of(kind):
                    result.append((offset + at, part, f"{member}.{path}".rstrip(".")))
        return result


def locks(audit):
    """No lock is held; the links of every list name each other."""
    memory = audit.memory
    parts = Parts(memory)
    fields = {
        lock: [(name, memory.field(lock, name)[0]) for name in names]
        for lock, names in LOCKS.items()
    }
    for base, found in _places(audit, parts):
        for offset, part, path in found:
            address = base + offset
            if part == "list":
                _check_links(audit, base, address, path)
            elif part == "waitq":
                audit.queues.append((address, base, path))
            for name, at in fields.get(part, ()):
                value = memory.word(address + at)
                if value:
                    who = f" ({audit.called(value)})" if value in audit.claims else ""
                    lock = _named(audit, base, path)
                    audit.report("locks", f"{part} {lock}: {name} is {value:#x}{who} at rest")


def _places(audit, parts):
    """(address, its parts) of every variable and of every struct that a walk has reached."""
    for _, address, kind in audit.memory.variables():
        yield address, parts.of(kind)
    for kind, addresses in audit.of_kind.items():
        found = parts.of_struct(kind) if kind != "bytes" else ()
        for address in addresses if found else ():
            if not audit.memory.in_image(address):
                yield address, found


def _named(audit, base, path):
    """What a part of the variable or struct at `base` is called."""
    return f"{path} of {audit.called(base)}" if path else audit.called(base)


def _check_links(audit, base, address, path):
    memory = audit.memory
    following, before = memory.word(address), memory.word(address + 4)
    if not following and not before:
        return  # never used
    for link, back, side in ((following, 4, "next"), (before, 0, "prev")):
        try:
            found = memory.word(link + back)
        except Damage:
            found = None
        if found != address:
            text = f"list {_named(audit, base, path)} at {address:#x}: {side} is {link:#x}"
            audit.report("lists", f"{text}, which does not name it")
            break


def wait_queues(audit):
    """Whoever is on a queue is a thread, or the watch of an item of a set of files; watches are counted."""
    memory = audit.memory
    read = memory.record("waiter", "thread")
    waiters, watches = memory.field("waitq", "waiters")[0], memory.field("waitq", "watches")[0]
    watch = memory.field("epoll_item", "watch.waiter")[0]
    homes = Counter(memory.value_at("epoll_item", at, "watch.home") for at in audit.of_kind["epoll_item"])
    for queue, base, path in audit.queues:
        if not memory.word(queue + waiters):
            continue
        stated = memory.word(queue + watches)
        if stated != homes[queue]:
            text = f"queue {_named(audit, base, path)} counts {stated} watches"
            audit.report("wait-queues", f"{text}; {homes[queue]} items of sets have it")
        for at in audit.entries("wait-queues", queue + waiters, "waiter", "link"):
            thread = read(at).thread
            if not thread and at - watch in audit.claims and audit.claims[at - watch][0] == "epoll_item":
                continue
            if thread not in audit.threads:
                text = f"queue {_named(audit, base, path)}: a waiter at {at:#x}"
                audit.report("wait-queues", f"{text} is of {thread:#x}, which is no thread")
