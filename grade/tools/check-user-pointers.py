#!/usr/bin/env python3
"""Name places of kern/ that use `->` on a pointer to a program's struct.

A program may pass any address, and `&user->member` of a misaligned one is undefined behaviour (C17,
6.3.2.3); kernels built with UBSAN=1 panic there. `user_member(type, user, member)` of vm/uaccess.h
forms the member's address without it.
"""
import re
import sys

import c_text

# A declared pointer to a program's struct or union.
POINTER = re.compile(r"\b(?:struct|union)\s+\w+\s+(?:const\s+)?__user\s*\*\s*(?:const\s+)?(\w+)")
FUNCTION_END = re.compile(r"^\}", re.M)


def arrows(code):
    """Yield (name, position) of each `->` on such a pointer, in the function that declares it."""
    start = 0
    for end in [*(match.end() for match in FUNCTION_END.finditer(code)), len(code)]:
        function = code[start:end]
        names = set(POINTER.findall(function))
        if names:
            arrow = re.compile(rf"\b({'|'.join(sorted(names))})\s*->")
            for match in arrow.finditer(function):
                yield match[1], start + match.start()
        start = end


def main():
    complaints = [f"{path}:{c_text.line_of(text, position)}: {name}-> on a program's pointer: use user_member()"
                  for path, text in c_text.c_files("kern").items()
                  for name, position in arrows(c_text.code(text))]
    print("\n".join(complaints), end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
