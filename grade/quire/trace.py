"""Lists of operations that the kernel performs at a step of boot, and what it reports
(kern/trace/trace.h).

    done = run([("start", ops)], Machine())       # ops: Op, in order
    done.reports[3].values                        # what operation 3 reported

The kernel judges nothing. A report says how the operation ended: it returned, it panicked, it
caused an exception, or the machine ended in it (`result` says how), or the list had ended before.
"""
import mmap
from dataclasses import dataclass, field

from quire import build
from quire.machine import Setup
from quire.machine_run import MachineRun
from quire.nonblocking import Log

LIMIT = 0.4  # guest seconds: 40 times what a boot with a long list takes
RETURNED, PANICKED, FAULTED, BEGUN, MISSING = "returned", "panicked", "faulted", "begun", "missing"


@dataclass(frozen=True)
class Op:
    """One operation: its name and up to six numbers."""

    name: str
    args: tuple = ()

    def line(self):
        return " ".join([self.name, *(f"{arg & 0xFFFFFFFF:x}" for arg in self.args)])


@dataclass
class Report:
    """What the kernel said of one operation. `more` has the lines before the last one, as lists."""

    state: str = MISSING
    values: list = field(default_factory=list)
    more: list = field(default_factory=list)
    text: str = ""  # of a panic
    place: int = 0  # where the panic was called from, or which instruction faulted
    vector: int = 0
    code: int = 0  # the exception's error code
    address: int = 0  # CR2

    def all_values(self):
        """The values of all lines."""
        return [value for line in self.more for value in line] + self.values


@dataclass(frozen=True)
class Machine:
    """The machine of a list: MiB of memory, and ranges in which it shall have none:
    "START-END,...".
    """

    mem: int = 16
    hole: str = ""

    def __str__(self):
        return f"{self.mem} MiB" + (f", without {self.hole}" if self.hole else "")


@dataclass
class Done:
    """A list that was performed."""

    reports: list  # of Report, one for each operation
    result: object  # result.Result
    log: str
    memory: object = None  # the machine's memory, if it was asked for: an mmap, to be closed


def text(sections):
    """The list as the kernel reads it: [(step, operations)]."""
    lines = []
    for step, ops in sections:
        lines.append(f"@{step}")
        lines += [op.line() for op in ops]
    return "".join(line + "\n" for line in lines).encode()


def options(machine):
    """The kernel's command line."""
    return " ".join(["trace", "loglevel=3"] + ([f"hole={machine.hole}"] if machine.hole else []))


def run(sections, machine, kernel=None, keep_memory=False):
    """Perform a list in a fresh machine."""
    log = Log()
    setup = Setup(kernel=kernel or build.path("quire.elf"), modules=[text(sections)], icount=True,
                  mem=machine.mem, options=options(machine), audit=keep_memory)
    session = TraceRun(setup, log=log, limit=LIMIT)
    result = session.run()
    count = sum(len(ops) for _, ops in sections)
    return Done(reports(session.transcript.trace, count), result, log.text(), session.memory)


class TraceRun(MachineRun):
    """A session that keeps the machine's memory instead of auditing it: see lab_audit.py."""

    memory = None

    def _audited(self, result):
        self.memory = mmap.mmap(self.machine.memory.fileno(), 0, access=mmap.ACCESS_READ)
        return result


def reports(lines, count):
    """The reports in a trace's lines (lists of words), `count` of them. Lines that do not fit end
    it.
    """
    found = [Report() for _ in range(count)]
    for words in lines:
        try:
            keyword, number = words[0], int(words[1])
            report = found[number]
            _take(report, keyword, words[2:])
        except (IndexError, ValueError):
            break
    return found


def _take(report, keyword, words):
    if keyword == "op":
        report.state = BEGUN
    elif report.state != BEGUN:
        raise ValueError(keyword)
    elif keyword == "also":
        report.more.append([int(word, 16) for word in words])
    elif keyword == "did":
        report.state, report.values = RETURNED, [int(word, 16) for word in words]
    elif keyword == "panicked":
        report.state, report.place, report.text = PANICKED, int(words[0], 16), " ".join(words[1:])
    elif keyword == "faulted":
        report.state = FAULTED
        report.vector, report.code, report.address, report.place = (int(word, 16) for word in words)
