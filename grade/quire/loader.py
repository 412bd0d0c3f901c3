"""Kernels that are started wrongly: a few instructions run before the kernel's own first one.

A multiboot loader enters with the magic in EAX and the boot information's address in EBX
(Multiboot Specification 0.6.96, 3.2 and 3.3).
"""
import struct

from quire.elfcheck import FILE_HEADER, PROGRAM_HEADER, PT_LOAD

WRONG_MAGIC = bytes([0xB8]) + struct.pack("<I", 0x12345678)  # mov $0x12345678, %eax
MULTIBOOT2 = bytes([0xB8]) + struct.pack("<I", 0x36D76289)
NO_MEMORY_MAP = bytes([0x81, 0x23]) + struct.pack("<i", ~(1 << 6))  # andl $~0x40, (%ebx): the flags


def module_at(start, end):
    """Code that tells of the first module that it lies at [start, end)."""
    code = bytes([0x8B, 0x53, 24])  # mov 24(%ebx), %edx: the list of modules
    code += bytes([0xC7, 0x02]) + struct.pack("<I", start)  # movl $start, (%edx)
    return code + bytes([0xC7, 0x42, 4]) + struct.pack("<I", end)  # movl $end, 4(%edx)


def entered_through(kernel, code):
    """The ELF file `kernel` (bytes), made to run `code` first. EDX and ECX may change.

    Loaders translate the entry's address to a physical one, as is done here.
    """
    header = list(FILE_HEADER.unpack_from(kernel))
    phoff, phnum = header[5], header[10]
    table = kernel[phoff : phoff + phnum * PROGRAM_HEADER.size]
    segments = [s for s in PROGRAM_HEADER.iter_unpack(table) if s[0] == PT_LOAD]
    # Behind everything the kernel occupies; it has left before anybody uses that memory.
    address = max(s[3] + s[5] for s in segments) + 0xFFF & ~0xFFF
    entry = next(header[4] - s[2] + s[3] for s in segments if s[2] <= header[4] < s[2] + s[5])
    stub = code + bytes([0xB9]) + struct.pack("<I", entry) + bytes([0xFF, 0xE1])  # mov, jmp *%ecx
    stub_at = len(kernel) + 0xFFF & ~0xFFF
    size = len(stub)
    table += PROGRAM_HEADER.pack(PT_LOAD, stub_at, address, address, size, size, 5, 4096)
    header[4], header[5], header[10] = address, stub_at + size, phnum + 1
    image = FILE_HEADER.pack(*header) + kernel[FILE_HEADER.size :]
    return image.ljust(stub_at, b"\0") + stub + table
