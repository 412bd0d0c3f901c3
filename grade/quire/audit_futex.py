"""Futexes: who waits on a word of memory stands in the chain of its place, and on its own queue."""
from quire.audit_threads import KSTACK_SIZE

WAITERS_MAX = 129  # FUTEX_WORDS_MAX, and the head of struct many
GOLDEN = 0x9E3779B1  # kern/proc/futex.c: chain_of


def futexes(audit):
    """Each waiter is a sleeping thread's, on its stack, in the chain of the place it waits on."""
    memory = audit.memory
    read = memory.record("futex_waiter", "space=key.as object=key.id.object offset=key.id.offset wait pi")
    read_thread = memory.record("waiter", "thread")
    queue = memory.field("waitq", "waiters")[0]
    head, kind = memory.variable("chains", "futex.c")
    for chain in range(kind[2]):
        for at in audit.entries("futexes", head + 8 * chain, "futex_waiter", "link"):
            waiter = read(at)
            found = audit.entries("futexes", waiter.wait + queue, "waiter", "link")
            threads = [read_thread(entry).thread for entry in found]
            fault = _fault(audit, at, waiter, threads, chain, kind[2])
            if fault:
                audit.report("futexes", f"the waiter at {at:#x} {fault}")
    _check_locks(audit)


def _fault(audit, at, waiter, threads, chain, chains):
    if len(threads) != 1 or threads[0] not in audit.threads:
        return f"stands for {len(threads)} threads, not for one that there is"
    thread, name = audit.threads[threads[0]], audit.called(threads[0])
    on_stack = thread.kstack <= at < thread.kstack + KSTACK_SIZE
    if not on_stack and not 0 < at - waiter.wait < WAITERS_MAX * audit.memory.size_of("futex_waiter"):
        return f"is not on the stack of {name}, nor after its queue (futex_waitv)"
    if bool(waiter.space) == bool(waiter.object):
        return "waits on memory of a space and of an object, or of none"
    if waiter.space and waiter.space != thread.aspace:
        return f"waits in the space at {waiter.space:#x}, {name} runs in {thread.aspace:#x}"
    place = (waiter.space or waiter.object) ^ (waiter.offset >> 2 & 0xFFFFFFFF)
    if waiter.pi:
        wrong = _fault_of_lock(audit, at, threads[0])
        if wrong:
            return wrong
    right = (place * GOLDEN & 0xFFFFFFFF) * chains >> 32
    return f"is in chain {chain}; its place belongs to {right}" if chain != right else None


def _fault_of_lock(audit, at, thread):
    """A waiter for a lock with priority inheritance is among those of the lock, and its thread knows it."""
    memory = audit.memory
    waiter = memory.record("pi_waiter", "thread lock owns")(at)
    waiting = memory.value_at("thread", thread, "pi_waiting")
    if waiter.thread != thread:
        return f"belongs to the thread at {waiter.thread:#x}, and another sleeps there"
    if waiter.owns:
        return "has got its lock, and waits on"
    if not waiter.lock:
        return "waits to be moved to a lock, and its thread for one" if waiting else None
    if waiting != at:
        return f"waits for a lock; its thread has {waiting:#x} for that"
    if not audit.claim(waiter.lock, "pi_lock", "the lock at {:#x}", waiter.lock) and waiter.lock not in audit.claims:
        return f"waits for a lock at {waiter.lock:#x}, where none is"
    if at not in _waiters(audit, waiter.lock):
        return f"is not among the waiters of its lock at {waiter.lock:#x}"
    return None


def _waiters(audit, lock):
    head = lock + audit.memory.field("pi_lock", "waiters")[0]
    return list(audit.entries("futexes", head, "pi_waiter", "lock_link"))


def _check_locks(audit):
    """A lock has waiters, and is among the locks of its owner; each that a thread owns is known by its waiters."""
    memory = audit.memory
    head, owned = memory.field("thread", "pi_locks")[0], {}
    for thread in audit.threads:
        for lock in audit.entries("futexes", thread + head, "pi_lock", "owned"):
            owned[lock] = thread
            if lock not in audit.of_kind["pi_lock"]:
                audit.report("futexes", f"{audit.called(thread)} owns a lock at {lock:#x}, for which nobody waits")
    for lock in audit.of_kind["pi_lock"]:
        owner = memory.value_at("pi_lock", lock, "owner")
        if owner != owned.get(lock, 0):
            text = f"{audit.called(lock)} has the owner at {owner:#x}"
            audit.report("futexes", f"{text}; it is among the locks of {owned.get(lock, 0):#x}")
        waiters = [memory.value_at("pi_waiter", at, "lock") for at in _waiters(audit, lock)]
        if set(waiters) != {lock}:
            audit.report("futexes", f"{audit.called(lock)} has waiters that wait for others: {len(waiters)}")
