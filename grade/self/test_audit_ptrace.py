"""The audit of tracing: each test breaks one rule in the memory of user/tests/ptrace/audit_scene_ptrace.c, where pid 7
traces pid 3, which steps, a thread of it that has ended, and pid 5, which has ended; pid 6 is traced no more.
"""
import pytest

from scene import link, unlink

pytestmark = pytest.mark.xdist_group("audit")

STEPS, DIED, LEFT, TRACER = 3, 5, 6, 7


def record(scene, pid):
    """The record of a thread that lives."""
    return scene.get("thread", scene.thread(pid), "trace")


def zombie(scene):
    """The record of the process that has ended."""
    return scene.get("process", scene.process(DIED), "ended_trace")


def ended_thread(scene):
    """The record of the thread that has ended."""
    ended = scene.memory.constant("TRACE_ENDED")
    all_ended = [at for at in scene.claimed("tracee") if scene.get("tracee", at, "state") == ended]
    return next(at for at in all_ended if at != zombie(scene))


def test_thread(tracing):
    tracing.set("tracee", record(tracing, STEPS), "thread", tracing.thread(LEFT))
    tracing.expect("ptrace", r"the record of .* names the thread at 0x")


def test_tracer(tracing):
    tracing.set("tracee", record(tracing, STEPS), "tracer", tracing.process(TRACER))
    tracing.expect("ptrace", r"is traced by 0x[0-9a-f]+, which is no thread")


def test_tracer_of_another_process(tracing):
    tracing.set("tracee", record(tracing, STEPS), "tracer", tracing.thread(LEFT))
    tracing.expect("ptrace", r"is not on the list of its tracer, thread 6")


def test_not_on_the_list_of_the_process(tracing):
    unlink(tracing, link(tracing, "tracee", "link", record(tracing, STEPS)))
    tracing.expect("ptrace", r"is on the list of .*, but of no process")
    tracing.expect("ptrace", r"is not on the list of its tracer, thread 7")


def test_not_on_the_list_of_the_tracer(tracing):
    unlink(tracing, link(tracing, "tracee", "tracer_link", zombie(tracing)))
    tracing.expect("ptrace", r"the record at .* is not on the list of its tracer, the thread at 0x")


def test_on_the_list_and_not_traced(tracing):
    tracing.set("tracee", record(tracing, STEPS), "tracer", 0)
    tracing.expect("ptrace", r"is on the list of pid 7 .*, but not traced")
    tracing.expect("ptrace", r"is not traced, and steps")


def test_order(tracing):
    tracing.set("tracee", zombie(tracing), "serial", 1)
    tracing.expect("ptrace", r"pid 7 .* has record \d+ after record 1")


def test_lives_and_has_ended(tracing):
    tracing.set("tracee", record(tracing, LEFT), "state", tracing.memory.constant("TRACE_ENDED"))
    tracing.expect("ptrace", r"lives, but its record says that it has ended")


def test_ended_and_runs(tracing):
    tracing.set("tracee", zombie(tracing), "state", 0)
    tracing.expect("ptrace", r"is in state 0, with the thread at 0x0")


def test_ended_of_another_process(tracing):
    tracing.set("tracee", zombie(tracing), "tracer", tracing.thread(LEFT))
    tracing.expect("ptrace", r"belongs to thread 6")


def test_record_of_another_zombie(tracing):
    tracing.set("tracee", ended_thread(tracing), "process", tracing.process(DIED))
    tracing.expect("ptrace", r"is not the record of pid 5 .*: 0x")


def test_record_that_no_tracer_has(tracing):
    for member in ("link", "tracer_link"):
        unlink(tracing, link(tracing, "tracee", member, zombie(tracing)))
    tracing.expect("ptrace", r"pid 5 .* names a record at 0x[0-9a-f]+, which no tracer has")


def test_number_of_an_ended_thread(tracing):
    tracing.add("tracee", ended_thread(tracing), "tid", 100)
    tracing.expect("processes", r"the number \d+ ")
