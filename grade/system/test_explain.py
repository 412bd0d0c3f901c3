"""`make explain`: what it says of a machine that reset itself, and of one that hangs."""
import re
import subprocess
import sys
import types

import pytest

from quire import build, exceptions, explain, known_tests, start
from quire.machine import EXIT_PORT
from quire.places import place


def explained(**options):
    """The explanation for these options of the command line."""
    defaults = {"kernel": build.path("quire.elf"), "test": None, "lab": None, "commands": "", "append": ""}
    given = types.SimpleNamespace(**{**defaults, "mem": 32, "cpu": "max", **options})
    return explain.again(*explain.machine_of(given))


def find(text, *patterns):
    """Each pattern is in the text, after the one before."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern).search(text, at)
        assert found, f"{pattern!r} is not there, in this order:\n{text}"
        at = found.end()


def test_a_triple_fault():
    find(
        explained(append="crash=reset"),
        r"a triple fault",
        r"1 page fault \(14\) in the kernel: a write to 0x8, which is not mapped\n",
        r"eip 0xc0\w+: crash_\w+\+0x\w+, kern/debug/crash\.c:\d+",
        r"called from .*init_main\+0x\w+, kern/proc/init\.c:\d+\n",
        r"cr2 0x00000008\n",
        r"directory entry 0, at 0x\w+000: 0x00000000, empty\n",
        r"2 double fault .*\n.*page fault \(14\) failed with a protection fault.* ends before its gate",
        r"3 triple fault",
        r"last messages:\n +Quire: a teaching kernel",
    )


def command(kernel, options):
    """How `make qemu` starts a machine."""
    return ["qemu-system-i386", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-m", "32", "-cpu",
            "max", "-device", EXIT_PORT, "-kernel", kernel, "-initrd", build.path("archive.cpio"), "-append", options]


def test_make_qemu_after_a_triple_fault():
    done = subprocess.run([sys.executable, start.__file__, *command(build.path("quire.elf"), "crash=reset")],
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    find(done.stderr, start.TRIPLE_FAULT, r"1 page fault .*\n.*crash_\w+\+0x\w+, kern/debug/crash\.c:\d+", "3 triple fault")
    assert "last messages" not in done.stderr


def test_make_qemu_after_a_triple_fault_that_does_not_come_again():
    kernel = build.path("quire.elf")
    assert start.exceptions(command(kernel, "monitor init=/tests/hello")) == start.NOT_AGAIN
    assert start.exceptions(["qemu", "-cdrom", "quire.iso"]) == start.NO_KERNEL
    assert "invalid int value: 'x'" in start.exceptions(["qemu", "-kernel", kernel, "-m", "x"])


def test_a_machine_that_does_not_end():
    find(
        explained(commands="sleep 1000"),
        r"How it ended: .*guest seconds",
        r"Where the processor was at the end:\n    eip 0xc0\w+: \w+\+0x\w+, kern/\w+/\w+\.[cSh]:\d+",
    )


def test_a_machine_that_ends_well():
    text = explained(test="hello")
    assert text.startswith("How it ended: well (exit)"), text
    assert "exceptions" not in text


def test_a_test_inside_the_kernel():
    if not build.debug_kernel():
        pytest.skip("no debug kernel")
    assert "well (tests)" in explained(test="stack_guard_ends_strings", kernel=build.debug_kernel())


def test_tests_inside_the_kernel_that_fail():
    """They are named, with what they complained of."""
    log = "KTAP version 1\n1..2\nok 1 one\n# kern/mem/x.c:7: it is 2\nnot ok 2 two\n"
    text = explain.report(types.SimpleNamespace(kind="tests", status=1, message=""), explain.Remains("none"), log)
    find(text, r"^How it ended: tests inside the kernel failed\n    two failed\n        # kern/mem/x\.c:7: it is 2\n")
    find(explained(append="ktest=nonesuch"), "How it ended: tests inside the kernel failed\n    no test .* has such a name")


def test_no_test_has_that_name():
    with pytest.raises(known_tests.NoTest, match="there is no test stack_guard_e; there are stack_guard_ends_strings"):
        explained(test="stack_guard_e")
    assert "stack_guard_ends_strings" in known_tests.ktests_like("nonesuch,stack_*")
    assert not known_tests.ktests_like("stack_guard_e")


def test_tables_that_lead_nowhere():
    remains = explain.Remains("none", memory=bytearray(8192))
    state = exceptions.Registers(eip=0, esp=0, ebp=0xC0000000, cr2=0x400000, cr3=0x1000, idt=0, idt_limit=0)
    assert remains.word(8190) is None and remains.word(-4) is None
    assert remains.callers(state) == []
    remains.memory[0x1004:0x1008] = (0x7FFF001).to_bytes(4, "little")  # a table where no memory is
    assert remains.entries(0x1000, 0x400000)[1][1] is None
    assert "no memory there" in "\n".join(explain.translation(remains, state))


def test_places():
    kernel = build.path("quire.elf")
    nm = subprocess.run(["nm", kernel], capture_output=True, text=True, check=True).stdout
    address = int(re.search(r"^(\w+) T kernel_main$", nm, re.MULTILINE)[1], 16)
    assert re.fullmatch(r"kernel_main\+0x0, kern/main\.c:\d+", place(kernel, address))
    assert place(kernel, 0x1000) == "no code of the kernel"
    assert place(__file__, address) == "no code of the kernel"
