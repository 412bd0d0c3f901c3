"""The names of all tests: programs of user/tests, tests inside the kernel, tests of labs."""
import re
from fnmatch import fnmatchcase
from pathlib import Path

from quire import build, lab_machine, user_tests
from tools.layers import LAYERS

KTEST = re.compile(r"^KTEST(?:_DEBUG)?\((\w+)\)", re.MULTILINE)
SHOWN = 8  # names of tests that a refusal lists


class NoTest(Exception):
    """There is no such test; the text says which there are."""


def ktests(layer="*"):
    """The names of the tests inside the kernel, or of one layer's."""
    sources = sorted(Path(build.source("kern")).glob(f"{layer}/test/*.c"))
    return [name for source in sources for name in KTEST.findall(source.read_text(encoding="utf-8"))]


def ktests_by_layer():
    """[(layer, its tests)], the lowest layer first."""
    return [(layer, ktests(layer)) for layer in LAYERS]


def ktests_like(patterns):
    """The tests inside the kernel that the option `ktest=PATTERN,...` runs."""
    return [name for name in ktests() if any(fnmatchcase(name, one) for one in patterns.split(","))]


def unknown(name):
    """The NoTest for a name, with names that resemble it."""
    part = name.strip("*?")
    known = {*(program.name for program in user_tests.programs()), *ktests(), *(check.name for check in lab_machine.checks())}
    near = sorted(test for test in known if part in test)
    text = f"there is no test {name}"
    return NoTest(f"{text}; there are {', '.join(near[:SHOWN])}" if near else text)
