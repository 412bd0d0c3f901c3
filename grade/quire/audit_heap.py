"""The kernel's heap (kern/mem/heap.c): its pages, and whether every block in use is still known.

A block is lost when no pointer to it is found, starting from the kernel's variables and the stacks
of its threads, and going on through the blocks found. Whatever looks like a pointer counts as one,
so a lost block may go unseen, but none that is in use is called lost.
"""
import re
from collections import Counter
from functools import cached_property

from quire.audit_memory import KERNBASE, PAGE_SIZE, Damage

CLASSES = 8
CLASS_MIN = 16  # bytes
CLASS_PAGES, CLASS_TAIL = CLASSES, CLASSES + 1
KSTACK_SIZE = 8192  # kern/thread/thread.h
TEXT = re.compile(rb"[ -~]{5,60}")
COUNTED = "aspace", "object", "file", "inode", "fdtable", "fs_context", "action_table", "counted_name", "pidfd", "uffd", "credentials", "account", "socket", "bound_name", "program_layout", "mount", "volume"


class Heap:
    """Which blocks there are. `sizes` has the block size of each page, by page number."""

    def __init__(self, pages):
        self.pages = pages
        self.sizes = {}
        self.heads = {}  # of each page of a block of whole pages: the number of the first
        self.free = set()  # addresses of free blocks
        self.damaged = set()  # numbers of pages whose blocks are not known: their free lists are damaged
        self.pointers = None  # see count_pointers

    def block(self, address):
        """The block in use that an address lies in, or None."""
        number = address - KERNBASE >> 12
        size = self.sizes.get(number)
        if size is None:
            return None
        if size > PAGE_SIZE // 2:
            return (self.heads[number] << 12) + KERNBASE
        block = address & -size
        return None if block in self.free else block

    def inside(self, words):
        """Those of some words that lie between the heap's first page and its last."""
        low, high = self.bounds
        return [word for word in words if low <= word < high]

    @cached_property
    def bounds(self):
        """To be asked for when all pages are known."""
        numbers = self.sizes or [0]
        return (min(numbers) << 12) + KERNBASE, (max(numbers) + 1 << 12) + KERNBASE

    def size(self, block):
        return self.sizes[block - KERNBASE >> 12]

    def fault(self, address, size):
        """In words, why no struct of `size` bytes can be at `address`; None when it can."""
        number = address - KERNBASE >> 12
        if number in self.damaged:
            return None
        if number not in self.sizes:
            inside = 0 <= number < self.pages.total
            return f"lies in {self.pages.name(number)}" if inside else "lies outside of memory"
        if self.sizes[number] <= PAGE_SIZE // 2 and address & -self.sizes[number] in self.free:
            return "lies in a block that is free"
        if self.block(address) != address:
            return "does not begin with a block of the heap"
        if self.sizes[number] < size:
            return f"needs {size} bytes; the block has {self.sizes[number]}"
        return None

    def blocks(self):
        """The addresses of all blocks in use."""
        for number, size in self.sizes.items():
            start = (number << 12) + KERNBASE
            if size <= PAGE_SIZE // 2:
                yield from (
                    block
                    for block in range(start, start + PAGE_SIZE, size)
                    if block not in self.free
                )
            elif self.heads[number] == number:
                yield start


def heap_pages(audit):
    """Every heap page's free list stays in it and agrees with its count; the classes' lists too."""
    pages = audit.pages
    heap = audit.heap = Heap(pages)
    listed = audit.run("heap", _listed)
    held = 0
    for number in pages.all_of(pages.HEAP):
        size_class = pages.flags[number]
        if size_class < CLASSES:
            free = audit.run("heap", free_blocks, number, CLASS_MIN << size_class)
            if free is None:
                heap.damaged.add(number)
                pages.found[number] += 1
                held += 1
                continue
            if pages.count[number] == 0 and pages.explained[number]:
                continue  # cached: all its blocks are free
            if listed is not None:
                _check_page(audit, number, len(free), listed.get(number))
            heap.sizes[number] = CLASS_MIN << size_class
            heap.free |= free
        elif size_class == CLASS_PAGES:
            _add_large(audit, number)
        elif number not in heap.heads:
            audit.report("heap", f"{pages.name(number)} belongs to no block of whole pages")
        pages.found[number] += 1
        held += 1
    stated = audit.memory.value("pages_held")
    if stated != held:
        audit.report("heap", f"pages_held is {stated}; the heap holds {held} pages")


def _listed(audit):
    """{page number: size class} of the pages on the classes' lists."""
    memory, pages = audit.memory, audit.pages
    address, kind = memory.variable("partial")
    link = memory.field("block", "page_next")[0]
    result = {}
    for size_class, pointer in enumerate(memory.word_list(address, kind[2])):
        while pointer:
            number = pages.number(pointer)
            if number in result:
                raise Damage(f"{pages.name(number)} is listed twice among pages with free blocks")
            if pages.kind[number] != pages.HEAP or pages.flags[number] != size_class:
                raise Damage(f"{pages.name(number)} is listed for size class {size_class}")
            result[number] = size_class
            pointer = memory.word(pages.owner[number] + link)
    return result


def free_blocks(audit, number, size):
    """The addresses of a page's free blocks."""
    pages, start = audit.pages, (number << 12) + KERNBASE
    words = pages.words(number)
    free = set()
    block = pages.owner[number]
    while block:
        if not start <= block < start + PAGE_SIZE or block % size:
            raise Damage(f"the free list of {pages.name(number)} leads to {block:#x}")
        if block in free:
            raise Damage(f"the free list of {pages.name(number)} comes to {block:#x} twice")
        free.add(block)
        block = words[block - start >> 2]
    return free


def _check_page(audit, number, free, listed):
    pages = audit.pages
    blocks = PAGE_SIZE // (CLASS_MIN << pages.flags[number])
    name = f"{pages.name(number)}, of {CLASS_MIN << pages.flags[number]}-byte blocks,"
    if free + pages.index[number] != blocks:
        used = pages.index[number]
        audit.report("heap", f"{name} has {blocks} blocks: {used} in use and {free} free")
    if bool(free) != (listed is not None):
        where = "is not on" if free else "is on"
        audit.report("heap", f"{name} has {free} free blocks and {where} the list of its size")


def _add_large(audit, number):
    pages, heap = audit.pages, audit.heap
    count = pages.index[number]
    if count == 0 or number + count > pages.total:
        audit.report("heap", f"{pages.name(number)} begins a block of {count} pages")
        count = 1
    for each in range(number, number + count):
        heap.sizes[each], heap.heads[each] = count * PAGE_SIZE, number
        if each != number and (pages.kind[each], pages.flags[each]) != (pages.HEAP, CLASS_TAIL):
            audit.report(
                "heap", f"{pages.name(each)} lies in the heap's block of {count} pages before it"
            )


def reference_counts(audit):
    """A count is at least the references found, and more only where others may refer too."""
    for kind in COUNTED:
        for address in audit.of_kind[kind]:
            stated = audit.memory.word(address + audit.memory.field(kind, "refs")[0])
            _check_references(audit, address, stated)


def _check_references(audit, address, stated):
    holders = audit.references.get(address, ())
    if stated == len(holders):
        return
    others = 0
    if stated > len(holders):
        others = count_pointers(audit, address)
    if not len(holders) <= stated <= len(holders) + others:
        names = ", ".join(audit.called(holder) for holder in holders[:4])
        audit.report(
            "references",
            f"{audit.called(address)} at {address:#x} counts {stated} references; "
            f"found {len(holders)}{': ' + names if names else ''}"
            + (f", and {others} pointers that may be more" if others else ""),
        )


def count_pointers(audit, block):
    """How often a block is pointed to from where no walk of the audit knows what is meant."""
    heap = audit.heap
    if heap.pointers is None:
        heap.pointers = Counter(map(heap.block, _roots(audit)))
        for other in heap.blocks():
            if other not in audit.claims:
                words = audit.memory.word_list(other, heap.size(other) // 4)
                heap.pointers.update(map(heap.block, heap.inside(words)))
    return heap.pointers[block]


def _roots(audit):
    """What may point into the heap: the kernel's variables, the stacks of threads that hold
    something, and fields of known structs that may be anything."""
    memory = audit.memory
    start = memory.data[0][0]
    words = [word for first, end in memory.data for word in memory.word_list(first, end - first >> 2)]
    for name, size in (("boot_stack", KSTACK_SIZE), ("double_fault_stack", PAGE_SIZE)):
        at = memory.symbol(name) - start >> 2
        words[at : at + size // 4] = []
    return audit.heap.inside(words + audit.loose + [word for each in audit.stacks for word in each])


def lost_blocks(audit):
    """Every block in use can be reached."""
    heap = audit.heap
    words, sizes, free, inside = audit.memory.words, heap.sizes, heap.free, heap.inside
    # Of areas, which may be many, it is known what they point to.
    reached = set(audit.of_kind["area"] + audit.of_kind["area_block"])
    pending = _roots(audit) + list(audit.areas_of)
    pending += audit.of_kind["named_area"] + audit.of_kind["counted_name"]
    while pending:
        address = pending.pop()
        number = address - KERNBASE >> 12
        size = sizes.get(number)
        if size is None:
            continue
        block = address & -size if size < PAGE_SIZE else (heap.heads[number] << 12) + KERNBASE
        if block not in reached and block not in free:
            reached.add(block)
            at = block - KERNBASE >> 2
            pending += inside(words[at : at + size // 4].tolist())
    lost = [block for block in heap.blocks() if block not in reached]
    for block in _first_of(audit, lost):
        audit.report("lost-blocks", _describe(audit, block))


def _first_of(audit, lost):
    """Of lost blocks, those that no other one points to; all, where they point in a circle."""
    inside = set(lost)
    pointed = set()
    for block in lost:
        for word in audit.memory.word_list(block, audit.heap.size(block) // 4):
            target = audit.heap.block(word)
            if target in inside and target != block:
                pointed.add(target)
    return [block for block in lost if block not in pointed] or lost


def _describe(audit, block):
    """What a lost block may be: the text in it, and the names that its words lead to."""
    memory, size = audit.memory, audit.heap.size(block)
    hints = []
    for word in memory.word_list(block, min(size, PAGE_SIZE) // 4):
        target = audit.heap.block(word)
        if target in audit.claims:
            hints.append(audit.called(target))
        elif memory.is_constant(word):
            text = memory.string(word)
            hints.append(f'"{text}"' if text.isprintable() and len(text) > 2 else memory.name_of(word))
        elif memory.in_image(word) and word >= memory.symbol("rodata_end"):
            hints.append(memory.name_of(word))
    text = TEXT.search(memory.read(block, min(size, PAGE_SIZE)))
    held = f'; it holds "{text[0].decode()}"' if text else ""
    if hints:
        held += f"; it points to {', '.join(dict.fromkeys(hints[:6]))}"
    return f"a block of {size} bytes at {block:#x} is in use, but nothing refers to it{held}"
