"""The audit of page tables, areas and objects: each test breaks one rule in a machine's memory."""
import pytest

from scene import KERNBASE, NOPAGE, PAGE, G, P, U, W

pytestmark = pytest.mark.xdist_group("audit")

KSTACKS = 0xF8000000
SCENE_FILE = 3 * PAGE  # its size


def private(area):
    return not area.object and area.prot == 3


def shared(area):
    return area.flags & 1


def file_copy(area):
    """A private, writable mapping of a file; not the program's own."""
    return area.object and not area.flags & 1 and area.prot == 3


def read_only(area):
    return area.prot in (1, 5)


def with_entries(scene, pid, wanted):
    """An area with entries, and their addresses."""
    for area in scene.areas(pid):
        mapped = scene.mapped(pid, area) if wanted(area) else ()
        if mapped:
            return area, mapped
    raise AssertionError("there is no such area")


# The kernel's half.


def kernel_entry(scene, va):
    """The address of the kernel's page-table entry for `va`."""
    directory = scene.memory.value("kernel_pgdir")
    entry = scene.memory.word(directory + (va >> 22) * 4)
    assert entry & 0x81 == P
    return (entry & ~0xFFF) + KERNBASE + (va >> 12 & 0x3FF) * 4


def test_kernel_maps_user_addresses(scene):
    scene.poke(scene.memory.value("kernel_pgdir"), 0x87)
    scene.expect("kernel-tables", "the kernel's directory maps 0x0: 0x87")


def test_linear_map_for_users(scene):
    at = scene.memory.value("kernel_pgdir") + 4 * (KERNBASE + (1 << 22) >> 22)
    scene.poke(at, scene.memory.word(at) | U)
    scene.expect("kernel-tables", "the linear map at 0xc0400000: the directory's entry is .* not")


def test_linear_map_beyond_memory(scene):
    at = scene.memory.value("kernel_pgdir") + 4 * (KERNBASE + (64 << 20) >> 22)
    scene.poke(at, 64 << 20 | 0x183)
    scene.expect("kernel-tables", "the linear map at 0xc4000000: the directory's entry is .* not 0x0")


def test_text_writable(scene):
    va = scene.memory.symbol("page_insert") & -PAGE
    at = kernel_entry(scene, va)
    scene.poke(at, scene.memory.word(at) | W)
    scene.expect("kernel-tables", rf"the kernel's text and constants at {va:#x}: the entry is")


def test_text_in_a_large_page(scene):
    at = scene.memory.value("kernel_pgdir") + 4 * (KERNBASE >> 22)
    scene.poke(at, 0x183)
    scene.expect("kernel-tables", r"the kernel's image at 0xc0000000: .* 0x183 \(kernel only, writable, global\): no table")


def test_data_elsewhere(scene):
    va = scene.memory.symbol("data_start")
    at = kernel_entry(scene, va)
    scene.poke(at, scene.memory.word(at) + PAGE)
    scene.expect("kernel-tables", rf"the linear map at {va:#x}: the entry is .*, not")


def test_upper_half_differs(scene):
    scene.poke(scene.directory(4) + 4 * 993, 0)
    scene.expect("kernel-half", r"entry 993 .* of the directory of pid 4 \(audit_scene\) is 0x0;")


def test_stack_table_for_users(scene):
    at = scene.memory.value("kernel_pgdir") + 4 * (KSTACKS >> 22)
    scene.poke(at, scene.memory.word(at) | U)
    scene.expect("kernel-tables", "entry 992 of the kernel's directory is")


def test_stack_for_users(scene):
    kstack = scene.clean.threads[scene.thread(3)].kstack
    at = kernel_entry(scene, kstack)
    scene.poke(at, scene.memory.word(at) | U)
    scene.expect("kernel-tables", rf"the kernel's entry for {kstack:#x} is")


def test_stack_maps_another_page(scene):
    kstack = scene.clean.threads[scene.thread(3)].kstack
    scene.poke(kernel_entry(scene, kstack), scene.pages.zero << 12 | P | W | G)
    scene.expect("kernel-tables", rf"{kstack:#x}, for kernel stacks, maps page .*the zero page")


def test_device_in_memory(scene):
    number = scene.take_free_page()
    scene.poke(kernel_entry(scene, 0xFFFFE000), number << 12 | P | W | G | NOPAGE)
    scene.expect("kernel-tables", rf"0xffffe000 maps page {number:#x} \(anonymous\) as a device's")


# Tables.


def test_table_of_another_kind(scene):
    number = scene.memory.word(scene.directory(3) + 4 * (0x40000000 >> 22)) >> 12
    scene.set_page(number, "kind", scene.pages.ANONYMOUS)
    scene.expect("tables", rf"page {number:#x} \(anonymous\) is used as a table")


def test_table_miscounts_entries(scene):
    number = scene.memory.word(scene.directory(3) + 4 * (0x40000000 >> 22)) >> 12
    scene.add("page", scene.page(number), "index", -1)
    scene.expect("tables", rf"page {number:#x} \(table\) says \d+ entries in use; it has \d+")


def test_directory_miscounts_entries(scene):
    number = scene.directory(5) - KERNBASE >> 12
    scene.add("page", scene.page(number), "index", 1)
    scene.expect("tables", rf"page {number:#x} \(directory\) says \d+ entries in use; it has \d+")


def test_directory_names_no_table(scene):
    scene.poke(scene.directory(3) + 4 * (0x80000000 >> 22), 0x7FFFF067)
    scene.expect("tables", r"pid 3 .*, 0x80000000: the directory's entry is 0x7ffff067 .*: no table")


def test_table_of_two_directories(scene):
    pdx = 4 * (0x40000000 >> 22)
    scene.poke(scene.directory(3) + pdx, scene.memory.word(scene.directory(4) + pdx))
    scene.expect("counts", r"\(table\) counts 1 references; found 2: the directory's entry for")


def share_table(scene, bits):
    """Let pid 3 share a table of pid 5, as after a fork, with these bits in both directories."""
    pdx = 4 * (0x40000000 >> 22)
    table = scene.memory.word(scene.directory(5) + pdx) & ~0xFFF
    scene.set_page(table >> 12, "count", 2)
    for pid in (3, 5):
        scene.poke(scene.directory(pid) + pdx, table | bits)


def test_shared_table_writable(scene):
    share_table(scene, P | W | U)
    scene.expect("writable", r"pid 3 .*: page .* is writable through page .* \(table\), which 2 share")


def test_shared_table_writable_for_one(scene):
    """Tables that more than one directory names are in the scene; the kernel makes them so."""
    for pdx in range(0x40000000 >> 22, 0x41000000 >> 22):
        entry = scene.memory.word(scene.directory(4) + 4 * pdx)
        if entry and scene.pages.count[entry >> 12] == 3:
            scene.poke(scene.directory(4) + 4 * pdx, entry | W)
            scene.expect("writable", r"pid 4 .*: page .* is writable through .*, which 3 share")
            return
    raise AssertionError("there is none")


def test_table_left_behind(scene):
    table = scene.take_free_page()
    scene.set_page(table, "kind", scene.pages.TABLE)
    scene.set_page(table, "prev", 0)
    scene.set_page(table, "count", 1)
    for word in range(1024):
        scene.poke((table << 12) + KERNBASE + 4 * word, 0)
    scene.poke(scene.directory(3) + 4 * (0x80000000 >> 22), table << 12 | P | W | U)
    directory = scene.page(scene.directory(3) - KERNBASE >> 12)
    scene.add("page", directory, "index", 1)
    scene.expect("tables", rf"page {table:#x} \(table\) is empty and not freed")


# Entries.


def test_entry_without_area(scene):
    starts = [area.start for area in scene.areas(3)]
    va = next(area.end for area in scene.areas(3) if area.end not in starts)
    scene.set_entry(3, va, scene.pages.zero << 12 | P | U)
    scene.expect("stray-entries", rf"pid 3 .*, {va:#x}: the entry is .*, but no area is there")


def test_writable_without_the_right(scene):
    area, (va, *_) = with_entries(scene, 3, read_only)
    scene.set_entry(3, va, scene.entry(3, va) | W)
    scene.expect("permissions", rf"pid 3 .*, {va:#x}: the entry .* is writable in area \[.*\) r[-x]*p")


def test_pages_in_a_row_are_one_finding(scene):
    pages = next(pages for area in scene.areas(3) for pages in [scene.mapped(3, area)]
                 if private(area) and len(pages) > 2 and pages[2] == pages[0] + 2 * PAGE)[:3]
    for va in pages:
        scene.set_entry(3, va, scene.entry(3, va) & ~(U | W))
    scene.expect("permissions", rf"{pages[0]:#x}: the entry .*\(kernel only, read-only\) is not the user's; "
                                rf"so it is for 2 more pages, to {pages[2] + PAGE - 1:#x}$")


def test_present_without_the_right(scene):
    area, (va, *_) = with_entries(scene, 3, lambda area: area.prot == 0)
    scene.set_entry(3, va, scene.entry(3, va) & ~NOPAGE | P)
    scene.expect("permissions", rf"{va:#x}: the entry .* is present in area \[.*\) ---p")


def test_held_with_rights(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, scene.entry(3, va) & ~P | NOPAGE)
    scene.expect("permissions", rf"{va:#x}: the entry .* is a PROT_NONE entry, in area \[.*\) rw-p")


def test_entry_not_the_users(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, scene.entry(3, va) & ~U)
    scene.expect("permissions", rf"{va:#x}: the entry .* is not the user's")


def test_global_entry(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, scene.entry(3, va) | G)
    scene.expect("permissions", rf"{va:#x}: the entry .* is global")


def test_unknown_marker(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, 0xC00)
    scene.expect("entries", rf"{va:#x}: what is 0xc00 \(not present\)\?")


def test_entry_out_of_memory(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, 0x7FFFF000 | P | W | U)
    scene.expect("entries", rf"{va:#x}: 0x7ffff007 \(user, writable\) leads out of memory")


@pytest.mark.parametrize("kind", ["HEAP", "TABLE", "STACK", "RESERVED", "DIRECTORY"])
def test_kernel_page_reachable(scene, kind):
    _, (va, *_) = with_entries(scene, 3, private)
    number = scene.pages.all_of(getattr(scene.pages, kind))[-1]
    scene.set_entry(3, va, number << 12 | P | U)
    scene.expect("kernel-reachable", rf"pid 3 .*, {va:#x}: .* maps page {number:#x} \({kind.lower()}")


def test_free_and_mapped(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    number = next(scene.free_pages())
    scene.set_entry(3, va, number << 12 | P | W | U)
    scene.expect("free-and-mapped", rf"{va:#x}: .* maps page {number:#x} \(free\)")


def test_device_without_linear_area(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, 0xB8000 | P | W | U | NOPAGE)
    scene.expect("entries", rf"{va:#x}: 0xb8207 \(user, writable, without a page_t\) maps a device in area")


def device(area):
    """The display's memory."""
    return area.offset == 0xB8000


def test_device_elsewhere(scene):
    _, (va, *_) = with_entries(scene, 3, device)
    scene.set_entry(3, va, scene.entry(3, va) + PAGE)
    scene.expect("entries", rf"{va:#x}: 0xb9.* maps a device where 0xb8000 belongs")


def test_page_in_linear_area(scene):
    _, (va, *_) = with_entries(scene, 3, device)
    scene.set_entry(3, va, scene.entry(3, va) & ~NOPAGE)
    scene.expect("entries", rf"{va:#x}: 0xb8.* is no device's, in area \[.*\) rw-s")


def test_device_writable_without_the_right(scene):
    area, (va, *_) = with_entries(scene, 3, device)
    scene.set("area", area.at, "prot", 1)
    scene.expect("permissions", rf"{va:#x}: the entry .* is writable in area \[.*\) r--s")


def test_linear_area_of_memory(scene):
    area, (va, *_) = with_entries(scene, 3, device)
    scene.set("area", area.at, "offset", 0x100000)
    scene.set_entry(3, va, scene.entry(3, va) & 0xFFF | 0x100000)
    scene.expect("areas", r"area \[.*\) rw-s maps a device from 0x100000 on, where none is")
    scene.expect("kernel-reachable", rf"{va:#x}: 0x100.* maps page .* without counting it")


def test_memory_mapped_as_a_device(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, scene.entry(3, va) | NOPAGE)
    scene.expect("kernel-reachable", rf"{va:#x}: .* maps page .* without counting it")


def test_private_page_in_shared_area(scene):
    _, (va, *_) = with_entries(scene, 3, shared)
    _, (other, *_) = with_entries(scene, 3, private)
    scene.set_entry(3, va, scene.entry(3, other))
    scene.expect("entries", rf"{va:#x}: page .* \(anonymous\) is mapped in area \[.*\) rw-s")


def test_objects_page_in_private_memory(scene):
    _, (va, *_) = with_entries(scene, 3, private)
    _, (other, *_) = with_entries(scene, 3, shared)
    scene.set_entry(3, va, scene.entry(3, other) & ~W)
    scene.expect("entries", rf"{va:#x}: page .* \(object\) of object .* is mapped in area")


def test_wrong_page_of_the_object(scene):
    _, (first, second, *_) = with_entries(scene, 3, shared)
    scene.set_entry(3, first, scene.entry(3, second))
    scene.expect("entries", rf"{first:#x}: page 1 of the object is mapped where 0 belongs")


def test_objects_page_writable_in_private_area(scene):
    area, mapped = with_entries(scene, 3, file_copy)
    va = next(va for va in mapped if not scene.entry(3, va) & W)
    scene.set_entry(3, va, scene.entry(3, va) | W)
    scene.expect("writable", rf"{va:#x}: page .*, an object's, is writable in private area")


def test_copy_on_write_page_writable(scene):
    va, number = copied_on_write(scene)
    scene.set_entry(3, va, scene.entry(3, va) | W)
    scene.expect(
        "writable",
        rf"pid 3 .*, {va:#x}: page {number:#x} \(anonymous\) is writable in private area .*, but "
        rf"\d refer to it .*in pid 4",
    )


def copied_on_write(scene):
    """An address in pid 3, and the number of a page there that others have too."""
    for area in scene.areas(3):
        for va in scene.mapped(3, area) if private(area) else ():
            number = scene.entry(3, va) >> 12
            if scene.pages.count[number] > 1 and number != scene.pages.zero:
                return va, number
    raise AssertionError("nothing is shared")


def test_zero_page_writable(scene):
    for area in scene.areas(3):
        for va in scene.mapped(3, area) if private(area) else ():
            if scene.entry(3, va) >> 12 == scene.pages.zero:
                scene.set_entry(3, va, scene.entry(3, va) | W)
                scene.expect("writable", rf"{va:#x}: page .*the zero page\) is writable in private")
                return
    raise AssertionError("it is not mapped")


def test_large_entry_for_small_pages(scene):
    scene.poke(scene.directory(3) + 4 * (0x80000000 >> 22), 0x00400000 | P | W | U | 0x80)
    scene.expect("entries", r"pid 3 .*, 0x80000000: 0x400087 \(user, writable\) maps no large page")


def test_large_page_without_area(scene):
    number = 0x400
    scene.set_page(number, "flags", 0x80)
    scene.poke(scene.directory(3) + 4 * (0x80000000 >> 22), number << 12 | P | W | U | 0x80)
    scene.expect("stray-entries", r"0x80000000: 0x400087 \(user, writable\): no area is there for a large page")


def test_kernels_directory_of_another_kind(scene):
    number = scene.memory.value("kernel_pgdir") - KERNBASE >> 12
    scene.set_page(number, "kind", scene.pages.RESERVED)
    scene.expect("kernel-tables", rf"page {number:#x} \(reserved\) is the kernel's directory")
