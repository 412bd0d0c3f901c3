"""A kernel in which one function does nothing: like a student's, before the function is written.

The function's body becomes `return 0;`, or nothing where it returns nothing. Such a kernel is built
in a copy of the tree, beside the objects of the normal one, so that only what includes the function
is compiled.
"""
import re
from pathlib import Path

from quire import source, tree_copy


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
    """Build the kernel with the function `name` of `file` emptied, in `folder`. Returns its path.
    """
    tree = Path(folder, "tree")
    tree_copy.copy(tree)
    empty(tree / file, name)
    try:
        tree_copy.make(tree, "kernel")
    except tree_copy.BuildError as error:
        raise source.SourceError(f"{file}: without {name} the kernel cannot be built:\n{error}") from error
    return str(tree / "obj" / "quire.elf")
