"""The audit of the heap: each test breaks one rule in a machine's memory."""
import pytest

from scene import KERNBASE

pytestmark = pytest.mark.xdist_group("audit")


def heap_block(scene, kind="file"):
    """A block in use, and the number of its page."""
    block = scene.claimed(kind)[0]
    return block, block - KERNBASE >> 12


def free_block(scene, block, number):
    """Put a block in use at the front of its page's free list, which is not empty."""
    first = scene.get("page", scene.page(number), "owner")
    for word in range(3):
        scene.poke(block + 4 * word, scene.memory.word(first + 4 * word))
    scene.poke(block, first)
    scene.set_page(number, "owner", block)
    scene.add("page", scene.page(number), "index", -1)


def test_block_in_use_is_free(scene):
    for block in scene.claimed("file"):
        number = block - KERNBASE >> 12
        if scene.get("page", scene.page(number), "owner"):
            break
    free_block(scene, block, number)
    scene.expect("heap", rf"struct file at {block:#x} lies in a block that is free")


def test_blocks_miscounted(scene):
    _, number = heap_block(scene)
    scene.add("page", scene.page(number), "index", 1)
    scene.expect("heap", rf"page {number:#x} \(heap\), of \d+-byte blocks, has \d+ blocks: \d+ in use")


def partly_free(scene):
    """The number of a heap page with free blocks and blocks in use.

    Nothing but its page_t has the address of its first free block: an old value on a stack would
    look like a reference to the block.
    """
    pages = scene.pages
    for number in pages.all_of(pages.HEAP):
        if pages.count[number] and pages.flags[number] < 8 and pages.owner[number] \
                and scene.content.count(pages.owner[number].to_bytes(4, "little")) == 1:
            return number
    raise AssertionError("there is none")


def test_free_blocks_lead_out(scene):
    number = partly_free(scene)
    scene.poke(scene.pages.owner[number], KERNBASE + 0x1000)
    scene.expect("heap", rf"the free list of page {number:#x} \(heap\) leads to 0xc0001000")
    assert len(scene.findings()) == 1  # what lies in that page is no further finding


def test_free_blocks_in_a_circle(scene):
    number = partly_free(scene)
    first = scene.pages.owner[number]
    scene.poke(first, first)
    scene.expect("heap", rf"the free list of page {number:#x} \(heap\) comes to {first:#x} twice")


def test_class_list_misses_a_page(scene):
    number = partly_free(scene)
    size_class = scene.pages.flags[number]
    scene.poke(scene.variable("partial") + 4 * size_class, 0)
    scene.expect("heap", r"has \d+ free blocks and is not on the list of its size")


def test_class_list_has_another_kind(scene):
    number = scene.take_free_page()
    scene.poke(scene.variable("partial"), scene.page(number))
    scene.expect("heap", rf"page {number:#x} \(anonymous\) is listed for size class 0")


def test_pages_held(scene):
    scene.set_variable("pages_held", 7)
    scene.expect("heap", r"pages_held is 7; the heap holds \d+ pages")


def large(scene):
    """The number of the first page of a large block of more than one page, or of one."""
    pages = scene.pages
    return max(
        (number for number in pages.all_of(pages.HEAP) if pages.flags[number] == 8),
        key=lambda number: pages.index[number],
    )


def test_large_block_without_end(scene):
    number = large(scene)
    scene.set_page(number, "index", 0)
    scene.expect("heap", rf"page {number:#x} \(heap\) begins a block of 0 pages")


def test_large_block_over_others(scene):
    number = large(scene)
    scene.add("page", scene.page(number), "index", 1)
    scene.expect("heap", r"page 0x.* lies in the heap's block of \d+ pages before it")


def test_tail_without_block(scene):
    number = scene.take_free_page()
    scene.set_page(number, "kind", scene.pages.HEAP)
    scene.set_page(number, "flags", 9)
    scene.expect("heap", rf"page {number:#x} \(heap\) belongs to no block of whole pages")


def test_lost_block(scene):
    number = partly_free(scene)
    block = scene.pages.owner[number]
    after = scene.memory.word(block)
    for word in range(1, 3):
        scene.poke(after + 4 * word, scene.memory.word(block + 4 * word))
    scene.set_page(number, "owner", after)
    scene.add("page", scene.page(number), "index", 1)
    size = 16 << scene.pages.flags[number]
    scene.expect("lost-blocks", rf"a block of {size} bytes at {block:#x} is in use, but nothing")


def test_lost_block_is_described(scene):
    """An inode that lost its name: found, and recognised by what it points to."""
    entry = scene.claimed("entry", "the name /tmp/scene.link")[0]
    parent = scene.get("entry", entry, "parent")
    at = entry + scene.memory.field("entry", "alias")[0]
    before, after = scene.memory.word(at + 4), scene.memory.word(at)
    scene.poke(before, after)
    scene.poke(after + 4, before)
    for tree, node in (("dir.entries", "order"), ("dir.names", "by_name")):
        scene.take_from_tree(
            parent + scene.memory.field("inode", tree)[0],
            entry + scene.memory.field("entry", node)[0],
        )
    scene.add("inode", parent, "dir.count", -1)
    scene.expect("lost-blocks", r"a block of \d+ bytes at 0x.* is in use, but nothing refers to it")


def test_block_of_two_kinds(scene):
    thread = scene.thread(3)
    scene.set("thread", thread, "fs_context", scene.get("thread", thread, "files"))
    scene.expect("heap", r"root and directory of pid 3 .* is struct fs_context and the descriptors")


def test_struct_in_a_small_block(scene):
    """A pointer to the middle of a block is no struct's."""
    thread = scene.thread(3)
    scene.add("thread", thread, "fs_context", 4)
    scene.expect("heap", "struct fs_context at 0x.* does not begin with a block of the heap")


def test_page_listed_twice(scene):
    number = partly_free(scene)
    address = scene.variable("partial") + 4 * scene.pages.flags[number]
    first = scene.pages.number(scene.memory.word(address))
    scene.set("block", scene.pages.owner[first], "page_next", scene.page(first))
    scene.expect("heap", rf"page {first:#x} \(heap\) is listed twice")
    assert len(scene.findings()) == 1  # what lies in the heap's pages is no further finding
