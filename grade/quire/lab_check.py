"""What checks of labs are made of: a list of operations, and a model that judges what they
returned.

A check has a name, a sentence that says what must hold, and a function that makes its operations
(it may draw them from a seed). It contains no expectation: the model (lab_pages.py, lab_tables.py)
knows from the contracts what each operation may return, follows where the contract leaves a choice,
and raises Wrong.
"""
import random
import re
import zlib
from dataclasses import dataclass, field

from quire.lab_words import NAMES, error, number_words
from quire.trace import BEGUN, FAULTED, MISSING, PANICKED, Machine, Op

SHARED = ("start", "vm")  # steps at which a check begins with a state of its own, so that checks can share a machine
KERNBASE = 0xC0000000
NOT_STORED = 0xDEADBEEF  # what the kernel's operations put where a function should store something
NONE = 0xFFFFFFFF  # no page

NMI = 2  # the watchdog sends one
EXCEPTIONS = {0: "divide error", 6: "invalid opcode", 8: "double fault", 13: "general protection fault",
              14: "page fault"}


def exception_words(vector):
    """The exception of that number, by its name if it is one that a lab meets."""
    return EXCEPTIONS.get(vector, f"exception {vector}")


class Wrong(Exception):
    """An operation did not do what its contract says. `key` names the kind of failure, without
    numbers. `where`: the bytes that differ (lab_bytes.py), if the failure is about bytes.
    """

    def __init__(self, what, expected, got, key="", where=None):
        super().__init__(f"{what}: expected {expected}; got {got}")
        self.what, self.expected, self.got, self.key, self.where = what, expected, got, key, where


class Blocked(Exception):
    """The grader's own operation could not be performed: the memory that it needs is not there."""


@dataclass
class Check:
    """One check. `make` makes [(step, operations)], from a random.Random."""

    lab: int
    name: str
    sentence: str
    make: object
    model: object  # makes the model: a class
    machine: Machine = field(default_factory=Machine)
    place: str = ""  # where it is written: file:line
    program: str = ""  # instead of operations: a program of user/tests
    log: str = ""  # what the kernel's log has then

    def sections(self, seed):
        """Its operations for a seed; other checks have no influence on what it draws."""
        return self.make(random.Random(zlib.crc32(f"{self.name} {seed}".encode())))

    @property
    def step(self):
        """The step of boot at which it begins."""
        return self.sections(0)[0][0]

    @property
    def alone(self):
        """Does it need a machine of its own?"""
        sections = self.sections(0)
        return bool(self.program) or len(sections) > 1 or sections[0][0] not in SHARED


class Checks:
    """The checks of a lab, in the order in which they are written."""

    def __init__(self, lab, model):
        self.lab, self.model, self.all = lab, model, []

    def add(self, sentence, machine=Machine(), name=None, model=None):
        """Decorator: the function makes a list of operations, or sections [(step, operations)]."""

        def register(function):
            def make(rng):
                made = function(rng)
                return made if isinstance(made[0], tuple) else [("start", made)]

            code = function.__code__
            place = f"{code.co_filename}:{code.co_firstlineno}"
            self.all.append(Check(self.lab, name or function.__name__, sentence, make, model or self.model, machine, place))
            return function

        return register

    def add_program(self, name, sentence, log=""):
        """A check that runs the program `name` of user/tests, and compares it with its record
        (lab_program.py).

        The kernel's log must have the text `log`.
        """
        self.all.append(Check(self.lab, name, sentence, lambda rng: [("program", [])], None, program=name, log=log))


def op(name, *args):
    """Short for Op."""
    return Op(name, args)


class Model:
    """Judges reports. A subclass has a method `do_NAME(args, report)` for each operation,
    `words_NAME` where
    "NAME(arguments)" does not say enough, and `results_NAME(report)` where the values do not.
    `symbols` turns an
    address into a place in the source."""

    QUIET = frozenset()  # operations of the grader's own, of whose results nobody need read

    def __init__(self, symbols):
        self.symbols = symbols
        self.panic_wanted = None  # why the running operation must panic

    brief = False  # are words wanted without the state that an operation met?

    def briefly(self, operation):
        """The operation as a call, as `words`, but short."""
        self.brief = True
        try:
            return self.words(operation).rstrip()
        finally:
            self.brief = False

    def judge(self, operation, report):
        """Raise Wrong, or remember what the operation has changed."""
        self.call = self.words(operation)
        handler = getattr(self, f"do_{operation.name}")
        reason = self.must_panic(operation)
        if report.state == MISSING:
            raise Wrong(self.call, "that the machine comes to this operation",
                        f"{getattr(self, 'ended', 'the machine ended')}; this was before", "missing")
        if reason:
            if report.state != PANICKED:
                raise Wrong(self.call, f"a panic, because {reason}", self._ending(report),
                            f"{operation.name}: no panic")
            message = getattr(self, f"panicked_{operation.name}", None)
            if message:
                message(*operation.args, text=report.text)
            return
        if report.state in (PANICKED, FAULTED, BEGUN):
            raise Wrong(self.call, "that it returns", self._ending(report), f"{operation.name}: {report.state}")
        handler(*operation.args, report=report)

    def must_panic(self, operation):
        """Why the operation must panic, or None."""
        reason = getattr(self, f"panic_{operation.name}", None)
        return reason(*operation.args) if reason else None

    def words(self, operation):
        """The operation as a call."""
        words = getattr(self, f"words_{operation.name}", None)
        if words:
            return words(*operation.args)
        return f"{operation.name}({', '.join(f'{arg:#x}' for arg in operation.args)})"

    # Accesses, which several labs try: `read` and `write` report whether an exception came, and the value or its number.

    def results_read(self, report):
        faulted, value = report.values[:2]
        return exception_words(value) if faulted else f"{value:#x}"

    def results_write(self, report):
        return self.results_read(report) if report.values[0] else "allowed"

    def results(self, operation, report):
        """What an operation returned, in words; nothing if there is nothing to say."""
        if report.state == PANICKED:
            return f"panic: {report.text}"
        if report.state == FAULTED:
            return "an exception"
        words = getattr(self, f"results_{operation.name}", None)
        if words:
            try:
                return words(report)
            except (IndexError, TypeError, ValueError):
                pass  # the kernel reported something else: its numbers
        elif operation.name in self.QUIET:
            return ""
        return ", ".join(number_words(value) for value in report.values[:6])

    def _ending(self, report):
        if report.state == PANICKED:
            return f"a panic at {self.symbols.place(report.place - 1)}: {self.with_places(report.text)}"
        if report.state == FAULTED:
            name = exception_words(report.vector)
            where = self.symbols.place(report.place)
            if report.vector == NMI:
                return f"that it does not end: the watchdog found it still running at {where}"
            if report.vector == 14:
                access = "a write to" if report.code & 2 else "a read of"
                return f"a {name} at {where}: {access} address {report.address:#x}"
            return f"a {name} at {where}"
        if report.state == BEGUN:
            return getattr(self, "ended", "the machine ended in it")
        return "that it returned"

    def with_places(self, text):
        """The text, with the place in the source after each address in the kernel's code."""
        def place(match):
            found = self.symbols.place(int(match[0], 16))
            return match[0] if found == match[0] else f"{match[0]}, {found}"

        return re.sub(r"0xc[0-9a-f]{7}\b", place, text)

    def expect(self, got, wanted, what, key):
        """Compare two values; `what` says of what."""
        if got != wanted:
            raise Wrong(self.call, f"{what} {self.show(wanted)}", self.show(got), f"{self.operation_name()}: {key}")

    def expect_error(self, got, wanted):
        """Compare what a function returned."""
        if got != -wanted & 0xFFFFFFFF:
            raise Wrong(self.call, f"the result {NAMES[wanted]}", error(got),
                        f"{self.operation_name()}: {error(got) if error(got)[0] in '-0' else 'other'} for {NAMES[wanted]}")

    def operation_name(self):
        return self.call.partition("(")[0]

    @staticmethod
    def show(value):
        return f"{value:#x}" if isinstance(value, int) and value > 9 else str(value)
