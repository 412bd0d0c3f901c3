"""Replaces the bodies of functions that a lab leaves to the student, and what only they used.

A stub names its function, lab and exercise, and ends the machine (not_written in kern.h). It marks
the parameters as used, so that no compiler warns. Static functions and variables of a file that
only emptied functions used are taken out, because they are a part of the answer.
"""
import re
from pathlib import Path

from quire import source
from tools import c_text

UNUSED = "__attribute__((unused))"
STATIC_DATA = re.compile(r"^static [^(){}\n]*?\b(\w+)(?:\[[^\n;=]*\])*(?: =[^;]*)?;", re.M)


def call(exercise, this_lab):
    """The statement of a stub of an exercise ("2.4") in the tree of lab `this_lab`."""
    number, at = exercise.split(".")
    if int(number) > this_lab:
        return f"not_in_this_lab(__func__, {this_lab}, {number}, {at});"
    return f"not_written(__func__, {number}, {at});"


def is_stub(body):
    """Is this the text of a stub's body?"""
    return bool(re.search(r"\b(?:not_written|not_in_this_lab)\(__func__,", body))


def empty(path, calls, named=()):
    """Make stubs in the file at `path`. calls: {function: the stub's statement}.

    named: other functions that labs name; they stay, even if nothing uses them.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    used_before = used_names(path, text)
    lines = text.splitlines()
    for function in reversed(source.functions(path)):
        if function.name in calls:
            brace = lines.index("{", function.first, function.end)
            head = "\n".join(lines[function.first : brace])
            marks = [f"\t(void){name};" for name in parameters(head, function.name)]
            lines[brace : function.end] = ["{", *marks, "\t" + calls[function.name], "}"]
    write(path, lines)
    if path.suffix == ".c":
        while _drop_unused(path, used_before, {*calls, *named}):
            pass
        _mark_unused(path, {*calls, *named})


def parameters(head, name):
    """The names of the parameters, from a function's head (its text up to the brace)."""
    head = c_text.code(head)
    start = re.search(rf"\b{name}\(", head).end()
    depth, parts = 1, [""]
    for character in head[start:]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            break
        if character == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += character
    names = []
    for part in parts:
        pointer = re.search(r"\(\*\s*(\w+)\)", part)
        words = c_text.IDENTIFIER.findall(re.sub(r"\[[^]]*\]", "", part))
        if pointer or words and words != ["void"]:
            names.append(pointer[1] if pointer else words[-1])
    return names


def extents(path, text=None):
    """{name: (first line, end line)} of the static functions and the static data of a file.

    The comment above is a part of each.
    """
    text = text or Path(path).read_text(encoding="utf-8")
    lines = text.splitlines()
    found = {}
    for function in source.functions(path):
        if lines[function.first].startswith("static "):
            found[function.name] = (source.comment_above(lines, function.first), function.end)
    for match in STATIC_DATA.finditer(c_text.code(text)):
        first, end = (text.count("\n", 0, at) for at in match.span())
        found.setdefault(match[1], (source.comment_above(lines, first), end + 1))
    return found


def used_names(path, text):
    """The names of static functions and data of a file that are used outside of their own
    definition.
    """
    lines = c_text.code(text).splitlines()
    used = set()
    for name, (first, end) in extents(path, text).items():
        rest = "\n".join(line for line in (*lines[:first], *lines[end:]))
        rest = re.sub(_prototype(name), "", rest, flags=re.M)
        if re.search(rf"\b{name}\b", rest):
            used.add(name)
    return used


def _prototype(name):
    """A pattern for a declaration of the static function `name`."""
    return rf"^static [^;{{}}=]*\b{name}\([^;{{]*\);\n?"


def _drop_unused(path, used_before, keep):
    """Take out one static function or variable that is not used any more. Was there one?"""
    text = path.read_text(encoding="utf-8")
    now = used_names(path, text)
    for name, (first, end) in extents(path, text).items():
        if name in used_before and name not in now and name not in keep:
            lines = text.splitlines()
            lines[first:end] = []
            if first < len(lines) and not lines[first] and (first == 0 or not lines[first - 1]):
                del lines[first]
            text = re.sub(_prototype(name), "", "\n".join(lines) + "\n", flags=re.M)
            write(path, text.rstrip("\n").splitlines())
            return True
    return False


def _mark_unused(path, keep):
    """Mark the static functions in `keep` that nothing uses, so that no compiler warns."""
    text = path.read_text(encoding="utf-8")
    unused = set(extents(path, text)) & keep - used_names(path, text)
    lines = text.splitlines()
    for function in source.functions(path):
        if function.name in unused and UNUSED not in lines[function.first]:
            lines[function.first] = lines[function.first].replace("static ", f"static {UNUSED} ", 1)
    write(path, lines)


def write(path, lines):
    """Make these the lines of the file at `path`."""
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
