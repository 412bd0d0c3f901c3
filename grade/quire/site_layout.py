"""What the page in grade/site must know of a kernel to draw its memory, as one JSON file: where variables and the fields
of structs are, by the kernel's debug information, and the colours of `make picture`.

grade/site/structs.json lists what the page reads. A name on the list that the kernel does not have is an error.
"""
import json

from quire import audit_dwarf, build, picture
from quire.audit_memory import Memory

NEEDS = "grade/site/structs.json"
NUMBERS = "int", "pointer"


def needs():
    """The names that the page reads."""
    with open(build.source(NEEDS), encoding="utf-8") as file:
        return json.load(file)


def layout(kernel, names=None):
    """The layout of the kernel in the file `kernel`. Raises Unknown, with the name, where the kernel lacks one.

    symbols    {variable: address}
    fields     {"struct.field": [offset, bytes]}; `bytes` is 0 for what is no number
    constants  {enumerator: value}
    colours    {use of a page: [colour, what it is called]}, and the colours of programs
    """
    names = names or needs()
    with open(kernel, "rb") as file:
        found = audit_dwarf.layout(kernel, file.read())
    with Memory(bytes(4096), found) as memory:
        return {
            "symbols": {name: memory.variable(name)[0] for name in names["variables"]},
            "fields": {f"{struct}.{path}": _field(memory, struct, path)
                       for struct, paths in names["fields"].items() for path in paths},
            "sizes": {struct: memory.size_of(struct) for struct in names["fields"]},
            "constants": {name: memory.constant(name) for name in names["constants"]},
            "colours": picture.KERNEL,
            "programs": picture.PROGRAMS,
            "zero": picture.ZERO,
        }


def _field(memory, struct, path):
    offset, kind = memory.field(struct, path)
    return [offset, memory.size_of(kind) if kind[0] in NUMBERS else 0]


def write(kernel, path):
    """Write the layout of a kernel to a file."""
    found = layout(kernel)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file, indent="\t")
        file.write("\n")
