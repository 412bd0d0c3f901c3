"""Threads, their stacks and the run queue; processes and who descends from whom."""
from collections import Counter

from quire.audit_memory import PAGE_SIZE
from quire.text import decoded

KSTACKS_BASE = 0xF8000000  # kern/layout.h
KSTACK_SIZE = 8192  # kern/thread/thread.h
SLOT_SIZE = PAGE_SIZE + KSTACK_SIZE  # kern/thread/kstack.c: a guard page below each stack
PID_INIT = 1
UNBLOCKABLE = 1 << 9 - 1 | 1 << 19 - 1  # SIGKILL, SIGSTOP
SIGRTMIN = 32  # inc/abi/signal.h: signals from here on queue
WORK_SIGNAL = 2  # kern/thread/thread.h


def threads(audit):
    """Every thread is on the list of all; it runs, waits to run, or sleeps."""
    memory = audit.memory
    read = memory.record("thread", "kesp aspace process kstack state tid fpu sigmask name")
    for at in audit.entries("threads", memory.variable("all_threads")[0], "thread", "all_link"):
        if not audit.claim(at, "thread", "the thread at {:#x}", at):
            continue
        thread = audit.threads[at] = read(at)
        name = decoded(thread.name.partition(b"\0")[0])
        who = f"{thread.tid} ({name})" if thread.tid else f"({name})"
        audit.claims[at] = "thread", "thread {}", (who,)
        if thread.sigmask & UNBLOCKABLE:
            audit.report("threads", f"thread {who} blocks SIGKILL or SIGSTOP: {thread.sigmask:#x}")
        if thread.fpu:
            audit.claim(thread.fpu, "fpu_state", "the FPU state of thread {}", who)
        if thread.aspace:
            audit.refer(thread.aspace, at)
            audit.spaces.setdefault(thread.aspace, f"pid {who}")
    audit.current = _current(memory)
    _check_run_queue(audit)


def _current(memory):
    address, _ = memory.variable("cpus")
    return memory.word(address + memory.field("cpu", "current")[0])


def _check_run_queue(audit):
    memory = audit.memory
    address, _ = memory.variable("cpus")
    idle = memory.word(address + memory.field("cpu", "idle")[0])
    runnable, sleeping = memory.constant("THREAD_RUNNABLE"), memory.constant("THREAD_SLEEPING")
    head = memory.variable("run_queue")[0]
    queued = set(audit.entries("run-queue", head, "thread", "run_link"))
    for at in queued:
        if at not in audit.threads:
            audit.report("run-queue", f"{at:#x} is on the run queue, but is no thread")
    for at, thread in audit.threads.items():
        name = audit.called(at)
        runs = at in (audit.current, idle)
        if thread.state not in (runnable, sleeping):
            audit.report("threads", f"{name} is in state {thread.state}, on the list of all threads")
        elif at in queued and (runs or thread.state == sleeping):
            why = "runs already" if runs else "sleeps"
            audit.report("run-queue", f"{name} is on the run queue, but it {why}")
        elif at not in queued and thread.state == runnable and not runs:
            audit.report("run-queue", f"{name} is runnable, but not on the run queue")
    if audit.current not in audit.threads:
        audit.report("threads", f"the current thread, at {audit.current:#x}, is not on the list of all")


def stacks(audit):
    """Every stack is a thread's or pooled; what lies between stacks is not mapped."""
    memory = audit.memory
    owners = {}  # of each slot
    for at, thread in audit.threads.items():
        name = audit.called(at)
        if not memory.in_image(thread.kstack):
            _own(audit, owners, thread.kstack, name)
            _read_stack(audit, at, thread, name)
    for i in range(memory.value("pool_count")):
        _own(audit, owners, memory.word(memory.variable("pool", "kstack.c")[0] + 4 * i), "the pool")
    _check_slots(audit, owners)
    _check_mapped(audit, owners)


def _check_slots(audit, owners):
    """The slots that are taken are those that have a stack."""
    memory = audit.memory
    address, kind = memory.variable("slots_taken")
    taken = {
        32 * i + bit
        for i, word in enumerate(memory.word_list(address, kind[2]))
        for bit in range(32)
        if word >> bit & 1
    }
    for slot in sorted(taken ^ set(owners)):
        if slot in taken:
            text = f"slot {slot} is taken, but has no stack"
        else:
            text = f"slot {slot}, with the stack of {owners[slot]}, is not taken"
        audit.report("stacks", text)
    first = memory.value("slots_from")
    if not taken.issuperset(range(first)):
        audit.report("stacks", f"not all slots below {first} are taken")


def _own(audit, owners, kstack, name):
    slot, offset = divmod(kstack - KSTACKS_BASE, SLOT_SIZE)
    if offset != PAGE_SIZE or kstack < KSTACKS_BASE:
        audit.report("stacks", f"{kstack:#x} of {name} is no place for a stack")
    elif slot in owners:
        audit.report("stacks", f"the stack at {kstack:#x} belongs to {owners[slot]} and to {name}")
    else:
        owners[slot] = name


def _read_stack(audit, at, thread, name):
    """Remember what the stack holds, unless the thread is one that holds nothing."""
    top = thread.kstack + KSTACK_SIZE
    start = thread.kesp
    if at == audit.current:
        if not thread.aspace:
            return
        start = thread.kstack
    elif not thread.kstack <= start <= top or start % 4:
        audit.report("stacks", f"{name} sleeps with its stack pointer at {start:#x}")
        return
    if all(page in audit.stack_pages for page in range(thread.kstack, top, PAGE_SIZE)):
        content = audit.memory.read(start, top - start)
        audit.stacks.append(memoryview(content).cast("I").tolist())


def _check_mapped(audit, owners):
    mapped = set(audit.stack_pages)
    for slot, name in owners.items():
        for page in range(PAGE_SIZE, SLOT_SIZE, PAGE_SIZE):
            address = KSTACKS_BASE + slot * SLOT_SIZE + page
            if address not in mapped:
                audit.report("stacks", f"{address:#x} in the stack of {name} is not mapped")
            mapped.discard(address)
    for address in sorted(mapped):
        slot, offset = divmod(address - KSTACKS_BASE, SLOT_SIZE)
        name = audit.pages.name(audit.stack_pages[address])
        if offset < PAGE_SIZE:
            owner = owners.get(slot, "nobody")
            text = f"the guard page below the stack of {owner}, {address:#x}, maps {name}"
        else:
            text = f"{address:#x} maps {name}, but no thread has a stack there"
        audit.report("stacks", text)


def processes(audit):
    """The list, the table by pid and the tree of processes have the same members."""
    memory = audit.memory
    read = memory.record(
        "process",
        "pid parent zombie aspace files fs table=signals.table hash_next",
    )
    names = {thread.process: audit.claims[at][2][0] for at, thread in audit.threads.items()}
    head = memory.variable("all_processes")[0]
    for at in audit.entries("processes", head, "process", "all_link"):
        if audit.claim(at, "process", "the process at {:#x}", at):
            process = audit.processes[at] = read(at)
            name = names.get(at) or f"{process.pid} ({'ended' if process.zombie else '?'})"
            audit.claims[at] = "process", "pid {}", (name,)
    _check_table(audit)
    _check_family(audit)
    members = {at: [] for at in audit.processes}
    for at, thread in audit.threads.items():
        members.setdefault(thread.process, []).append(at)
    for at, process in audit.processes.items():
        _check_threads(audit, process, members[at])
        _check_actions(audit, process)
    _check_signals(audit)
    for at, thread in audit.threads.items():
        if thread.process and thread.process not in audit.processes:
            text = f"{audit.called(at)} belongs to a process at {thread.process:#x}"
            audit.report("processes", f"{text}, which is not on the list")


def _check_table(audit):
    memory = audit.memory
    address, kind = memory.variable("buckets", "process.c")
    hashed = set()
    for i, at in enumerate(memory.word_list(address, kind[2])):
        while at:
            if at not in audit.processes or at in hashed:
                audit.report("processes", f"the chain {i} of the table by pid leads to {at:#x}")
                break
            hashed.add(at)
            process = audit.processes[at]
            if process.pid % kind[2] != i:
                audit.report("processes", f"{audit.called(at)} is in chain {i} of the table by pid")
            at = process.hash_next
    for at in audit.processes:
        if at not in hashed:
            audit.report("processes", f"{audit.called(at)} is not in the table by pid")
    for pid, count in Counter(process.pid for process in audit.processes.values()).items():
        if pid <= 0 or count > 1:
            audit.report("processes", f"{count} processes have the pid {pid}")


def _check_family(audit):
    memory = audit.memory
    children = memory.field("process", "children")[0]
    born = {}
    for at in audit.processes:
        for child in audit.entries("processes", at + children, "process", "sibling"):
            if child not in audit.processes:
                text = f"{audit.called(at)} has a child at {child:#x}, which is not on the list"
                audit.report("processes", text)
                continue
            born[child] = at
            if audit.processes[child].parent != at:
                parent = audit.called(audit.processes[child].parent)
                text = f"{audit.called(child)} is a child of {audit.called(at)}"
                audit.report("processes", f"{text}, but names {parent} as its parent")
    for at, process in audit.processes.items():
        if at not in born and (process.pid != PID_INIT or process.parent):
            audit.report("processes", f"{audit.called(at)} is nobody's child")
        if born.get(at) and audit.processes[born[at]].zombie:
            text = f"{audit.called(at)} is the child of {audit.called(born[at])}"
            audit.report("processes", f"{text}, which has ended")


def _check_threads(audit, process, members):
    """A process has threads, which know it; what has ended has given everything back.

    `members` are the threads that name it as theirs.
    """
    name = audit.called(process.at)
    if process.zombie:
        for what in ("aspace", "files", "fs"):
            if getattr(process, what):
                text = f"{name} has ended and still has {what} {getattr(process, what):#x}"
                audit.report("processes", text)
        return
    head = process.at + audit.memory.field("process", "threads")[0]
    own = list(audit.entries("processes", head, "thread", "process_link"))
    for at in own:
        thread = audit.threads.get(at)
        if not thread or thread.process != process.at:
            other = "is not on the list of all threads" if not thread else "does not know it"
            audit.report("processes", f"{name} has a thread at {at:#x}, which {other}")
        elif thread.aspace != process.aspace:
            text = f"{audit.called(at)} runs in the space at {thread.aspace:#x}"
            audit.report("processes", f"{text}, its process has {process.aspace:#x}")
    if not own:
        audit.report("processes", f"{name} has no thread")
    for at in members:
        if at not in own:
            audit.report("processes", f"{audit.called(at)} is missing on the list of {name}")


def _check_actions(audit, process):
    if process.table:
        name = audit.called(process.at)
        audit.claim(process.table, "action_table", "the signal actions of {}", name)
        audit.refer(process.table, process.at)


def _check_signals(audit):
    """Pending signals: a description has its bit in the set, and all are counted.

    No thread sleeps on although a signal that it does not block waits for it.
    """
    memory = audit.memory
    thread_queue = memory.field("thread", "signals")[0]
    process_queue = memory.field("process", "signals.queue")[0]
    found = 0
    for at in audit.processes:
        found += _check_queue(audit, at + process_queue, audit.called(at))
    read = memory.record("thread", "process work state sigmask own=signals.set")
    shared = memory.record("process", "zombie pending=signals.queue.set job=signals.job")
    stopped, runnable = memory.constant("JOB_STOPPED"), memory.constant("THREAD_RUNNABLE")
    for at in audit.threads:
        found += _check_queue(audit, at + thread_queue, audit.called(at))
        thread = read(at)
        process = audit.processes.get(thread.process) and shared(thread.process)
        if not process or process.zombie:
            continue
        if process.job == stopped and thread.state == runnable:
            text = f"{audit.called(thread.process)} is stopped"
            audit.report("processes", f"{text}, and {audit.called(at)} runs on")
        ready = (thread.own | process.pending) & ~thread.sigmask
        if ready and not thread.work & WORK_SIGNAL:
            text = f"{audit.called(at)} does not look at its pending signals"
            audit.report("processes", f"{text}: {ready:#x}")
    total = memory.number(*memory.variable("pending_total"))
    if total != found:
        text = f"{total} descriptions of pending signals are counted"
        audit.report("processes", f"{text}; found {found}")


def _check_queue(audit, queue, name):
    """The number of descriptions in a struct signal_queue."""
    memory = audit.memory
    offset, kind = memory.field("signal_queue", "set")
    pending = memory.number(queue + offset, kind)
    signo, kind = memory.field("pending_info", "signo")
    count, seen = 0, set()
    head = queue + memory.field("signal_queue", "infos")[0]
    for at in audit.entries("processes", head, "pending_info", "link"):
        audit.claim(at, "pending_info", "a pending signal of {}", name)
        count += 1
        number = memory.number(at + signo, kind)
        if not 0 < number <= 64 or not pending >> number - 1 & 1:
            text = f"{name} is told of signal {number}, which is not pending"
            audit.report("processes", f"{text}: {pending:#x}")
        if number < SIGRTMIN and number in seen:
            audit.report("processes", f"{name} is told twice of signal {number}")
        seen.add(number)
    return count
