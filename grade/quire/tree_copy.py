"""A copy of the tree with its objects, to be changed and built: only what the change touches is
compiled.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from quire import build

# What the makefiles read, and what the kernel is made of.
KERNEL = ["Makefile", "boot", "inc", "lib", "kern", "user/user.mk", "user/own.mk", "grade/grade.mk",
          "grade/tools"]
# Of the build: the objects, the flags by which they were made, and the toolchain that was found.
BUILT = ["kobj", "quire.elf", "toolchain-found.mk"]


class BuildError(Exception):
    """The copy could not be built; what the compiler says."""


def copy(tree, parts=KERNEL, built=BUILT, linked=()):
    """Copy `parts` of the source tree and `built` of the build's folder to `tree`.

    linked: files and folders of the build that nobody writes to; links to them will do.
    """
    for part in parts:
        if os.path.exists(build.source(part)):
            _copy(build.source(part), Path(tree, part))
    for part in built:
        _copy(build.path(part), Path(tree, "obj", part))
    for part in linked:
        Path(tree, "obj", part).symlink_to(build.path(part))


def make(tree, *goals):
    """Build `goals` there."""
    made = subprocess.run(["make", "-C", str(tree), "-j2", "O=obj", *goals], env=environment(), check=False,
                          capture_output=True, text=True)
    if made.returncode:
        raise BuildError(made.stderr)


def environment():
    """Of a make inside: without what a make outside has set; and warnings are no errors there,
    since
    parameters that nobody uses any more are warnings."""
    skipped = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CI", "WERROR", "QUIRE_OBJ")
    return {key: value for key, value in os.environ.items() if key not in skipped}


def _passing(_, names):
    """Files that another make is just writing: write-if-new gives them its number as an ending, and soon another name."""
    return [name for name in names if re.search(r"\.\d+$", name)]


def _copy(old, new):
    """Copy a file or a folder with its times, by which make judges what is new."""
    new.parent.mkdir(parents=True, exist_ok=True)
    if os.path.isdir(old):
        shutil.copytree(old, new, symlinks=True, ignore=_passing)
    else:
        shutil.copy2(old, new)
