"""Timers: the tree of those that are armed, and the timers of processes and of files (kern/thread/timer.h)."""
from quire import audit_avl
from quire.audit_memory import PAGE_SIZE


def process_timers(audit, process, queued):
    """The timers that a process has made. `queued`: the reserved descriptions that are on its queues. Returns how
    many descriptions the timers own."""
    memory = audit.memory
    at = memory.value_at("process", process, "posix_timers")
    name = audit.called(process)
    if not at or not audit.claim(at, "posix_timers", "the timers of {}", name):
        return 0
    read = memory.record("posix_timer", "process id clock deadline waiting pending silent=event.silent")
    head = at + memory.field("posix_timers", "list")[0]
    found = []
    for each in audit.entries("timers", head, "posix_timer", "link"):
        if audit.claim(each, "posix_timer", "timer {1} of {0}", name, memory.value_at("posix_timer", each, "id")):
            found.append(read(each))
    if len({timer.id for timer in found}) < len(found):
        audit.report("timers", f"two timers of {name} have one number")
    on_cpu = sum(timer.clock < 0 for timer in found)
    stated = memory.value_at("posix_timers", at, "on_cpu")
    if stated != on_cpu:
        audit.report("timers", f"{name} says that {stated} timers run by processor time; {on_cpu} do")
    for timer in found:
        for fault in _timer_faults(audit, timer, process, queued):
            audit.report("timers", f"{audit.called(timer.at)} {fault}")
    return len(found)


def _timer_faults(audit, timer, process, queued):
    memory = audit.memory
    if timer.process != process:
        yield f"names the process at {timer.process:#x} as its own"
    audit.claim(timer.pending, "pending_info", "the signal of {}", audit.called(timer.at))
    if not memory.value_at("pending_info", timer.pending, "reserved"):
        yield "owns a description that a signal may free"
    if timer.pending in queued and not timer.waiting:
        yield "has its signal pending, and does not wait for it"
    real = timer.clock >= 0 and not timer.silent
    armed = audit_avl.is_linked(memory, "posix_timer", timer.at, "timer.node")
    if armed != bool(real and timer.deadline and not timer.waiting):
        yield f"is {'' if armed else 'not '}armed; its deadline is {timer.deadline}"


def timers(audit):
    """Armed timers are in the order of their deadlines, and belong to somebody; who needs one has armed it."""
    memory = audit.memory
    deadline, kind = memory.field("timer", "deadline")
    last, armed = 0, set()
    for at in audit_avl.entries(audit, "timers", memory.variable("timers")[0], "timer", "node"):
        armed.add(at)
        due = memory.number(at + deadline, kind)
        if due < last:
            audit.report("timers", f"the timer at {at:#x} is due at {due}, the one before it at {last}")
        last = due
    _check_owners(audit, armed)
    _check_interval_timers(audit, armed)
    _check_files(audit, armed)


def _check_owners(audit, armed):
    """An armed timer is a part of a struct that has one, or lies on a stack: of a sleep with a deadline."""
    memory = audit.memory
    known = set()
    for kind, path in (("posix_timer", "timer"), ("process", "itimers.alarm"), ("timerfd", "timer")):
        within = memory.field(kind, path)[0]
        known |= {at + within for at in audit.of_kind[kind]}
    for at in sorted(armed - known):
        if not memory.in_image(at) and at & -PAGE_SIZE not in audit.stack_pages:
            audit.report("timers", f"the timer at {at:#x} is armed, but is nobody's and on no stack")
    within = memory.field("posix_timer", "timer")[0]
    for at in audit.of_kind["posix_timer"]:
        linked = audit_avl.is_linked(memory, "posix_timer", at, "timer.node")
        if linked != (at + within in armed):
            audit.report("timers", f"{audit.called(at)} is {'not ' if linked else ''}in the tree of armed timers")


def _check_interval_timers(audit, armed):
    """A process whose ITIMER_REAL is set has it armed."""
    memory = audit.memory
    within = memory.field("process", "itimers.alarm")[0]
    for at in audit.processes:
        value = memory.value_at("process", at, "itimers.real.value")
        if bool(value) != (at + within in armed):
            state = "is set to" if value else "is not set, but armed"
            audit.report("timers", f"ITIMER_REAL of {audit.called(at)} {state} {value or ''}".rstrip())


def _check_files(audit, armed):
    """A timerfd that has a deadline, and nothing to report before it, is armed."""
    memory = audit.memory
    read = memory.record("timerfd", "deadline expired")
    within = memory.field("timerfd", "timer")[0]
    for at in audit.of_kind["timerfd"]:
        timer = read(at)
        if timer.deadline and not timer.expired and at + within not in armed:
            audit.report("timers", f"{audit.called(at)} expires at {timer.deadline}, and is not armed")
