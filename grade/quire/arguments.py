"""The arguments of the functions in a backtrace, where the debug information and the stack have them.

The kernel's own backtraces have functions, files and lines: it has no more than symbols. The debugger, given the
machine's memory and the registers where the backtrace begins, knows more. So

    [c0136f70] page_insert+0x4d kern/mem/pgdir.c:45

gets `(pgdir=0xc0061000, pp=0xc0301230, va=0x40000000, perm=7)` at its end. Without gdb the line stays as it is.
"""
import os
import re
import shutil
import subprocess
import tempfile

from quire.core import panic_registers, write_core

KERNBASE = 0xC0000000
DEBUGGERS = ("gdb", "gdb-multiarch")
PATIENCE = 60  # seconds; only a debugger that hangs takes that long
FRAMES = 40
PLACE = re.compile(r"^\s*\[(?P<address>[0-9a-f]{8})\] (?P<function>\w+)[\w.]*\+")
FRAME = re.compile(r"^#\d+ +(?:0x(?P<address>[0-9a-f]+) in )?(?P<function>\w+)[\w.]* \((?P<arguments>.*)\) (?:at|from) ")
ARGUMENT = re.compile(r"(?P<name>\w+)(?P<entry>(?:=\w+)?@entry)?=(?P<value>.*)", re.DOTALL)
BITS = 1 << 16  # numbers from here on are shown in hexadecimal: addresses, or flags


def annotate(text, kernel, memory, registers=None):
    """The text of a log or a report, with arguments in the places of its backtraces. `memory` is a path, or an open
    file; `registers` are those where the backtrace begins, without them those that a panic recorded."""
    if not any(map(PLACE.match, text.splitlines())):
        return text
    known = of_frames(kernel, memory, registers)
    lines = []
    for line in text.splitlines(keepends=True):
        found = PLACE.match(line)
        shown = found and known.get((int(found["address"], 16), found["function"]))
        end = len(line.rstrip("\n"))
        lines.append(f"{line[:end]} ({shown}){line[end:]}" if shown else line)
    return "".join(lines)


def of_frames(kernel, memory, registers=None):
    """{(address, function): "name=value, ..."} of the frames whose arguments the debugger knows."""
    path = memory if isinstance(memory, str) else f"/dev/fd/{memory.fileno()}"
    tool = next(filter(shutil.which, DEBUGGERS), None)
    if not tool:
        return {}
    try:
        with tempfile.TemporaryDirectory(prefix="quire-frames-") as folder:
            with open(path, "rb") as file:
                registers = registers or panic_registers(kernel, file)
            if registers.get("eip", 0) < KERNBASE:
                return {}
            core = os.path.join(folder, "core")
            write_core(kernel, path, core, registers)
            return parse(_backtrace(tool, kernel, core), registers["eip"])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def _backtrace(tool, kernel, core):
    """What the debugger prints."""
    settings = ["width 0", "height 0", "confirm off", "style enabled off", "print frame-arguments scalars",
                "print elements 40", "backtrace past-main on"]
    commands = [*(f"set {setting}" for setting in settings), f"backtrace {FRAMES}"]
    words = [tool, "-nx", "-batch", kernel, core, *(word for command in commands for word in ("-ex", command))]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False,
                          stdin=subprocess.DEVNULL)
    return done.stdout


def parse(text, eip):
    """The frames in a debugger's backtrace, which begins at `eip`."""
    found, address = {}, eip
    for line in text.splitlines():
        frame = FRAME.match(line)
        if not frame:
            continue
        # An inlined function's frame has no address of its own: it shares that of the frame before it.
        address = int(frame["address"], 16) if frame["address"] else address
        shown = ", ".join(filter(None, map(_shown, _split(frame["arguments"]))))
        if shown:
            found[address, frame["function"]] = shown
    return found


def _split(arguments):
    """The arguments of a frame: at the commas that are in no text and no braces."""
    parts, depth, quoted, last = [""], 0, None, ""
    for character in arguments:
        if quoted:
            quoted = None if character == quoted and last != "\\" else quoted
        elif character in "\"'":
            quoted = character
        elif character in "({<":
            depth += 1
        elif character in ")}>":
            depth -= 1
        if character == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += character
        last = character
    return [part.strip() for part in parts]


def _shown(argument):
    """As in "perm=7"; None for an argument that the compiler kept nowhere. "at entry": it may have changed since."""
    found = ARGUMENT.fullmatch(argument)
    if not found or "<optimized out>" in found["value"] or "<error" in found["value"]:
        return None
    value = found["value"]
    if re.fullmatch(r"\d+", value) and int(value) >= BITS:
        value = f"{int(value):#x}"
    at_entry = found["entry"] == "@entry"
    return f"{found['name']}={value}{' at entry' if at_entry else ''}"
