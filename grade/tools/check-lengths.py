#!/usr/bin/env python3
"""Name C files of more than 400 lines, functions of more than 60, and functions without a comment.

Usage: check-lengths.py FILE...

A function of kern/ with 12 lines or more has a comment above its definition, or, if it is not
static, above its declaration in a header. A comment above several declarations without an empty
line between them is about all of them. Tests are excepted: their names say what they test.
"""
import pathlib
import re
import sys

FILE_LINES = 400
FUNCTION_LINES = 60
COMMENTED_LINES = 12

# The first name before a parenthesis, on the line where a function begins; of a system call its own.
NAME = re.compile(r"(?:SYSCALL\d\()?(\w+)[(,)]")


def functions(lines):
    """Yield (name, first line, length, line of its head) of each function: its brace opens and
    closes a line.
    """
    head, head_line = None, 0
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and head:
            yield head[1], start, number - start + 1, head_line
            head = None
        elif (line[:1].isalpha() or line[:1] == "_") and "(" in line:
            head, head_line = NAME.search(line), number


def commented_declarations(lines):
    """Yield the name of each function that a header declares under a comment."""
    commented = False
    for line in lines:
        if line.startswith("//"):
            commented = True
        elif not line:
            commented = False
        elif commented and line[:1].isalpha() and (match := NAME.search(line)):
            yield match[1]


def has_comment(lines, head_line):
    """Does the line before a function's head, or before its type on a line of its own, end a
    comment?
    """
    before = head_line - 2
    while before >= 0 and re.match(r"[a-z][\w *]*$", lines[before]):
        before -= 1
    return before >= 0 and lines[before].startswith("//")


def main():
    texts = {path: pathlib.Path(path).read_text(encoding="utf-8").splitlines() for path in sys.argv[1:]}
    headers = pathlib.Path("kern").rglob("*.h")
    declared = {name for path in headers
                for name in commented_declarations(path.read_text(encoding="utf-8").splitlines())}
    without = 0
    for path, lines in texts.items():
        if len(lines) > FILE_LINES:
            print(f"note: {path} has {len(lines)} lines")
        for name, start, length, head_line in functions(lines):
            if length > FUNCTION_LINES:
                print(f"note: {path}:{start}: {name} has {length} lines")
            static = lines[head_line - 1].startswith("static ")
            if (length >= COMMENTED_LINES and path.startswith("kern/") and "/test/" not in path
                    and not has_comment(lines, head_line) and (static or name not in declared)):
                print(f"note: {path}:{start}: {name} has {length} lines and no comment")
                without += 1
    if without:
        print(f"note: {without} functions of {COMMENTED_LINES} lines or more have no comment")


if __name__ == "__main__":
    main()
