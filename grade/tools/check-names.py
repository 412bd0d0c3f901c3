#!/usr/bin/env python3
"""Check that comments and pages speak only of what the tree has.

- A word of a comment with an underscore in it, or with `()` after it, is a name of the tree's code:
  an identifier, an option, a file. So is each such word between backquotes in a page (*.md), and any
  word that stands there alone. A word that ends or begins with `_` is a part of such a name.
  Other names are those of Linux's sources in a sentence that speaks of Linux, those of manual pages
  with their section, such as path_resolution(7), and a few listed here.
- A file that a comment or a page names is there. Its path may begin at any directory.
- A letter in brackets, as in `// [s] sched_lock`, is explained in the file that has it: in a comment
  at the beginning of a line, before a word.
- The pictures and tables of layers in README.md and kern/README.md are those of layers.py.
"""
import pathlib
import re
import sys

import c_text
from layers import LAYERS

HOUSES = ("boot", "grade", "inc", "kern", "lib", "user")

# Names of other systems' code, manuals and grammars, and placeholders.
FOREIGN = set("""
    SLP_EN and_or
    SYS_name sys_name user_get_N user_put_N evil_NAME SYSCALLn
""".split())
FOREIGN_FILES = {"lib/ubsan/ubsan_handlers.h", "hidden_checks.py"}  # the second is of staff who have hidden tests

WORD = re.compile(r"(?<![\w/.$%@-])([A-Za-z_]\w*)(\(\))?(?![\w*]|\(\d)")
FILE = re.compile(r"(?<![\w.>*{-])((?:[\w-]+/)*[\w-]+\.(?:c|h|S|py|mk|ld|md))\b(?!\()")
PLACEHOLDER = re.compile(r"[A-Z]+$")
QUOTED = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```", re.M | re.S)
SENTENCE_END = re.compile(r"[.;]\s|$")
SYSCALL = re.compile(r"\bSYSCALL\d\((\w+)")
TAG = re.compile(r"(?<![\w\])*])\[([a-z-])\](?!\w)")
MEANING = re.compile(r"\[([a-z-])\] \w")


def known_names(texts):
    """Every identifier of the tree's code, and every part of a file's path."""
    names = set(FOREIGN)
    for path, text in texts.items():
        if path.endswith(c_text.C_SUFFIXES):
            text = c_text.code(text)
            names.update("sys_" + name for name in SYSCALL.findall(text))
        names.update(c_text.IDENTIFIER.findall(text))
        names.update(re.split(r"[/.]", path))
    return names


class Names:
    """What the tree has."""

    def __init__(self, texts):
        self.names = known_names({path: text for path, text in texts.items() if not path.endswith(".md")})
        self.paths = list(texts)

    def has(self, name):
        """Does the code have this name, or one that begins with NAME_ or ends with _NAME?"""
        return (name in self.names
                or name.endswith("_") and any(other.startswith(name) for other in self.names)
                or name.startswith("_") and any(other.endswith(name) for other in self.names))

    def has_file(self, path):
        """Is there such a file? NAME.c stands for any."""
        return path in FOREIGN_FILES or PLACEHOLDER.match(pathlib.PurePath(path).stem) or any(
            other == path or other.endswith("/" + path) for other in self.paths)

    def wrong_words(self, text):
        """Yield (position, complaint) of each name in `text` that the tree does not have."""
        for match in WORD.finditer(text):
            name = match[1]
            is_name = match[2] or "_" in name.strip("_") or match[0] == text
            if is_name and not self.has(name):
                yield match.start(), f"there is no {name}{match[2] or ''}"

    def wrong_files(self, text):
        """Yield (position, complaint) of each file in `text` that the tree does not have."""
        for match in FILE.finditer(text):
            if not self.has_file(match[1]):
                yield match.start(), f"there is no file {match[1]}"


def speaks_of_linux(comment, position):
    """Is the sentence of `comment` at `position` about Linux, whose sources have names of their own?"""
    start = max((end.end() for end in SENTENCE_END.finditer(comment) if end.end() <= position), default=0)
    return "Linux" in comment[start:SENTENCE_END.search(comment, position).end()]


def check_comments(names, text):
    """Yield (position, complaint) about a C file."""
    for start, comment in c_text.comment_blocks(text):
        for position, wrong in (*names.wrong_words(comment), *names.wrong_files(comment)):
            if not speaks_of_linux(comment, position):
                yield start + position, wrong


def check_letters(text):
    """Yield (position, complaint) of each letter in brackets that the file does not explain."""
    found = list(c_text.comments(text))
    explained = {letter for start, comment in found if start == 0 or text[start - 1] == "\n"
                 for letter in MEANING.findall(comment)}
    for start, comment in found:
        for match in TAG.finditer(comment):
            if match[1] not in explained:
                yield start + match.start(), f"the file does not explain [{match[1]}]"


def check_page(names, text):
    """Yield (position, complaint) about a page."""
    text = FENCED.sub(lambda match: c_text.blank(match[0]), text)
    yield from names.wrong_files(text)
    for quoted in QUOTED.finditer(text):
        for position, wrong in names.wrong_words(quoted[1]):
            yield quoted.start(1) + position, wrong


def check_layers(text, pattern, expected):
    """Yield (position, complaint) if the layers that `pattern` finds in a page are not `expected`."""
    section = re.search(r"^## (?:The l|L)ayers\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    found = re.findall(pattern, section[1], re.M) if section else []
    if found != expected:
        yield 0, f"the layers are {' '.join(expected)}; the page has {' '.join(found)}"


def complaints_about(path, text, names):
    """Yield (position, complaint) about one file."""
    if path.endswith(c_text.C_SUFFIXES):
        yield from check_comments(names, text)
        if path.startswith("kern/"):
            yield from check_letters(text)
    elif path.endswith(".md"):
        yield from check_page(names, text)
    if path == "README.md":
        yield from check_layers(text, r"^ {8}(\w+)  +[a-z]", LAYERS[::-1])
    elif path == "kern/README.md":
        yield from check_layers(text, r"^\| `(\w+)` \|", LAYERS)


def main():
    texts = {path: c_text.read(path) for path in c_text.tree()}
    names = Names(texts)
    complaints = 0
    for path, text in texts.items():
        if path.split("/")[0] in HOUSES or path.endswith(".md"):
            for position, wrong in complaints_about(path, text, names):
                print(f"{path}:{c_text.line_of(text, position)}: {wrong}")
                complaints += 1
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
