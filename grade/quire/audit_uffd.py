"""Contexts of userfaultfd: who refers to them, and the faults and changes that wait there (kern/vm/uffd.h)."""
from quire.audit_threads import KSTACK_SIZE


def contexts(audit):
    """Every context on the list of all: its references, its space, its queues."""
    memory = audit.memory
    read = memory.record("uffd", "closed changing space=as next link")
    operations = memory.variable("uffd_file_ops")[0]
    found = {}
    for at in audit.entries("userfaultfd", memory.variable("all", "uffd.c")[0], "uffd", "all_link"):
        if audit.claim(at, "uffd", "the userfaultfd context at {:#x}", at):
            found[at] = read(at)
    for at, file in audit.files.items():
        if file.ops != operations:
            continue
        audit.refer(file.private, at)
        if file.private not in found:
            audit.report("userfaultfd", f"{audit.called(at)} has a context that is not on the list of all")
        elif found[file.private].closed:
            audit.report("userfaultfd", f"{audit.called(at)} is open, and its context closed")
    for at, areas in audit.registered.items():
        if at not in found or any(area.space != found[at].space for area in areas):
            name = audit.called(areas[0].at)
            audit.report("userfaultfd", f"{name} is registered with {at:#x}, which is no context of its space")
    _check_spaces(audit, found)
    events = {at: _check_queues(audit, at) for at in found}
    for at, uffd in found.items():
        # A call sends several messages one after the other.
        if uffd.changing < events[at] or uffd.changing > events[at] and not any(events.values()):
            text = f"{audit.called(at)} counts {uffd.changing} changes of mappings"
            audit.report("userfaultfd", f"{text}; {events[at]} wait for a reader")


def _check_spaces(audit, found):
    """A space and its contexts name each other."""
    memory = audit.memory
    head, link = memory.field("aspace", "uffds")[0], memory.field("uffd", "next")[0]
    reached = set()
    for space in audit.of_kind["aspace"]:
        word = space + head
        while (at := memory.word(word)) in found and at not in reached:
            reached.add(at)
            if found[at].space != space or found[at].link != word:
                audit.report("userfaultfd", f"{audit.called(space)} has {audit.called(at)}, which does not know that")
            word = at + link
        if at:
            text = f"{audit.called(space)} has a context at {at:#x}"
            audit.report("userfaultfd", f"{text}, which is not on the list of all")
    for at, uffd in found.items():
        if uffd.space in audit.of_kind["aspace"] and at not in reached:
            audit.report("userfaultfd", f"{audit.called(at)} is missing among those of {audit.called(uffd.space)}")


def _check_queues(audit, uffd):
    """Whoever sleeps in a fault, or waits for the reader of a message. Returns how many messages of changes wait."""
    memory = audit.memory
    read = memory.record("uffd_fault", "awake thread")
    for queue in ("faults", "sleepers"):
        head = uffd + memory.field("uffd", queue)[0]
        for at in audit.entries("userfaultfd", head, "uffd_fault", "link"):
            fault = read(at)
            audit.refer(uffd, fault.thread)
            for wrong in _fault_faults(audit, at, fault):
                audit.report("userfaultfd", f"the fault at {at:#x} of {audit.called(uffd)} {wrong}")
    read = memory.record("uffd_event", "uffd child read")
    head, count = uffd + memory.field("uffd", "events")[0], 0
    for at in audit.entries("userfaultfd", head, "uffd_event", "link"):
        count += 1
        if not audit.claim(at, "uffd_event", "a change of mappings that waits for {}", audit.called(uffd)):
            continue
        event = read(at)
        audit.refer(event.uffd, at)
        if event.child:
            audit.refer(event.child, at)
        if event.uffd != uffd or event.read or len(_waiters(audit, at, "uffd_event")) != 1:
            text = "is another context's, or has been read, or nobody waits for it"
            audit.report("userfaultfd", f"{audit.called(at)} {text}")
    return count


def _waiters(audit, at, kind):
    """The threads that sleep on the queue `wait` of a struct."""
    head = at + audit.memory.field(kind, "wait.waiters")[0]
    entries = audit.entries("userfaultfd", head, "waiter", "link")
    return [audit.memory.value_at("waiter", each, "thread") for each in entries]


def _fault_faults(audit, at, fault):
    if fault.thread not in audit.threads:
        yield f"is of {fault.thread:#x}, which is no thread"
        return
    thread, name = audit.threads[fault.thread], audit.called(fault.thread)
    if not thread.kstack <= at < thread.kstack + KSTACK_SIZE:
        yield f"is not on the stack of {name}"
    if fault.awake:
        yield f"is awake, and still on a list: {name}"
    if _waiters(audit, at, "uffd_fault") != [fault.thread]:
        yield f"is not what {name} waits for"
