"""Threads, their stacks and the run queue."""
from quire.audit_memory import PAGE_SIZE
from quire.text import decoded

KSTACKS_BASE = 0xF8000000  # kern/layout.h
KSTACK_SIZE = 8192  # kern/thread/thread.h
SLOT_SIZE = PAGE_SIZE + KSTACK_SIZE  # kern/thread/kstack.c: a guard page below each stack
UNBLOCKABLE = 1 << 9 - 1 | 1 << 19 - 1  # SIGKILL, SIGSTOP


def threads(audit):
    """Every thread is on the list of all; it runs, waits to run, or sleeps."""
    memory = audit.memory
    read = memory.record("thread", "kesp aspace process files fs_context credentials kstack state tid fpu sigmask name")
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
        if thread.credentials:
            audit.refer(thread.credentials, at)
            audit.claim(thread.credentials, "credentials", "the credentials of thread {}", who)
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
