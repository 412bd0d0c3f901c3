"""The exceptions of a machine, from QEMU's log of interrupts (-d int), and what they mean in words.

QEMU writes a line for each exception, interrupt and system call, and the registers below it:

    check_exception old: 0xe new 0xe
         1: v=08 e=0000 i=0 cpl=0 IP=0060:c0132620 pc=c0132620 SP=0068:c01c5f7c ...
    EAX=c01be000 EBX=...

`old` is the exception whose handler the processor was about to enter when `new` came up; 0xffffffff
is none. After a triple fault stands the line "Triple fault".
"""
import re
from dataclasses import dataclass, field

ENTRY = re.compile(
    r"(?:check_exception old: 0x(?P<old>[0-9a-f]+) new 0x(?P<new>[0-9a-f]+)\n)?"
    r" *\d+: v=(?P<vector>[0-9a-f]{2}) e=(?P<error>[0-9a-f]{4}) i=\d cpl=(?P<cpl>\d)"
    r" IP=[0-9a-f]{4}:(?P<eip>[0-9a-f]+).*\n(?P<dump>(?:[A-Z].*\n)*)"
)
LAST = re.compile(r"check_exception old: 0x([0-9a-f]+) new 0x([0-9a-f]+)\nTriple fault")
REGISTER = re.compile(r"\b(EBP|ESP|EIP|CR2|CR3)=([0-9a-f]+)")
GENERAL = re.compile(r"\b(E[ABCD]X|E[SD]I|E[BSI]P)=([0-9a-f]+)")
IDT = re.compile(r"^IDT= *([0-9a-f]+) ([0-9a-f]+)", re.MULTILINE)

VECTORS = 32  # of exceptions; larger numbers are interrupts and system calls
PAGE_FAULT, DOUBLE_FAULT = 14, 8
NAMES = {
    0: "division by zero", 1: "debug exception", 2: "non-maskable interrupt", 3: "breakpoint", 4: "overflow",
    5: "bound check", 6: "invalid instruction", 7: "no FPU", DOUBLE_FAULT: "double fault", 10: "invalid TSS",
    11: "segment not present", 12: "stack fault", 13: "protection fault", PAGE_FAULT: "page fault",
    16: "FPU error", 17: "alignment check", 18: "machine check", 19: "SIMD error",
}
P, W, U, FETCH = 0x1, 0x2, 0x4, 0x10  # of a page fault's error code


@dataclass
class Registers:
    """Those that an explanation needs."""

    eip: int
    esp: int
    ebp: int
    cr2: int
    cr3: int
    idt: int
    idt_limit: int
    general: dict = field(default_factory=dict)  # those that a debugger needs, by their names: "eax", ...


@dataclass
class Raised:
    """One exception. `interrupted`: the vector whose handler was about to be entered, or None;
    `failure`: the vector of the exception that came up then."""

    vector: int
    error: int
    user: bool
    interrupted: int
    failure: int
    registers: Registers

    @property
    def words(self):
        """As in "page fault in the kernel: a write to 0x8, which is not mapped"."""
        text = f"{name(self.vector)} in {'a program' if self.user else 'the kernel'}"
        if self.vector == PAGE_FAULT:
            fetch = self.error & FETCH or self.registers.cr2 == self.registers.eip
            access = "a jump" if fetch else "a write" if self.error & W else "a read"
            cause = "where the permissions forbid it" if self.error & P else "which is not mapped"
            return f"{text}: {access} to {self.registers.cr2:#x}, {cause}"
        return f"{text}, error code {self.error:#x}" if self.error else text


def name(vector):
    """An exception in words, with its number."""
    return f"{NAMES.get(vector, 'exception')} ({vector})"


def registers(dump):
    """The Registers in a dump of QEMU's; None if some are missing."""
    found = {key.lower(): int(value, 16) for key, value in REGISTER.findall(dump)}
    idt = IDT.search(dump)
    if len(found) < 5 or not idt:
        return None
    general = {key.lower(): int(value, 16) for key, value in GENERAL.findall(dump)}
    return Registers(**found, idt=int(idt[1], 16), idt_limit=int(idt[2], 16), general=general)


def read(log):
    """The exceptions in a log, in order; interrupts, system calls and what the firmware did are
    left out.
    """
    found = []
    for entry in ENTRY.finditer(log):
        vector, state = int(entry["vector"], 16), registers(entry["dump"])
        if vector < VECTORS and state and state.cr3:
            old, new = (int(entry[key] or "ffffffff", 16) for key in ("old", "new"))
            nested = old < VECTORS
            found.append(Raised(vector, int(entry["error"], 16), entry["cpl"] == "3",
                                old if nested else None, new if nested else None, state))
    return found


def triple_fault(log):
    """(the vector whose handler could not be entered, the exception that came up then) of the
    triple
    fault at the end of a log; None without one."""
    last = LAST.search(log)
    return (int(last[1], 16), int(last[2], 16)) if last else None
