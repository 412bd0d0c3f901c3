#!/usr/bin/env python3
"""Turn the DWARF line tables of an ELF file into the kernel's table of lines, as assembly.

    klines.py kernel.elf > klines.S     (without a file: an empty table)

kern/debug/lines.h describes the table. The line tables are read here and not by a library, because
the build needs nothing but Python itself. DWARF 5, 6.2, describes them; versions 2 to 5 are read.
"""
import struct
import sys

EACH = 64  # rows between two entries of the index
CONTENT_PATH, CONTENT_DIRECTORY = 1, 2  # DW_LNCT_
FORM_BLOCK, FORM_STRING, FORM_DATA1, FORM_DATA2, FORM_UDATA = 0x09, 0x08, 0x0B, 0x05, 0x0F
FORM_STRP, FORM_DATA16, FORM_LINE_STRP = 0x0E, 0x1E, 0x1F


class Reader:
    """Numbers and strings, one after another."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def number(self, size):
        value = int.from_bytes(self.data[self.at : self.at + size], "little")
        self.at += size
        return value

    def uleb(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def sleb(self):
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) & 1 else value

    def string(self):
        end = self.data.index(b"\0", self.at)
        text = self.data[self.at : end].decode()
        self.at = end + 1
        return text


def sections(elf):
    """{name: bytes} of a 32-bit ELF file."""
    (offset,) = struct.unpack_from("<I", elf, 32)
    size, count, names = struct.unpack_from("<HHH", elf, 46)
    headers = [struct.unpack_from("<10I", elf, offset + i * size) for i in range(count)]
    strings = Reader(elf)
    result = {}
    for name, _, _, _, start, length, *_ in headers:
        strings.at = headers[names][4] + name
        result[strings.string()] = elf[start : start + length]
    return result


class Unit:
    """One unit of .debug_line: its header, and the rows that its program makes."""

    def __init__(self, reader, end, strings):
        self.reader, self.end, self.strings = reader, end, strings
        self.version = reader.number(2)
        if self.version >= 5:
            reader.number(2)  # sizes of addresses and of segment selectors
        length = reader.number(4)
        self.program = reader.at + length
        self.least = reader.number(1)
        reader.number(2 if self.version >= 4 else 1)  # operations, default_is_stmt
        self.line_base = reader.number(1) - 256
        self.line_range = reader.number(1)
        self.opcode_base = reader.number(1)
        self.lengths = [reader.number(1) for _ in range(self.opcode_base - 1)]
        self.files = self._files5() if self.version >= 5 else self._files4()

    def _files4(self):
        """Names from 1 on."""
        reader, folders, files = self.reader, [""], [""]
        while name := reader.string():
            folders.append(name)
        while name := reader.string():
            folder = folders[reader.uleb()]
            reader.uleb(), reader.uleb()
            files.append(f"{folder}/{name}" if folder else name)
        return files

    def _files5(self):
        """Names from 0 on. Directory 0 is where the compiler ran."""
        folders = [entry[CONTENT_PATH] for entry in self._entries()]
        files = []
        for entry in self._entries():
            name, folder = entry[CONTENT_PATH], entry.get(CONTENT_DIRECTORY, 0)
            files.append(f"{folders[folder]}/{name}" if folder and name[0] != "/" else name)
        return files

    def _entries(self):
        reader = self.reader
        formats = [(reader.uleb(), reader.uleb()) for _ in range(reader.number(1))]
        for _ in range(reader.uleb()):
            yield {content: self._value(form) for content, form in formats}

    def _value(self, form):
        reader = self.reader
        if form == FORM_STRING:
            return reader.string()
        if form in (FORM_STRP, FORM_LINE_STRP):
            return Reader(self.strings[form], reader.number(4)).string()
        if form == FORM_UDATA:
            return reader.uleb()
        sizes = {FORM_DATA1: 1, FORM_DATA2: 2, FORM_DATA16: 16}
        return reader.number(sizes[form] if form in sizes else reader.uleb())

    def rows(self):
        """(address, file, line), and (address, None, 0) after the last instruction of a sequence.
        """
        reader = self.reader
        reader.at = self.program
        address, file, line = 0, 1, 1
        while reader.at < self.end:
            opcode = reader.number(1)
            if opcode >= self.opcode_base:
                opcode -= self.opcode_base
                address += opcode // self.line_range * self.least
                line += self.line_base + opcode % self.line_range
                yield address, self.files[file], line
            elif opcode == 0:
                after = reader.uleb() + reader.at
                extended = reader.number(1)
                if extended == 1:  # DW_LNE_end_sequence
                    yield address, None, 0
                    address, file, line = 0, 1, 1
                elif extended == 2:  # DW_LNE_set_address
                    address = reader.number(4)
                reader.at = after
            elif opcode == 1:  # DW_LNS_copy
                yield address, self.files[file], line
            elif opcode == 2:
                address += reader.uleb() * self.least
            elif opcode == 3:
                line += reader.sleb()
            elif opcode == 4:
                file = reader.uleb()
            elif opcode == 8:  # DW_LNS_const_add_pc
                address += (255 - self.opcode_base) // self.line_range * self.least
            elif opcode == 9:  # DW_LNS_fixed_advance_pc
                address += reader.number(2)
            else:
                for _ in range(self.lengths[opcode - 1]):
                    reader.uleb()


def all_rows(elf):
    """The rows of all units by address: the last of those with one address, and only changes."""
    parts = sections(elf)
    strings = {FORM_STRP: parts.get(".debug_str", b""), FORM_LINE_STRP: parts.get(".debug_line_str", b"")}
    reader = Reader(parts.get(".debug_line", b""))
    found = {}
    while reader.at < len(reader.data):
        length = reader.number(4)
        end = reader.at + length
        for address, file, line in Unit(reader, end, strings).rows():
            if file is not None or address not in found:
                found[address] = (file, line)
        reader.at = end
    rows, before = [], None
    for address in sorted(found):
        if found[address] != before and address:
            before = found[address]
            rows.append((address, *before))
    return rows


def signed(value):
    """A signed number as an unsigned one: the sign is the lowest bit."""
    return -2 * value - 1 if value < 0 else 2 * value


def uleb(value):
    """The bytes of an unsigned number."""
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return result + bytes([value])


def encode(rows, files):
    """(the index, the bytes of all rows)."""
    index, data = [], bytearray()
    address = file = line = 0
    for i, (next_address, name, next_line) in enumerate(rows):
        number = files[name]
        if i % EACH == 0:
            index.append((next_address, len(data), number, next_line))
        else:
            changed = number != file
            data += uleb(next_address - address) + uleb(signed(next_line - line) << 1 | changed)
            data += uleb(number) if changed else b""
        address, file, line = next_address, number, next_line
    return index, data


def main():
    rows = []
    if len(sys.argv) > 1:
        with open(sys.argv[1], "rb") as file:
            rows = all_rows(file.read())
    names = sorted({name for _, name, _ in rows if name})
    files = {name: i + 1 for i, name in enumerate(names)} | {None: 0}
    index, data = encode(rows, files)
    print('\t.section .klines, "a"')
    print("\t.balign 4")
    print("\t.globl line_index, line_index_count, line_rows, line_rows_end, line_files")
    print(f"line_index_count:\n\t.long {len(index)}")
    print("line_index:")
    for address, at, number, line in index:
        print(f"\t.long {address:#010x}, {at}, {number}, {line}")
    print("line_files:\n\t.long 0")
    for i in range(len(names)):
        print(f"\t.long .Lfile{i}")
    for i, name in enumerate(names):
        print(f'.Lfile{i}:\n\t.asciz "{name}"')
    print("line_rows:")
    for at in range(0, len(data), 32):
        print("\t.byte " + ", ".join(map(str, data[at : at + 32])))
    print("line_rows_end:")
    print('\t.section .note.GNU-stack, "", @progbits')


if __name__ == "__main__":
    main()
