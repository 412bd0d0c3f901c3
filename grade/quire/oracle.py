"""The oracle: what this machine's Linux does with the programs of user/tests.

Without options it compares with the records and shows what differs. --write puts what Linux printed
into the records, and which Linux that was into user/tests/ORACLE. Hostile programs never run here.
"""
import argparse
import contextlib
import os
import platform
import re
from pathlib import Path

from quire import build, native, record
from tools import cpio

POOL = Path("/proc/sys/vm/nr_hugepages")
LIMIT = 20  # seconds of wall clock for one program


def main():
    parser = argparse.ArgumentParser(prog="grade/oracle", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the records")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these programs")
    options = parser.parse_args()
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "i686"):
        parser.error("the oracle is Linux on an x86 processor")
    with open(build.path("archive.cpio"), "rb") as file:
        archive = file.read()
    chosen = [p for p in record.programs() if not options.names or p.name in options.names]
    for name in set(options.names) - {p.name for p in chosen}:
        parser.error(f"there is no user/tests/{name}.c")
    chosen = [p for p in chosen if not (p.helper or p.hostile)]
    stale = not_built(chosen, archive, os.stat(build.path("archive.cpio")).st_mtime)
    if stale:
        which = f"{stale[0]} and {len(stale) - 1} more are" if stale[1:] else f"{stale[0]} is"
        parser.error(f"{which} not built from what its source says now; build it first: make")
    differing = [p.name for p in chosen if not agrees(p, archive, options.write)]
    note_version(options.write)
    verb = "written" if options.write else "differ"
    print(f"{len(chosen)} programs, {len(differing)} {verb}", *differing)
    return bool(differing) and not options.write


def not_built(programs, archive, built_at):
    """The names of those that the archive, written at `built_at`, lacks or has of an older source."""
    there = {name for name, _, _ in cpio.entries(archive)}
    return [
        p.name
        for p in programs
        if f"tests/{p.name}" not in there or p.source.stat().st_mtime > built_at
    ]


def agrees(program, archive, write):
    """Whether Linux does what the record says; if not, show it, and write it if `write`."""
    path = f"/tests/{program.name}"
    with jumbo_pages(program):
        stdout, stderr, ending = native.run(archive, path, program.args, program.input, LIMIT)
    got = record.text(stdout, ending)
    expected = program.record.read_bytes() if program.record.exists() else b""
    difference = record.difference(expected, got, program.record.name)
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


@contextlib.contextmanager
def jumbo_pages(program):
    """While the program runs, Linux has as many jumbo pages put aside as its kernel option says."""
    wanted = re.search(r"hugepages=(\d+)", program.append)
    if not wanted:
        yield
        return
    before = POOL.read_text(encoding="ascii")
    try:
        POOL.write_text(wanted[1], encoding="ascii")
        if POOL.read_text(encoding="ascii").strip() != wanted[1]:
            raise OSError(f"this Linux does not have {wanted[1]} jumbo pages to put aside")
        yield
    finally:
        POOL.write_text(before, encoding="ascii")


def note_version(write):
    """Compare or write the file that says which Linux the records come from."""
    path = record.FOLDER / "ORACLE"
    release = re.match(r"[0-9.]*[0-9]", platform.release())[0]
    here = f"{platform.system()} {release} {platform.machine()}\n"
    if write:
        path.write_text(here, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != here:
        known = path.read_text(encoding="utf-8").strip() if path.exists() else "no Linux yet"
        print(f"The records come from {known}; this is {here.strip()}.")
