"""Each program of user/tests prints on Quire what its record says, in a fresh machine.

Only the normal kernel on QEMU's processor max has a fresh machine for each program. On the other
kernels and processors, programs share machines (shared_machine.py).
"""
import os

import pytest

import shared_machine
from quire import build, guest, stretch, user_tests
from shared_machine import can_share

PROGRAMS = user_tests.programs()
SENSITIVE = ("evil_", "fault_", "fpu_", "signal_")
PROCESSORS = ["qemu32", "pentium3", "core2duo", "Nehalem"]  # of QEMU's; all others run on max
WITHOUT_SSE = "pentium2"
PAGE_COPIES = ("uffd_missing", "uffd_large", "pipe_full", "vectors_fresh")  # with SSE the kernel copies whole pages otherwise
EACH = 5  # one program of so many runs on the kernel that measures; all with STRETCH_TESTS=all
ALL = os.environ.get("STRETCH_TESTS") == "all"
PARTS = 2  # machines for each
CLOSE = 0.7  # of a limit: another compiler's kernel may need more
UBSAN_SLOWER = 2
DEBUG_SLOWER = 2  # times; the debug build fills and checks what it frees


def programs_for(kernel):
    """The programs that are tests on this kernel, "normal" or "debug"."""
    return [p for p in PROGRAMS if not p.helper and p.kernel in ("", kernel)]


def alone(programs):
    """Parameters of a test that runs each of them in a machine of its own."""
    return [pytest.param(program, id=program.name) for program in programs]


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
@pytest.mark.parametrize("machine, program", shared_machine.params("debug", programs_for("debug")))
def test_program_debug(machine, program, complain, request):
    """First, since this kernel's checks name more mistakes."""
    run_shared(program, complain, request, DEBUG_SLOWER, build.debug_kernel())


@pytest.mark.parametrize("program", alone(programs_for("normal")))
def test_program(program, complain, record_property):
    outcome = run(program, complain, None, program.limit)
    share = outcome.executed / (program.limit * guest.GUEST_SECOND)
    if share > CLOSE:
        record_property("close to its limit", f"{program.name} ({share:.0%})")


def swept():
    """The programs whose results could depend on the processor."""
    return [p for p in programs_for("normal") if p.name.startswith(SENSITIVE)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("cpu", PROCESSORS)
def test_processor(cpu, part, complain):
    """These programs do on other processors what they do on QEMU's max."""
    if os.environ.get("QUIRE_CPU") == cpu:
        pytest.skip("all programs run on it (test_on_cpu)")
    programs = swept()[part::PARTS]
    sharing = [p for p in programs if can_share(p)]
    shared = shared_machine.Shared(sharing, max(p.limit for p in sharing), cpu=cpu)
    for program in programs:
        judge(program, complain, shared, limit=program.limit, kernel=None, cpu=cpu)


@pytest.mark.parametrize("program", alone([p for p in PROGRAMS if p.name in PAGE_COPIES]))
def test_without_sse(program, complain):
    run(program, complain, None, program.limit, WITHOUT_SSE)


@pytest.mark.skipif("QUIRE_CPU" not in os.environ, reason="with CPU=NAME only, another processor")
@pytest.mark.parametrize("machine, program", shared_machine.params("cpu", programs_for("normal")))
def test_on_cpu(machine, program, complain, request):
    run_shared(program, complain, request, 1, None, os.environ["QUIRE_CPU"])


@pytest.mark.skipif(not build.ubsan_kernel(normal=True), reason="no UBSAN build; `make UBSAN=1`")
@pytest.mark.skipif("QUIRE_UBSAN" not in os.environ, reason="with UBSAN_TESTS=1 only, the kernel that panics at undefined behaviour")
@pytest.mark.parametrize("machine, program", shared_machine.params("ubsan", programs_for("normal")))
def test_program_ubsan(machine, program, complain, request):
    """The kernel panics at undefined behaviour."""
    run_shared(program, complain, request, UBSAN_SLOWER, build.ubsan_kernel(normal=True))


def measured():
    """The programs that run on the kernel that measures how long it lets nobody else run."""
    programs = programs_for("normal")
    return [p for i, p in enumerate(programs) if ALL or i % EACH == 0 or p.stretch]


@pytest.mark.skipif(not build.stretch_kernel(), reason="no such build; `make STRETCH=1` makes it")
@pytest.mark.parametrize("program", alone(measured()))
def test_program_stretch(program, complain, record_property):
    """It panics where that is too long."""
    outcome = run(
        program, complain, build.stretch_kernel(), program.limit, option=stretch.OPTION
    )
    record_property("stretch", [*stretch.longest(outcome.log), program.name])


def run_shared(program, complain, request, slower, kernel, cpu="max"):
    """As `run`, but in a machine that programs share, if the program did there what its record
    says.
    """
    shared = shared_machine.of_test(request, slower, kernel=kernel, cpu=cpu)
    judge(program, complain, shared, limit=slower * program.limit, kernel=kernel, cpu=cpu)


def judge(program, complain, shared, limit, kernel, cpu):
    """Run a program by itself, unless it did in the shared machine what its record says."""
    if not (shared and shared.agrees(program)):
        run(program, complain, kernel, limit, cpu)
    if shared and program.name in shared.ended:
        outcome = shared.ended[program.name]
        complain(outcome.explain(f"{program.name} passes alone, but among others it ended the machine"))


def run(program, complain, kernel, limit, cpu="max", option=""):
    """Run a program on a kernel and a processor, and compare with its record. Returns the outcome.
    """
    if not program.record.exists():
        complain(
            f"{program.name} has no record. `grade/oracle --write {program.name}` makes it from what"
            f" Linux does; for a hostile program write {program.name}.expected-output; a program"
            " that others run has a first line `// helper`."
        )
    outcome = guest.run(
        f"/tests/{program.name}",
        *program.args,
        stdin=program.input,
        limit=limit,
        kernel=kernel,
        mem=program.mem,
        cpu=cpu,
        options=f"{program.append} {option}".strip(),
    )
    got = user_tests.text(outcome.stdout, outcome.result.ending())
    difference = user_tests.difference(program.record.read_bytes(), got, program.record.name)
    if difference:
        outcome.again = f"make grade T={program.name}, or {outcome.again}"
        if outcome.result.kind in ("exit", "signal"):
            complain(outcome.explain(f"{program.shown_source}: {difference}"))
        # What ended the machine is the cause, and different output a consequence.
        complain(outcome.explain(f"{program.shown_source}:", last=difference))
    return outcome


def test_records_have_programs():
    """A record whose program is gone or misspelt would never be looked at."""
    names = {program.name for program in PROGRAMS}
    assert [path.name for path in user_tests.records() if path.stem not in names] == []

