"""Small changes to the source that stay valid while lines move: mistakes made on purpose.

A patch names a function for each change, not a line:

    says: page .* is still on the free list
    test: page_alloc
    @@ kern/mem/page_alloc.c page_take
     	a line that stays
    -	a line that goes
    +	a line that comes

Above the first @@ stand fields, one a line. The lines with a space or a minus must stand in the
function exactly once, one after the other; how they are indented does not matter.
"""
import re
from dataclasses import dataclass
from pathlib import Path

from quire import source

FIELD = re.compile(r"(\w+): ?(.*)")
PLACE = re.compile(r"@@ (\S+) (\w+)$")


class PatchError(Exception):
    """A patch cannot be read, or does not fit the source any more."""


@dataclass
class Hunk:
    """One change: `lines` begin with " ", "-" or "+"."""

    file: str
    function: str
    lines: list


@dataclass
class Patch:
    """A file of changes. `fields` are those of its head."""

    path: Path
    fields: dict
    hunks: list

    @property
    def name(self):
        """What it is called."""
        return self.path.stem


def read(path):
    """The Patch in the file at `path`."""
    fields, hunks = {}, []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        place = PLACE.match(line)
        field = FIELD.match(line)
        if place:
            hunks.append(Hunk(place[1], place[2], []))
        elif hunks and line[:1] in (" ", "-", "+", "\t", ""):
            hunks[-1].lines.append(line if line[:1] in ("-", "+") else " " + line[1:])
        elif not hunks and field:
            fields[field[1]] = field[2]
        elif line and not line.startswith("#"):
            raise PatchError(f"{path}:{number}: neither a field nor a change: {line}")
    if not hunks or not any(line[0] in "-+" for hunk in hunks for line in hunk.lines):
        raise PatchError(f"{path}: changes nothing")
    return Patch(Path(path), fields, hunks)


def apply(patch, root):
    """Change the tree below `root`; a PatchError leaves it unchanged."""
    changed = {}
    for hunk in patch.hunks:
        path = Path(root, hunk.file)
        if path not in changed:
            if not path.exists():
                raise PatchError(f"{patch.path}: there is no {hunk.file}")
            changed[path] = path.read_text(encoding="utf-8").splitlines()
        _change(patch, hunk, path, changed[path])
    for path, lines in changed.items():
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _change(patch, hunk, path, lines):
    """Make one change in `lines`, those of the file at `path`, perhaps with earlier changes made.
    """
    wanted = [line[1:].strip() for line in hunk.lines if line[0] in " -"]
    places = [at for first, end in _extents(path, lines, hunk.function)
              for at in range(first, end - len(wanted) + 1)
              if [line.strip() for line in lines[at : at + len(wanted)]] == wanted]
    if len(places) != 1:
        shown = "\n".join("    " + text for text in wanted)
        raise PatchError(f"{patch.path}: {hunk.file}: {hunk.function} has these lines {len(places)} times,"
                         f" not once:\n{shown}")
    new, kept = [], iter(lines[places[0] : places[0] + len(wanted)])
    for line in hunk.lines:
        if line[0] == "+":
            new.append(line[1:])
        elif line[0] == "-":
            next(kept)
        else:
            new.append(next(kept))
    lines[places[0] : places[0] + len(wanted)] = new


def _extents(path, lines, name):
    """(first, end) of each function `name` in `lines`, which may differ from the file by now."""
    before = path.read_text(encoding="utf-8").splitlines()
    moved = len(lines) - len(before)
    try:
        found = [f for f in source.functions(path) if f.name == name]
    except OSError as error:
        raise PatchError(f"{path}: {error}") from error
    if not found:
        raise PatchError(f"{path} does not define {name}")
    # Lines that an earlier change added or took away lie above or inside: search a little further.
    return [(max(0, f.first - abs(moved)), min(len(lines), f.end + abs(moved))) for f in found]
