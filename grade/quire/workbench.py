"""Builds kernels that differ from the normal one in a few functions, as fast as possible.

A workbench is a copy of the kernel's source with the objects of the normal kernel. A change there
compiles only the files that can notice it: the changed file, or, for an inline function of a
header, the files that use the function, perhaps through other inline functions and macros.
Afterwards source and objects are as before.
"""
import json
import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from quire import build, tree_copy
from tools import c_text

MACRO = re.compile(r"^#define (\w+)((?:[^\\\n]|\\\n|\\.)*)", re.M)

class Workbench:
    """One copy, in the folder `folder`. Use it from one thread at a time."""

    def __init__(self, folder):
        self.tree = Path(folder)
        tree_copy.copy(self.tree)

    def kernel(self, files, change):
        """Build the kernel after change(self.tree), which changes functions of `files`.

        files: {path: names of the changed functions}. Returns the kernel's path. Raises
        tree_copy.BuildError.
        Whatever happens, `restore` with the same files is called afterwards.
        """
        kept = {path: os.stat(self.tree / path) for path in files}
        change(self.tree)
        for path, before in kept.items():
            if path.endswith(".h"):  # make would compile everything that includes it
                os.utime(self.tree / path, ns=(before.st_atime_ns, before.st_mtime_ns))
        for unit in units(files):
            self._object(unit).unlink(missing_ok=True)
        tree_copy.make(self.tree, "kernel")
        return str(self.tree / "obj" / "quire.elf")

    def restore(self, files):
        """Make source and objects what they were."""
        for path in files:
            shutil.copy2(build.source(path), self.tree / path)
        for unit in units(files):
            name = self._object(unit)
            shutil.copy2(build.path(name.relative_to(self.tree / "obj")), name)

    def _object(self, unit):
        return self.tree / "obj" / "kobj" / Path(unit).with_suffix(".o")


def units(files):
    """The C files of the kernel to compile for these changes: {path: names of the changed
    functions}.
    """
    found = {path for path in files if path.endswith(".c")}
    names = {name for path, functions in files.items() if path.endswith(".h") for name in functions}
    if names:
        words, inline = _source()
        grown = True
        while grown:
            more = {name for name, used in inline if name not in names and used & names}
            names |= more
            grown = bool(more)
        found |= {path for path, used in words.items() if used & names and os.path.exists(
            build.path("kobj", path.removesuffix(".c") + ".o"))}
    return sorted(found)


@lru_cache(maxsize=None)
def _source():
    """({C file: its words}, [(inline function or macro of a header, the words of its definition)]).
    """
    root = Path(build.source())
    words, inline = {}, []
    for folder in ("kern", "lib"):
        for path in sorted((root / folder).rglob("*.c")):
            text = c_text.code(path.read_text(encoding="utf-8"))
            words[str(path.relative_to(root))] = set(c_text.IDENTIFIER.findall(text))
    headers = [str(path) for folder in ("kern", "inc") for path in sorted((root / folder).rglob("*.h"))]
    command = ["ctags", "--language-force=C", "--output-format=json", "--fields=+ne", "--kinds-C=f", "-o", "-"]
    output = subprocess.run(command + headers, check=True, capture_output=True, text=True).stdout
    tags = [json.loads(line) for line in output.splitlines()]
    for path in headers:
        text = c_text.code(Path(path).read_text(encoding="utf-8"))
        lines = text.splitlines()
        for tag in tags:
            if tag["path"] == path and "end" in tag:
                body = "\n".join(lines[tag["line"] - 1 : tag["end"]])
                inline.append((tag["name"], set(c_text.IDENTIFIER.findall(body))))
        inline += [(name, set(c_text.IDENTIFIER.findall(body))) for name, body in MACRO.findall(text)]
    return words, inline
