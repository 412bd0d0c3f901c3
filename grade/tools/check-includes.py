#!/usr/bin/env python3
"""Check that includes go one way: kern/'s layers downward, and everything else within its house.

- A file of kern/LAYER/ includes headers of its own layer and of those below it.
- Only a test, kern/LAYER/test/, may stand below what it includes: debug/ktest.h, which runs it.
- kern.h, layout.h, list.h and bitmap.h are for everybody, so they include nothing of a layer.
- What else stands in kern/ itself, and boot/, start the whole: they may include anything of kern/.
- inc/, lib/ and user/ include nothing of kern/.
- <...> names a header of inc/, "..." any other.
- Includes that follow each other are in alphabetical order, "..." before <...>. A file's own header may
  come before, with an empty line after it.
"""
import pathlib
import re
import sys

from layers import EVERYBODY, LAYERS

# What tests need of a layer that may stand above theirs.
FOR_TESTS = "debug/ktest.h"

# The folder of programs whose headers all programs in it find.
TESTS = ("user", "tests")

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def height(path):
    """How high a file of kern/ stands: 0 for everybody's headers, then the layers, then the rest.
    """
    parts = path.parts
    if len(parts) > 2:
        return LAYERS.index(parts[1]) + 1
    return 0 if path.name in EVERYBODY else len(LAYERS) + 1


def complaint(path, kind, name):
    """What is wrong with one include of the file, or None."""
    house = path.parts[0]
    in_inc = pathlib.Path("inc", name).exists()
    if kind == "<":
        return None if in_inc else "is not a header of inc/"
    target = path.parent / name
    if not target.exists() and house in ("boot", "kern"):
        target = pathlib.Path("kern", name)
    if not target.exists() and path.parts[:2] == TESTS:
        target = pathlib.Path(*TESTS, name)
    if not target.exists() and in_inc:
        return "is a header of inc/: write <...>"
    if not target.exists():
        return "is not found"
    if path.parts[2:3] == ("test",) and name == FOR_TESTS:
        return None
    if house == "kern" and height(target) > height(path):
        return "stands higher in kern/ than the file that includes it"
    return None


def misplaced(before, match):
    """What is wrong with the place of an include, directly after another one or nothing; or None."""
    if before and (before[1], before[2]) > (match[1], match[2]):
        return f"belongs before {before[2]}: first \"...\", then <...>, each in alphabetical order"
    return None


def main():
    complaints = 0
    for house in ("boot", "inc", "kern", "lib", "user"):
        for path in sorted(pathlib.Path(house).rglob("*.[chS]")):
            if house == "kern" and len(path.parts) > 2 and path.parts[1] not in LAYERS:
                print(f"{path}: {path.parts[1]} is not a layer")
                complaints += 1
                continue
            before = None
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                wrong = match and (complaint(path, *match.groups()) or misplaced(before, match))
                before = match
                if wrong:
                    print(f"{path}:{number}: {match[2]} {wrong}")
                    complaints += 1
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
