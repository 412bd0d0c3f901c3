"""Says why a file is not a program that Quire can run: an ELF for the i386, static or with its
loader and libraries beside it.
"""
import struct

PT_LOAD = 1
PT_INTERP = 3
ET_NAMES = {1: "a relocatable object (not linked)", 3: "position-independent", 4: "a core dump"}
EM_386 = 3
EM_NAMES = {8: "MIPS", 20: "PowerPC", 40: "ARM", 62: "x86_64", 183: "AArch64", 243: "RISC-V"}

FILE_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")  # Elf32_Ehdr
PROGRAM_HEADER = struct.Struct("<IIIIIIII")  # Elf32_Phdr


def refusal(data, alone=True):
    """Why Quire cannot run a file with the contents `data`; None if it can. `alone`: no other files
    come along, so there is no loader.
    """
    if not data:
        return "the file is empty"
    if data[:4] != b"\x7fELF":
        if data[:2] == b"#!":
            return "it is a script, not an ELF file"
        return "it is not an ELF file"
    if len(data) < FILE_HEADER.size:
        return "its ELF header is cut short"
    return _wrong_machine(data) or _wrong_layout(data, alone)


def _wrong_machine(data):
    if data[4] == 2:
        (machine,) = struct.unpack_from("<H", data, 18)
        name = EM_NAMES.get(machine, f"machine {machine}")
        return f"it is a 64-bit ELF file ({name}), not an i386 one"
    if data[4] != 1 or data[5] != 1:
        return "it is not a 32-bit little-endian ELF file"
    machine = FILE_HEADER.unpack_from(data)[2]
    if machine != EM_386:
        name = EM_NAMES.get(machine, f"machine {machine}")
        return f"it is an ELF file for {name}, not for the i386"
    return None


def _wrong_layout(data, alone):
    _, kind, _, _, _, phoff, _, _, _, phentsize, phnum, *_ = FILE_HEADER.unpack_from(data)
    if kind not in (2, 3):
        return f"it is {ET_NAMES.get(kind, 'an ELF file of unknown type')}, not a program"
    if phnum == 0 or phentsize != PROGRAM_HEADER.size or phoff + phnum * phentsize > len(data):
        return "its ELF program headers are missing or lie outside the file"
    types = [PROGRAM_HEADER.unpack_from(data, phoff + i * phentsize)[0] for i in range(phnum)]
    if PT_INTERP in types and alone:
        return ("it is dynamically linked; link it with -static, or give its loader and libraries"
                " with --root")
    if PT_LOAD not in types:
        return "it has nothing to load"
    return None
