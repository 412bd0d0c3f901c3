"""The audit: reads the memory of a machine that has ended, and recomputes what must hold in it.

    findings = audit_file(memory, "obj/quire.elf")      # an open file with the physical memory

The kernel takes no part: its structs are found by its debug information, its rules stand in the
comments of kern/. The machine must be at rest: it ended in the kernel, in a thread that holds
nothing (init, or a program that restarted it). The checks stand in the modules audit_*.py; this one
calls them in order and keeps what they tell each other:

    claims      structs that a walk has reached: {address: (kind, words, values)}
    references  who refers to a counted struct: {address: [address of who does]}
    pages       page_t's, and how many references to each have been found
"""
import mmap
from dataclasses import dataclass

from quire import audit_dwarf, audit_files, audit_heap, audit_locks, audit_objects, audit_pages
from quire import audit_spaces, audit_tables, audit_threads
from quire.audit_memory import Damage, Memory, Unknown

AT_REST = {"exit", "signal", "tests", "deadlock"}  # kinds of results (result.py)
SHOWN = 12  # findings of one check; the rest are only counted


@dataclass(frozen=True)
class Finding:
    """What one check found wrong, in words."""

    check: str
    text: str

    def __str__(self):
        return f"{self.check}: {self.text}"


class Audit:
    """What the checks share. Each is called with this as its argument."""

    def __init__(self, memory):
        self.memory = memory
        self.findings = []
        self.claims = {}
        self.references = {}
        self.pages = self.heap = None
        self.loose = []  # pointers of which only the kernel knows what they mean
        self.objects = {}  # memory objects: what they are called
        self._more = {}  # findings of each check that are not shown

    def report(self, check, text):
        """Something is wrong."""
        if sum(finding.check == check for finding in self.findings) < SHOWN:
            self.findings.append(Finding(check, text))
        else:
            self._more[check] = self._more.get(check, 0) + 1

    def entries(self, check, head, name="", member=""):
        """The entries of a list, those before the damage where it is damaged."""
        try:
            for entry in self.memory.entries(head, name, member):
                yield entry
        except Damage as damage:
            self.report(check, str(damage))

    def claim(self, address, kind, words, *values):
        """A walk has reached a struct at `address`, called `words.format(*values)`.

        True when it may be read, and nobody reached it before.
        """
        known = self.claims.get(address)
        if known:
            if known[0] != kind:
                name = words.format(*values)
                self.report("heap", f"{name} is struct {kind} and {self.called(address)} too")
            return False
        if not self.memory.in_image(address):
            size = 0 if kind == "bytes" else self.memory.size_of(kind)
            fault = self.heap.fault(address, size)
            if fault:
                self.report("heap", f"{words.format(*values)}: struct {kind} at {address:#x} {fault}")
                return False
        self.claims[address] = kind, words, values
        return True

    def called(self, address):
        """What a struct, or an address within the kernel's image, is called."""
        if address in self.claims:
            _, words, values = self.claims[address]
            return words.format(*values)
        return self.memory.name_of(address)

    def refer(self, target, holder):
        """`holder`, a struct's address, keeps a reference on the struct at `target`."""
        self.references.setdefault(target, []).append(holder)

    def run(self, check, *arguments):
        """Run a check; damage that stops it is a finding too."""
        try:
            return check(self, *arguments)
        except Damage as damage:
            self.report(check.__name__.replace("_", "-"), str(damage))
        except Unknown as unknown:
            self.report("kernel", f"the audit does not know this kernel: {unknown}")
        return None

    def finish(self):
        for check, count in self._more.items():
            self.findings.append(Finding(check, f"and {count} more"))
        return self.findings


CHECKS = [
    audit_pages.free_list,
    audit_pages.reserved_pages,
    audit_pages.page_caches,
    audit_heap.heap_pages,
    audit_tables.kernel_tables,
    audit_threads.threads,
    audit_threads.processes,
    audit_threads.stacks,
    audit_spaces.address_spaces,
    audit_files.descriptors,
    audit_files.tree,
    audit_files.pipes,
    audit_objects.objects,
    audit_tables.writable_pages,
    audit_pages.counts,
    audit_locks.locks,
    audit_locks.wait_queues,
    audit_locks.timers,
    audit_heap.reference_counts,
    audit_heap.lost_blocks,
]


def audit_file(file, elf_path):
    """The findings in a machine's memory, a list that is empty when all is well.

    `file` holds the memory, `elf_path` names the kernel that ran in it.
    """
    with open(elf_path, "rb") as kernel:
        elf = kernel.read()
    try:
        layout = audit_dwarf.layout(elf_path, elf)
    except ValueError as error:
        return [Finding("kernel", str(error))]
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        with Memory(content, layout) as memory:
            return audit_memory(memory, elf)


def audit_memory(memory, elf):
    """The same for a Memory and the bytes of the kernel's file."""
    context = Audit(memory)
    context.run(audit_pages.kernel_image, elf)
    context.run(audit_pages.read_pages)
    for check in CHECKS if context.pages else ():
        context.run(check)
    return context.finish()
