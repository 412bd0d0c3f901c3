"""A machine's physical memory, read as the kernel's own structs.

    memory = Memory(bytes, layout)                  # see audit_dwarf.py
    area = memory.record("area", "start end next=link.next")
    area(0xc0345600).start                          # fields by name; .at is the address itself

Addresses are the kernel's: the linear map by arithmetic, what lies above it through the kernel's
page tables. One that leads nowhere raises Damage; a struct or a field that this kernel does not
have raises Unknown.
"""
import struct
from bisect import bisect_right
from collections import namedtuple
from functools import cached_property

from quire.text import decoded

PAGE_SIZE = 4096
ULIM = 0xC0000000  # kern/layout.h
KERNBASE = 0xC0000000
LINEAR_END = 0xF8000000
FORMATS = {(1, False): "B", (1, True): "b", (2, False): "H", (2, True): "h", (4, False): "I"}
FORMATS |= {(4, True): "i", (8, False): "Q", (8, True): "q"}


P, W, U, G, NOPAGE = 0x001, 0x002, 0x004, 0x100, 0x200  # kern/mem/pgdir.h; of an entry not present 0x200 is PROT_NONE


def entry_words(entry):
    """An entry of a directory or a table, with its bits in words; the processor's own, accessed and dirty, are left
    out."""
    if not entry & P:
        kind = "PROT_NONE" if entry & NOPAGE else "not present" if entry else "empty"
        return f"{entry:#x} ({kind})"
    words = ["user" if entry & U else "kernel only", "writable" if entry & W else "read-only"]
    words += [name for bit, name in ((G, "global"), (NOPAGE, "without a page_t")) if entry & bit]
    return f"{entry:#x} ({', '.join(words)})"


class Damage(Exception):
    """The memory does not hold what it must, so a walk through it cannot go on."""


class Unknown(Exception):
    """The kernel does not have this struct, field, variable or constant."""


class Memory:
    """`content` is anything with the bytes of physical memory from address 0 on."""

    def __init__(self, content, layout):
        self._whole = memoryview(content).cast("B")
        self.bytes = self._whole[: len(self._whole) & -PAGE_SIZE]
        self.halves, self.words = self.bytes.cast("H"), self.bytes.cast("I")
        self.size = len(self.bytes)
        self.constant_parts = layout["constant"]
        self._structs = layout["structs"]
        self._variables = layout["variables"]
        self._constants = layout["constants"]
        self._symbols = layout["symbols"]
        self._directory = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Let go of the content."""
        for view in (self.words, self.halves, self.bytes, self._whole):
            view.release()

    # What the debug information says.

    def constant(self, name):
        return self._find(self._constants, name, "constant")

    def size_of(self, kind):
        """Bytes of a type, or of the struct of that name."""
        if isinstance(kind, str):
            return self._find(self._structs, kind, "struct")["size"]
        tag, what, *rest = kind
        if tag == "array":
            return self.size_of(what) * rest[0]
        return 4 if tag == "pointer" else what if tag == "int" else self.size_of(what)

    def members(self, name):
        """[(name, offset, type)] of a struct."""
        return self._find(self._structs, name, "struct")["members"]

    def field(self, name, path):
        """Offset and type of a field, which may lie in a struct inside: "lock.holder"."""
        offset = 0
        kind = ["struct", name]
        for part in path.split("."):
            for member, at, member_kind in self.members(kind[1]) if kind[0] == "struct" else ():
                if member == part:
                    offset, kind = offset + at, member_kind
                    break
            else:
                raise Unknown(f"struct {name} has no field {path}")
        return offset, kind

    def has(self, name):
        """Is there a variable, or a symbol, of that name?"""
        return name in self._variables or name in self._addresses

    def variable(self, name, source=""):
        """Address and type of a variable; of statics of the same name, that of a source file."""
        for address, kind, file in self._find(self._variables, name, "variable"):
            if file.endswith(source):
                return address, kind
        raise Unknown(f"there is no variable {name} in {source}")

    def variables(self):
        """All (name, address, type), without those of tests whose memory the kernel has not kept."""
        gone = range(self.symbol("tests_start"), self.image[0])
        for name, found in self._variables.items():
            for address, kind, _ in found:
                if address not in gone:
                    yield name, address, kind

    def symbol(self, name):
        """The address of a function, a variable, or a name of the linker's."""
        return self._find(self._addresses, name, "symbol")

    def name_of(self, address):
        """The symbol that an address lies in: "run_queue", "caches+8"; else the address."""
        i = bisect_right(self._symbols, [address, "\x7f"]) - 1
        if i < 0 or not self.in_image(address):
            return f"{address:#x}"
        start, name = self._symbols[i]
        return name if start == address else f"{name}+{address - start:#x}"

    @cached_property
    def _addresses(self):
        return {name: address for address, name in self._symbols}

    @cached_property
    def image(self):
        """The first and the last address of the kernel's image, with the tests inside the kernel where it keeps them."""
        taken, count = self.value("boot_map", "taken"), self.value("boot_map", "taken_count")
        size, tests = self.size_of("mem_range"), self.symbol("tests_start")
        kept = any(self.word(taken + i * size) + KERNBASE == tests for i in range(count))
        return tests if kept else self.symbol("kernel_start"), self.symbol("kernel_end")

    @cached_property
    def data(self):
        """The ranges of the kernel's variables."""
        found = [(self.symbol("data_start"), self.symbol("bss_end"))]
        if self.image[0] < self.symbol("kernel_start"):
            found.append((self.symbol("tests_data"), self.symbol("kernel_start")))
        return found

    def in_image(self, address):
        start, end = self.image
        return start <= address < end

    def is_constant(self, address):
        """Does it lie among the kernel's constants, or those of its tests? Tables of functions do."""
        kernel = self.symbol("text_end") <= address < self.symbol("rodata_end")
        return kernel or self.image[0] <= address < self.symbol("kernel_start")

    # What the memory holds.

    def offset(self, address, size):
        """Where in the memory [address, address + size) lies; it must be one stretch."""
        at = address - KERNBASE
        if 0 <= at <= self.size - size and address < LINEAR_END:
            return at
        page = self.translate(address) if address % PAGE_SIZE + size <= PAGE_SIZE else None
        if page is None:
            raise Damage(f"address {address:#x} leads out of memory")
        return page + address % PAGE_SIZE

    def translate(self, address):
        """The physical address that a kernel address is mapped to, by the page tables; or None."""
        if self._directory is None:
            pointer = self.variable("kernel_pgdir")[0] - KERNBASE
            if not 0 <= pointer <= self.size - 4:
                return None
            self._directory = self.words[pointer >> 2] - KERNBASE >> 2
        if address < KERNBASE or not 0 <= self._directory <= len(self.words) - 1024:
            return None
        entry = self.words[self._directory + (address >> 22)]
        if entry & 0x81 == 0x81:
            page = entry & 0xFFC00000 | address & 0x3FF000
        else:
            at = (entry & ~0xFFF) + (address >> 10 & 0xFFC) >> 2
            entry = self.words[at] if entry & 1 and at < len(self.words) else 0
            page = entry & ~0xFFF
        return page if entry & 1 and page <= self.size - PAGE_SIZE else None

    def read(self, address, size):
        """Bytes, across pages too."""
        first = PAGE_SIZE - address % PAGE_SIZE
        if address >= LINEAR_END and first < size:
            return self.read(address, first) + self.read(address + first, size - first)
        at = self.offset(address, size)
        return self.bytes[at : at + size].tobytes()

    def word(self, address):
        at = self.offset(address, 4)
        return struct.unpack_from("<I", self.bytes, at)[0] if at & 3 else self.words[at >> 2]

    def string(self, address, limit=64):
        """The string at an address, at most `limit` bytes of it; see text.py."""
        at = self.offset(address, 1)
        return decoded(self.bytes[at : at + limit].tobytes().partition(b"\0")[0])

    def word_list(self, address, count):
        """`count` words of the linear map."""
        at = self.offset(address, 4 * count) >> 2
        return self.words[at : at + count].tolist()

    def value(self, name, path=""):
        """What a variable, or a field of it, holds: a number."""
        address, kind = self.variable(name)
        if path:
            offset, kind = self.field(kind[1], path)
            address += offset
        return self.number(address, kind)

    def value_at(self, name, address, path):
        """What a field of the struct `name` at `address` holds: a number."""
        offset, kind = self.field(name, path)
        return self.number(address + offset, kind)

    def number(self, address, kind):
        """A number or pointer of that type."""
        layout = struct.Struct("<" + _format(kind))
        return layout.unpack(self.read(address, layout.size))[0]

    def record(self, name, spec, also=None):
        """A function that reads fields of a struct: see the head of this file.

        `also`: a class whose methods the records have too.
        """
        fields = []
        for item in spec.split():
            field, _, path = item.partition("=")
            offset, kind = self.field(name, path or field)
            fields.append((offset, field, _format(kind)))
        fields.sort()
        layout, end = "<", 0
        for offset, field, form in fields:
            layout += f"{offset - end}x{form}"
            end = offset + struct.calcsize("<" + form)
        unpack = struct.Struct(layout)
        record = namedtuple(name, ["at", *(field for _, field, _ in fields)])
        if also:
            record = type(name, (also, record), {"__slots__": ()})
        content, size, last = self.bytes, unpack.size, min(self.size, LINEAR_END - KERNBASE)

        def read(address):
            at = address - KERNBASE
            if 0 <= at <= last - size:
                return record(address, *unpack.unpack_from(content, at))
            return record(address, *unpack.unpack(self.read(address, size)))

        return read

    def entries(self, head, name="", member=""):
        """Follow a list of kern/list.h; yields its links, or the structs that they lie in."""
        within = self.field(name, member)[0] if name else 0
        before, link = head, self.word(head)
        while link != head:
            following, behind = self.word(link), self.word(link + 4)
            if behind != before:
                raise Damage(
                    f"the list at {self.name_of(head)}: the link at {link:#x} names {behind:#x} "
                    f"as the one before it, not {before:#x}"
                )
            yield link - within
            before, link = link, following
        if self.word(head + 4) != before:
            raise Damage(
                f"the list at {self.name_of(head)} names {self.word(head + 4):#x} as its last "
                f"link, not {before:#x}"
            )

    def _find(self, table, name, what):
        try:
            return table[name]
        except KeyError:
            raise Unknown(f"there is no {what} {name}") from None


def _format(kind):
    if kind[0] == "int":
        return FORMATS[kind[1], bool(kind[2])]
    if kind[0] == "array" and kind[1] == ["int", 1, True]:
        return f"{kind[2]}s"  # text
    if kind[0] == "pointer":
        return "I"
    raise Unknown(f"a {kind[0]} is no number")
