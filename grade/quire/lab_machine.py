"""The machine of a lab's test, for `make gdb`, `make rewind` and `make explain`."""
import sys
from pathlib import Path

from quire import build, trace
from quire.machine import Setup

SHOWN = 6  # operations that are listed


def checks():
    """The tests of all labs that the tree has."""
    if build.source("grade") not in sys.path:
        sys.path.append(build.source("grade"))
    try:
        from quire.lab_grade import checks_of
    except ImportError:
        return []
    folders = Path(build.source("grade")).glob("lab[0-9]*/checks.py")
    return [check for folder in folders for check in checks_of(int(folder.parent.name[3:]))]


def find(name, lab=""):
    """The test of this name, or None; `lab` where two labs have one."""
    return next((check for check in checks() if check.name == name and lab in ("", str(check.lab))), None)


def cut(sections, at):
    """The operations 0 to `at` only, if `at` is a number."""
    left, kept = at, []
    for step, ops in sections:
        if at is not None and left < 0:
            break
        kept.append((step, ops if at is None else ops[: left + 1]))
        left = left - len(ops) if at is not None else None
    return kept


def setup_of(check, options):
    """The Setup of a test's machine. `options` are those of the command line: kernel, seed, at,
    append.
    """
    sections = cut(check.sections(options.seed), options.at)
    setup = Setup(options.kernel, [trace.text(sections)], f"{trace.options(check.machine)} {options.append}", check.machine.mem)
    lines = [op.line() for _, ops in sections for op in ops]
    first = max(0, len(lines) - SHOWN) if options.at is not None else 0
    print(f"{check.name}, a test of lab {check.lab}. Its operations{f' from number {first} on' if first else ''}:")
    print("".join(f"{number:4} {line}\n" for number, line in enumerate(lines) if number >= first), end="", flush=True)
    return setup
