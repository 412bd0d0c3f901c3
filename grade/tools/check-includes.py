#!/usr/bin/env python3
"""Check that includes go one way: kern/'s layers downward, and everything else within its house.

- A file of kern/LAYER/ includes headers of its own layer and of those below it.
- A header that stands in kern/ itself is for everybody, so it includes none of a layer.
- kern/*.c and boot/ start the whole, so they may include anything of kern/.
- inc/, lib/ and user/ include nothing of kern/.
- <...> names a header of inc/.
"""
import pathlib
import re
import sys

# Lowest first.
LAYERS = ["cpu", "debug", "dev", "mem", "thread", "vm", "drv", "fs", "proc", "sys"]

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def layer_of(path):
    """The height of a file under kern/: its layer, 0 for kern/*.h, above all for kern/*.c."""
    parts = path.parts
    if len(parts) > 2:
        return LAYERS.index(parts[1]) + 1
    return 0 if path.suffix == ".h" else len(LAYERS) + 1


def complaint(path, kind, name):
    """What is wrong with one include of the file, or None."""
    house = path.parts[0]
    if kind == "<":
        return None if pathlib.Path("inc", name).exists() else "is not a header of inc/"
    beside = path.parent / name
    if house in ("inc", "lib", "user"):
        return None if beside.exists() else "is not beside it"
    target = pathlib.Path("kern", name)
    if not target.exists():
        return "is not found from kern/"
    if house == "kern" and layer_of(target) > layer_of(path):
        return "lies higher in kern/ than the file that includes it"
    return None


def main():
    complaints = 0
    for house in ("boot", "inc", "kern", "lib", "user"):
        for path in sorted(pathlib.Path(house).rglob("*.[chS]")):
            if house == "kern" and len(path.parts) > 2 and path.parts[1] not in LAYERS:
                print(f"{path}: {path.parts[1]} is not a layer")
                complaints += 1
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                wrong = match and complaint(path, *match.groups())
                if wrong:
                    print(f"{path}:{number}: {match[2]} {wrong}")
                    complaints += 1
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
