"""The audit: reads the memory of a machine that has ended, and recomputes what must hold in it.

    findings = audit_file(memory, "obj/quire.elf")      # an open file with the physical memory

The kernel takes no part: its structs are found by its debug information, its rules stand in the
comments of kern/. The machine must be at rest: it ended in the kernel, in a thread that holds
nothing (init, or a program that restarted it). The checks stand in the modules audit_*.py; this one
calls them in order and keeps the results that they share.
"""
import argparse
import mmap
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass

from quire import audit_accounts, audit_async, audit_dwarf, audit_events, audit_files, audit_futex, audit_heap
from quire import audit_large, audit_locks, audit_mqueue, audit_named, audit_objects, audit_pages
from quire import audit_processes, audit_ptrace
from quire import audit_sockets, audit_spaces, audit_sysv
from quire import audit_tables, audit_threads, audit_timers, audit_uffd, audit_writers, build
from quire.audit_memory import PAGE_SIZE, Damage, Memory, Unknown
from quire.text import visible

AT_REST = {"exit", "signal", "tests", "deadlock"}  # kinds of results (result.py)
NUMBER = re.compile(r"0x[0-9a-f]+")
SHOWN = 12  # findings of one check; the rest are only counted


@dataclass(frozen=True)
class Finding:
    """What one check found wrong, in words."""

    check: str
    text: str

    def __str__(self):
        return f"{self.check}: {self.text}"


@dataclass
class Run:
    """A finding about a page, and how many pages after it are in the same state."""

    words: str  # the text without its numbers
    text: str
    place: int  # among the findings
    end: int  # the address after the last page
    more: int = 0


class Audit:
    """What the checks share. Each is called with this as its argument."""

    def __init__(self, memory):
        self.memory = memory
        self.findings = []
        self._more = {}  # findings of each check that are not shown
        self._runs = {}  # {check: the last finding about a page, and the pages in a row after it}
        self.complete = True  # no walk has met damage that stopped it
        self.claims = {}  # structs that a walk has reached: {address: (kind, words, values)}
        self.of_kind = defaultdict(list)  # {kind: their addresses}
        self.references = {}  # who refers to a counted struct: {address: [address of who does]}
        self.loose = []  # pointers of which only the kernel knows what they mean
        self.pages = self.heap = None  # audit_pages.Pages, audit_heap.Heap
        self.threads, self.processes, self.files = {}, {}, {}  # {address: record}
        self.current = 0  # the thread that ran last
        self.stacks = []  # the words on the stacks of threads that hold something
        self.stack_pages = {}  # {address: page number} of everything mapped for kernel stacks
        self.spaces = {}  # address spaces: who runs in them
        self.inodes, self.objects = {}, {}  # {address: what it is called}
        self.unread = []  # inodes that no walk has read yet
        self.areas_of = {}  # {object: its areas, as found in the spaces}
        self.named_counts = {}  # {address space: how many named areas it says it has}
        self.area_blocks = Counter()  # {block of areas: how many have been found in it}
        self.mapped_indexes = {}  # {object: indexes of its pages that are mapped}
        self.writing_areas = []  # shared areas that may write to their object
        self.write_opens, self.programs = {}, {}  # {object: how often it is open to write; run}
        self.reserved = 0  # large pages that are reserved
        self.writable = []  # (page number, address, tables, area, table) of private areas
        self.registered = defaultdict(list)  # {context of userfaultfd: the areas registered with it}
        self.segments = {}  # segments of System V shared memory: {address: record}
        self.queues = []  # wait queues: (address, address of the struct, path in it)

    def report(self, check, text, at=None):
        """Something is wrong. Names in `text` may be anything that a program chose. With `at`, the address of a
        page: findings about pages in a row that differ in numbers only become one finding."""
        text = visible(text)
        if at is not None and self._joins(check, text, at):
            return
        if sum(finding.check == check for finding in self.findings) < SHOWN:
            self.findings.append(Finding(check, text))
        else:
            self._more[check] = self._more.get(check, 0) + 1

    def _joins(self, check, text, at):
        """True if this finding is about the page after those of the check's last one, in equal words."""
        words, last = NUMBER.sub("N", text), self._runs.get(check)
        if not last or (last.words, last.end) != (words, at):
            self._runs[check] = Run(words, text, len(self.findings), at + PAGE_SIZE)
            return False
        last.end += PAGE_SIZE
        last.more += 1
        if last.place < len(self.findings) and self.findings[last.place].check == check:
            pages = "1 more page" if last.more == 1 else f"{last.more} more pages"
            self.findings[last.place] = Finding(check, f"{last.text}; so it is for {pages}, to {last.end - 1:#x}")
        return True

    def entries(self, check, head, name="", member=""):
        """The entries of a list, those before the damage where it is damaged."""
        try:
            for entry in self.memory.entries(head, name, member):
                yield entry
        except Damage as damage:
            self.complete = False
            self.report(check, str(damage))

    def claim(self, address, kind, words, *values, block=0):
        """A walk has reached a struct at `address`, called `words.format(*values)`. `block`: it lies in that block of
        the heap, with others.

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
            fault = self.heap.fault(block, address + size - block) if block else self.heap.fault(address, size)
            if fault:
                self.report("heap", f"{words.format(*values)}: struct {kind} at {address:#x} {fault}")
                return False
        self.claims[address] = kind, words, values
        self.of_kind[kind].append(address)
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

    def run(self, name, check, *arguments):
        """Run a check; damage that stops it is a finding too."""
        try:
            return check(self, *arguments)
        except Damage as damage:
            self.complete = False
            self.report(name, str(damage))
        except Unknown as unknown:
            self.complete = False
            self.report("kernel", f"the audit does not know this kernel: {unknown}")
        return None

    def run_all(self, elf):
        """Run every check; `elf` is the kernel's file. Returns the findings."""
        if self.run("kernel-image", audit_pages.kernel_image, elf):
            self.run("kinds", audit_pages.read_pages)
        for name, check in CHECKS if self.pages else ():
            self.run(name, check)
        for name, check in LAST_CHECKS if self.complete else ():
            self.run(name, check)
        for check, count in self._more.items():
            self.findings.append(Finding(check, f"and {count} more"))
        return self.findings


# In this order: each may use what those before it have read. Damage is reported under the name.
CHECKS = [
    ("free-list", audit_pages.free_list),
    ("reserved", audit_pages.reserved_pages),
    ("page-caches", audit_pages.page_caches),
    ("heap", audit_heap.heap_pages),
    ("kernel-tables", audit_tables.kernel_tables),
    ("threads", audit_threads.threads),
    ("processes", audit_processes.processes),
    ("ptrace", audit_ptrace.tracees),
    ("stacks", audit_threads.stacks),
    ("areas", audit_spaces.address_spaces),
    ("named-areas", audit_named.named_areas),
    ("descriptors", audit_files.descriptors),
    ("sockets", audit_sockets.sockets),
    ("sysv", audit_sysv.tables),
    ("sysv", audit_sysv.keep_files),
    ("mqueue", audit_mqueue.names),
    ("names", audit_files.tree),
    ("mqueue", audit_mqueue.queues),
    ("sysv", audit_sysv.segments),
    ("pipes", audit_files.pipes),
    ("objects", audit_objects.objects),
    ("epoll", audit_events.events),
    ("signals", audit_async.files),
    ("userfaultfd", audit_uffd.contexts),
    ("futexes", audit_futex.futexes),
    ("locks", audit_locks.locks),
    ("wait-queues", audit_locks.wait_queues),
    ("timers", audit_timers.timers),
    ("accounts", audit_accounts.accounts),
]

# These ask whether something is missing, so all walks must have come to their ends.
LAST_CHECKS = [
    ("objects", audit_objects.mappings),
    ("writable", audit_tables.writable_pages),
    ("read-only", audit_writers.permissions),
    ("write-opens", audit_writers.counts),
    ("large", audit_large.pool),
    ("counts", audit_pages.counts),
    ("pipes", audit_files.pipe_ends),
    ("references", audit_heap.reference_counts),
    ("lost-blocks", audit_heap.lost_blocks),
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
            return Audit(memory).run_all(elf)


def main():
    """The command grade/audit. Its status is 0 when all is well and 1 when something is not."""
    parser = argparse.ArgumentParser(prog="grade/audit", description="Audit a machine's memory.")
    parser.add_argument("--kernel", default=build.path("quire.elf"), help="what ran (obj/quire.elf)")
    parser.add_argument("dump", metavar="DUMP", help="what grade/run --dump DUMP has kept")
    options = parser.parse_args()
    try:
        with open(options.dump, "rb") as dump:
            findings = audit_file(dump, options.kernel)
    except (OSError, ValueError) as error:
        parser.exit(2, f"grade/audit: {error}\n")
    sys.stdout.reconfigure(errors="backslashreplace")
    for finding in findings:
        print(finding)
    return 1 if findings else 0
