"""Paths through the kernel in reading order: grade/tour.md, with the line of each function today.
"""
import re
import sys
import textwrap
from dataclasses import dataclass

from quire import build, covers

STOP = re.compile(r"\d+\. `(\S+)` `(\w+)`: (.*)")
WIDTH = 100


@dataclass
class Stop:
    """One function on a path; `line` is None where its file does not define it."""

    file: str
    name: str
    text: str
    line: int


def read(functions):
    """[(title, [Stop])] of grade/tour.md; `functions` are those of the kernel."""
    paths = []
    with open(build.source("grade", "tour.md"), encoding="utf-8") as file:
        for line in file:
            stop = STOP.match(line)
            if line.startswith("## "):
                paths.append((line[3:].strip(), []))
            elif stop:
                where = find(functions, stop[1], stop[2])
                paths[-1][1].append(Stop(stop[1], stop[2], stop[3], where))
    return paths


def find(functions, path, name):
    """The line at which the file `path` defines the function or label `name`, or None."""
    if path.endswith(".S"):
        with open(build.source(path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.startswith(f"{name}:"):
                    return number
        return None
    return functions.where.get(f"{name}@{path}")


def main():
    """The command line of grade/tour."""
    missing = False
    for title, stops in read(covers.functions_of(build.path("quire.elf"))):
        print(f"\n{title}\n")
        for stop in stops:
            missing = missing or stop.line is None
            print(f"  {stop.file}:{stop.line or '?'}  {stop.name}")
            print(textwrap.fill(stop.text, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6))
    if missing:
        sys.exit("a function has moved (line ?): grade/tour.md is to be changed with it")
