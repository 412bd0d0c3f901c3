"""The audit of threads, processes and locks: each test breaks one rule in a machine's memory."""
import pytest

from scene import KERNBASE, PAGE, P, W, insert, link, unlink

pytestmark = pytest.mark.xdist_group("audit")

ZOMBIE = 6


def test_state(scene):
    scene.set("thread", scene.thread(3), "state", scene.memory.constant("THREAD_DEAD"))
    scene.expect("threads", r"thread 3 \(audit_scene\) is in state 2, on the list of all threads")


def test_runnable_but_not_queued(scene):
    scene.set("thread", scene.thread(3), "state", scene.memory.constant("THREAD_RUNNABLE"))
    scene.expect("run-queue", r"thread 3 .* is runnable, but not on the run queue")


def test_queued_but_asleep(scene):
    insert(scene, scene.variable("run_queue"), link(scene, "thread", "run_link", scene.thread(3)))
    scene.expect("run-queue", r"thread 3 .* is on the run queue, but it sleeps")


def test_current_thread_queued(scene):
    insert(scene, scene.variable("run_queue"), link(scene, "thread", "run_link", scene.thread(1)))
    scene.expect("run-queue", r"thread 1 .* is on the run queue, but it runs already")


def test_run_queue_leads_out(scene):
    insert(scene, scene.variable("run_queue"), link(scene, "thread", "run_link", scene.space(3)))
    scene.expect("run-queue", r"0x[0-9a-f]+ is on the run queue, but is no thread")


def test_current_is_no_thread(scene):
    scene.set("cpu", scene.variable("cpus"), "current", scene.process(3))
    scene.expect("threads", r"the current thread, at 0x[0-9a-f]+, is not on the list of all")


def test_list_of_threads_broken(scene):
    scene.add("thread", scene.thread(4), "all_link.prev", 4)
    scene.expect("threads", r"the list at all_threads: the link at 0x[0-9a-f]+ names")


def test_thread_missing_on_the_list(scene):
    unlink(scene, link(scene, "thread", "all_link", scene.thread(4)))
    scene.expect("processes", r"pid 4 .* has a thread at 0x[0-9a-f]+, which is not on the list of all")


def test_kill_blocked(scene):
    scene.set("thread", scene.thread(3), "sigmask", 1 << 8)
    scene.expect("threads", r"thread 3 .* blocks SIGKILL or SIGSTOP: 0x100")


# Stacks.


def test_stack_pointer_outside(scene):
    scene.set("thread", scene.thread(3), "kesp", 0xF8000000)
    scene.expect("stacks", r"thread 3 .* sleeps with its stack pointer at 0xf8000000")


def test_stack_of_two(scene):
    scene.set("thread", scene.thread(3), "kstack", scene.get("thread", scene.thread(4), "kstack"))
    scene.expect("stacks", r"the stack at 0x[0-9a-f]+ belongs to thread \d .* and to thread \d")


def test_no_place_for_a_stack(scene):
    scene.add("thread", scene.thread(3), "kstack", -PAGE)
    scene.expect("stacks", r"0x[0-9a-f]+ of thread 3 .* is no place for a stack")


def kernel_entry(scene, va):
    """The address of the kernel's page-table entry for `va`."""
    table = scene.memory.word(scene.memory.value("kernel_pgdir") + (va >> 22) * 4)
    return (table & ~0xFFF) + KERNBASE + (va >> 12 & 0x3FF) * 4


def test_stack_not_mapped(scene):
    kstack = scene.get("thread", scene.thread(3), "kstack")
    scene.poke(kernel_entry(scene, kstack), 0)
    scene.expect("stacks", rf"{kstack:#x} in the stack of thread 3 .* is not mapped")


def test_guard_page_mapped(scene):
    kstack = scene.get("thread", scene.thread(3), "kstack")
    number = scene.take_free_page()
    scene.set_page(number, "kind", scene.pages.STACK)
    scene.poke(kernel_entry(scene, kstack - PAGE), number << 12 | P | W | 0x100)
    scene.expect("stacks", r"the guard page below the stack of thread 3 .*, 0x[0-9a-f]+, maps page")


def test_stack_of_nobody(scene):
    number = scene.take_free_page()
    scene.set_page(number, "kind", scene.pages.STACK)
    scene.poke(kernel_entry(scene, 0xF8100000), number << 12 | P | W | 0x100)
    scene.expect("stacks", rf"0xf8100000 maps page {number:#x} \(stack\), but no thread has")


def test_slot_lost(scene):
    scene.poke(scene.variable("slots_taken") + 4, 1 << 8)  # slot 40
    scene.expect("stacks", r"slot 40 is taken, but has no stack")


def test_slot_not_taken(scene):
    scene.poke(scene.variable("slots_taken"), 0)
    scene.expect("stacks", r"slot \d+, with the stack of thread 3 .*, is not taken")


def test_slots_left_out(scene):
    scene.set_variable("slots_from", 100)
    scene.expect("stacks", "not all slots below 100 are taken")


# Processes.


def test_list_of_processes_broken(scene):
    scene.add("process", scene.process(4), "all_link.prev", 4)
    scene.expect("processes", "the list at all_processes: the link at")


def test_process_missing_on_the_list(scene):
    unlink(scene, link(scene, "process", "all_link", scene.process(4)))
    scene.expect("processes", r"thread 4 .* belongs to a process at 0x[0-9a-f]+, which is not on the")


def test_two_processes_with_one_pid(scene):
    scene.set("process", scene.process(4), "pid", 3)
    scene.expect("processes", "2 processes have the pid 3")


@pytest.mark.parametrize("field", ["ending", "execing"])
def test_process_that_does_not_end(scene, field):
    """Its threads may be about to: the end of the machine stops them before they die."""
    scene.set("process", scene.process(3), field, 1)
    scene.expect("processes", r"pid 3 .* has not ended, or not executed, as it was about to")
    scene.set("thread", scene.thread(3), "work", 0xC)
    assert not scene.findings()


def test_child_of_another(scene):
    scene.set("process", scene.process(4), "parent", scene.process(3))
    scene.expect("processes", r"pid 4 .* is a child of pid 1 .*, but names pid 3 .* as its parent")


def test_nobodys_child(scene):
    unlink(scene, link(scene, "process", "sibling", scene.process(4)))
    scene.expect("processes", r"pid 4 .* is nobody's child")


def test_child_that_is_no_process(scene):
    head = link(scene, "process", "children", scene.process(3))
    insert(scene, head, link(scene, "process", "sibling", scene.space(4)))
    scene.expect("processes", r"pid 3 .* has a child at 0x[0-9a-f]+, which is not on the list")


def test_child_of_a_zombie(scene):
    unlink(scene, link(scene, "process", "sibling", scene.process(4)))
    head = link(scene, "process", "children", scene.process(ZOMBIE))
    insert(scene, head, link(scene, "process", "sibling", scene.process(4)))
    scene.expect("processes", r"pid 4 .* is the child of pid 6 \(ended\), which has ended")


def test_zombie_with_memory(scene):
    scene.set("process", scene.process(ZOMBIE), "aspace", scene.space(3))
    scene.expect("processes", r"pid 6 \(ended\) has ended and still has aspace 0x")


def test_process_without_thread(scene):
    unlink(scene, link(scene, "thread", "process_link", scene.thread(4)))
    scene.expect("processes", r"pid 4 .* has no thread")


def test_thread_missing_on_its_processs_list(scene):
    unlink(scene, link(scene, "thread", "process_link", scene.thread(4)))
    scene.expect("processes", r"thread 4 .* is missing on the list of pid 4")


def test_thread_of_another_process(scene):
    scene.set("thread", scene.thread(4), "process", scene.process(3))
    scene.expect("processes", r"pid 4 .* has a thread at 0x[0-9a-f]+, which does not know it")


def test_thread_in_another_space(scene):
    scene.set("thread", scene.thread(4), "aspace", scene.space(3))
    scene.expect("processes", r"thread 4 .* runs in the space at .*, its process has 0x")


def test_signal_that_is_not_pending(scene):
    scene.set("process", scene.process(5), "signals.queue.set", 0)
    scene.expect("processes", r"pid 5 .* is told of signal 12, which is not pending: 0x0")


def test_signal_that_is_described_twice(scene):
    for at in scene.claimed("pending_info", "pid 5"):
        scene.set("pending_info", at, "signo", 12)
    scene.expect("processes", r"pid 5 .* is told twice of signal 12")


def test_signal_of_a_thread_that_is_not_pending(scene):
    scene.set("thread", scene.thread(5), "signals.set", 0)
    scene.expect("processes", r"thread 5 .* is told of signal 10, which is not pending: 0x0")


def test_signal_that_nobody_looks_at(scene):
    scene.set("thread", scene.thread(5), "sigmask", 0)
    scene.expect("processes", r"thread 5 .* does not look at its pending signals: 0x")


def test_stopped_process_that_runs(scene):
    scene.set("process", scene.process(5), "signals.job", scene.memory.constant("JOB_STOPPED"))
    scene.set("thread", scene.thread(5), "state", scene.memory.constant("THREAD_RUNNABLE"))
    scene.expect("processes", r"pid 5 .* is stopped, and thread 5 .* runs on")


@pytest.mark.parametrize("difference", [1, -1])
def test_signals_are_counted(scene, difference):
    address, kind = scene.memory.variable("pending_total")
    scene.poke(address, scene.memory.number(address, kind) + difference)
    scene.expect("processes", r"\d descriptions of pending signals are counted; found \d")


@pytest.mark.parametrize("difference", [1, -1])
def test_references_to_signal_actions(scene, difference):
    table = scene.get("process", scene.process(3), "signals.table")
    scene.add("action_table", table, "refs", difference)
    scene.expect("references", r"the signal actions of pid \d .* counts \d references; found \d")


# Locks, queues, timers.


def test_spinlock_held(scene):
    scene.set_variable("sched_lock", 1, "locked")
    scene.expect("locks", "spinlock sched_lock: locked is 0x1 at rest")


def test_mutex_held(scene):
    scene.set_variable("tree_lock", scene.thread(4), "holder")
    scene.expect("locks", r"mutex tree_lock: holder is 0x[0-9a-f]+ \(thread 4 .*\) at rest")


def test_lock_in_the_heap_held(scene):
    scene.set("aspace", scene.space(3), "pt_lock.locked", 1)
    scene.expect("locks", r"spinlock pt_lock of the address space of pid 3 .*: locked is 0x1 at rest")


def test_space_read(scene):
    scene.set("aspace", scene.space(3), "lock.state", 1)
    scene.expect("locks", r"rwlock lock of the address space of pid 3 .*: state is 0x1 at rest")


def test_link_in_a_struct(scene):
    inode = scene.claimed("inode", "scene.d")[0]
    scene.add("inode", inode, "names.next", 8)
    scene.expect("names", r"the list at 0x[0-9a-f]+: ")


def test_link_in_a_variable(scene):
    address = scene.variable("all_processes")
    scene.poke(address + 4, address)
    scene.expect("lists", r"list all_processes at 0x[0-9a-f]+: prev is .* which does not name it")


def test_waiter_of_nobody(scene):
    queues = [at for at, _, _ in scene.clean.queues]
    queue = next(at for at in queues if scene.memory.word(at) not in (0, at))
    waiter = scene.memory.word(queue) - scene.memory.field("waiter", "link")[0]
    at = scene.memory.offset(waiter + scene.memory.field("waiter", "thread")[0], 4)
    scene.content[at : at + 4] = b"\0\0\0\xc0"
    scene.expect("wait-queues", r"queue .*: a waiter at 0x[0-9a-f]+ is of 0xc0000000, which is no")


def test_timers_out_of_order(scene):
    first = scene.memory.word(scene.variable("timers"))
    assert first, "nobody waits for a time"
    block = next(iter(scene.claimed("fs_context", "pid 3")))  # any memory may stand for a timer
    for word in range(6):
        scene.poke(block + 4 * word, 0)  # its deadline is a small number
    scene.set("timer", block, "node.up", first | 1)
    scene.poke(first + 4, block)
    scene.poke(first + 8, 2)
    scene.expect("timers", r"the timer at 0x[0-9a-f]+ is due at \d+, the one before it at \d+")


def test_tree_of_timers_broken(scene):
    first = scene.memory.word(scene.variable("timers"))
    scene.poke(first + 8, 2)
    scene.expect("timers", r"the tree at timers: the node at 0x[0-9a-f]+ leans by 1 over 0 and 0")


# Futexes: one process of the scene waits on a word of shared memory.


def futex_waiter(scene):
    """The address of its waiter, and the chain where that is."""
    head, kind = scene.memory.variable("chains", "futex.c")
    for chain in range(kind[2]):
        first = scene.memory.word(head + 8 * chain)
        if first != head + 8 * chain:
            return first - scene.memory.field("futex_waiter", "link")[0], chain
    raise AssertionError("nobody waits on a futex")


def test_futex_in_the_wrong_chain(scene):
    waiter, _ = futex_waiter(scene)
    scene.add("futex_waiter", waiter, "key.id.offset", 4)
    scene.expect("futexes", r"the waiter at 0x[0-9a-f]+ is in chain \d+; its place belongs to \d+")


def test_futex_of_no_place(scene):
    waiter, _ = futex_waiter(scene)
    scene.set("futex_waiter", waiter, "key.as", scene.space(3))
    scene.expect("futexes", r"the waiter at .* waits on memory of a space and of an object, or of none")


def test_futex_without_a_thread(scene):
    waiter, _ = futex_waiter(scene)
    queue = link(scene, "futex_waiter", "wait", waiter)
    unlink(scene, scene.memory.word(queue))
    scene.expect("futexes", r"the waiter at 0x[0-9a-f]+ stands for 0 threads")


def test_credentials_of_a_thread(scene):
    """A count that is too high would never free the struct."""
    at = scene.get("thread", scene.thread(3), "credentials")
    scene.add("credentials", at, "refs", 1)
    scene.expect("references", r"the credentials of thread .* counts \d+ references; found \d+: thread")


def test_credentials_of_a_process_that_lives(scene):
    """Only a zombie keeps credentials of its own."""
    process = scene.get("thread", scene.thread(3), "process")
    at = scene.get("thread", scene.thread(3), "credentials")
    scene.set("process", process, "ended_credentials", at)
    scene.expect("processes", r"pid 3 .* is wrong about whose credentials it keeps")
