#!/usr/bin/env python3
"""Check in the kernel's objects that calls go downward, and that few files form circles.

Usage: check-calls.py OBJDUMP DIRECTORY      of a build that is complete, such as obj/kobj

- A file refers to no symbol of a higher layer. Exceptions: the row `by name` of the table "Calls
  upward" in kern/README.md; the functions of kern.h, such as panic(), and the stack's guard; tests
  refer to debug/ktest.c, which runs them.
- The files of a layer form no circle, in which each one refers, directly or by others, to each, but
  those of the table "Circles" in kern/README.md. A table of operations makes no circle, neither the
  functions that one names nor a reference to one (NAME_ops): it exists to cut circles.
- The table "Calls upward" names each hook and each function that registers something from above,
  and
  the files that call and that register.
"""
import collections
import pathlib
import re
import subprocess
import sys

import c_text
from layers import EVERYBODY, LAYERS

KTEST = "kern/debug/ktest.c"
STACK_GUARD = {"__stack_chk_fail", "__stack_chk_guard"}

OBJECT = re.compile(r"(\S+):\s+file format ")
SECTION = re.compile(r"RELOCATION RECORDS FOR \[(.*)\]:")
RELOCATION = re.compile(r"[0-9a-f]+ +R_\S+ +([\w.$]+)")
SYMBOL = re.compile(r"[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+ (?:\.hidden )?(\S+)$")
QUOTED = re.compile(r"`([^`]+)`")
DECLARED = re.compile(r"\b(\w+)\(")
HOOK = re.compile(r"^extern [^;=]*?(?:\(\*(\w+)\)\(|struct \w+_hooks \*(\w+);)", re.M)
REGISTER = re.compile(r"^[a-z][^;{}=()]*?\b(\w*_register(?:_\w+)?)\(", re.M)


def is_test(path):
    return "/test/" in path


def height(path):
    """How high a file of the kernel stands: lib/ and boot/ lowest, then the layers, then main.c."""
    parts = path.split("/")
    if parts[0] != "kern":
        return -1
    return LAYERS.index(parts[1]) if len(parts) > 2 else len(LAYERS)


# --- Objects ---

class References:
    """Which file refers to which by which symbols, and whether from its code or from a table."""

    def __init__(self, objdump, directory):
        self.defined = {}  # symbol -> file
        self.used = collections.defaultdict(lambda: collections.defaultdict(set))  # file -> symbol -> sections
        objects = pathlib.Path(directory, "objects").read_text(encoding="utf-8").split()
        output = subprocess.run([objdump, "-t", "-r", *objects], check=True, capture_output=True, text=True).stdout
        source = section = None
        for line in output.splitlines():
            if match := OBJECT.match(line):
                source = str(pathlib.PurePath(match[1]).relative_to(directory)).removesuffix(".o")
                source += "" if source.endswith(".S") else ".c"
            elif match := SECTION.match(line):
                section = match[1]
            elif match := RELOCATION.match(line):
                self.used[source][match[1]].add(section)
            elif match := SYMBOL.match(line):
                if match[1][0] in "gu!" and match[2] not in ("*UND*", "*ABS*"):
                    self.defined[match[3]] = source

    def of(self, source):
        """Yield (symbol, file that defines it, whether code refers to it) of another file's
        symbols.
        """
        for symbol, sections in sorted(self.used[source].items()):
            target = self.defined.get(symbol)
            if target and target != source and not all(".debug" in section for section in sections):
                yield symbol, target, any(section.startswith(".text") for section in sections)


def everybodys_functions():
    """What kern.h and its like declare, and what the compiler calls."""
    names = set(STACK_GUARD)
    for path, text in c_text.c_files("kern").items():
        if path.removeprefix("kern/") in EVERYBODY:
            names.update(DECLARED.findall(c_text.code(text)))
    return names


def check_upward(references, allowed, everybody):
    """Yield a complaint about each symbol of a higher layer that a file refers to."""
    for source in sorted(references.used):
        for symbol, target, _ in references.of(source):
            for_tests = is_test(source) and (target == KTEST or is_test(target))
            if 0 <= height(source) < height(target) and symbol not in everybody | allowed and not for_tests:
                yield f"{source}: refers to {symbol} of {target}, which stands higher"


def edges_within_layers(references, everybody):
    """For each file: the files of its layer that its code refers to, and by which symbols."""
    edges = collections.defaultdict(lambda: collections.defaultdict(list))
    for source in references.used:
        for symbol, target, by_code in references.of(source):
            if (height(source) == height(target) and source.startswith("kern/") and by_code
                    and not symbol.endswith("_ops") and symbol not in everybody
                    and not is_test(source) and not is_test(target)):
                edges[source][target].append(symbol)
    return edges


def circles(edges):
    """The sets of files that all reach each other."""
    reached = {}
    for start in edges:
        reached[start], todo = set(), [start]
        while todo:
            for target in edges.get(todo.pop(), ()):
                if target not in reached[start]:
                    reached[start].add(target)
                    todo.append(target)
    return {frozenset(b for b in reached[a] if a in reached.get(b, ())) for a in edges if a in reached[a]}


def check_circles(edges, listed):
    """Yield a complaint about each circle that is not listed, and each listed one that is none."""
    found = circles(edges)
    for circle in sorted(found - listed, key=sorted):
        yield f"{' '.join(sorted(circle))}: a circle that kern/README.md does not list:"
        for source in sorted(circle):
            for target in sorted(circle & edges[source].keys()):
                yield f"    {source} -> {target}: {' '.join(edges[source][target])}"
    for circle in sorted(listed - found, key=sorted):
        yield f"kern/README.md: circles: {' '.join(sorted(circle))} form none"


# --- Pages ---

def table(page, title):
    """The rows of the table under `## title` of a page, as lists of cells, without its head."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    rows = re.findall(r"^\|(.*)\|$", section[1], re.M) if section else []
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


def names_of(cell):
    """The names between backquotes in a cell; of `ports[].input` the last part."""
    return [re.split(r"\W+", quoted.strip("."))[-1] for quoted in QUOTED.findall(cell)]


def places_of(cell):
    """The files and layers between backquotes in a cell."""
    return [quoted for quoted in QUOTED.findall(cell) if quoted in LAYERS or "/" in quoted]


def lies_in(path, places):
    """Is the file kern/`path` one of these files, or in one of these layers?"""
    return any(path in (f"kern/{place}",) or path.startswith(f"kern/{place}/") for place in places)


def sets(code, name):
    """Does this file set the hook `name`?"""
    return bool(re.search(rf"^\s+{name} = ", code, re.M))


def defines(code, name):
    """Does this file define the function `name`?"""
    return bool(re.search(rf"^[a-z][^;=\n]*\b{name}\([^;]*?\)\n\{{", code, re.M))


def check_row(row, sources, hooks, functions):
    """Yield a complaint about each place of a row of "Calls upward" where the code has none, or
    another.

    `hooks` are variables, which one layer calls and another sets; `functions` register something.
    """
    names, callers, owners = names_of(row[0]), places_of(row[1]), places_of(row[2])
    for path, code in sources.items():
        for name in names:
            registers = name in hooks and sets(code, name)
            calls = name in hooks and re.search(rf"\b{name}(?:\(|->)", code)
            if calls and callers and not lies_in(path, callers):
                yield f"{path} calls {name}; the table has {row[1]}"
            if name in functions and not defines(code, name):
                registers = not path.endswith(".h") and re.search(rf"\b{name}\(", code)
            if registers and owners and not lies_in(path, owners):
                yield f"{path} registers by {name}; the table has {row[2]}"
    if set(names) & (hooks | functions):
        for place in callers + owners:
            if not any(lies_in(path, [place]) and re.search(rf"\b{name}\b", code)
                       for path, code in sources.items() for name in names):
                yield f"{place} has none of {', '.join(names)}"


def check_table(page, sources):
    """Yield a complaint about each difference between "Calls upward" and the code."""
    rows = table(page, "Calls upward")
    listed = {name for row in rows for name in names_of(row[0])}
    hooks, functions = set(), set()
    for path, code in sources.items():
        if path.endswith(".h"):
            for name in (match[1] or match[2] for match in HOOK.finditer(code)):
                if name in listed or any(height(path) < height(user) and sets(text, name)
                                         for user, text in sources.items()):
                    hooks.add(name)
            for name in REGISTER.findall(code):
                users = [user for user, text in sources.items() if re.search(rf"\b{name}\(", text)]
                if any(height(path) < height(user) < len(LAYERS) for user in users):
                    functions.add(name)
    for name in sorted((hooks | functions) - listed):
        yield f"kern/README.md: calls upward: the table has no {name}"
    for row in rows:
        for wrong in check_row(row, sources, hooks, functions):
            yield f"kern/README.md: calls upward: {wrong}"


def main():
    objdump, directory = sys.argv[1:]
    page = c_text.read("kern/README.md")
    sources = {path: c_text.code(text) for path, text in c_text.c_files("kern").items() if not is_test(path)}
    references = References(objdump, directory)
    everybody = everybodys_functions()
    by_name = {name for row in table(page, "Calls upward") if "by name" in row[0] for name in names_of(row[0])}
    listed = {frozenset(f"kern/{path}" for path in QUOTED.findall(row[0])) for row in table(page, "Circles")}
    complaints = [*check_upward(references, by_name, everybody),
                  *check_circles(edges_within_layers(references, everybody), listed),
                  *check_table(page, sources)]
    print("\n".join(complaints), end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
