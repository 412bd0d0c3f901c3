"""The functions of C files: where each begins and ends, and the comment above it.

Universal Ctags finds them, so no file needs markers.
"""
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path


class SourceError(Exception):
    """A file or a function is not there, or is not what was asked for."""


@dataclass
class Function:
    """One definition. Lines count from 0; [first, end) is from its first line to its last `}`."""

    name: str
    first: int
    end: int


def functions(path):
    """All functions that the file at `path` defines, in the order of their lines."""
    command = ["ctags", "--language-force=C", "--output-format=json", "--fields=+ne", "--kinds-C=f",
               "--sort=no", "-o", "-", str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    tags = [json.loads(line) for line in output.splitlines()]
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    found = [Function(tag["name"], _start(lines, tag["line"] - 1), tag["end"]) for tag in tags if "end" in tag]
    return sorted(found, key=lambda function: function.first)


def function(path, name):
    """The only function called `name` in the file at `path`."""
    found = [candidate for candidate in functions(path) if candidate.name == name]
    if len(found) != 1:
        raise SourceError(f"{path} defines {name} {len(found) or 'no'} times" if found
                          else f"{path} does not define {name}")
    return found[0]


def comment_above(lines, first):
    """The line at which the comment above line `first` begins; `first` where there is none."""
    while first > 0 and lines[first - 1].startswith("//"):
        first -= 1
    return first


def _start(lines, at):
    """The first line of a definition: its return type may stand on a line of its own."""
    while at > 0 and lines[at - 1] and not lines[at - 1].startswith(("//", "#", "}", "\t", " ")) \
            and not lines[at - 1].endswith((";", "}", "{", "*/")):
        at -= 1
    return at
