"""Each program of user/tests prints on Quire what its record says, in a fresh machine."""
import pytest

from quire import guest, record

PROGRAMS = record.programs()


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.helper], ids=lambda p: p.name)
def test_program(program, complain):
    if not program.record.exists():
        complain(
            f"{program.name} has no record. `grade/oracle --write {program.name}` makes it from"
            f" what Linux does; for a hostile program write user/tests/{program.name}.expect; mark a"
            " program that others run with a first line `// helper`."
        )
    outcome = guest.run(
        f"/tests/{program.name}",
        *program.args,
        stdin=program.input,
        limit=program.limit,
        mem=program.mem,
    )
    got = record.text(outcome.stdout, ending(outcome.result))
    difference = record.difference(program.record.read_bytes(), got, program.record.name)
    if difference:
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
