"""Carries a student's code of earlier labs into the tree of the next lab: FROM=tree of `make
student`.

A C file is taken whole where the reference's has not changed since the student's tree was made.
Where it has, and in headers, single functions are taken: in a C file with the functions, types,
variables, macros and includes that the student has added for them, in a header only their bodies,
so that no structure changes. What cannot be taken is reported, and is then the reference's.
"""
import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from quire import source, stubs, tree_copy
from tools import c_text

ORIGIN = "grade/origin.json"
ERROR = re.compile(r"^([^\s:]+):\d+:(?:\d+:)? (?:fatal )?error: (.*)", re.M)
INCLUDE = re.compile(r"^#include .*", re.M)


class CarryError(Exception):
    """FROM is not a student's tree, or its code cannot be put together with this lab's tree."""


@dataclass
class Carried:
    """What was taken out of FROM."""

    report: list = field(default_factory=list)  # sentences for the student
    taken: dict = field(default_factory=dict)  # {file: its functions that are the student's}

    def functions(self):
        """The names of all functions that are the student's."""
        return {name for names in self.taken.values() for name in names}

    def refuse(self, path, names, reason):
        """Note that these functions could not be taken."""
        for name in names:
            self.report.append(f"not taken: {name} of {path}: {reason}; it is the reference's")


def carry(plan, out, number, previous):
    """Put the student's functions of earlier labs out of `previous` into `out`. Returns a Carried.

    Where `previous` is of lab `number` itself (whose tree was corrected meanwhile), this lab's too.
    """
    try:
        origin = json.loads((previous / ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CarryError(f"{previous} is not a student's tree: {ORIGIN}: {error}") from error
    if origin["lab"] > number:
        raise CarryError(f"{previous} is of lab {origin['lab']}, which comes after lab {number}")
    carried = Carried()
    for path in plan.files():
        names = plan.in_file(path)
        wanted = [name for name in names if plan.lab_of(name) <= origin["lab"]]
        if not wanted:
            continue
        if not (previous / path).is_file():
            carried.refuse(path, wanted, "your tree has no such file")
            continue
        mine = written(previous / path)
        taken = [name for name in wanted if name in mine]
        carried.refuse(path, [name for name in wanted if name not in mine and plan.lab_of(name) < number],
                       "your tree does not have it written")
        between = [name for name in names if origin["lab"] < plan.lab_of(name) < number]
        unchanged = origin["files"].get(path) == plan.hashes()[path]
        if taken and taken == wanted and not between and unchanged and path.endswith(".c"):
            shutil.copyfile(previous / path, out / path)
            carried.report.append(f"taken: {path}")
        elif taken:
            taken = graft(out / path, previous / path, taken, names, path, carried)
        if taken:
            carried.taken[path] = taken
    return carried


def written(path):
    """The names of the functions in a file that are defined once and are not stubs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    functions = source.functions(path)
    names = [function.name for function in functions]
    return {function.name for function in functions if names.count(function.name) == 1
            and not stubs.is_stub("\n".join(lines[function.first : function.end]))}


def graft(base, theirs, names, named, path, carried):
    """Put the functions `names` of the file `theirs` into the file `base`. Returns those that were
    put.
    """
    their_text = theirs.read_text(encoding="utf-8")
    their_lines = their_text.splitlines()
    theirs_by_name = {function.name: function for function in source.functions(theirs)}
    lines = base.read_text(encoding="utf-8").splitlines()
    good = []
    for name in names:
        if head(lines, source.function(base, name)) == head(their_lines, theirs_by_name[name]):
            good.append(name)
        else:
            carried.refuse(path, [name], "its parameters or its type are different now")
    if not good:
        return []
    # What only the reference's bodies used goes first: the student may have a helper of the same name.
    stubs.empty(base, {name: "not_written(__func__, 0, 0);" for name in good}, named)
    lines = base.read_text(encoding="utf-8").splitlines()
    bodies = {}
    for function in reversed(source.functions(base)):
        if function.name in good:
            mine = theirs_by_name[function.name]
            bodies[function.name] = their_lines[their_lines.index("{", mine.first, mine.end) : mine.end]
            brace = lines.index("{", function.first, function.end)
            lines[brace : function.end] = bodies[function.name]
    stubs.write(base, lines)
    if base.suffix == ".c":
        helpers = add_helpers(base, theirs, "\n".join(line for body in bodies.values() for line in body))
        text = f" with {', '.join(helpers)}" if helpers else ""
    else:
        text = ""
    carried.report.append(f"taken: {', '.join(good)} of {path}{text}")
    return good


def head(lines, function):
    """A function's head without layout, comments and marks."""
    brace = lines.index("{", function.first, function.end)
    text = c_text.code("\n".join(lines[function.first : brace])).replace(stubs.UNUSED, "")
    return c_text.IDENTIFIER.findall(text), text.count("*")


def add_helpers(base, theirs, code):
    """Add what `code` uses of the file `theirs`, and `base` does not have. Returns the names."""
    mine, others = items(theirs), items(base)
    names, todo = set(), [code]
    their_lines = theirs.read_text(encoding="utf-8").splitlines()
    while todo:
        for name in set(c_text.IDENTIFIER.findall(c_text.code(todo.pop()))):
            if name in mine and name not in others and name not in names:
                names.add(name)
                first, end = mine[name]
                todo.append("\n".join(their_lines[first:end]))
    lines = base.read_text(encoding="utf-8").splitlines()
    pieces = []
    for first, end in sorted({mine[name] for name in names}):
        pieces += [*their_lines[first:end], ""]
    at = min(source.comment_above(lines, function.first) for function in source.functions(base))
    lines[at:at] = pieces
    text = "\n".join(lines)
    new = [line for line in INCLUDE.findall("\n".join(their_lines)) if line not in INCLUDE.findall(text)]
    last = max(number for number, line in enumerate(lines) if line.startswith("#include"))
    lines[last + 1 : last + 1] = new
    stubs.write(base, lines)
    return sorted(names)


def items(path):
    """{name: (first line, end line)} of what a C file defines at its top level, with the comments
    above.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    found = dict(stubs.extents(path))
    for function in source.functions(path):
        found[function.name] = (source.comment_above(lines, function.first), function.end)
    command = ["ctags", "--language-force=C", "--output-format=json", "--fields=+ne", "--kinds-C=degstu",
               "--sort=no", "-o", "-", str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    tags = [json.loads(line) for line in output.splitlines()]
    spans = [(tag["line"] - 1, tag["end"]) for tag in tags if tag["kind"] in ("enum", "struct", "union") and "end" in tag]
    for tag in tags:
        first, end = tag["line"] - 1, tag.get("end", tag["line"])
        if tag["kind"] == "enumerator":
            first, end = next((span for span in spans if span[0] <= first < span[1]), (first, end))
        while tag["kind"] == "macro" and lines[end - 1].endswith("\\"):
            end += 1
        found.setdefault(tag["name"], (source.comment_above(lines, first), end))
    return found


def check(out, carried, restore):
    """Compile the files with the student's code. restore(path): make a file the reference's again.

    A file that does not compile becomes the reference's, and the report says why.
    """
    while carried.taken:
        with tempfile.TemporaryDirectory(prefix="quire-check-") as folder:
            objects = sorted({f"{folder}/kobj/{Path(unit(out, path)).with_suffix('.o')}" for path in carried.taken})
            made = subprocess.run(["make", "-C", out, "-k", "-j2", f"O={folder}", *objects],
                                  env=tree_copy.environment(), check=False, capture_output=True, text=True)
        if made.returncode == 0:
            return
        errors = [(path, text) for path, text in ERROR.findall(made.stderr) if path in carried.taken]
        if not errors:
            raise CarryError(f"the tree cannot be compiled with your code:\n{made.stderr}")
        path, text = errors[0]
        names = carried.taken.pop(path)
        carried.report = [line for line in carried.report if not (
            line == f"taken: {path}" or line.startswith("taken: ") and re.search(rf" of {re.escape(path)}(?: |$)", line))]
        carried.refuse(path, names, f"it cannot be compiled here ({text})")
        restore(path)


def unit(out, path):
    """A C file of the kernel whose compilation shows whether `path` can be compiled."""
    if path.endswith(".c"):
        return path
    name = path.removeprefix("kern/")
    for file in sorted((out / "kern").rglob("*.c")):
        if f'#include "{name}"' in file.read_text(encoding="utf-8"):
            return str(file.relative_to(out))
    raise CarryError(f"no file includes {path}")
