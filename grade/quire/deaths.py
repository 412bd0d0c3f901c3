"""The kernel's reports of programs that die or spin, with the place of the instruction added.

The kernel sends `death PID TEXT` over the control line (kern/proc/death.h), and a non-maskable
interrupt makes it say which program runs (kern/thread/nmi.c). It knows addresses only: the programs
of the archive have no symbols. The host has the ELF files, so it adds function, file and line.
"""
import glob
import os
import re
import struct

from quire import build
from quire.file_cache import cached_by_file

SHT_SYMTAB = 2
STT_OBJECT, STT_FUNC = 1, 2
NAME_MAX = 15  # bytes of a program's name that the kernel keeps
FILE_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")  # Elf32_Ehdr
SECTION_HEADER = struct.Struct("<IIIIIIIIII")  # Elf32_Shdr
SYMBOL = struct.Struct("<IIIBBH")  # Elf32_Sym
REPORT = re.compile(r"(?P<name>[^ ]*)\[\d+\]: .*?\beip 0x(?P<eip>[0-9a-f]{8})")

SPINS = re.compile(r"(?P<name>\S+) \(\d+\) runs its own code at 0x(?P<eip>[0-9a-f]+)")


class Describer:
    """Adds symbols to reports. `programs` are the paths of ELF files that the machine was given."""

    def __init__(self, programs=()):
        self.files = {os.path.basename(path)[:NAME_MAX]: path for path in programs}

    def __call__(self, text):
        """The report with "(FUNCTION+OFFSET)" after the address of the instruction, and file and
        line if the program spins, where the file of the program is known and has symbols."""
        died = REPORT.match(text)
        match = died or SPINS.search(text)
        path = match and self._file(match["name"])
        find = symbol_at if died else place_of
        symbol = path and find(path, int(match["eip"], 16))
        if not symbol:
            return text
        return f"{text[: match.end()]} ({symbol}){text[match.end():]}"

    def _file(self, name):
        folders = (build.path("user"), build.path("user", "tests"))
        pattern = glob.escape(name) + ("*" if len(name) == NAME_MAX else "")
        found = [self.files[name]] if name in self.files else []
        for folder in folders:
            found += filter(os.path.isfile, glob.glob(os.path.join(folder, pattern)))
        # A name that was cut off may be that of several programs.
        return found[0] if found and (name in self.files or len(found) == 1) else None


def place_of(path, address):
    """As in "main+0x12, user/tests/proc/wait_order.c:42"; None for code of another file."""
    from quire.places import place  # which uses this module

    return symbol_at(path, address) and place(path, address)


def symbol_at(path, address):
    """The function of the ELF file that contains `address`, as "main+0x12"; None without one."""
    for start, size, name in functions(path):
        if start <= address < start + max(size, 1):
            return f"{name}+{address - start:#x}"
    return None


def functions(path):
    """[(address, size, name)] of the functions in the symbol table of an i386 ELF file. A file that
    is damaged, or has no such table, has none."""
    return symbols(path, STT_FUNC)


def variable(path, name):
    """The address of a variable of the ELF file. Raises ValueError where it has none of that name.
    """
    found = next((address for address, _, known in symbols(path, STT_OBJECT) if known == name), None)
    if found is None:
        raise ValueError(f"{path} has no variable {name}")
    return found


@cached_by_file
def symbols(path, kind):
    """[(address, size, name)] of the symbols of that kind; of a damaged file none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        header = FILE_HEADER.unpack_from(data)
        table, count = header[6], header[12]
        sections = [SECTION_HEADER.unpack_from(data, table + i * header[11]) for i in range(count)]
        return [found for one in sections if one[1] == SHT_SYMTAB for found in _table(data, sections, one, kind)]
    except (OSError, struct.error, ValueError, IndexError):
        return []


def _table(data, sections, section, kind):
    _, _, _, _, offset, size, link, *_ = section
    strings = sections[link][4]
    for at in range(offset, offset + size, SYMBOL.size):
        name, address, length, info, _, _ = SYMBOL.unpack_from(data, at)
        if info & 15 == kind:
            start = strings + name
            yield address, length, data[start : data.index(b"\0", start)].decode(errors="replace")
