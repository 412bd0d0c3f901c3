"""How gdb shows the project's types: pages by number and kind, lists by their length."""
import gdb
import gdb.printing

from quire_kernel import bits, each
from quire_memory import kind_name


class PagePrinter:
    """A page_t: its number, its kind, its counts."""

    def __init__(self, value):
        self._value = value

    def to_string(self):
        """As in: page 0x3c2 (anonymous), 2 references, 0 pins."""
        first = int(gdb.parse_and_eval("pages"))
        address = int(self._value.address) if self._value.address else first
        number = (address - first) // self._value.type.sizeof
        return (f"page {number:#x} ({kind_name(int(self._value['kind']))}), "
                f"{int(self._value['count'])} references, {int(self._value['pins'])} pins")


class ListPrinter:
    """A struct list: how many entries it has."""

    def __init__(self, value):
        self._value = value

    def to_string(self):
        """The number of links that lead back to the head."""
        if not int(self._value["next"]):
            return "list, never initialised"
        count = sum(1 for _ in each(self._value, "list", "next"))
        return f"list of {count}" if count else "list, empty (or on no list)"


class EntryPrinter:
    """A pte_t or pde_t: its flags in words."""

    def __init__(self, value):
        self._value = value

    def to_string(self):
        """As in: 0x00901007 (user, writable)."""
        entry = int(self._value)
        return f"{entry:#010x} ({bits(entry)})"


class AddressPrinter:
    """An address that is kept as a number."""

    def __init__(self, value):
        self._value = value

    def to_string(self):
        """As in: 0x804c000."""
        return hex(int(self._value))


NUMBERS = {"pte_t": EntryPrinter, "pde_t": EntryPrinter, "uintptr_t": AddressPrinter, "physaddr_t": AddressPrinter}


def number_printer(value):
    """The printer of a number. A collection does not tell a pte_t from the number that it is a name of."""
    printer = NUMBERS.get(value.type.unqualified().name)
    return printer and printer(value)


def printers():
    """All of them."""
    collection = gdb.printing.RegexpCollectionPrettyPrinter("quire")
    collection.add_printer("page", "^page$", PagePrinter)
    collection.add_printer("list", "^list$", ListPrinter)
    return collection


gdb.printing.register_pretty_printer(None, printers(), replace=True)
gdb.printing.register_pretty_printer(None, number_printer, replace=True)
