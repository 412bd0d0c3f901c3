"""Reads debug information, DWARF 2 to 5 of 32-bit programs, as a tree of entries.

Only what audit_dwarf.py needs, because that must be quick: pyelftools takes five seconds for a
kernel, this module a third of one.

    for unit in units(sections):
        for entry in unit.children(unit.top):
            entry.tag, entry.text(AT_name), entry.number(AT_byte_size), unit.referred(entry,
            AT_type)
"""
import struct

TAG_array_type, TAG_enumeration_type, TAG_member, TAG_pointer_type = 0x01, 0x04, 0x0D, 0x0F
TAG_compile_unit, TAG_structure_type, TAG_union_type, TAG_base_type = 0x11, 0x13, 0x17, 0x24
TAG_enumerator, TAG_variable = 0x28, 0x34

AT_sibling, AT_location, AT_name, AT_byte_size, AT_const_value, AT_upper_bound = 0x01, 0x02, 0x03, 0x0B, 0x1C, 0x2F
AT_count, AT_data_member_location, AT_declaration, AT_encoding, AT_specification, AT_type = (
    0x37, 0x38, 0x3C, 0x3E, 0x47, 0x49)
AT_str_offsets_base, AT_addr_base = 0x72, 0x73

# Forms by the size of their value in bytes; "flag_present" has none.
SIZES = {0x01: 4, 0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16, 0x0C: 1, 0x19: 0, 0x11: 1, 0x12: 2, 0x13: 4,
         0x14: 8, 0x10: 4, 0x20: 8, 0x17: 4, 0x0E: 4, 0x1F: 4, 0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1,
         0x2A: 2, 0x2B: 3, 0x2C: 4, 0x1C: 4, 0x1D: 4}
ULEB = {0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23}  # udata, ref_udata, strx, addrx, loclistx, rnglistx
BLOCKS = {0x0A: 1, 0x03: 2, 0x04: 4}  # block1, block2, block4: the size of the length before them
BLOCK, EXPRLOC, SDATA, STRING, INDIRECT, IMPLICIT_CONST = 0x09, 0x18, 0x0D, 0x08, 0x16, 0x21
STRP, LINE_STRP, STRX, REF_ADDR = 0x0E, 0x1F, {0x1A, 0x25, 0x26, 0x27, 0x28}, 0x10


def units(sections):
    """The compilation units in `sections`, {".debug_info": bytes, ...}."""
    info, at, tables = sections[".debug_info"], 0, {}
    while at < len(info):
        unit = Unit(sections, at, tables)
        at = unit.end
        yield unit


class Entry:
    """One entry: a variable, a type, a member."""

    __slots__ = ("attributes", "end", "has_children", "offset", "tag", "unit")

    def __init__(self, unit, offset, tag, has_children):
        self.unit, self.offset, self.tag, self.has_children = unit, offset, tag, has_children
        self.attributes = {}  # {attribute: (form, value)}

    def number(self, attribute, otherwise=0):
        """The number of an attribute."""
        value = self.attributes.get(attribute, (0, otherwise))[1]
        return value if isinstance(value, int) else otherwise

    def text(self, attribute):
        """The text of an attribute, or ""."""
        form, value = self.attributes.get(attribute, (0, ""))
        return self.unit.string(form, value)


class Unit:
    """One compilation unit."""

    def __init__(self, sections, at, tables):
        self.sections, self.info = sections, sections[".debug_info"]
        length, self.version = struct.unpack_from("<IH", self.info, at)
        if length >= 0xFFFFFFF0 or not 2 <= self.version <= 5:
            raise ValueError("this format of debug information is not known")
        self.start, self.end = at, at + 4 + length
        kind = 1  # DW_UT_compile
        if self.version == 5:
            kind, _, table = struct.unpack_from("<BBI", self.info, at + 6)
        else:
            table = struct.unpack_from("<I", self.info, at + 6)[0]
        if kind != 1:
            raise ValueError("debug information of types in units of their own is not known")
        if table not in tables:
            tables[table] = _abbreviations(sections[".debug_abbrev"], table)
        self._abbreviations = tables[table]
        self._referred = {}
        self.top = self.entry(at + (12 if self.version == 5 else 11))

    def children(self, parent):
        """The entries directly below an entry."""
        at = parent.end
        while parent.has_children and at < self.end:
            child = self.entry(at)
            if child is None:
                return
            yield child
            at = self._after(child)

    def referred(self, entry, attribute):
        """The entry that an attribute refers to."""
        form, value = entry.attributes[attribute]
        if form == REF_ADDR:
            raise ValueError("debug information that refers to another unit is not known")
        if value not in self._referred:
            self._referred[value] = self.entry(self.start + value)
        return self._referred[value]

    def entry(self, at):
        """The entry at an offset in .debug_info; None for the end of a list."""
        code, end = _uleb(self.info, at)
        if not code:
            return None
        tag, has_children, attributes = self._abbreviations[code]
        entry = Entry(self, at, tag, has_children)
        values, info = entry.attributes, self.info
        for attribute, form, size, constant in attributes:
            if size is not None:
                values[attribute] = form, int.from_bytes(info[end : end + size], "little")
                end += size
            else:
                form, value, end = self._value(form, constant, end)
                values[attribute] = form, value
        entry.end = end
        return entry

    def string(self, form, value):
        """The text that an attribute of this form has."""
        if form in STRX:
            table = self.sections[".debug_str_offsets"]
            value = struct.unpack_from("<I", table, self.top.number(AT_str_offsets_base, 8) + 4 * value)[0]
        elif form not in (STRP, LINE_STRP):
            return value.decode() if form == STRING else ""
        section = self.sections[".debug_line_str" if form == LINE_STRP else ".debug_str"]
        return section[value : section.index(b"\0", value)].decode()

    def address(self, index):
        """The address of an index into the unit's list of addresses."""
        return struct.unpack_from("<I", self.sections[".debug_addr"], self.top.number(AT_addr_base, 8) + 4 * index)[0]

    def _after(self, entry):
        """The offset after an entry and all that is below it."""
        if not entry.has_children:
            return entry.end
        if AT_sibling in entry.attributes:
            return self.start + entry.attributes[AT_sibling][1]
        at, depth = entry.end, 1
        while depth:
            child = self.entry(at)
            depth += child.has_children if child else -1
            at = child.end if child else at + 1
        return at

    def _value(self, form, constant, at):
        """(form, value, offset after it) of a value whose size its form does not give."""
        info = self.info
        if form in ULEB:
            return (form, *_uleb(info, at))
        if form == SDATA:
            return (form, *_sleb(info, at))
        if form == IMPLICIT_CONST:
            return form, constant, at
        if form == STRING:
            end = info.index(b"\0", at)
            return form, info[at:end], end + 1
        if form == INDIRECT:
            form, at = _uleb(info, at)
            if form in SIZES:
                return form, int.from_bytes(info[at : at + SIZES[form]], "little"), at + SIZES[form]
            return self._value(form, constant, at)
        if form in (BLOCK, EXPRLOC):
            length, at = _uleb(info, at)
        elif form in BLOCKS:
            length, at = int.from_bytes(info[at : at + BLOCKS[form]], "little"), at + BLOCKS[form]
        else:
            raise ValueError(f"the form {form:#x} of debug information is not known")
        return form, info[at : at + length], at + length


def _abbreviations(section, at):
    """{code: (tag, has children, [(attribute, form, size or None, constant), ...])} of one table.
    """
    table = {}
    while True:
        code, at = _uleb(section, at)
        if not code:
            return table
        tag, at = _uleb(section, at)
        has_children, at = section[at], at + 1
        attributes = []
        while True:
            attribute, at = _uleb(section, at)
            form, at = _uleb(section, at)
            constant = None
            if form == IMPLICIT_CONST:
                constant, at = _sleb(section, at)
            if not attribute:
                break
            attributes.append((attribute, form, SIZES.get(form), constant))
        table[code] = tag, has_children, attributes


def _uleb(section, at):
    """(number, offset after it) of a number in LEB128 without a sign."""
    byte = section[at]
    at += 1
    if byte < 0x80:
        return byte, at
    number, shift = byte & 0x7F, 7
    while byte >= 0x80:
        byte = section[at]
        number |= (byte & 0x7F) << shift
        at += 1
        shift += 7
    return number, at


def _sleb(section, at):
    """(number, offset after it) of a number in LEB128 with a sign."""
    number, end = _uleb(section, at)
    bits = 7 * (end - at)
    return number - (1 << bits) if number >> (bits - 1) else number, end
