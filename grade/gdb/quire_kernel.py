"""What the commands share: the kernel's lists, its page tables, its processes.

Everything is read through the linear map (physical address 0 is at KERNBASE), which is the same in
every address space, so it does not matter which program was running.
"""
import struct

import gdb

KERNBASE = 0xC0000000
USER_PDES = KERNBASE >> 22
PAGE = 4096
LARGE = 4 << 20

PRESENT, WRITE, USER, ACCESSED, DIRTY, LARGE_BIT, GLOBAL = 1, 2, 4, 0x20, 0x40, 0x80, 0x100
PTE_PROT_NONE = 0x200  # in an entry that is not present: PROT_NONE, the page is kept


class Command(gdb.Command):
    """A command whose errors are sentences. `perform` does the work."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        """What gdb calls."""
        try:
            self.perform(argument)
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"{error}: the machine has ended, or it has not turned paging on yet") from error
        except gdb.error as error:
            hint = "; `user NAME` loads the symbols of a program" if "No symbol" in str(error) else ""
            raise gdb.GdbError(f"{str(error).rstrip('.')}{hint}") from error

    def perform(self, argument):
        """Each command has its own."""
        raise NotImplementedError


def value(expression):
    """A variable of the kernel, or any other expression of C."""
    return gdb.parse_and_eval(expression)


def container(link, type_name, member):
    """The struct `type_name` whose `member` is at the pointer `link`."""
    target = gdb.lookup_type(f"struct {type_name}")
    offset = next(f.bitpos // 8 for f in target.fields() if f.name == member)
    return gdb.Value(int(link) - offset).cast(target.pointer()).dereference()


def each(head, type_name, member):
    """The structs on a list (kern/list.h); stops at a link that leads nowhere or in a circle."""
    link, seen = head["next"], set()
    while int(link) != int(head.address) and int(link) not in seen:
        seen.add(int(link))
        yield container(link, type_name, member)
        link = link["next"]


def words(address, count):
    """`count` 32-bit words of memory."""
    data = gdb.selected_inferior().read_memory(address, 4 * count)
    return struct.unpack(f"<{count}I", bytes(data))


def word(address):
    """One of them."""
    return words(address, 1)[0]


def physical(address):
    """Where the linear map shows a physical address."""
    return (address + KERNBASE) & 0xFFFFFFFF


def processes():
    """All processes, the oldest first."""
    return each(value("all_processes"), "process", "all_link")


def process(argument):
    """The process with the number that a command was given; a gdb.GdbError where there is none."""
    try:
        pid = int(value(argument))
    except gdb.error as error:
        raise gdb.GdbError(f"{argument} is no number of a process; `ps` lists them") from error
    for found in processes():
        if int(found["pid"]) == pid:
            return found
    raise gdb.GdbError(f"there is no process {pid}; `ps` lists them")


def number_of(argument):
    """What an expression is worth, without a sign; None where it is no number."""
    try:
        return int(value(argument)) & 0xFFFFFFFF
    except (gdb.error, ValueError):
        return None


def at_address(number):
    """The address of a directory that a command was given. It may be physical."""
    at = number - KERNBASE if number >= KERNBASE else number
    if at // PAGE >= int(value("page_total")):
        raise gdb.GdbError(f"there is no page directory at {number:#x}: the machine has no memory there")
    return physical(at)


def directory(argument):
    """The page directory that a command means: of a process (its number), "kernel", a directory's own
    address (the kernel's, or a physical one, as in cr3), or the loaded one."""
    if argument == "kernel":
        return int(value("kernel_pgdir"))
    if argument:
        number = number_of(argument)
        if number is not None and number >= PAGE:
            return at_address(number & ~0xFFF)
        space = process(argument)["aspace"]
        if not int(space):
            raise gdb.GdbError(f"process {argument} has no address space")
        return int(space["pgdir"])
    try:
        return physical(int(value("(unsigned int)$cr3")) & ~0xFFF)
    except (gdb.error, ValueError):  # a dump has no control registers
        return int(value("kernel_pgdir"))


def space_name(pgdir):
    """Whose directory that is, for people."""
    owners = [p for p in processes() if int(p["aspace"]) and int(p["aspace"]["pgdir"]) == pgdir]
    if owners:
        return ", ".join(f"pid {int(p['pid'])} ({p['name'].string()})" for p in owners)
    return "the kernel" if pgdir == int(value("kernel_pgdir")) else "no process"


def bits(entry, upper=None):
    """The flags of an entry in words. `upper`: the directory's entry, whose permissions count too."""
    if not entry & PRESENT:
        if entry & PTE_PROT_NONE:
            return "PROT_NONE, the page is kept"
        return "empty" if entry == 0 else "not present"
    allowed = entry if upper is None else entry & (upper | ~(WRITE | USER))
    names = ["user" if allowed & USER else "kernel only", "writable" if allowed & WRITE else "read-only"]
    for bit, name in ((ACCESSED, "accessed"), (DIRTY, "dirty"), (GLOBAL, "global")):
        if entry & bit:
            names.append(name)
    return ", ".join(names)
