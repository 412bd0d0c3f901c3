#!/usr/bin/env python3
"""Check every grade/labN/lab.toml: its keys, its points, and the functions that it names; and the
wrong solutions.

What one file must have is said in grade/quire/lab_toml.py. Besides, no two labs have one function,
and each wrong solution (grade/quire/mutant.py) can be applied.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from quire import lab_toml, mutant  # noqa: E402  (the path comes first)


def complaints(root):
    """Yield what is wrong with the labs of the tree at `root`."""
    owners = {}
    for number in lab_toml.numbers(root):
        try:
            lab = lab_toml.read(number, root)
            lab_toml.places(lab, root)
        except lab_toml.LabError as error:
            yield str(error)
            continue
        for exercise in lab.exercises:
            for name in exercise.functions:
                if name in owners:
                    yield f"{lab.path}:1: exercise {exercise.id}: {name} is in exercise {owners[name]} too"
                owners[name] = exercise.id


def main():
    root = pathlib.Path.cwd()
    found = list(complaints(root)) or list(mutant.misfits(root))
    print("".join(line + "\n" for line in found), end="")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
