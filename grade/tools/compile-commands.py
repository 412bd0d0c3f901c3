#!/usr/bin/env python3
"""Write a compilation database (compile_commands.json), as editors and clang-tidy read it.

Usage: compile-commands.py OUTPUT COMPILER [-- FLAGS... -- FILES...]...
"""
import json
import os
import sys


def groups(words):
    """Split COMPILER -- FLAGS -- FILES -- FLAGS -- FILES ... at the dashes."""
    group = []
    for word in words:
        if word == "--":
            yield group
            group = []
        else:
            group.append(word)
    yield group


def main():
    output = sys.argv[1]
    (compiler,), *rest = groups(sys.argv[2:])
    database = [
        {"directory": os.getcwd(), "file": file, "arguments": [compiler, *flags, "-c", file]}
        for flags, files in zip(rest[::2], rest[1::2])
        for file in files
    ]
    with open(output, "w", encoding="utf-8") as file:
        json.dump(database, file, indent=1)


if __name__ == "__main__":
    main()
