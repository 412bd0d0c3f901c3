"""Each program of user/tests prints on Quire what its record says, in a fresh machine."""
import os

import pytest

from quire import build, guest, record, stretch

PROGRAMS = record.programs()
PROCESSORS = ["qemu32", "pentium3", "core2duo", "Nehalem"]  # of QEMU's; all others run on max
EACH = 5  # one program of so many runs on the kernel that measures; each with STRETCH_TESTS=all
ALL = os.environ.get("STRETCH_TESTS") == "all"
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


@pytest.mark.parametrize("cpu", PROCESSORS)
def test_v86(cpu, complain):
    """On QEMU's max this program sees nothing of the mode that it tries to enter."""
    program = next(p for p in PROGRAMS if p.name == "evil_v86")
    run(program, complain, None, program.limit, cpu)


# The kernel that measures how long it lets nobody else run: it panics where that is too long.
@pytest.mark.skipif(not build.stretch_kernel(), reason="no such build; `make STRETCH=1` makes it")
@pytest.mark.parametrize("program", programs_for("normal")[:: 1 if ALL else EACH])
def test_program_stretch(program, complain):
    run(program, complain, build.stretch_kernel(), program.limit, option=stretch.OPTION)


def run(program, complain, kernel, limit, cpu="max", option=""):
    """Run a program on a kernel and a processor, and compare with its record."""
    if not program.record.exists():
        complain(
            f"{program.name} has no record. `grade/oracle --write {program.name}` makes it from what"
            f" Linux does; for a hostile program write user/tests/{program.name}.expect; a program"
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
        complain(outcome.explain(f"user/tests/{program.name}.c: {difference}"))


def test_records_have_programs():
    """A record whose program is gone or misspelt would never be looked at."""
    names = {program.name for program in PROGRAMS}
    records = [p for p in record.FOLDER.glob("*.*") if p.suffix in (".linux", ".expect")]
    assert [p.name for p in records if p.stem not in names] == []


def ending(result):
    """How a run ended, in the words of a record."""
    if result.kind == "exit":
        return f"exit {result.status}"
    if result.kind == "signal":
        return f"signal {result.signal}"
    return result.kind
