"""In-kernel tests: which there are, and what they reported (KTAP, on the console)."""
import re
import struct
from dataclasses import dataclass, field

from elftools.elf.elffile import ELFFile

RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)( # SKIP .*)?$")
BAIL_OUT = "Bail out! panic in "
POINTERS = 3  # struct ktest: name, file, run


@dataclass
class Report:
    """What the console said; `notes` are a test's complaints, `panicked` the one that ran at a panic."""

    passed: set = field(default_factory=set)
    skipped: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    notes: dict = field(default_factory=dict)
    planned: int = None
    panicked: str = None


def listed(path):
    """[(source file, test)] of the kernel at `path`, in the order in which they run."""
    with open(path, "rb") as file:
        elf = ELFFile(file)
        loaded = [(s["p_vaddr"], s.data()) for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
        symbols = elf.get_section_by_name(".symtab")
        start, end = (
            symbols.get_symbol_by_name(name)[0]["st_value"]
            for name in ("ktests_start", "ktests_end")
        )
        table = _bytes_at(loaded, start, end - start)
        words = [word for (word,) in struct.iter_unpack("<I", table)]
        return [
            (_string_at(loaded, words[i + 1]), _string_at(loaded, words[i]))
            for i in range(0, len(words), POINTERS)
        ]


def parse(console):
    """The Report in the console's text."""
    report = Report()
    notes = []
    for line in console.splitlines():
        line = line.strip()
        result = RESULT.match(line)
        if result:
            passed = report.skipped if result[3] else report.passed
            (passed if result[1] == "ok" else report.failed).add(result[2])
            report.notes[result[2]] = notes
            notes = []
        elif line.startswith("1.."):
            report.planned = int(line[3:])
        elif line.startswith("# "):
            notes.append(line)
        elif line.startswith(BAIL_OUT):
            report.panicked = line[len(BAIL_OUT) :]
    return report


def _bytes_at(loaded, address, length):
    for start, data in loaded:
        if start <= address < start + len(data):
            return data[address - start : address - start + length]
    raise ValueError(f"nothing is loaded at {address:#x}")


def _string_at(loaded, address):
    return _bytes_at(loaded, address, 200).split(b"\0")[0].decode()
