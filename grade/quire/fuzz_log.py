"""What user/tests/fuzz/fuzz_memory prints, and where two such logs part.

    seed 7                               or: script PATH
    64 0 1f2e3d4c                        a hash of the operations up to number 64, in process depth
                                         0
    status 0                             how the sequence's first process ended (as wait4 says)

With -v each operation has a line instead: NUMBER DEPTH NAME ARGUMENT... = RESULT, where RESULT is
"VALUE :DETAIL", "!SIGNAL CODE PLACE" or "skipped"; lines that begin with spaces say more about the
operation whose line follows. Numbers are hexadecimal but for the first two and signals.
"""
import re
from dataclasses import dataclass, field

LINE = re.compile(r"(\d+) (\d+) (\w+)((?: [0-9a-f]+)*) = (.*)")
FORK, END = "fork", "end"


@dataclass(frozen=True)
class Op:
    """An operation to perform, as a line of a script."""

    name: str
    args: tuple

    def __str__(self):
        return " ".join([self.name, *(f"{arg:x}" for arg in self.args)])


@dataclass
class Entry:
    """An operation that was performed."""

    number: int
    depth: int
    op: Op
    result: str
    more: list = field(default_factory=list)


@dataclass
class Sequence:
    """What belongs to one seed or script."""

    name: str  # "seed 7"
    lines: list = field(default_factory=list)
    status: str = None  # None: it did not end

    def entries(self):
        """Its operations, in the order in which they were performed (with -v)."""
        found, more = [], []
        for line in self.lines:
            match = LINE.fullmatch(line)
            if line.startswith("  "):
                more.append(line.strip())
            elif match:
                number, depth, name, args, result = match.groups()
                op = Op(name, tuple(int(arg, 16) for arg in args.split()))
                found.append(Entry(int(number), int(depth), op, result, more))
                more = []
        return found

    def text(self):
        """What the program printed of it."""
        return "\n".join([self.name, *self.lines, f"status {self.status}", ""])

    def same(self, other):
        return self.lines == other.lines and self.status == other.status


def sequences(text):
    """{name: Sequence} of all that a log holds."""
    found, current = {}, None
    for line in text.splitlines():
        if line.startswith(("seed ", "script ")):
            current = found[line] = Sequence(line)
        elif line.startswith("status ") and current:
            current.status = line.split()[1]
        elif current:
            current.lines.append(line)
    return found


@dataclass
class Divergence:
    """Where two sequences part. `wanted` is Linux's entry, `got` Quire's; None: it has no more.

    before: what both did until then.
    """

    before: list
    wanted: Entry
    got: Entry
    note: str = ""  # how the machine ended, when that is the divergence

    @property
    def op(self):
        return (self.wanted or self.got).op if self.wanted or self.got else None

    @property
    def signature(self):
        """What makes two divergences seem the same: the call, and what kind of results."""
        ends = (kind(entry) for entry in (self.wanted, self.got))
        return (self.op.name if self.op else "", *ends, self.note.split(":")[0])


def kind(entry):
    """A result without what depends on the operations before."""
    if entry is None:
        return "nothing"
    value, *rest = entry.result.split()
    if value.startswith("!"):
        return " ".join([value, rest[0]])
    if value == "skipped":
        return value
    number = int(value, 16)
    if number > 0xFFFFF000:
        return f"error {0x100000000 - number}"
    return "value" if number else "0"


def divergence(wanted, got, note=""):
    """The first difference between two sequences of -v; None if there is none."""
    ours, theirs = wanted.entries(), got.entries()
    for at in range(max(len(ours), len(theirs))):
        want, have = (entries[at] if at < len(entries) else None for entries in (ours, theirs))
        if want is None or have is None or (want.op, want.result) != (have.op, have.result):
            return Divergence(ours[:at], want, have, note if have is None else "")
    if note or wanted.status != got.status:
        return Divergence(ours, None, None, note or f"status {wanted.status} and {got.status}")
    return None
