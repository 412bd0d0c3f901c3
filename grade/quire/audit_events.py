"""What threads wait for by descriptors: sets of files, signalfds, pidfds, timerfds; and the claims on positions of
files (kern/fs/epoll_internal.h, kern/proc/signalfd.c, kern/proc/pidfd.c, kern/fs/claim.h).
"""
from quire import audit_avl

KINDS = "epoll", "signalfd", "pidfd", "timerfd"
EPOLL_FLAGS = 0xF0000000  # kern/fs/epoll_internal.h: bits that are no events


def events(audit):
    """Each file of these kinds, by its operations, and what it shares with others of its kind."""
    kinds = {audit.memory.variable(f"{kind}_ops")[0]: kind for kind in KINDS}
    found = {kind: {} for kind in kinds.values()}  # {address of the struct: its file}
    for at, file in audit.files.items():
        kind = kinds.get(file.ops)
        if kind and audit.claim(file.private, kind, "the {} of {}", kind, audit.called(at)):
            found[kind][file.private] = at
        if kind == "pidfd":
            audit.refer(file.private, at)
    _check_sets(audit, found["epoll"])
    _check_signalfds(audit, found["signalfd"])
    _check_pidfds(audit)
    _check_claims(audit)


def _check_sets(audit, sets):
    """Sets of files: each item is in its set, on the list of its file, and where a wakeup finds it."""
    memory = audit.memory
    read = memory.record("epoll_item", "epoll file events=event.events home=watch.home")
    read_set = memory.record("epoll", "files file")
    tree, ready, inner = (memory.field("epoll", name)[0] for name in ("items", "ready", "sets"))
    watched, nested = {}, 0  # {file: its items}
    for at, file in sets.items():
        name, epoll = audit.called(at), read_set(at)
        items = audit_avl.entries(audit, "epoll", at + tree, "epoll_item", "node")
        items = [read(each) for each in items if audit.claim(each, "epoll_item", "an item of {}", name)]
        listed = set(audit.entries("epoll", at + ready, "epoll_item", "ready_link"))
        of_sets = {item.at for item in items if _is_set(audit, item.file)}
        nested += len(of_sets)
        for item in items:
            watched.setdefault(item.file, set()).add(item.at)
            for fault in _item_faults(audit, item, at, item.at in listed):
                audit.report("epoll", f"an item of {name}, for {audit.called(item.file)}, {fault}")
        if listed - {item.at for item in items}:
            audit.report("epoll", f"{name} has an item on its ready list that is not in its tree")
        if set(audit.entries("epoll", at + inner, "epoll_item", "set_link")) != of_sets:
            audit.report("epoll", f"{name} lists other sets in it than its tree has")
        if epoll.file != file or epoll.files != len(items) - len(of_sets):
            text = f"{name} is of the file at {epoll.file:#x}, with {epoll.files} files"
            audit.report("epoll", f"{text}; found {file:#x} and {len(items) - len(of_sets)}")
    _check_watched(audit, watched)
    for name, count in (("item_count", sum(map(len, watched.values()))), ("set_item_count", nested)):
        if memory.value(name) != count:
            audit.report("epoll", f"{name} is {memory.value(name)}; {count} were found")


def _is_set(audit, file):
    return file in audit.files and audit.files[file].ops == audit.memory.variable("epoll_ops")[0]


def _item_faults(audit, item, epoll, ready):
    if item.epoll != epoll:
        yield f"names the set at {item.epoll:#x}"
    if item.file not in audit.files:
        yield f"watches the file at {item.file:#x}, which nobody has open"
    if not item.home:
        yield "has no wait queue"
    link = item.at + audit.memory.field("epoll_item", "watch.waiter.link")[0]
    if item.events & ~EPOLL_FLAGS and not ready and audit.memory.word(link) == link:
        yield "is neither ready nor on a wait queue: a wakeup is lost"


def _check_watched(audit, watched):
    """Each file lists the items that watch it."""
    head = audit.memory.field("file", "watchers")[0]
    for at in audit.files:
        listed = set(audit.entries("epoll", at + head, "epoll_item", "file_link"))
        if listed != watched.get(at, set()):
            text = f"{audit.called(at)} lists {len(listed)} items of sets"
            audit.report("epoll", f"{text}, which are not the {len(watched.get(at, ()))} that watch it")


def _check_signalfds(audit, files):
    """A signalfd is on the list of one process at most; all are counted."""
    memory = audit.memory
    head, link = memory.field("process", "signals.fds")[0], memory.field("signalfd", "link")[0]
    listed = set()
    for process in audit.processes:
        for at in audit.entries("signalfds", process + head, "signalfd", "link"):
            listed.add(at)
            if at not in files:
                text = f"{audit.called(process)} has a signalfd at {at:#x}"
                audit.report("signalfds", f"{text}, which no open file has")
    for at in files:
        if at not in listed and memory.word(at + link) != at + link:
            audit.report("signalfds", f"{audit.called(at)} is on the list of no process that there is")
    count = memory.variable("file_count", "signalfd.c")
    if memory.number(*count) != len(files):
        audit.report("signalfds", f"{memory.number(*count)} are counted; {len(files)} were found")


def _check_pidfds(audit):
    """A pidfd and the process that it means name each other."""
    memory = audit.memory
    for at in audit.of_kind["pidfd"]:
        process = memory.value_at("pidfd", at, "process")
        if process and process not in audit.processes:
            audit.report("pidfds", f"{audit.called(at)} means a process at {process:#x}, which is not on the list")
        elif process and memory.value_at("process", process, "pidfd") != at:
            audit.report("pidfds", f"{audit.called(at)} means {audit.called(process)}, which does not know it")
    for process in audit.processes:
        at = memory.value_at("process", process, "pidfd")
        if at and at not in audit.of_kind["pidfd"]:
            text = f"{audit.called(process)} has a pidfd at {at:#x}, which no open file has"
            audit.report("pidfds", text)
        elif at and memory.value_at("pidfd", at, "process") != process:
            audit.report("pidfds", f"{audit.called(process)} has {audit.called(at)}, which means another")


def _check_claims(audit):
    """A claim that is taken belongs to a thread in the middle of a call on the file: its stack names the file."""
    memory = audit.memory
    held = {audit.heap.block(word) for stack in audit.stacks for word in audit.heap.inside(stack)}
    used = {audit.files[at].inode for at in held if at in audit.files}
    position, end = memory.field("file", "claim")[0], memory.field("inode", "append")[0]
    wanted = [_claim(audit, at + position, f"the position of {audit.called(at)}", at in held) for at in audit.files]
    for at in {file.inode for file in audit.files.values()}:
        wanted.append(_claim(audit, at + end, f"the end of {audit.called(at)}", at in used))
    queue = memory.variable("waiters", "claim.c")[0] + memory.field("waitq", "waiters")[0]
    if memory.word(queue) != queue and not any(wanted):
        audit.report("claims", "threads wait for a claim, but none is wanted")


def _claim(audit, at, name, used):
    """Check a claim; returns whether it is wanted."""
    taken, wanted = (audit.memory.value_at("claim", at, field) for field in ("taken", "wanted"))
    if taken and not used:
        audit.report("claims", f"the claim on {name} is taken, but no thread uses the file")
    if wanted and not taken:
        audit.report("claims", f"the claim on {name} is wanted, but free")
    return wanted
