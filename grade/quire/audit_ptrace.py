"""Tracing: who traces whom, by the records of tracees (kern/proc/ptrace.h)."""

PTRACE_FIELDS = "thread tracer state process tid steps"


def tracees(audit):
    """A record and its thread name each other; the lists of tracers have the records with a tracer, once each."""
    memory = audit.memory
    read = memory.record("tracee", PTRACE_FIELDS)
    ended = memory.constant("TRACE_ENDED")
    listed = {at: process for process, at in _listed(audit)}
    _check_order(audit, listed)
    owners = _by_tracer(audit)
    for at, process in listed.items():
        tracer = memory.value_at("tracee", at, "tracer")
        if owners.pop(at, None) != tracer:
            audit.report("ptrace", f"the record at {at:#x} is not on the list of its tracer, the thread at {tracer:#x}")
    for at, thread in owners.items():
        audit.report("ptrace", f"the record at {at:#x} is on the list of {audit.called(thread)}, but of no process")
    for at, thread in audit.threads.items():
        trace = memory.value_at("thread", at, "trace")
        if trace and audit.claim(trace, "tracee", "the record of {} as a tracee", audit.called(at)):
            _check_living(audit, at, trace, read(trace), listed.pop(trace, 0))
    for at, process in listed.items():
        if audit.claim(at, "tracee", "a tracee of {}, which has ended", audit.called(process)):
            _check_ended(audit, at, read(at), process, ended)
    for process in audit.processes:
        record = memory.value_at("process", process, "ended_trace")
        if record and record not in listed:
            audit.report("ptrace", f"{audit.called(process)} names a record at {record:#x}, which no tracer has")


def _listed(audit):
    """Yield (process, record) of the lists of all processes."""
    head = audit.memory.field("process", "tracees")[0]
    for process in audit.processes:
        for at in audit.entries("ptrace", process + head, "tracee", "link"):
            yield process, at


def _check_order(audit, listed):
    """On the list of a process the latest record comes first."""
    before = (0, 0)
    for at, process in listed.items():
        serial = audit.memory.value_at("tracee", at, "serial")
        if before[0] == process and serial >= before[1]:
            audit.report("ptrace", f"{audit.called(process)} has record {serial} after record {before[1]}")
        before = (process, serial)


def _by_tracer(audit):
    """The records on the lists of threads: {record: thread}."""
    head = audit.memory.field("thread", "tracees")[0]
    return {
        at: thread
        for thread in audit.threads
        for at in audit.entries("ptrace", thread + head, "tracee", "tracer_link")
    }


def _check_living(audit, thread, at, record, tracer_process):
    """The record of a thread that lives; `tracer_process` has it on its list, or is 0."""
    memory = audit.memory
    name = audit.called(thread)
    if record.thread != thread:
        audit.report("ptrace", f"the record of {name} names the thread at {record.thread:#x}")
    if record.tracer and record.tracer not in audit.threads:
        audit.report("ptrace", f"{name} is traced by {record.tracer:#x}, which is no thread")
    elif record.tracer and audit.threads[record.tracer].process != tracer_process:
        audit.report("ptrace", f"{name} is not on the list of its tracer, {audit.called(record.tracer)}")
    if not record.tracer and tracer_process:
        audit.report("ptrace", f"{name} is on the list of {audit.called(tracer_process)}, but not traced")
    if record.state == memory.constant("TRACE_ENDED"):
        audit.report("ptrace", f"{name} lives, but its record says that it has ended")
    if record.steps and not record.tracer:
        audit.report("ptrace", f"{name} is not traced, and steps")


def _check_ended(audit, at, record, process, ended):
    """The record of a tracee that has ended, on the list of the tracer's process."""
    name = audit.called(at)
    if record.state != ended or record.thread:
        audit.report("ptrace", f"{name} is in state {record.state}, with the thread at {record.thread:#x}")
    if audit.threads.get(record.tracer) and audit.threads[record.tracer].process != process:
        audit.report("ptrace", f"{name} belongs to {audit.called(record.tracer)}")
    if record.process:
        other = audit.memory.value_at("process", record.process, "ended_trace")
        if other != at:
            audit.report("ptrace", f"{name} is not the record of {audit.called(record.process)}: {other:#x}")


def ended_numbers(audit):
    """The numbers that ended threads keep until their tracers have waited: {number: record}."""
    memory = audit.memory
    ended = memory.constant("TRACE_ENDED")
    records = {at: memory.record("tracee", PTRACE_FIELDS)(at) for _, at in _listed(audit)}
    return {record.tid: at for at, record in records.items() if record.state == ended and not record.process}
