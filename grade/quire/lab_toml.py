"""Reads grade/labN/lab.toml: the exercises of a lab, and what each of its tests covers.

Trees, grader, handouts and mutants all read labs through this module. The keys of the file:

    title = "Page tables"           of the lab
    reading = 1.5                   hours for the handout and the files that it lists; 0 where it is missing

    [[exercise]]
    id = "2.4"                      the the lab, and the exercise counted from 1
    title = "Mapping a page"
    functions = ["page_insert"]     what the student writes; each is defined once, in one of `files`
    files = ["kern/mem/pgdir.c"]
    points = 20                     a lab has 100
    hours = 1.5                     what a student needs, about

    [[test]]
    name = "insert_replaces"
    covers = ["2.4"]                the exercises whose points it earns; at least one, of this lab
    needs = ["2.1", "1.4"]          other exercises without which it cannot run
    hidden = true                   stays out of the student's tree; false where it is missing

A file hidden.toml beside it, or in a folder that staff give, has nothing but [[test]] tables: of
tests that are hidden, and that no student's tree names. What does not fit is refused with file and
line.
"""
import re
from dataclasses import dataclass, field
from pathlib import Path

from quire import build, source

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

POINTS = 100
EXERCISE_KEYS = {"id": str, "title": str, "functions": list, "files": list, "points": int, "hours": (int, float)}
TEST_KEYS = {"name": str, "covers": list, "needs": list, "hidden": bool}
OPTIONAL = {"needs": [], "hidden": False}
HIDDEN = "hidden.toml"


class LabError(Exception):
    """A lab.toml that is not as described above; the message begins with file and line."""


@dataclass
class Exercise:
    """One exercise. `files` has the functions' files, in the order of `functions`."""

    id: str
    title: str
    functions: list
    files: list
    points: int
    hours: float

    @property
    def number(self):
        """What is after the lab's number: 4 of "2.4"."""
        return int(self.id.split(".")[1])


@dataclass
class Test:
    """One test of a lab: `covers` and `needs` are ids of exercises."""

    name: str
    covers: list
    needs: list
    hidden: bool


@dataclass
class Lab:
    """One lab."""

    number: int
    path: Path
    title: str
    reading: float = 0
    exercises: list = field(default_factory=list)
    tests: list = field(default_factory=list)

    @property
    def hours(self):
        """What a student needs for all of it, about."""
        return self.reading + sum(exercise.hours for exercise in self.exercises)

    def exercise(self, which):
        """The exercise with this id."""
        return next(exercise for exercise in self.exercises if exercise.id == which)


def numbers(root=None):
    """The labs that the tree has."""
    found = Path(root or build.source()).glob("grade/lab*/lab.toml")
    return sorted(int(path.parent.name[3:]) for path in found if re.fullmatch(r"lab\d+", path.parent.name))


def labs(root=None):
    """All Labs of the tree, in order."""
    return [read(number, root) for number in numbers(root)]


def read(number, root=None, hidden=None):
    """The Lab with this number, of the tree at `root` (this one's). Raises LabError.

    `hidden`: a folder whose hidden.toml has more tests.
    """
    return Reader(number, Path(root or build.source()), hidden).lab


def places(lab, root=None):
    """{function: its file}, of all functions of the lab. Raises LabError where one is not there."""
    return Reader(lab.number, Path(root or build.source())).places()


class Reader:
    """Reads one file, and knows the line of each of its tables and keys."""

    def __init__(self, number, root, hidden=None):
        self.root = root
        self.path = Path("grade", f"lab{number}", "lab.toml")
        content = self._content()
        self._check_keys(content, {"title": str, "reading": (int, float), "exercise": list, "test": list},
                         {"reading": 0, "exercise": [], "test": []}, 0)
        self.lab = Lab(number, self.path, content["title"], content["reading"])
        if self.lab.reading < 0:
            self.refuse(self._key_line(0, "reading"), "the hours of reading are not negative")
        for at, table in enumerate(content["exercise"]):
            self._add_exercise(table, self._line("exercise", at), at + 1)
        for at, table in enumerate(content["test"]):
            self._add_test(table, self._line("test", at))
        self._check_points()
        beside = self.path.with_name(HIDDEN)
        if (root / beside).exists():
            self._add_hidden(beside)
        if hidden:
            self._add_hidden(Path(hidden, HIDDEN).absolute())

    def _content(self):
        """The tables of the file at `path`, whose lines are kept."""
        text = self._text()
        self.lines = text.splitlines()
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            return self.refuse(int(line[1]) if line else len(self.lines), str(error))

    def _add_hidden(self, path):
        """Take the tests of a hidden.toml over."""
        kept = self.path, self.lines
        self.path = path
        content = self._content()
        self._check_keys(content, {"test": list}, {}, 0)
        for at, table in enumerate(content["test"]):
            self._add_test(table, self._line("test", at))
            self.lab.tests[-1].hidden = True
        self.path, self.lines = kept

    def _text(self):
        try:
            return (self.root / self.path).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            what = "lab" if self.path.name == "lab.toml" else "file"
            raise LabError(f"{self.path}: there is no such {what}") from error

    def refuse(self, line, text):
        """Raise LabError for this line, which counts from 1."""
        raise LabError(f"{self.path}:{line}: {text}")

    def _line(self, kind, at):
        """The line of the table number `at` of this kind."""
        heads = [number for number, line in enumerate(self.lines, 1) if line.strip() == f"[[{kind}]]"]
        return heads[at]

    def _key_line(self, table_line, *words):
        """The line of the table that begins at `table_line` which has the first of `words` that is
        there.

        A word is a key, or a string in quotes. Without any, the table's own line.
        """
        end = next((number for number, line in enumerate(self.lines[table_line:], table_line)
                    if line.startswith("[[")), len(self.lines))
        for word in words:
            pattern = re.escape(word) if word.startswith('"') else rf"^{word}\s*="
            for number in range(table_line, end):
                if re.search(pattern, self.lines[number]):
                    return number + 1
        return max(table_line, 1)

    def _check_keys(self, table, keys, optional, line):
        """Every key is known, has the right type, and is there unless it is optional."""
        for key, value in table.items():
            if key not in keys:
                self.refuse(self._key_line(line, key), f"unknown key {key}")
            if not isinstance(value, keys[key]) or isinstance(value, bool) and keys[key] is not bool:
                self.refuse(self._key_line(line, key), f"the value of {key} has a wrong type")
            if keys[key] is list and key in EXERCISE_KEYS | TEST_KEYS and \
                    not all(isinstance(item, str) for item in value):
                self.refuse(self._key_line(line, key), f"{key} is a list of strings")
        for key in keys:
            if key not in table:
                if key not in optional:
                    self.refuse(max(line, 1), f"there is no {key}")
                table[key] = optional[key]

    def _add_exercise(self, table, line, number):
        """Take one exercise over, after its checks."""
        self._check_keys(table, EXERCISE_KEYS, {}, line)
        exercise = Exercise(**table)
        if exercise.id != f"{self.lab.number}.{number}":
            self.refuse(self._key_line(line, "id"),
                        f"exercise {exercise.id} stands where {self.lab.number}.{number} belongs")
        for key in ("functions", "files"):
            if not getattr(exercise, key):
                self.refuse(self._key_line(line, key), f"exercise {exercise.id} has no {key}")
        for name in exercise.functions:
            for other in self.lab.exercises + [exercise]:
                if other.functions.count(name) > (other is exercise):
                    self.refuse(self._key_line(line, f'"{name}"'),
                                f"exercise {exercise.id}: exercise {other.id} has {name} already")
        if exercise.points <= 0 or exercise.hours <= 0:
            self.refuse(self._key_line(line, "points" if exercise.points <= 0 else "hours"),
                        f"exercise {exercise.id}: points and hours are more than 0")
        self.lab.exercises.append(exercise)

    def _add_test(self, table, line):
        """Take one test over, after its checks."""
        self._check_keys(table, TEST_KEYS, OPTIONAL, line)
        test = Test(**table)
        mine = [exercise.id for exercise in self.lab.exercises]
        if test.name in [other.name for other in self.lab.tests]:
            self.refuse(self._key_line(line, "name"), f"there is a test {test.name} already")
        if not test.covers:
            self.refuse(self._key_line(line, "covers"), f"test {test.name} covers nothing")
        for which in test.covers:
            if which not in mine:
                self.refuse(self._key_line(line, f'"{which}"'),
                            f"test {test.name} covers {which}: lab {self.lab.number} has no such exercise")
        for which in test.needs:
            if which in test.covers:
                self.refuse(self._key_line(line, "needs"), f"test {test.name} covers {which}, so it needs it")
            if not self._known(which):
                self.refuse(self._key_line(line, "needs"), f"test {test.name} needs {which}: no such exercise")
        self.lab.tests.append(test)

    def _known(self, which):
        """Is this the id of an exercise of this lab or an earlier one?"""
        if which in [exercise.id for exercise in self.lab.exercises]:
            return True
        number = which.split(".")[0]
        return number.isdigit() and int(number) < self.lab.number and int(number) in numbers(self.root) \
            and which in [exercise.id for exercise in read(int(number), self.root).exercises]

    def _check_points(self):
        """The exercises' points add up to POINTS."""
        if not self.lab.exercises:
            self.refuse(1, "there is no exercise")
        total = sum(exercise.points for exercise in self.lab.exercises)
        if total != POINTS:
            last = self._line("exercise", len(self.lab.exercises) - 1)
            self.refuse(self._key_line(last, "points"), f"the exercises have {total} points, not {POINTS}")

    def places(self):
        """{function: its file}; refuses what is not defined, and files without a function of the
        exercise.
        """
        found = {}
        for at, exercise in enumerate(self.lab.exercises):
            line = self._line("exercise", at)
            defined = {name: self._defined(exercise, name, line) for name in exercise.files}
            for name in exercise.functions:
                files = [path for path, functions in defined.items() for each in functions if each == name]
                if len(files) != 1:
                    self.refuse(self._key_line(line, f'"{name}"', "functions"),
                                f"exercise {exercise.id}: {' and '.join(exercise.files)} define {name} "
                                f"{len(files)} times, not once")
                found[name] = files[0]
            for path in exercise.files:
                if path not in [found[name] for name in exercise.functions]:
                    self.refuse(self._key_line(line, f'"{path}"', "files"),
                                f"exercise {exercise.id}: {path} defines none of its functions")
        return found

    def _defined(self, exercise, name, line):
        """The functions that a file of the exercise defines."""
        path = self.root / name
        if not path.exists():
            self.refuse(self._key_line(line, f'"{name}"', "files"), f"exercise {exercise.id}: there is no {name}")
        return [function.name for function in source.functions(path)]
