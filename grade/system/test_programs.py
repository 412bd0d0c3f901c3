"""Each program of user/tests prints on Quire what its record says, in a fresh machine."""
import os
import re

import pytest

from quire import build, guest, record, stretch

PROGRAMS = record.programs()
SENSITIVE = ("evil_", "fault_", "fpu_", "signal_")
PROCESSORS = ["qemu32", "pentium3", "core2duo", "Nehalem"]  # of QEMU's; all others run on max
EACH = 5  # one program of so many runs on the kernel that measures; all with STRETCH_TESTS=all
ALL = os.environ.get("STRETCH_TESTS") == "all"
PARTS = 2  # machines for each
MARKED = re.compile(rb"^== (\w+)\n(.*?^status: [^\n]*\n)(?=^== )", re.MULTILINE | re.DOTALL)
# They end, or kill, all that runs in their machine.
ALONE = {"evil_fork_many", "evil_kill_all", "evil_reboot_magic", "evil_shared_ends"}
ALONE |= {"evil_signal_storm", "evil_sleepers"}
UBSAN_SLOWER = 4
DEBUG_SLOWER = 8  # times; the debug build fills and checks what it frees


def programs_for(kernel):
    """The programs that are tests on this kernel, "normal" or "debug"."""
    chosen = [p for p in PROGRAMS if not p.helper and p.kernel in ("", kernel)]
    return [pytest.param(program, id=program.name) for program in chosen]


@pytest.mark.parametrize("program", programs_for("normal"))
def test_program(program, complain):
    run(program, complain, None, program.limit)


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
@pytest.mark.parametrize("program", programs_for("debug"))
def test_program_debug(program, complain):
    run(program, complain, build.debug_kernel(), DEBUG_SLOWER * program.limit)


def swept():
    """The programs whose results could depend on the processor."""
    chosen = [p for p in PROGRAMS if p.name.startswith(SENSITIVE) and p.kernel in ("", "normal")]
    return [p for p in chosen if not p.helper]


def can_share(program):
    """Whether it needs no machine of its own."""
    own = program.args or program.input or program.append or program.mem != 128
    return not own and program.name not in ALONE


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("cpu", PROCESSORS)
def test_processor(cpu, part, complain):
    """These programs do on other processors what they do on QEMU's max.

    They share a machine: to boot one costs more than most of them. Whatever differs there from its
    record, and whatever cannot share, runs in a machine of its own, and that is what counts.
    """
    programs = swept()[part::PARTS]
    shared = [p for p in programs if can_share(p)]
    names = [f"/tests/{p.name}" for p in shared]
    limit = sum(p.limit for p in shared)
    outcome = guest.run("/tests/run_each", *names, limit=limit, cpu=cpu)
    texts = dict(MARKED.findall(outcome.stdout))
    for program in programs:
        if texts.get(program.name.encode()) != program.record.read_bytes():
            run(program, complain, None, program.limit, cpu)


@pytest.mark.skipif("QUIRE_CPU" not in os.environ, reason="`.ci/run` asks for one processor in turn")
@pytest.mark.parametrize("program", programs_for("normal"))
def test_on_cpu(program, complain):
    run(program, complain, None, program.limit, os.environ["QUIRE_CPU"])


@pytest.mark.skipif(not build.ubsan_kernel(normal=True), reason="no UBSAN build; `make UBSAN=1`")
@pytest.mark.skipif("QUIRE_UBSAN" not in os.environ, reason="`.ci/run` asks for it")
@pytest.mark.parametrize("program", programs_for("normal"))
def test_program_ubsan(program, complain):
    """The kernel panics at undefined behaviour."""
    run(program, complain, build.ubsan_kernel(normal=True), UBSAN_SLOWER * program.limit)


def measured():
    """The programs that run on the kernel that measures how long it lets nobody else run."""
    programs = programs_for("normal")
    return [p for i, p in enumerate(programs) if ALL or i % EACH == 0 or p.values[0].stretch]


@pytest.mark.skipif(not build.stretch_kernel(), reason="no such build; `make STRETCH=1` makes it")
@pytest.mark.parametrize("program", measured())
def test_program_stretch(program, complain, record_property):
    """It panics where that is too long."""
    outcome = run(
        program, complain, build.stretch_kernel(), program.limit, option=stretch.OPTION
    )
    record_property("stretch", [*stretch.longest(outcome.log), program.name])


def run(program, complain, kernel, limit, cpu="max", option=""):
    """Run a program on a kernel and a processor, and compare with its record. Returns the outcome."""
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
    got = record.text(outcome.stdout, ending(outcome.result))
    difference = record.difference(program.record.read_bytes(), got, program.record.name)
    if difference:
        outcome.again = f"make grade T={program.name}, or {outcome.again}"
        complain(outcome.explain(f"{program.shown_source}: {difference}"))
    return outcome


def test_records_have_programs():
    """A record whose program is gone or misspelt would never be looked at."""
    names = {program.name for program in PROGRAMS}
    assert [path.name for path in record.records() if path.stem not in names] == []


def ending(result):
    """How a run ended, in the words of a record."""
    if result.kind == "exit":
        return f"exit {result.status}"
    if result.kind == "signal":
        return f"signal {result.signal}"
    return result.kind
