"""Processes: who descends from whom, who is in which group, and what their numbers name."""
from collections import Counter, defaultdict

from quire import audit_avl, audit_ptrace, audit_timers

PID_INIT, PID_FIRST = 1, 2
BLOCK_SLOTS = 32  # kern/proc/pids.h
SIGRTMIN = 32  # inc/abi/signal.h: signals from here on queue
WORK_SIGNAL, WORK_KILL = 2, 4  # kern/thread/thread.h


def processes(audit):
    """The list, the numbers, the groups and the tree of processes have the same members."""
    memory = audit.memory
    read = memory.record(
        "process",
        "pid pgid sid guarded parent birth zombie aspace table=signals.table serial oom_victim"
        " thread_count live ending execing ended_credentials",
    )
    names = {(thread.process, thread.tid): audit.claims[at][2][0] for at, thread in audit.threads.items()}
    others = {thread.process: f"{thread.tid} and others" for thread in audit.threads.values()}
    head = memory.variable("all_processes")[0]
    for at in audit.entries("processes", head, "process", "all_link"):
        if audit.claim(at, "process", "the process at {:#x}", at):
            process = audit.processes[at] = read(at)
            state = "ended" if process.zombie else others.get(at, "?")
            name = names.get((at, process.pid)) or f"{process.pid} ({state})"
            audit.claims[at] = "process", "pid {}", (name,)
            if process.ended_credentials:
                audit.refer(process.ended_credentials, at)
                audit.claim(process.ended_credentials, "credentials", "the credentials of pid {}", name)
            if bool(process.ended_credentials) != process.zombie:
                audit.report("processes", f"{audit.called(at)} is wrong about whose credentials it keeps")
    _check_pids(audit)
    _check_list(audit)
    _check_numbers(audit)
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


def _check_pids(audit):
    for pid, count in Counter(process.pid for process in audit.processes.values()).items():
        if pid <= 0 or count > 1:
            audit.report("processes", f"{count} processes have the pid {pid}")
    if audit.memory.value("process_count") != len(audit.processes):
        text = f"{len(audit.processes)} processes are counted as {audit.memory.value('process_count')}"
        audit.report("processes", text)


def _check_list(audit):
    """The oldest is the first; the victims of lack of memory that have not ended are counted."""
    last, victims = 0, 0
    for at, process in audit.processes.items():
        if process.serial <= last:
            text = f"{audit.called(at)} has place {process.serial} on the list, after place {last}"
            audit.report("processes", text)
        last = process.serial
        victims += bool(process.oom_victim and not process.zombie)
    if audit.memory.value("victims") != victims:
        text = f"{victims} victims are counted as {audit.memory.value('victims')}"
        audit.report("processes", text)


def _check_numbers(audit):
    """What names a number has it, and every number that is taken names something."""
    memory = audit.memory
    read = memory.record("pid_slot", "process thread ended session_members guardians")
    size, members = memory.size_of("pid_slot"), memory.field("pid_slot", "members")[0]
    words = memory.word_list(*_array(memory, "pids_taken"))
    blocks = memory.word_list(*_array(memory, "pid_blocks"))
    named = Named(audit)
    for i, block in enumerate(blocks):
        if block:
            audit.claim(block, "bytes", "the block of the numbers from {}", i * BLOCK_SLOTS)
        elif words[i]:
            audit.report("processes", f"the numbers from {i * BLOCK_SLOTS} have no block")
            words[i] = 0
        if block and not words[i] and not memory.in_image(block):
            audit.report("processes", f"the numbers from {i * BLOCK_SLOTS} have a block for nothing")
    taken = {32 * i + bit for i, word in enumerate(words) for bit in range(32) if word >> bit & 1}
    for number in sorted(taken | named.all()):
        if number not in taken:
            audit.report("processes", f"the number {number}, of {named.words(number)}, is not taken")
            continue
        at = blocks[number // BLOCK_SLOTS] + number % BLOCK_SLOTS * size
        entries = audit.entries("processes", at + members, "process", "group_link")
        named.check(number, read(at), list(entries))


def _array(memory, name):
    address, kind = memory.variable(name)
    return address, kind[2]


class Named:
    """What numbers name, by what the processes say."""

    def __init__(self, audit):
        self.audit = audit
        self.process = {process.pid: at for at, process in audit.processes.items()}
        self.thread = {}  # those that are not the first of their processes
        for at, thread in audit.threads.items():
            process = audit.processes.get(thread.process)
            if process and thread.tid != process.pid:
                self.thread[thread.tid] = at
        self.ended = audit_ptrace.ended_numbers(audit)
        self.members, self.sessions, self.guardians = defaultdict(set), Counter(), Counter()
        for at, process in audit.processes.items():
            self.members[process.pgid].add(at)
            self.sessions[process.sid] += 1
            if process.guarded != self._is_guarded(process):
                text = f"{audit.called(at)} is {'' if process.guarded else 'not '}counted as guarded"
                audit.report("processes", text)
            self.guardians[process.pgid] += process.guarded

    def _is_guarded(self, process):
        parent = self.audit.processes.get(process.parent)
        if not parent or process.zombie:
            return False
        if parent.pid == PID_INIT and process.pid != PID_FIRST:
            return False
        return parent.sid == process.sid and parent.pgid != process.pgid

    def all(self):
        return {*self.process, *self.thread, *self.ended, *self.members, *self.sessions}

    def words(self, number):
        """What the number names, in words."""
        kinds = {"a process": self.process, "a thread": self.thread, "an ended tracee": self.ended}
        kinds |= {"a group": self.members, "a session": self.sessions}
        return " and ".join(words for words, kind in kinds.items() if number in kind)

    def check(self, number, slot, members):
        """Does the slot of a number that is taken say the same?"""
        audit = self.audit
        wrong = []
        if slot.process != self.process.get(number, 0):
            wrong.append(f"names the process at {slot.process:#x}")
        if slot.thread != self.thread.get(number, 0):
            wrong.append(f"names the thread at {slot.thread:#x}")
        if slot.ended != self.ended.get(number, 0):
            wrong.append(f"names the ended tracee at {slot.ended:#x}")
        if len(members) != len(set(members)) or set(members) != self.members.get(number, set()):
            wanted = len(self.members.get(number, ()))
            wrong.append(f"has a group of {len(members)}, which are not the {wanted} that name it")
        if slot.session_members != self.sessions[number]:
            wrong.append(f"has a session of {slot.session_members}, not {self.sessions[number]}")
        if slot.guardians != self.guardians[number]:
            wrong.append(f"has {slot.guardians} guardians, not {self.guardians[number]}")
        if number not in self.all():
            wrong.append("is taken for nothing")
        for text in wrong:
            audit.report("processes", f"the number {number} {text}")


def _check_family(audit):
    memory = audit.memory
    born = {}
    for at in audit.processes:
        children = at + memory.field("process", "children")[0]
        dead = at + memory.field("process", "dead_children")[0]
        living = audit.entries("processes", children, "process", "sibling")
        _check_children(audit, at, born, list(living), False)
        ended = audit_avl.entries(audit, "processes", dead, "process", "dead_node")
        _check_children(audit, at, born, ended, True)
    for at, process in audit.processes.items():
        if at not in born and (process.pid != PID_INIT or process.parent):
            audit.report("processes", f"{audit.called(at)} is nobody's child")
        if born.get(at) and audit.processes[born[at]].zombie:
            text = f"{audit.called(at)} is the child of {audit.called(born[at])}"
            audit.report("processes", f"{text}, which has ended")


def _check_children(audit, at, born, children, dead):
    """The children of the process at `at`, living or dead, which come in the order of birth."""
    last = 0
    for child in children:
        if child not in audit.processes:
            text = f"{audit.called(at)} has a child at {child:#x}, which is not on the list"
            audit.report("processes", text)
            continue
        born[child] = at
        process = audit.processes[child]
        if process.parent != at:
            parent = audit.called(process.parent)
            text = f"{audit.called(child)} is a child of {audit.called(at)}"
            audit.report("processes", f"{text}, but names {parent} as its parent")
        if bool(process.zombie) != dead:
            where = "dead" if dead else "living"
            text = f"{audit.called(child)} is among the {where} children of {audit.called(at)}"
            audit.report("processes", text)
        if process.birth <= last:
            text = f"{audit.called(child)} comes after a younger child of {audit.called(at)}"
            audit.report("processes", text)
        last = process.birth


def _check_threads(audit, process, members):
    """A process has threads, which know it; what has ended has given everything back.

    `members` are the threads that name it as theirs.
    """
    name = audit.called(process.at)
    if process.zombie:
        if process.aspace:
            text = f"{name} has ended and still has aspace {process.aspace:#x}"
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
    if not len(own) == process.thread_count == process.live:
        text = f"{name} has {len(own)} threads, counted as {process.thread_count}"
        audit.report("processes", f"{text}, of which {process.live} live")
    killed = any(audit.memory.value_at("thread", at, "work") & WORK_KILL for at in own)
    if (process.ending or process.execing) and not killed:  # one that is killed stops where it would have ended
        audit.report("processes", f"{name} has not ended, or not executed, as it was about to")
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
    found, reserved = 0, set()
    for at in audit.processes:
        found += _check_queue(audit, at + process_queue, audit.called(at), reserved)
    read = memory.record("thread", "process work state sigmask trace own=signals.set")
    shared = memory.record("process", "zombie pending=signals.queue.set job=signals.job")
    waiting, looked_at = defaultdict(int), defaultdict(int)
    stopped, runnable = memory.constant("JOB_STOPPED"), memory.constant("THREAD_RUNNABLE")
    for at in audit.threads:
        found += _check_queue(audit, at + thread_queue, audit.called(at), reserved)
        thread = read(at)
        process = audit.processes.get(thread.process) and shared(thread.process)
        if not process or process.zombie:
            continue
        if process.job == stopped and thread.state == runnable and not thread.trace:  # a tracee may run on
            text = f"{audit.called(thread.process)} is stopped"
            audit.report("processes", f"{text}, and {audit.called(at)} runs on")
        ready = thread.own & ~thread.sigmask
        if ready and not thread.work & WORK_SIGNAL:
            text = f"{audit.called(at)} does not look at its pending signals"
            audit.report("processes", f"{text}: {ready:#x}")
        open_to = process.pending & ~thread.sigmask
        waiting[thread.process] |= open_to
        if thread.work & WORK_SIGNAL:
            looked_at[thread.process] |= open_to
    for at, pending in waiting.items():
        if missed := pending & ~looked_at[at]:
            text = f"no thread of {audit.called(at)} looks at its pending signals"
            audit.report("processes", f"{text}: {missed:#x}")
    found += sum(audit_timers.process_timers(audit, at, reserved) for at in audit.processes)
    total = memory.number(*memory.variable("pending_total"))
    if total != found:
        text = f"{total} descriptions of pending signals are counted"
        audit.report("processes", f"{text}; found {found}")


def _check_queue(audit, queue, name, reserved):
    """The number of descriptions in a struct signal_queue, but for those that timers own: these are added to
    `reserved`."""
    memory = audit.memory
    offset, kind = memory.field("signal_queue", "set")
    pending = memory.number(queue + offset, kind)
    signo, kind = memory.field("pending_info", "signo")
    count, seen = 0, set()
    head = queue + memory.field("signal_queue", "infos")[0]
    for at in audit.entries("processes", head, "pending_info", "link"):
        number = memory.number(at + signo, kind)
        if not 0 < number <= 64 or not pending >> number - 1 & 1:
            text = f"{name} is told of signal {number}, which is not pending"
            audit.report("processes", f"{text}: {pending:#x}")
        if memory.value_at("pending_info", at, "reserved"):
            reserved.add(at)
            continue
        audit.claim(at, "pending_info", "a pending signal of {}", name)
        count += 1
        if number < SIGRTMIN and number in seen:
            audit.report("processes", f"{name} is told twice of signal {number}")
        seen.add(number)
    return count
