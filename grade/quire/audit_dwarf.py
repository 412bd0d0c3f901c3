"""What the kernel's debug information says of its structs and variables, as plain data.

Reading DWARF takes more than a second, so the result is kept in obj/audit, one file for each kernel.

    structs    {name: {"size": bytes, "members": [[name, offset, type], ...]}}; unions too
    variables  {name: [[address, type, source file], ...]}; statics of one name may be several
    constants  {enumerator: value}
    symbols    [[address, name], ...] of functions and data, by address
    constant   [[address, offset in the file, size], ...] of what is loaded and never written

A type is a list: ["int", size, signed], ["pointer", what], ["struct", name], ["array", type, count],
where `what` is the name of a struct or "".
"""
import fcntl
import hashlib
import json
import os
import tempfile

from quire import build

FORMAT = 3  # of the kept files; to be raised with every change of what they hold
KEPT = 8  # files
SOURCES = "kern/", "lib/", "boot/"


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
    """Read the debug information and keep it. Processes that want it at once wait for the first of them."""
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
        if not elf.has_dwarf_info():
            raise ValueError(f"{elf_path} has no debug information")
        result = _Reader(elf.get_dwarf_info()).result
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

    def __init__(self, dwarf):
        self.structs, self.variables, self.constants = {}, {}, {}
        self.result = {
            "structs": self.structs,
            "variables": self.variables,
            "constants": self.constants,
        }
        self._addresses = getattr(dwarf, "debug_addr_sec", None)
        for unit in dwarf.iter_CUs():
            top = unit.get_top_DIE()
            self._source = _source(_text(top, "DW_AT_name"))
            self._address_base = _value(top, "DW_AT_addr_base", 8)
            self._names = {}  # offset of a struct's entry: its name in self.structs
            for die in top.iter_children():
                if die.tag == "DW_TAG_variable":
                    self._variable(die)
                elif die.tag == "DW_TAG_enumeration_type":
                    self._enumeration(die)
                elif die.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
                    if _text(die, "DW_AT_name"):
                        self._struct(die)

    def _enumeration(self, die):
        for child in die.iter_children():
            if child.tag == "DW_TAG_enumerator":
                self.constants[_text(child, "DW_AT_name")] = _value(child, "DW_AT_const_value")

    def _variable(self, die):
        address = self._address(die.attributes.get("DW_AT_location"))
        if "DW_AT_specification" in die.attributes:
            die = die.get_DIE_from_attribute("DW_AT_specification")
        name = _text(die, "DW_AT_name")
        if address is not None and name and "DW_AT_type" in die.attributes:
            found = self.variables.setdefault(name, [])
            if all(entry[0] != address for entry in found):
                found.append([address, self._type(die), self._source])

    def _address(self, location):
        """The address in a location that is nothing else, or None."""
        expression = location.value if location else None
        if not isinstance(expression, list) or not expression:
            return None
        operation, *operands = expression
        if operation == 0x03 and len(operands) == 4:  # DW_OP_addr
            return int.from_bytes(bytes(operands), "little")
        last = operands and all(byte & 0x80 for byte in operands[:-1]) and operands[-1] < 0x80
        if operation == 0xA1 and last and self._addresses:  # DW_OP_addrx: an index in ULEB128
            index = sum((byte & 0x7F) << 7 * i for i, byte in enumerate(operands))
            stream = self._addresses.stream
            stream.seek(self._address_base + 4 * index)
            return int.from_bytes(stream.read(4), "little")
        return None

    def _struct(self, die):
        """The name under which the struct is listed, after listing it."""
        if die.offset in self._names:
            return self._names[die.offset]
        name = _text(die, "DW_AT_name") or f"{self._source}:{die.offset:#x}"
        size = _value(die, "DW_AT_byte_size")
        self._names[die.offset] = name
        if "DW_AT_declaration" in die.attributes:
            return name
        if name in self.structs and self.structs[name]["size"] != size:
            name = f"{name}@{self._source}"  # two files use one name for different things
            self._names[die.offset] = name
        if name not in self.structs:
            members = []
            self.structs[name] = {"size": size, "members": members}
            self._add_members(die, 0, members)
        return name

    def _add_members(self, die, base, members):
        """Append a struct's members, those of a nameless struct inside it as its own."""
        for child in die.iter_children():
            if child.tag != "DW_TAG_member" or "DW_AT_type" not in child.attributes:
                continue
            offset = base + _value(child, "DW_AT_data_member_location")
            name = _text(child, "DW_AT_name")
            if name:
                members.append([name, offset, self._type(child)])
            else:
                self._add_members(child.get_DIE_from_attribute("DW_AT_type"), offset, members)

    def _type(self, die):
        """The type that an entry's DW_AT_type names; ["int", 0, False] for none."""
        if "DW_AT_type" not in die.attributes:
            return ["int", 0, False]
        target = die.get_DIE_from_attribute("DW_AT_type")
        tag = target.tag
        if tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
            return ["struct", self._struct(target)]
        if tag == "DW_TAG_pointer_type":
            return ["pointer", self._pointed_at(target)]
        if tag == "DW_TAG_array_type":
            kind = self._type(target)
            for child in reversed(list(target.iter_children())):
                count = _value(child, "DW_AT_count", _value(child, "DW_AT_upper_bound", -1) + 1)
                kind = ["array", kind, count]
            return kind
        if tag in ("DW_TAG_base_type", "DW_TAG_enumeration_type"):
            # DW_ATE_signed, DW_ATE_signed_char
            return ["int", _value(target, "DW_AT_byte_size"), _value(target, "DW_AT_encoding") in (5, 6)]
        return self._type(target)  # typedef, const, volatile, ...

    def _pointed_at(self, pointer):
        """The name of the struct that a pointer type points at, or ""."""
        while "DW_AT_type" in pointer.attributes:
            pointer = pointer.get_DIE_from_attribute("DW_AT_type")
            if pointer.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
                return _text(pointer, "DW_AT_name")
            if pointer.tag == "DW_TAG_pointer_type":
                break
        return ""


def _text(die, attribute):
    found = die.attributes.get(attribute)
    return found.value.decode() if found and isinstance(found.value, bytes) else ""


def _value(die, attribute, otherwise=0):
    found = die.attributes.get(attribute)
    return found.value if found and isinstance(found.value, int) else otherwise


def _source(name):
    """A source file's name as it is below the tree."""
    for folder in SOURCES:
        if folder in name:
            return folder + name.rpartition(folder)[2]
    return os.path.basename(name)
