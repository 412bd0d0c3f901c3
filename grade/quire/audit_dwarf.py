"""What the kernel's debug information says of its structs and variables, as plain data.

Reading DWARF takes half a second, so the result is kept in obj/audit, one file for each kernel.

    structs    {name: {"size": bytes, "members": [[name, offset, type], ...]}}; unions too
    variables  {name: [[address, type, source file], ...]}; statics of one name may be several
    constants  {enumerator: value}
    symbols    [[address, name], ...] of functions and data, by address
    constant   [[address, offset in the file, size], ...] of what is loaded and never written

A type is a list: ["int", size, signed], ["pointer", what], ["struct", name], ["array", type,
count], where `what` is the name of a struct or "".
"""
import fcntl
import hashlib
import json
import os
import tempfile

from quire import build, dwarf

FORMAT = 3  # of the kept files; to be raised with every change of what they hold
KEPT = 8  # files
SOURCES = "kern/", "lib/", "boot/"
RECORDS = dwarf.TAG_structure_type, dwarf.TAG_union_type


def layout(elf_path, content):
    """The layout of the kernel at `elf_path`, a file with that content.

    Raises ValueError where it has no debug information.
    """
    folder = build.path("audit")
    kept = os.path.join(folder, f"{hashlib.sha1(content).hexdigest()}-{FORMAT}.json")
    return _kept(kept) or _read_once(elf_path, folder, kept)


def _kept(path):
    """What a kept file holds; None if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def _read_once(elf_path, folder, kept):
    """Read the debug information and keep it. Processes that want it at once wait for the first of
    them.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _kept(kept) or read(elf_path)
            if not os.path.exists(kept):
                _keep(folder, kept, found)
            return found
    except OSError:  # nothing can be kept: it costs time, nothing else
        return read(elf_path)


def _keep(folder, path, found):
    """Write a file that others may be reading or writing too, and remove old ones."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
        json.dump(found, file, separators=(",", ":"))
    os.replace(file.name, path)
    files = [entry for entry in os.scandir(folder) if entry.name.endswith(".json")]
    files.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in files[KEPT:]:
        os.unlink(entry.path)


def read(elf_path):
    """The same without looking for a kept file."""
    from elftools.elf.elffile import ELFFile  # it takes a tenth of a second to load

    with open(elf_path, "rb") as file:
        elf = ELFFile(file)
        sections = {section.name: section.data() for section in elf.iter_sections() if ".debug" in section.name}
        if ".debug_info" not in sections:
            raise ValueError(f"{elf_path} has no debug information")
        result = _Reader(sections).result
        table = elf.get_section_by_name(".symtab")
        kinds = "STT_FUNC", "STT_OBJECT", "STT_NOTYPE"
        result["symbols"] = sorted(
            [symbol["st_value"], symbol.name]
            for symbol in (table.iter_symbols() if table else ())
            if symbol.name and symbol["st_info"]["type"] in kinds
        )
        result["constant"] = [
            [segment["p_vaddr"], segment["p_offset"], segment["p_filesz"]]
            for segment in elf.iter_segments()
            if segment["p_type"] == "PT_LOAD" and not segment["p_flags"] & 2
        ]
    return result


class _Reader:
    """Goes once through the top level of every compilation unit."""

    def __init__(self, sections):
        self.structs, self.variables, self.constants = {}, {}, {}
        self.result = {
            "structs": self.structs,
            "variables": self.variables,
            "constants": self.constants,
        }
        for unit in dwarf.units(sections):
            self._unit = unit
            self._source = _source(unit.top.text(dwarf.AT_name))
            self._names = {}  # offset of a struct's entry: its name in self.structs
            for entry in unit.children(unit.top):
                if entry.tag == dwarf.TAG_variable:
                    self._variable(entry)
                elif entry.tag == dwarf.TAG_enumeration_type:
                    self._enumeration(entry)
                elif entry.tag in RECORDS:
                    if entry.text(dwarf.AT_name):
                        self._struct(entry)

    def _enumeration(self, entry):
        for child in self._unit.children(entry):
            if child.tag == dwarf.TAG_enumerator:
                self.constants[child.text(dwarf.AT_name)] = child.number(dwarf.AT_const_value)

    def _variable(self, entry):
        address = self._address(entry)
        if dwarf.AT_specification in entry.attributes:
            entry = self._unit.referred(entry, dwarf.AT_specification)
        name = entry.text(dwarf.AT_name)
        if address is not None and name and dwarf.AT_type in entry.attributes:
            found = self.variables.setdefault(name, [])
            if all(known[0] != address for known in found):
                found.append([address, self._type(entry), self._source])

    def _address(self, entry):
        """The address of a variable whose location is nothing else, or None."""
        expression = entry.attributes.get(dwarf.AT_location, (0, b""))[1]
        if not isinstance(expression, bytes) or not expression:
            return None
        operation, operands = expression[0], expression[1:]
        if operation == 0x03 and len(operands) == 4:  # DW_OP_addr
            return int.from_bytes(operands, "little")
        last = operands and all(byte & 0x80 for byte in operands[:-1]) and operands[-1] < 0x80
        if operation == 0xA1 and last:  # DW_OP_addrx: an index in ULEB128
            return self._unit.address(sum((byte & 0x7F) << 7 * i for i, byte in enumerate(operands)))
        return None

    def _struct(self, entry):
        """The name under which the struct is listed, after listing it."""
        if entry.offset in self._names:
            return self._names[entry.offset]
        name = entry.text(dwarf.AT_name) or f"{self._source}:{entry.offset:#x}"
        size = entry.number(dwarf.AT_byte_size)
        self._names[entry.offset] = name
        if dwarf.AT_declaration in entry.attributes:
            return name
        if name in self.structs and self.structs[name]["size"] != size:
            name = f"{name}@{self._source}"  # two files use one name for different things
            self._names[entry.offset] = name
        if name not in self.structs:
            members = []
            self.structs[name] = {"size": size, "members": members}
            self._add_members(entry, 0, members)
        return name

    def _add_members(self, entry, base, members):
        """Append a struct's members, those of a nameless struct inside it as its own."""
        for child in self._unit.children(entry):
            if child.tag != dwarf.TAG_member or dwarf.AT_type not in child.attributes:
                continue
            offset = base + child.number(dwarf.AT_data_member_location)
            name = child.text(dwarf.AT_name)
            if name:
                members.append([name, offset, self._type(child)])
            else:
                self._add_members(self._unit.referred(child, dwarf.AT_type), offset, members)

    def _type(self, entry):
        """The type that an entry's DW_AT_type names; ["int", 0, False] for none."""
        if dwarf.AT_type not in entry.attributes:
            return ["int", 0, False]
        target = self._unit.referred(entry, dwarf.AT_type)
        tag = target.tag
        if tag in RECORDS:
            return ["struct", self._struct(target)]
        if tag == dwarf.TAG_pointer_type:
            return ["pointer", self._pointed_at(target)]
        if tag == dwarf.TAG_array_type:
            kind = self._type(target)
            for child in reversed(list(self._unit.children(target))):
                count = child.number(dwarf.AT_count, child.number(dwarf.AT_upper_bound, -1) + 1)
                kind = ["array", kind, count]
            return kind
        if tag in (dwarf.TAG_base_type, dwarf.TAG_enumeration_type):
            # DW_ATE_signed, DW_ATE_signed_char
            return ["int", target.number(dwarf.AT_byte_size), target.number(dwarf.AT_encoding) in (5, 6)]
        return self._type(target)  # typedef, const, volatile, ...

    def _pointed_at(self, pointer):
        """The name of the struct that a pointer type points at, or ""."""
        while dwarf.AT_type in pointer.attributes:
            pointer = self._unit.referred(pointer, dwarf.AT_type)
            if pointer.tag in RECORDS:
                return pointer.text(dwarf.AT_name)
            if pointer.tag == dwarf.TAG_pointer_type:
                break
        return ""


def _source(name):
    """A source file's name as it is below the tree."""
    for folder in SOURCES:
        if folder in name:
            return folder + name.rpartition(folder)[2]
    return os.path.basename(name)
