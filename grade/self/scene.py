"""For the tests of the audit: a machine's memory in which a test breaks something.

The memory is that of a machine after user/tests/sys/audit_scene.c: pids 3, 4 and 5 sleep, 6 is a
zombie.
"""
import re
import struct

from quire import audit
from quire.audit_heap import KSTACK_SIZE
from quire.audit_memory import KERNBASE, Memory

PAGE = 4096
P, W, U, G, NOPAGE = 0x1, 0x2, 0x4, 0x100, 0x200
AVL_EVEN, AVL_RIGHT = 1, 2
SIZES = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}


class Scene:
    """A copy of the memory. `clean` is what the audit saw in the original."""

    def __init__(self, content, layout, elf, clean):
        self.content = bytearray(content)
        self.memory = Memory(self.content, layout)
        self.elf, self.clean = elf, clean
        self.pages = clean.pages

    # Breaking something.

    def poke(self, address, value, size=4):
        at = self.memory.offset(address, size)
        struct.pack_into(SIZES[size], self.content, at, value & (1 << 8 * size) - 1)

    def set(self, name, address, path, value):
        offset, kind = self.memory.field(name, path)
        self.poke(address + offset, value, self.memory.size_of(kind))

    def get(self, name, address, path):
        offset, kind = self.memory.field(name, path)
        return self.memory.number(address + offset, kind)

    def add(self, name, address, path, difference):
        self.set(name, address, path, self.get(name, address, path) + difference)

    def set_page(self, number, path, value):
        self.set("page", self.page(number), path, value)

    def set_variable(self, name, value, path=""):
        address, kind = self.memory.variable(name)
        if path:
            self.set(kind[1], address, path, value)
        else:
            self.poke(address, value)

    # Finding something.

    def page(self, number):
        """The address of a page_t."""
        return self.pages.base + number * self.pages.size

    def free_pages(self):
        """The numbers of the first pages on the free list."""
        head = self.memory.variable("page_pool")[0] + self.memory.field("page_pool", "free")[0]
        link = self.get("page", head, "next")
        for _ in range(8):
            yield self.pages.number(link)
            link = self.get("page", link, "next")

    def take_free_page(self):
        """Take the second page off the free list, as page_alloc_specific would."""
        before, number, after, *_ = self.free_pages()
        self.set_page(before, "next", self.page(after))
        self.set_page(after, "prev", self.page(before))
        self.set_page(number, "kind", self.pages.ANONYMOUS)
        address, _ = self.memory.variable("page_pool")
        self.add("page_pool", address, "free_count", -1)
        return number

    def tree_nodes(self, node):
        """The nodes of an ordered tree (kern/mem/avl.h) from `node` downwards, in order."""
        if not node:
            return []
        before, after = self.memory.word(node), self.memory.word(node + 4)
        return [*self.tree_nodes(before), node, *self.tree_nodes(after)]

    def take_from_tree(self, tree, node):
        """Take a node out of a tree of three: the second of the others stands below the first."""
        first, second = (at for at in self.tree_nodes(self.memory.word(tree)) if at != node)
        self.poke(tree, first)
        for at, words in ((first, (0, second, AVL_RIGHT)), (second, (0, 0, first | AVL_EVEN))):
            for i, word in enumerate(words):
                self.poke(at + 4 * i, word)

    def variable(self, name):
        return self.memory.variable(name)[0]

    def process(self, pid):
        return next(at for at, found in self.clean.processes.items() if found.pid == pid)

    def thread(self, pid):
        return next(at for at, found in self.clean.threads.items() if found.tid == pid)

    def space(self, pid):
        return self.clean.processes[self.process(pid)].aspace

    def areas(self, pid):
        """The audit's Areas of a process, by address."""
        named = [
            values[1]
            for kind, _, values in self.clean.claims.values()
            if kind == "area" and values[0].startswith(f"pid {pid} ")
        ]
        return sorted(named, key=lambda area: area.start)

    def area(self, pid, wanted):
        return next(area for area in self.areas(pid) if wanted(area))

    def directory(self, pid):
        """The address of a process's page directory."""
        return self.get("aspace", self.space(pid), "pgdir")

    def entry_at(self, pid, va):
        """The address of the page-table entry for `va`."""
        table = self.memory.word(self.directory(pid) + (va >> 22) * 4)
        assert table & P, f"{va:#x} has no page table"
        return (table & ~0xFFF) + KERNBASE + (va >> 12 & 0x3FF) * 4

    def mapped(self, pid, area):
        """The addresses in an area that have an entry."""
        return [
            va
            for va in range(area.start, area.end, PAGE)
            if self.memory.word(self.directory(pid) + (va >> 22) * 4) and self.entry(pid, va)
        ]

    def entry(self, pid, va):
        return self.memory.word(self.entry_at(pid, va))

    def set_entry(self, pid, va, value):
        self.poke(self.entry_at(pid, va), value)

    def claimed(self, kind, words=""):
        """The addresses of structs whose name has `words` in it."""
        return [
            at
            for at, (found, _, _) in self.clean.claims.items()
            if found == kind and words in self.clean.called(at)
        ]

    def clear_on_stacks(self, block):
        """Clear the pointers to a block on the stacks. A stack's unused words may hold some."""
        for thread in self.clean.threads.values():
            for at in range(thread.kesp, thread.kstack + KSTACK_SIZE, 4):
                if self.memory.word(at) == block:
                    self.poke(at, 0)

    # Looking at it.

    def findings(self):
        return audit.Audit(self.memory).run_all(self.elf)

    def expect(self, check, pattern):
        """The audit finds, by that check, something that matches."""
        findings = self.findings()
        texts = [finding.text for finding in findings if finding.check == check]
        if not any(re.search(pattern, text) for text in texts):
            shown = "\n".join(map(str, findings)) or "nothing"
            raise AssertionError(f"{check}: no {pattern!r} among:\n{shown}")


def link(scene, name, member, address):
    """The address of a link in a struct."""
    return address + scene.memory.field(name, member)[0]


def unlink(scene, at):
    """Take a link out of its list."""
    before, after = scene.memory.word(at + 4), scene.memory.word(at)
    scene.poke(before, after)
    scene.poke(after + 4, before)
    scene.poke(at, at)
    scene.poke(at + 4, at)


def insert(scene, head, at):
    """Put a link at the front of a list."""
    after = scene.memory.word(head)
    scene.poke(at, after)
    scene.poke(at + 4, head)
    scene.poke(after + 4, at)
    scene.poke(head, at)
