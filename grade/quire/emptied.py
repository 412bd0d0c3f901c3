"""A kernel in which one function does nothing: like a student's, before the function is written.

The function's body becomes `return 0;`, or nothing where it returns nothing. Such a kernel is built in a
copy of the tree, beside the objects of the normal one, so that only what includes the function is compiled.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from quire import build, source

# What the makefiles read, and what the kernel is made of.
PARTS = ["Makefile", "boot", "inc", "lib", "kern", "user/user.mk", "grade/grade.mk", "grade/tools"]
# Of the build: the objects, the flags by which they were made, and the toolchain that was found.
BUILT = ["kobj", "quire.elf", "toolchain-found.mk"]


def empty(path, name):
    """Empty the function `name` in the file at `path`."""
    path = Path(path)
    found = source.function(path, name)
    lines = path.read_text(encoding="utf-8").splitlines()
    brace = lines.index("{", found.first, found.end)
    head = " ".join(lines[found.first : brace])
    nothing = re.search(rf"\bvoid {name}\(", head)
    lines[brace : found.end] = ["{"] + ([] if nothing else ["\treturn 0;"]) + ["}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def kernel(folder, file, name):
    """Build the kernel with the function `name` of `file` emptied, in `folder`. Returns its path."""
    tree = Path(folder, "tree")
    for part in PARTS:
        _copy(build.source(part), tree / part)
    for part in BUILT:
        _copy(build.path(part), tree / "obj" / part)
    empty(tree / file, name)
    # Parameters that nobody uses any more are warnings, also where CI makes warnings errors.
    skipped = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CI", "WERROR")
    environment = {key: value for key, value in os.environ.items() if key not in skipped}
    made = subprocess.run(["make", "-C", tree, "-j2", "O=obj", "kernel"], env=environment, check=False,
                          capture_output=True, text=True)
    if made.returncode:
        raise source.SourceError(f"{file}: without {name} the kernel cannot be built:\n{made.stderr}")
    return str(tree / "obj" / "quire.elf")


def _copy(old, new):
    """Copy a file or a folder with its times, by which make judges what is new."""
    new.parent.mkdir(parents=True, exist_ok=True)
    if os.path.isdir(old):
        shutil.copytree(old, new)
    else:
        shutil.copy2(old, new)
