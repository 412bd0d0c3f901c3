"""The arguments of functions in backtraces, which the host finds with the debugger in the machine's memory."""
import re
import shutil

import pytest

from quire import arguments, build, guest

FRAMES = """\
#0  page_walk (va=5, create=<optimized out>, pgdir=0xc0061000) at kern/mem/x.h:9
#1  page_insert (pgdir=pgdir@entry=0xc0061000, pp=0xc0301230, va=1073741824, perm@entry=7) at kern/mem/page_map.c:45
#2  0xc0136f70 in crash.isra.0 (name=0xf8005f60 "a, b (c", pair=..., at={x = 1, y = 2}) at kern/debug/crash.c:98
#3  0xc0145555 in nothing () at kern/x.c:1
#4  0xc0166666 in ?? ()
"""


def test_frames_of_the_debugger():
    """An inlined function's frame has the address of the one before it."""
    assert arguments.parse(FRAMES, 0xC0101010) == {
        (0xC0101010, "page_walk"): "va=5, pgdir=0xc0061000",
        (0xC0101010, "page_insert"): "pgdir=0xc0061000, pp=0xc0301230, va=0x40000000, perm=7 at entry",
        (0xC0136F70, "crash"): 'name=0xf8005f60 "a, b (c", pair=..., at={x = 1, y = 2}',
    }


def test_text_without_a_backtrace_is_left_alone():
    """Also without a kernel, and without a memory."""
    assert arguments.annotate("[c0136f70] no place\n", None, None) == "[c0136f70] no place\n"
    assert arguments.of_frames(build.path("quire.elf"), __file__) == {}


needs = pytest.mark.skipif(not build.debug_kernel() or not any(map(shutil.which, arguments.DEBUGGERS)),
                           reason="no debug kernel, or no debugger")


@needs
@pytest.mark.parametrize("crash", [
    "null",  # a trap in the kernel
    "lock",  # panic(), which records the registers that it finds
    "spin",  # a non-maskable interrupt
])
def test_arguments_in_a_report(crash):
    text = guest.boot(f"crash={crash}", kernel=build.debug_kernel()).explain("it failed")
    assert re.search(rf'crash\+0x\w+ kern/debug/crash\.c:\d+ \(name=0x\w+ "{crash}"\)\n', text), text
    if crash == "lock":
        assert re.search(r"\] spin_stuck\+0x\w+ kern/.*:\d+ \(lock=0xc\w+", text), text
