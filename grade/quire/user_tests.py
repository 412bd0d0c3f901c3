"""The programs of user/tests and their records: what each must print, and how it must end.

The source of a program is user/tests/TOPIC/NAME.c. Beside it NAME.linux-output holds what Linux
printed (grade/oracle writes it), or NAME.expected-output what a person wrote down for a program
that must not run on a working system. Both end with a line `status: exit N` or `status: signal N`.
Comments at the start of NAME.c say how to run it:
    // args: WORD...      // input: TEXT (\\n and the like mean what they mean in C)
    // limit: 10^9 INSTRUCTIONS, and 5 guest seconds for each    // mem: MIB
    // kernel: normal, or debug (not on both)
    // append: OPTION... of the kernel; for hugepages=N the oracle reserves as many on Linux
    // helper (another test runs it; no record)
    // stretch (make grade runs it on the kernel that measures stretches too)
"""
import re
import shlex
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

from quire import build

FOLDER = Path(build.source("user", "tests"))
DIRECTIVE = re.compile(r"//\s*(args|input|limit|mem|kernel|append|helper|stretch)\b:?\s?(.*)")
NO_NEWLINE = b"\n\\ no newline at the end\n"
HOSTILE = "evil_"
SHOWN = 10  # lines that differ
WINDOW = 200  # lines, after the first that differs, in which others are looked for
WIDEST = 200  # characters of a line that are shown
FROM_LINUX, BY_HAND = ".linux-output", ".expected-output"


@dataclass
class Program:
    """One program of user/tests."""

    source: Path
    args: list
    input: bytes
    limit: float
    mem: int
    kernel: str
    append: str
    helper: bool
    stretch: bool

    @property
    def name(self):
        """Its name in the machine, below /tests."""
        return self.source.stem

    @property
    def hostile(self):
        """Whether it must never run on a working system."""
        return self.name.startswith(HOSTILE) or self.record.suffix == BY_HAND

    @property
    def shown_source(self):
        """The path of its source, as people see it."""
        return str(self.source.relative_to(FOLDER.parent.parent))

    @property
    def record(self):
        """The record's path; where there is none yet, the one that the oracle would write."""
        expected = self.source.with_suffix(BY_HAND)
        if expected.exists() or self.name.startswith(HOSTILE):
            return expected
        return self.source.with_suffix(FROM_LINUX)


def programs():
    """All of them, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*/*.c"), key=lambda path: path.stem)]


def program(name):
    """The one of that name."""
    return read(next(FOLDER.glob(f"*/{name}.c")))


def records():
    """The paths of all records."""
    return [path for path in FOLDER.glob("*/*") if path.suffix in (FROM_LINUX, BY_HAND)]


def read(path):
    """The program whose source is at `path`."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        directive = DIRECTIVE.match(line)
        if directive:
            found[directive[1]] = directive[2]
    return Program(
        source=path,
        args=shlex.split(found.get("args", "")),
        input=found.get("input", "").encode().decode("unicode_escape").encode("latin-1"),
        limit=float(found.get("limit", 1)),
        mem=int(found.get("mem", 128)),
        kernel=found.get("kernel", ""),
        append=found.get("append", ""),
        helper="helper" in found,
        stretch="stretch" in found,
    )


def text(stdout, ending):
    """A record, as bytes: the output and the line that says how the program ended."""
    if stdout and not stdout.endswith(b"\n"):
        stdout += NO_NEWLINE
    return stdout + f"status: {ending}\n".encode()


def difference(expected, got, name):
    """In words, the lines where two records differ, at most SHOWN; None where they are equal."""
    if expected == got:
        return None
    wanted, had = (record.decode(errors="replace").splitlines() for record in (expected, got))
    pairs = zip_longest(wanted, had)
    first = next((n for n, (want, have) in enumerate(pairs) if want != have), None)
    if first is None:
        return f"{name} differs in bytes that do not show as text"
    text = "".join(f"\n      {_cut(line)}" for line in had[max(0, first - 3) : first])
    left = SHOWN
    wanted, had = wanted[first : first + WINDOW], had[first : first + WINDOW]
    for kind, i, end_i, j, end_j in SequenceMatcher(None, wanted, had, False).get_opcodes():
        if kind == "equal":
            continue
        if left <= 0:
            text += "\n    and more lines differ"
            break
        text += f"\n    line {first + i + 1}:" if left < SHOWN else ""
        text += _block("expected: ", wanted[i:end_i][:left]) + _block("got:      ", had[j:end_j][:left])
        left -= max(end_i - i, end_j - j)
    return f"line {first + 1} is not that of {name}:{text}"


def _block(head, lines):
    return "".join(f"\n    {head}{_cut(line)}" for line in lines or ["(nothing)"])


def _cut(line):
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}..."
