"""The audit of all that threads wait for: timers, sets of files, signalfds, pidfds, claims, locks with priority
inheritance, userfaultfd. Each test breaks one rule in the memory of user/tests/thread/audit_scene_threads.c: pid 3
has timers and sets, the threads of pid 4 wait for a lock, those of pid 5 for handlers of faults.
"""
import pytest

from scene import insert, link, unlink

pytestmark = pytest.mark.xdist_group("audit")


def of_kind(scene, kind):
    """The addresses of the structs of a kind; there is one at least."""
    return scene.clean.of_kind[kind]


# Timers.


def timers(scene):
    """Those of pid 3: by the clock, by processor time, expired."""
    return sorted(of_kind(scene, "posix_timer"), key=lambda at: scene.get("posix_timer", at, "id"))


def test_timer_of_another_process(waiting):
    waiting.set("posix_timer", timers(waiting)[0], "process", waiting.process(4))
    waiting.expect("timers", r"timer 0 of pid 3 .* names the process at 0x[0-9a-f]+ as its own")


def test_two_timers_with_one_number(waiting):
    waiting.set("posix_timer", timers(waiting)[0], "id", 1)
    waiting.expect("timers", r"two timers of pid 3 .* have one number")


def test_timers_by_processor_time(waiting):
    waiting.add("posix_timers", of_kind(waiting, "posix_timers")[0], "on_cpu", 1)
    waiting.expect("timers", r"pid 3 .* says that 2 timers run by processor time; 1 do")


def test_timer_with_a_signal_that_it_does_not_wait_for(waiting):
    waiting.set("posix_timer", timers(waiting)[2], "waiting", 0)
    waiting.expect("timers", r"timer 2 of pid 3 .* has its signal pending, and does not wait for it")


def test_timer_that_does_not_own_its_signal(waiting):
    pending = waiting.get("posix_timer", timers(waiting)[0], "pending")
    waiting.set("pending_info", pending, "reserved", 0)
    waiting.expect("timers", r"timer 0 of pid 3 .* owns a description that a signal may free")


def test_timer_not_armed(waiting):
    waiting.set("posix_timer", timers(waiting)[0], "timer.node.up", 3)
    waiting.expect("timers", r"timer 0 of pid 3 .* is not armed; its deadline is \d+")


def test_timer_armed_for_nothing(waiting):
    waiting.set("posix_timer", timers(waiting)[0], "deadline", 0)
    waiting.expect("timers", r"timer 0 of pid 3 .* is armed; its deadline is 0")


def test_timer_missing_in_the_tree(waiting):
    waiting.set("posix_timer", timers(waiting)[1], "timer.node.up", 1)
    waiting.expect("timers", r"timer 1 of pid 3 .* is not in the tree of armed timers")


def test_interval_timer(waiting):
    waiting.set("process", waiting.process(3), "itimers.real.value", 0)
    waiting.expect("timers", r"ITIMER_REAL of pid 3 .* is not set, but armed")
    waiting.set("process", waiting.process(4), "itimers.real.value", 1)
    waiting.expect("timers", r"ITIMER_REAL of pid 4 .* is set to 1")


def test_timerfd(waiting):
    at = of_kind(waiting, "timerfd")[0]
    waiting.poke(waiting.variable("timers"), 0)
    waiting.expect("timers", r"the timerfd of descriptor \d+ of pid 3 .* expires at \d+, and is not armed")
    waiting.set("timerfd", at, "expired", 1)
    assert not any("timerfd" in finding.text for finding in waiting.findings())


def test_armed_timer_of_nobody(waiting):
    """The timer's memory is not the timer's any more."""
    timer = timers(waiting)[0]
    unlink(waiting, link(waiting, "posix_timer", "link", timer))
    waiting.expect("timers", r"the timer at 0x[0-9a-f]+ is armed, but is nobody's and on no stack")


# Sets of files.


def item(scene, words):
    """The item of the file whose name has `words` in it."""
    return next(
        at
        for at in of_kind(scene, "epoll_item")
        if words in scene.clean.called(scene.get("file", scene.get("epoll_item", at, "file"), "private"))
    )


def test_item_of_another_set(waiting):
    waiting.set("epoll_item", item(waiting, "timerfd"), "epoll", waiting.space(3))
    waiting.expect("epoll", r"an item of the epoll of descriptor .* names the set at 0x[0-9a-f]+")


def test_lost_wakeup(waiting):
    unlink(waiting, link(waiting, "epoll_item", "watch.waiter.link", item(waiting, "signalfd")))
    waiting.expect("epoll", r"an item of .* is neither ready nor on a wait queue: a wakeup is lost")


def test_item_without_a_queue(waiting):
    waiting.set("epoll_item", item(waiting, "signalfd"), "watch.home", 0)
    waiting.expect("epoll", r"an item of the epoll of .* has no wait queue")


def test_item_of_a_closed_file(waiting):
    waiting.set("epoll_item", item(waiting, "pidfd"), "file", waiting.space(3))
    waiting.expect("epoll", r"an item of .* watches the file at 0x[0-9a-f]+, which nobody has open")


def test_ready_item_of_another_set(waiting):
    at = item(waiting, "pidfd")
    other = next(each for each in of_kind(waiting, "epoll") if each != waiting.get("epoll_item", at, "epoll"))
    insert(waiting, link(waiting, "epoll", "ready", other), link(waiting, "epoll_item", "ready_link", at))
    waiting.expect("epoll", r"the epoll of .* has an item on its ready list that is not in its tree")


def test_set_in_a_set(waiting):
    unlink(waiting, link(waiting, "epoll_item", "set_link", item(waiting, "the epoll of")))
    waiting.expect("epoll", r"the epoll of .* lists other sets in it than its tree has")


def test_files_of_a_set(waiting):
    waiting.add("epoll", of_kind(waiting, "epoll")[0], "files", 1)
    waiting.expect("epoll", r"the epoll of .* is of the file at 0x[0-9a-f]+, with \d files; found .* and \d")


def test_item_missing_on_the_list_of_its_file(waiting):
    unlink(waiting, link(waiting, "epoll_item", "file_link", item(waiting, "timerfd")))
    waiting.expect("epoll", r"descriptor \d+ of pid 3 .* lists 0 items of sets, which are not the 1 that watch it")


@pytest.mark.parametrize("name", ["item_count", "set_item_count"])
def test_items_are_counted(waiting, name):
    waiting.set_variable(name, 100)
    waiting.expect("epoll", rf"{name} is 100; \d were found")


def test_watches_are_counted(waiting):
    home = waiting.get("epoll_item", item(waiting, "signalfd"), "watch.home")
    waiting.add("waitq", home, "watches", 1)
    waiting.expect("wait-queues", r"queue wait of the signalfd of .* counts 2 watches; 1 items of sets have it")


def test_watch_of_nobody(waiting):
    """Its item has left the set."""
    waiting.set_variable("item_count", 0)
    at = link(waiting, "epoll_item", "watch.waiter", item(waiting, "signalfd"))
    waiting.set("waiter", at, "thread", 4)
    waiting.expect("wait-queues", r"queue wait of the signalfd of .* is of 0x4, which is no thread")


# Signalfds, pidfds, claims.


def test_signalfd_of_no_process(waiting):
    waiting.set("process", waiting.process(4), "signals.fds.next", 0xC0000000)
    waiting.expect("signalfds", r"the list at 0x[0-9a-f]+: the link at 0xc0000000")
    at = link(waiting, "signalfd", "link", of_kind(waiting, "signalfd")[0])
    head = waiting.memory.word(at)
    waiting.poke(head, head)
    waiting.poke(head + 4, head)
    waiting.expect("signalfds", r"the signalfd of descriptor .* is on the list of no process that there is")


def test_signalfds_are_counted(waiting):
    address, _ = waiting.memory.variable("file_count", "signalfd.c")
    waiting.poke(address, 2)
    waiting.expect("signalfds", "2 are counted; 1 were found")


def test_process_of_a_pidfd(waiting):
    at = of_kind(waiting, "pidfd")[0]
    waiting.set("pidfd", at, "process", waiting.process(4))
    waiting.expect("pidfds", r"the pidfd of .* means pid 4 .*, which does not know it")
    waiting.expect("pidfds", r"pid 3 .* has the pidfd of .*, which means another")
    waiting.set("pidfd", at, "process", waiting.space(4))
    waiting.expect("pidfds", r"the pidfd of .* means a process at 0x[0-9a-f]+, which is not on the list")


def test_pidfd_without_a_file(waiting):
    waiting.set("process", waiting.process(4), "pidfd", waiting.space(4))
    waiting.expect("pidfds", r"pid 4 .* has a pidfd at 0x[0-9a-f]+, which no open file has")


@pytest.mark.parametrize("difference", [1, -1])
def test_references_to_a_pidfd(waiting, difference):
    waiting.add("pidfd", of_kind(waiting, "pidfd")[0], "refs", difference)
    waiting.expect("references", r"the pidfd of descriptor .* counts \d references; found 1: descriptor")


def test_claim_of_nobody(waiting):
    at = next(at for at, file in waiting.clean.files.items() if "pid 3" in waiting.clean.called(at))
    waiting.set("file", at, "claim.taken", 1)
    waiting.expect("claims", r"the claim on the position of descriptor .* is taken, but no thread uses the file")


def test_claim_on_the_end_of_nobody(waiting):
    at = next(iter(waiting.clean.files.values())).inode
    waiting.set("inode", at, "append.taken", 1)
    waiting.expect("claims", r"the claim on the end of inode .* is taken, but no thread uses the file")


def claimed(scene):
    """The file whose position a thread has claimed and another one wants."""
    return next(at for at in scene.clean.files if scene.get("file", at, "claim.wanted"))


def test_claim_that_is_wanted_and_free(waiting):
    waiting.set("file", claimed(waiting), "claim.taken", 0)
    waiting.expect("claims", r"the claim on the position of descriptor .* of pid 5 .* is wanted, but free")


def test_claim_that_nobody_wants(waiting):
    waiting.set("file", claimed(waiting), "claim.wanted", 0)
    waiting.expect("claims", "threads wait for a claim, but none is wanted")


# Locks with priority inheritance.


def lock(scene):
    return of_kind(scene, "pi_lock")[0]


def waiters(scene):
    """Those of the lock."""
    head = scene.memory.field("pi_lock", "waiters")[0]
    return list(scene.memory.entries(lock(scene) + head, "pi_waiter", "lock_link"))


def test_waiter_of_another_thread(waiting):
    waiting.set("pi_waiter", waiters(waiting)[0], "thread", waiting.thread(5))
    waiting.expect("futexes", r"the waiter at .* belongs to the thread at 0x[0-9a-f]+, and another sleeps there")


def test_waiter_that_owns_the_lock(waiting):
    waiting.set("pi_waiter", waiters(waiting)[0], "owns", 1)
    waiting.expect("futexes", r"the waiter at .* has got its lock, and waits on")


def test_waiter_whose_thread_does_not_know(waiting):
    thread = waiting.get("pi_waiter", waiters(waiting)[0], "thread")
    waiting.set("thread", thread, "pi_waiting", 0)
    waiting.expect("futexes", r"the waiter at .* waits for a lock; its thread has 0x0 for that")


def test_waiter_without_a_lock(waiting):
    waiting.set("pi_waiter", waiters(waiting)[0], "lock", 0)
    waiting.expect("futexes", r"the waiter at .* waits to be moved to a lock, and its thread for one")
    waiting.expect("futexes", r"the lock at 0x[0-9a-f]+ has waiters that wait for others: 2")


def test_waiter_missing_at_its_lock(waiting):
    unlink(waiting, link(waiting, "pi_waiter", "lock_link", waiters(waiting)[0]))
    waiting.expect("futexes", r"the waiter at .* is not among the waiters of its lock at 0x[0-9a-f]+")


def test_owner_of_a_lock(waiting):
    waiting.set("pi_lock", lock(waiting), "owner", waiting.thread(5))
    waiting.expect("futexes", r"the lock at 0x[0-9a-f]+ has the owner at .*; it is among the locks of 0x[0-9a-f]+")


def test_lock_that_its_owner_does_not_know(waiting):
    unlink(waiting, link(waiting, "pi_lock", "owned", lock(waiting)))
    waiting.expect("futexes", r"the lock at 0x[0-9a-f]+ has the owner at .*; it is among the locks of 0x0")


def test_lock_without_waiters(waiting):
    for at in waiters(waiting):
        unlink(waiting, link(waiting, "futex_waiter", "link", at))
    waiting.expect("futexes", r"thread \d+ .* owns a lock at 0x[0-9a-f]+, for which nobody waits")


# userfaultfd.


def context(scene):
    return of_kind(scene, "uffd")[0]


def fault(scene, queue):
    """The fault on a queue of the context."""
    return scene.get("uffd", context(scene), f"{queue}.next") - scene.memory.field("uffd_fault", "link")[0]


@pytest.mark.parametrize("difference", [-1, 100])
def test_references_to_a_context(waiting, difference):
    waiting.add("uffd", context(waiting), "refs", difference)
    waiting.expect("references", r"the userfaultfd context at .* counts \d+ references; found \d")


def test_context_missing_on_the_list(waiting):
    unlink(waiting, link(waiting, "uffd", "all_link", context(waiting)))
    waiting.expect("userfaultfd", r"descriptor \d+ of pid 5 .* has a context that is not on the list of all")
    waiting.expect("userfaultfd", r"area .* of pid 5 .* is registered with 0x[0-9a-f]+, which is no context of its")
    waiting.expect("userfaultfd", r"the address space of pid 5 .* has a context at .*, which is not on the list of all")


def test_closed_context(waiting):
    waiting.set("uffd", context(waiting), "closed", 1)
    waiting.expect("userfaultfd", r"descriptor \d+ of pid 5 .* is open, and its context closed")


def test_context_of_another_space(waiting):
    waiting.set("uffd", context(waiting), "as", waiting.space(3))
    waiting.expect("userfaultfd", r"area .* of pid 5 .* is registered with .*, which is no context of its space")
    waiting.expect("userfaultfd", r"the address space of pid 5 .* has the userfaultfd context .* does not know that")


def test_context_that_its_space_does_not_know(waiting):
    waiting.set("aspace", waiting.space(5), "uffds", 0)
    waiting.expect("userfaultfd", r"the userfaultfd context at .* is missing among those of the address space of pid 5")


@pytest.mark.parametrize("changing", [0, 2])
def test_changes_are_counted(waiting, changing):
    waiting.set("uffd", context(waiting), "changing", changing)
    if changing == 2:  # no call is in the middle of sending several messages
        unlink(waiting, waiting.get("uffd", context(waiting), "events.next"))
    waiting.expect("userfaultfd", rf"the userfaultfd context at .* counts {changing} changes of mappings; \d wait")


def test_change_that_was_read(waiting):
    waiting.set("uffd_event", of_kind(waiting, "uffd_event")[0], "read", 1)
    waiting.expect("userfaultfd", r"a change of mappings that waits for .* is another context's, or has been read")


@pytest.mark.parametrize("queue", ["faults", "sleepers"])
def test_fault_of_no_thread(waiting, queue):
    waiting.set("uffd_fault", fault(waiting, queue), "thread", 8)
    waiting.expect("userfaultfd", r"the fault at .* is of 0x8, which is no thread")


def test_fault_on_the_wrong_stack(waiting):
    waiting.set("uffd_fault", fault(waiting, "faults"), "thread", waiting.thread(4))
    waiting.expect("userfaultfd", r"the fault at .* is not on the stack of thread 4")
    waiting.expect("userfaultfd", r"the fault at .* is not what thread 4 .* waits for")


def test_fault_that_is_awake(waiting):
    waiting.set("uffd_fault", fault(waiting, "sleepers"), "awake", 1)
    waiting.expect("userfaultfd", r"the fault at .* is awake, and still on a list: thread")
