#!/usr/bin/env python3
"""Name macros and enumerators of kern/ that nothing uses, and names that are defined twice.

- A macro or an enumerator of kern/ is used by the code of the tree besides its definition: C,
  assembly, the linker's scripts, or the grader, which reads some by their names.
- What a header of kern/LAYER/, or of kern/ itself, defines is defined by no other file of kern/: a
  file that comes to include the header would have two of it.
"""
import collections
import re
import sys

import c_text

DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
UNDEFINE = re.compile(r"^[ \t]*#[ \t]*undef[ \t]+(\w+)", re.M)
ENUM = re.compile(r"\benum\b[^;{}()]*\{([^}]*)\}")
ENUMERATOR = re.compile(r"(?:^|,)\s*([A-Za-z_]\w*)\s*(?==|,|$)")

USERS = (*c_text.C_SUFFIXES, ".ld", ".mk", ".py")


def definitions(code):
    """Yield (name, position) of each macro and enumerator that `code` defines for good."""
    passing = set(UNDEFINE.findall(code))
    for match in DEFINE.finditer(code):
        if match[1] not in passing:
            yield match[1], match.start(1)
    for body in ENUM.finditer(code):
        for match in ENUMERATOR.finditer(body[1]):
            yield match[1], body.start(1) + match.start(1)


def main():
    sources = {path: c_text.read(path) for path in c_text.tree() if path.endswith(USERS)}
    codes = {path: c_text.code(text) if path.endswith(c_text.C_SUFFIXES) else text
             for path, text in sources.items()}
    words = collections.Counter()
    for code in codes.values():
        words.update(c_text.IDENTIFIER.findall(code))
    places = collections.defaultdict(list)
    for path, code in codes.items():
        if path.startswith("kern/"):
            for name, position in definitions(code):
                places[name].append((path, c_text.line_of(code, position)))
    complaints = []
    for name, found in places.items():
        if words[name] == len(found):
            complaints += [(*place, f"{name} is used nowhere") for place in found]
        headers = [path for path, _ in found if path.endswith(".h") and "/test/" not in path]
        complaints += [(path, line, f"{name} is defined in {headers[0]} too")
                       for path, line in found if headers and path != headers[0]]
    for path, line, wrong in sorted(complaints):
        print(f"{path}:{line}: {wrong}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
