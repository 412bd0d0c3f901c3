#!/usr/bin/env python3
"""Name C files of more than 400 lines and functions of more than 60. Usage: check-lengths.py FILE..."""
import re
import sys

FILE_LINES = 400
FUNCTION_LINES = 60

# The last name before a parenthesis, on the line where a function begins.
NAME = re.compile(r"(\w+)\(")


def functions(lines):
    """Yield (name, first line, length) of each function: its brace opens and closes a line."""
    head = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and head:
            yield head[1], start, number - start + 1
            head = None
        elif line[:1].isalpha() and "(" in line:
            head = NAME.search(line)


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        if len(lines) > FILE_LINES:
            print(f"note: {path} has {len(lines)} lines")
        for name, start, length in functions(lines):
            if length > FUNCTION_LINES:
                print(f"note: {path}:{start}: {name} has {length} lines")


if __name__ == "__main__":
    main()
