"""The audit of pages: each test breaks one rule in a machine's memory."""
import pytest

from scene import KERNBASE, P, W

pytestmark = pytest.mark.xdist_group("audit")


def anonymous(scene, pid=3):
    """The number of a page that only one process has, and its address."""
    for area in scene.areas(pid):
        for va in scene.mapped(pid, area) if not area.object else ():
            number = scene.entry(pid, va) >> 12
            if scene.entry(pid, va) & (P | W) == P | W:
                return number, va
    raise AssertionError("nothing is writable")


def test_count_too_high(scene):
    number, va = anonymous(scene)
    scene.set_page(number, "count", 2)
    scene.expect(
        "counts",
        rf"page {number:#x} \(anonymous\) counts 2 references; found 1: "
        rf"the entry for {va:#x} in pid 3 \(audit_scene\)",
    )


def test_count_too_low(scene):
    number = scene.memory.word(scene.directory(4) + 0x40000000 // (1 << 22) * 4) >> 12
    scene.set_page(number, "count", 0)
    scene.expect("counts", rf"page {number:#x} \(table\) counts 0 references; found 1")


def test_pin(scene):
    number, _ = anonymous(scene)
    scene.set_page(number, "pins", 1)
    scene.expect("pins", rf"page {number:#x} \(anonymous\) has 1 pins at rest")


def test_zero_page_without_pin(scene):
    scene.set_page(scene.pages.zero, "pins", 0)
    scene.expect("pins", r"the zero page\) has 0 pins, not 1")


def test_zero_page_written(scene):
    scene.poke((scene.pages.zero << 12) + KERNBASE + 100, 1)
    scene.expect("zero-page", "is not all zero")


def test_no_such_kind(scene):
    number, _ = anonymous(scene)
    scene.set_page(number, "kind", 77)
    scene.expect("kinds", rf"page {number:#x} is of kind 77")


def test_page_0_is_reserved(scene):
    scene.set_page(0, "kind", scene.pages.ANONYMOUS)
    scene.expect("kinds", r"page 0x0 \(anonymous\) must be reserved for ever")


def test_too_many_pages(scene):
    scene.set_variable("page_total", 1 << 20)
    scene.expect("kinds", "page_total is 1048576; the machine does not have so many pages")


def test_lost_page(scene):
    number = scene.take_free_page()
    scene.expect("lost-pages", rf"page {number:#x} \(anonymous\) is in use, but nothing refers to it")


def test_lost_page_with_a_count(scene):
    number = scene.take_free_page()
    scene.set_page(number, "count", 1)
    scene.expect("counts", rf"page {number:#x} .* counts 1 references; found 0: it is lost")


def test_free_list_prev(scene):
    first, second, *_ = scene.free_pages()
    scene.set_page(second, "prev", scene.page(5))
    scene.expect("free-list", rf"page {second:#x} \(free\) follows page {first:#x} .* its prev is")


def test_free_list_circle(scene):
    first, second, third, *_ = scene.free_pages()
    scene.set_page(third, "next", scene.page(second))
    scene.expect("free-list", rf"page {second:#x} \(free\) stands on the free list twice")


def test_free_list_leads_out(scene):
    first, *_ = scene.free_pages()
    scene.set_page(first, "next", 0x1234)
    scene.expect("free-list", rf"page {first:#x} \(free\) is followed by 0x1234: no page_t")


def test_free_list_has_a_page_in_use(scene):
    first, *_ = scene.free_pages()
    scene.set_page(first, "kind", scene.pages.ANONYMOUS)
    scene.expect("free-list", rf"page {first:#x} \(anonymous\) stands on the free list")


def test_free_page_missing(scene):
    number = scene.take_free_page()
    scene.set_page(number, "kind", scene.pages.FREE)
    scene.expect("free-list", rf"page {number:#x} \(free\) is not on the free list")


def test_free_count(scene):
    address = scene.variable("page_pool")
    scene.add("page_pool", address, "free_count", 1)
    scene.expect("free-list", r"free_count is \d+; \d+ pages are on the list")


def test_free_list_end(scene):
    first, *_ = scene.free_pages()
    address = scene.variable("page_pool")
    scene.set("page_pool", address, "free.prev", scene.page(first))
    scene.expect("free-list", "its head names .* as the last page")


def cached(scene, which):
    """The number of the first page in a cache."""
    size = scene.memory.size_of("page_cache")
    address = scene.variable("caches") + scene.memory.constant(which) * size
    first = scene.get("page_cache", address, "first")
    assert first, f"{which} is empty"
    return scene.pages.number(first)


def test_cached_table_not_clean(scene):
    number = cached(scene, "CACHE_TABLE")
    scene.poke((number << 12) + KERNBASE + 17 * 4, 0x1007)
    scene.expect("page-caches", rf"page {number:#x} \(table\) is cached, .* 17 is 0x1007, not 0")


def test_cached_directory_not_clean(scene):
    number = cached(scene, "CACHE_DIRECTORY")
    scene.poke((number << 12) + KERNBASE + 767 * 4, 0x1007)
    scene.expect("page-caches", r"its user's entry 767 is 0x1007, not 0")


def test_cached_directory_without_the_kernel(scene):
    number = cached(scene, "CACHE_DIRECTORY")
    scene.poke((number << 12) + KERNBASE + 770 * 4, 0)
    scene.expect("kernel-half", rf"entry 770 .* of the cached directory page {number:#x}")


def test_cached_page_of_another_kind(scene):
    number = cached(scene, "CACHE_TABLE")
    scene.set_page(number, "kind", scene.pages.HEAP)
    scene.expect("page-caches", rf"page {number:#x} \(heap\) stands in cache 0")


def test_cached_twice(scene):
    number = cached(scene, "CACHE_TABLE")
    scene.set_page(number, "prev", scene.page(number))
    scene.expect("page-caches", "is cached twice")


def test_cached_count(scene):
    address = scene.variable("page_pool")
    scene.add("page_pool", address, "cached_count", -1)
    scene.expect("page-caches", r"cached_count is \d+; \d+ pages are cached")


def test_usable_page_reserved(scene):
    number = scene.take_free_page()
    scene.set_page(number, "kind", scene.pages.RESERVED)
    scene.expect("reserved", rf"page {number:#x} \(reserved\) is usable memory that nobody occupies")


def test_kernel_page_in_use(scene):
    number = scene.memory.image[0] - KERNBASE >> 12
    scene.set_page(number, "kind", scene.pages.ANONYMOUS)
    scene.expect("reserved", rf"page {number:#x} \(anonymous\) must be reserved")


def test_usable_pages(scene):
    scene.set_variable("boot_map", 12345, "usable_pages")
    scene.expect("reserved", r"usable_pages is 12345; \d+ pages are usable")


def test_text_changed(scene):
    scene.poke(scene.memory.symbol("page_insert") + 2, 0xCC, 1)
    scene.expect("kernel-image", r"1 bytes of text and constants have changed, .*\(page_insert\+0x2\)")


def test_another_kernel(scene):
    scene.elf = bytes(len(scene.elf))
    scene.expect("kernel-image", "this is not the memory of that kernel")
