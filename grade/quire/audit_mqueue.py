"""POSIX message queues: what they count, and the calls that wait for them (kern/ipc/mqueue.h)."""
from quire import audit_avl
from quire.audit_memory import PAGE_SIZE


def names(audit):
    """The directory of queues, before the walk through all files."""
    root = audit.memory.value("queue_directory")
    if root:
        audit.refer(root, audit.memory.variable("queue_directory")[0])
        audit.inodes[root] = "the directory of message queues"
        audit.unread.append(root)


def queues(audit):
    """Every queue: all of them are on the list, belong to their files, and count their messages."""
    memory = audit.memory
    read = memory.record("mq_queue", "inode count_max count bytes memory")
    tree, *heads = (memory.field("mq_queue", name)[0] for name in ("messages", "senders", "receivers"))
    listed = list(audit.entries("mqueue", memory.variable("queues")[0], "mq_queue", "link"))
    for at in listed:
        queue = read(at)
        name = audit.inodes.get(queue.inode, "a message queue without a file")
        if not audit.claim(at, "mq_queue", "message queue {}", name):
            continue
        if queue.inode not in audit.inodes or memory.value_at("inode", queue.inode, "private") != at:
            audit.report("mqueue", f"{audit.called(at)} is not that of its file")
        _check_messages(audit, at, queue, tree)
        waiting = [list(audit.entries("mqueue", at + head, "mq_waiter", "link")) for head in heads]
        if any(memory.value_at("mq_waiter", each, "done") for each in waiting[0] + waiting[1]):
            audit.report("mqueue", f"a call that has ended waits for {audit.called(at)}")
        if waiting[0] and queue.count < queue.count_max or waiting[1] and queue.count:
            audit.report("mqueue", f"a call waits for {audit.called(at)}, which has {queue.count} of {queue.count_max} messages")
    if memory.value("queue_count") != len(listed):
        audit.report("mqueue", f"{memory.value('queue_count')} message queues are counted; found {len(listed)}")


def _check_messages(audit, at, queue, tree):
    """The messages of a queue, by priority, and their pieces."""
    memory = audit.memory
    read = memory.record("mq_message", "priority size pages next=first.next first=first.size")
    piece_of = memory.record("mq_piece", "next size")
    found = size = pages = 0
    before = 1 << 32
    for each in audit_avl.entries(audit, "mqueue", at + tree, "mq_message", "node"):
        if not audit.claim(each, "mq_message", "a message in {}", audit.called(at)):
            continue
        message = read(each)
        text, piece, count = message.first, message.next, 1
        while piece and audit.claim(piece, "mq_piece", "a piece of a message in {}", audit.called(at)):
            part = piece_of(piece)
            text, piece, count = text + part.size, part.next, count + 1
        if (text, count) != (message.size, message.pages):
            audit.report("mqueue", f"a message in {audit.called(at)} has {text} of {message.size} bytes")
        if message.priority > before:
            audit.report("mqueue", f"a message in {audit.called(at)} comes after its place")
        before = message.priority
        found, size, pages = found + 1, size + message.size, pages + message.pages
    if (queue.count, queue.bytes, queue.memory) != (found, size, pages * PAGE_SIZE):
        audit.report("mqueue", f"{audit.called(at)} counts {queue.count} messages with {queue.bytes} bytes; found {found}, with {size}")
