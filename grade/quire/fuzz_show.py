"""Shows a divergence to people: the calls that lead to it, with what they returned."""
import errno
import signal

HEAP, OUT = 0x100000, 0x80000000
WINDOW_SIZE, HEAP_SIZE, SLOTS_IN_WINDOW = 0x40000, 0x10000, 64

PROTECTIONS = {1: "READ", 2: "WRITE", 4: "EXEC", 8: "SEM", 0x1000000: "GROWSDOWN", 0x2000000: "GROWSUP"}
MAP_TYPES = {1: "SHARED", 2: "PRIVATE", 3: "SHARED_VALIDATE"}
MAP_FLAGS = {
    0x10: "FIXED",
    0x20: "ANONYMOUS",
    0x40: "32BIT",
    0x100: "GROWSDOWN",
    0x800: "DENYWRITE",
    0x1000: "EXECUTABLE",
    0x2000: "LOCKED",
    0x4000: "NORESERVE",
    0x8000: "POPULATE",
    0x10000: "NONBLOCK",
    0x20000: "STACK",
    0x80000: "SYNC",
    0x100000: "FIXED_NOREPLACE",
}
REMAPS = {1: "MAYMOVE", 2: "FIXED", 4: "DONTUNMAP"}
SYNCS = {1: "ASYNC", 2: "INVALIDATE", 4: "SYNC"}
LOCKS = {1: "CURRENT", 2: "FUTURE", 4: "ONFAULT"}
ADVICES = {
    0: "NORMAL",
    1: "RANDOM",
    2: "SEQUENTIAL",
    3: "WILLNEED",
    4: "DONTNEED",
    8: "FREE",
    9: "REMOVE",
    10: "DONTFORK",
    11: "DOFORK",
    16: "DONTDUMP",
    17: "DODUMP",
    18: "WIPEONFORK",
    19: "KEEPONFORK",
    20: "COLD",
    22: "POPULATE_READ",
    23: "POPULATE_WRITE",
    24: "DONTNEED_LOCKED",
}
FILES = ["A", "A_READONLY", "A_WRITEONLY", "B", "PIPE_IN", "PIPE_OUT", "FOLDER", "CLOSED"]
RETURN_PLACES = {"mmap", "old_mmap", "mremap", "brk"}
CODES = {(11, 1): "SEGV_MAPERR", (11, 2): "SEGV_ACCERR", (7, 1): "BUS_ADRALN", (7, 2): "BUS_ADRERR"}


def place(value):
    """An address: w+ in the window, h+ in the heap."""
    if value < WINDOW_SIZE:
        return f"w+{value:#x}"
    if HEAP <= value < HEAP + HEAP_SIZE:
        return f"h+{value - HEAP:#x}"
    return "OUT" if value == OUT else f"{value:#x}"


def wish(value):
    return "NULL" if value == OUT else place(value)


def bits(names, none):
    """A function that writes a number as flags."""

    def write(value):
        words = [name for bit, name in names.items() if value & bit]
        rest = value & ~sum(names)
        return "|".join(words + ([f"{rest:#x}"] if rest else [])) or none

    return write


def map_flags(value):
    kind = MAP_TYPES.get(value & 15, f"{value & 15:#x}")
    rest = bits(MAP_FLAGS, "")(value & ~15)
    return f"{kind}|{rest}" if rest else kind


def file(value):
    return FILES[value] if value < len(FILES) else str(value - (1 << 32) if value >> 31 else value)


def advice(value):
    return ADVICES.get(value, f"{value:#x}")


def size(value):
    return f"{value:#x}"


def slot(value):
    inside = value < SLOTS_IN_WINDOW
    return place(value * 0x1000 if inside else HEAP + (value - SLOTS_IN_WINDOW) * 0x1000)


protection = bits(PROTECTIONS, "NONE")
MMAP = [wish, size, protection, map_flags, file, size]
TRANSFER = [place, size, size]

# How to write each argument. The names of calls are those of fuzz_memory.
ARGUMENTS = {
    "load": [place],
    "store": [place, size],
    "digest": [slot, size],
    "file_digest": [file],
    "fork": [str],
    "end": [],
    "mmap": MMAP,
    "old_mmap": MMAP,
    "munmap": [place, size],
    "mprotect": [place, size, protection],
    "mremap": [place, size, size, bits(REMAPS, "0"), wish],
    "madvise": [place, size, advice],
    "msync": [place, size, bits(SYNCS, "0")],
    "mincore": [place, size, size],
    "mlock": [place, size],
    "mlock2": [place, size, size],
    "munlock": [place, size],
    "fallocate": [file, size, size, size],
    "stack_limit": [size],
    "path": [place],
    "mlockall": [bits(LOCKS, "0")],
    "munlockall": [],
    "brk": [wish],
    "truncate": [file, size],
    "pipe_out": TRANSFER,
    "pipe_in": TRANSFER,
    "vm_read": TRANSFER,
    "vm_write": TRANSFER,
    "file_out": [place, size, file, size],
    "file_in": [place, size, file, size],
}


def call(op):
    """An operation as a call in C."""
    written = [write(value) for write, value in zip(ARGUMENTS[op.name], op.args)]
    return f"{op.name}({', '.join(written)})"


def outcome(entry):
    """What an operation did."""
    if entry is None:
        return "nothing (the sequence ended)"
    value, *rest = entry.result.split()
    if value == "skipped":
        return value
    if value.startswith("!"):
        number = int(value[1:])
        name = CODES.get((number, int(rest[0])), f"code {rest[0]}")
        return f"{signal.Signals(number).name} {name} at {place(int(rest[1], 16))}"
    number = int(value, 16)
    if number > 0xFFFFF000:
        return errno.errorcode.get(0x100000000 - number, value)
    written = place(number) if entry.op.name in RETURN_PLACES else f"{number:#x}"
    detail = rest[0][1:] if rest else "0"
    if entry.op.name == "load":
        return f"0x{detail}"
    return written + (f", contents #{detail}" if detail != "0" else "")


def divergence(found, name="Quire"):
    """A divergence in words: the calls in order, then the two results."""
    lines = [f"{indent(entry)}{call(entry.op)} = {outcome(entry)}" for entry in found.before]
    last = found.wanted or found.got
    if not last:
        return "\n".join([*lines, f"  both did the same, but: {found.note}"])
    same_op = not (found.wanted and found.got) or found.wanted.op == found.got.op
    lines.append(f"{indent(last)}{call(last.op)}")
    lines.append(f"  Linux: {outcome(found.wanted)}{pages(found.wanted, found.got)}")
    lines.append(f"  {name}: {outcome(found.got)}{pages(found.got, found.wanted)}")
    if not same_op:
        lines.append(f"  {name} did something else: {call(found.got.op)}")
    if found.note:
        lines.append("  " + found.note.replace("\n", "\n  "))
    return "\n".join(lines)


def pages(entry, other):
    """Those of a digest's pages that differ from the other's."""
    if not entry or not other or not entry.more:
        return ""
    differing = [line for line in entry.more if line not in other.more]
    return "".join(f"\n      {line}" for line in differing[:8])


def indent(entry):
    return "    " * (entry.depth + 1)
