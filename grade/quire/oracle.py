"""The oracle: what Linux does with the programs of user/tests (linux.py: which Linux).

Without options it compares with the records and shows what differs. --write puts what Linux printed
into the records, and which Linux that was into user/tests/linux-version. Hostile programs never run
here.
"""
import argparse
import os
import re
from pathlib import Path

from quire import build, linux, linux_machine, user_tests
from tools import cpio

ARCHIVES = ["archive.cpio", "tests.cpio"]
LIMIT = 20  # seconds of wall clock for one program


def main():
    parser = argparse.ArgumentParser(prog="grade/oracle", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the records")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these programs")
    options = parser.parse_args()
    archive = b"".join(Path(build.path(name)).read_bytes() for name in ARCHIVES)
    chosen = [p for p in user_tests.programs() if not options.names or p.name in options.names]
    for name in set(options.names) - {p.name for p in chosen}:
        parser.error(f"no program of user/tests is called {name}")
    chosen = [p for p in chosen if not (p.helper or p.hostile)]
    stale = not_built(chosen, archive, os.stat(build.path("tests.cpio")).st_mtime)
    if stale:
        which = f"{stale[0]} and {len(stale) - 1} more are" if stale[1:] else f"{stale[0]} is"
        parser.error(f"{which} not built from what its source says now; build it first: make")
    try:
        version = linux.version()
        outcomes = linux.run_all(archive, [job(p) for p in chosen])
        differing = [
            p.name for p, outcome in zip(chosen, outcomes) if not agrees(p, outcome, options.write)
        ]
    except linux_machine.Unavailable as error:
        parser.error(str(error))
    note_version(version, options.write)
    verb = "written" if options.write else "differ"
    print(f"{len(chosen)} programs, {len(differing)} {verb}", *differing)
    return bool(differing) and not options.write


def not_built(programs, archive, built_at):
    """The names of those that the archive, written at `built_at`, lacks or has of an older source.
    """
    there = {name for name, _, _ in cpio.entries(archive)}
    return [
        p.name
        for p in programs
        if f"tests/{p.name}" not in there or p.source.stat().st_mtime > built_at
    ]


def job(program):
    """How Linux runs a program: with as many large pages reserved as its kernel option says."""
    pool = re.search(r"hugepages=(\d+)", program.append)
    return linux.Job(
        f"/tests/{program.name}",
        program.args,
        program.input,
        LIMIT,
        int(pool[1]) if pool else 0,
    )


def agrees(program, outcome, write):
    """Whether Linux did what the record says; if not, show it, and write it if `write`."""
    stdout, stderr, ending = outcome
    got = user_tests.text(stdout, ending)
    expected = program.record.read_bytes() if program.record.exists() else b""
    difference = user_tests.difference(expected, got, program.record.name)
    if not difference:
        return True
    print(f"{program.name}: {difference if expected else 'new'}")
    if stderr:
        print(f"    standard error: {stderr.decode(errors='replace').rstrip()}")
    if write and not ending.startswith(("exit", "signal")):
        print("    not written: it did not end")
    elif write:
        program.record.write_bytes(got)
    return False


def note_version(version, write):
    """Compare or write the file that says which Linux the records come from."""
    path = user_tests.FOLDER / "linux-version"
    known = path.read_text(encoding="utf-8").strip() if path.exists() else "no Linux yet"
    if write:
        path.write_text(f"{version}\n", encoding="utf-8")
    elif version != known:
        print(f"The records come from {known}; this is {version}.")
