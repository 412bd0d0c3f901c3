#!/usr/bin/env python3
"""Check that every script of the tree can be read by its interpreter.

Usage: check-scripts.py FILE...      also looked at: every file of grade/ and .ci/ that names one
"""
import pathlib
import subprocess
import sys


def interpreter(path):
    """`sh` or `python`, from the first line, or None."""
    with path.open("rb") as file:
        first = file.readline()
    if not first.startswith(b"#!"):
        return None
    return "python" if b"python" in first else "sh" if first.rstrip().endswith(b"sh") else None


def readable(path, kind):
    if kind == "sh":
        return subprocess.run(["sh", "-n", path], check=False).returncode == 0
    try:
        compile(path.read_bytes(), str(path), "exec")
    except SyntaxError as error:
        print(f"{path}:{error.lineno}: {error.msg}")
        return False
    return True


def main():
    scripts = {pathlib.Path(name): "python" for name in sys.argv[1:]}
    for house in ("grade", ".ci"):
        for path in sorted(pathlib.Path(house).rglob("*")):
            if path.is_file() and path not in scripts:
                scripts[path] = interpreter(path)
    results = [readable(path, kind) for path, kind in scripts.items() if kind]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
