"""A machine's memory as a core file, so that the debugger can read it: `make gdb DUMP=FILE`.

The kernel's addresses are what counts: the linear map, and what the kernel's page tables map above
it (stacks).
"""
import os
import shutil
import struct

from quire.deaths import variable
from quire.elfcheck import FILE_HEADER, PROGRAM_HEADER

EHDR, PHDR = "<16sHHIIIIIHHHHHH", "<8I"
ET_CORE, EM_386, PT_LOAD, PT_NOTE = 4, 3, 1, 4
PF_W = 2
OVERWRITTEN = 8  # pages of a kernel that a mistake may have damaged
PRSTATUS, PRSTATUS_SIZE, USER_REGS_AT = 1, 144, 72  # elf_prstatus of i386, and its field pr_reg
USER_REGS = "ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss".split()  # in pr_reg's order
RECORDED = "ebx ecx edx esi edi ebp eax eip esp".split()  # struct registers of kern/cpu/x86.h
KERNBASE, LINEAR_END, PAGE = 0xC0000000, 0xF8000000, 4096
PRESENT, LARGE_BIT, ADDRESS = 1, 0x80, 0xFFFFF000


def is_of(kernel, dump):
    """Does the memory in the file `dump` hold this kernel's instructions and constants? A few pages may have been
    overwritten."""
    equal = pages = 0
    with open(kernel, "rb") as elf, open(dump, "rb") as memory:
        for at, physical, length in _fixed_parts(elf.read(1 << 16)):
            for offset in range(0, length - PAGE + 1, PAGE):
                elf.seek(at + offset)
                memory.seek(physical + offset)
                equal += elf.read(PAGE) == memory.read(PAGE)
                pages += 1
    return equal > 0 and pages - equal <= OVERWRITTEN


def _fixed_parts(head):
    """[(place in the file, physical address, length)] of what nothing writes to."""
    header = FILE_HEADER.unpack_from(head)
    table = head[header[5] :][: header[10] * PROGRAM_HEADER.size]
    segments = list(PROGRAM_HEADER.iter_unpack(table))
    return [(s[1], s[3], s[4]) for s in segments if s[0] == PT_LOAD and not s[6] & PF_W]


def kernel_of(dump, kernels):
    """Which of these kernels ran in the machine of a dump; the first if several did. Raises ValueError if none did."""
    there = [kernel for kernel in kernels if os.path.exists(kernel)]
    found = next((kernel for kernel in there if is_of(kernel, dump)), None)
    if not found:
        raise ValueError(f"{dump} is no memory of {' or '.join(map(os.path.relpath, there))} as they are now. "
                         "Build the kernel that ran once more, or write a new dump.")
    return found


def panic_registers(kernel, memory):
    """{register: value} where a panic began (kern/debug/panic.h), in an open file with the memory; {} if none did."""
    size = os.fstat(memory.fileno()).st_size
    values = dict(zip(RECORDED, _words(memory, size, variable(kernel, "panic_registers"), len(RECORDED))))
    return values if values["eip"] else {}


def write_core(kernel, dump, path, registers=None):
    """Write the core file at `path` from the memory in the file `dump`. Raises ValueError if that
    is no memory of
    this kernel. `registers`: {name: value}; without, those where a panic began."""
    size = os.path.getsize(dump)
    with open(dump, "rb") as memory:
        registers = registers or panic_registers(kernel, memory)
        pages = kernel_pages(memory, size, variable(kernel, "kernel_pgdir"))
        loads = [(KERNBASE, 0, min(size, LINEAR_END - KERNBASE)), *pages]
        notes = struct.pack("<3I8s", 5, PRSTATUS_SIZE, PRSTATUS, b"CORE") + _prstatus(registers)
        table = struct.calcsize(EHDR)
        after = table + struct.calcsize(PHDR) * (1 + len(loads))
        start = -(-(after + len(notes)) // PAGE) * PAGE
        ident = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
        with open(path, "wb") as core:
            core.write(struct.pack(EHDR, ident, ET_CORE, EM_386, 1, 0, table, 0, 0, table, struct.calcsize(PHDR),
                                   1 + len(loads), 0, 0, 0))
            core.write(struct.pack(PHDR, PT_NOTE, after, 0, 0, len(notes), 0, 0, 4))
            for address, physical, length in loads:
                core.write(struct.pack(PHDR, PT_LOAD, start + physical, address, 0, length, length, 7, PAGE))
            core.write(notes)
            core.seek(start)
            memory.seek(0)
            shutil.copyfileobj(memory, core, 1 << 20)


def _prstatus(registers):
    """The note with the registers, of which those not given are 0."""
    values = struct.pack(f"<{len(USER_REGS)}I", *(registers.get(name, 0) for name in USER_REGS))
    return (bytes(USER_REGS_AT) + values).ljust(PRSTATUS_SIZE, b"\0")


def kernel_pages(memory, size, pgdir_at):
    """[(address, physical address, length)] of what the kernel's page tables map above the linear
    map.
    `pgdir_at`: where the variable is that points to the directory."""
    directory = _words(memory, size, pgdir_at, 1)[0]
    found = []
    for index, pde in enumerate(_words(memory, size, directory, 1024)):
        if index << 22 < LINEAR_END or not pde & PRESENT or pde & LARGE_BIT:
            continue
        for i, pte in enumerate(_words(memory, size, KERNBASE + (pde & ADDRESS), 1024)):
            target = pte & ADDRESS
            if pte & PRESENT and target < size:
                found.append((index << 22 | i << 12, target, PAGE))
    return found


def _words(memory, size, address, count):
    """32-bit words at an address of the linear map."""
    at = address - KERNBASE
    if not 0 <= at <= size - 4 * count:
        raise ValueError(f"{memory.name} is no memory of this kernel: {address:#x} is not in it")
    memory.seek(at)
    return struct.unpack(f"<{count}I", memory.read(4 * count))

