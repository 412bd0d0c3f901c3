"""In-kernel tests: which there are, and what they reported (KTAP, on the console)."""
import errno
import re
import struct
from dataclasses import dataclass, field

RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)( # SKIP .*)?$")
BAIL_OUT = "Bail out! panic in "
NOTES = 10  # complaints of one test that are shown
# EXPECT_EQ's words: both values, in decimal and in hexadecimal.
VALUE = re.compile(r"(-?\d+) \((0x[0-9a-f]+|0)\)")
LAST_ERROR = 133
SMALL = 0x10000  # what is at least that is an address, or bits
POINTERS = 3  # struct ktest: name, file, run


@dataclass
class Report:
    """What the console said; `notes` are a test's complaints, `panicked` the one that ran at a
    panic.
    """

    passed: set = field(default_factory=set)
    skipped: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    notes: dict = field(default_factory=dict)
    planned: int = None
    panicked: str = None


def listed(path):
    """[(source file, test)] of the kernel at `path`, in the order in which they run."""
    from elftools.elf.elffile import ELFFile  # the rest of this module does without

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
    notes, more = [], 0
    for line in console.splitlines():
        line = line.strip()
        result = RESULT.match(line)
        if result:
            passed = report.skipped if result[3] else report.passed
            (passed if result[1] == "ok" else report.failed).add(result[2])
            report.notes[result[2]] = notes + ([f"# and {more} more"] if more else [])
            notes, more = [], 0
        elif line.startswith("1.."):
            report.planned = int(line[3:])
        elif line.startswith("# "):
            more += len(notes) == NOTES
            notes += [in_words(line)] if len(notes) < NOTES else []
        elif line.startswith(BAIL_OUT):
            report.panicked = line[len(BAIL_OUT) :]
    return report


def in_words(note):
    """A complaint with errors by name, addresses in hexadecimal, and other numbers in decimal."""
    values = [int(number) for number, _ in VALUE.findall(note)]
    errors = any(-LAST_ERROR <= value < 0 for value in values)

    def shown(match):
        value = int(match[1])
        if errors and -value in errno.errorcode:
            return f"-{errno.errorcode[-value]}"
        return match[1] if abs(value) < SMALL else match[2]

    return VALUE.sub(shown, note)


def _bytes_at(loaded, address, length):
    for start, data in loaded:
        if start <= address < start + len(data):
            return data[address - start : address - start + length]
    raise ValueError(f"nothing is loaded at {address:#x}")


def _string_at(loaded, address):
    return _bytes_at(loaded, address, 200).split(b"\0")[0].decode()
