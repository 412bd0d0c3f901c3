"""Booting: every machine that Quire promises to run on, and a clear word on every other."""
import re

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

from quire import build, guest, loader
from quire.result import BOOT_ERRORS

MODULE_FAR_AWAY = loader.module_at(0x70000000, 0x70100000)
LINEAR_LIMIT = 896  # MiB


def boots(**machine):
    """Boot, run /bin/true; the outcome."""
    outcome = guest.run("true", limit=20, **machine)
    assert (outcome.result.kind, outcome.result.status) == ("exit", 0), outcome.explain("no boot")
    return outcome


@pytest.mark.parametrize("mem", [16, 17, 32, 128, 512, 895, 896, 897, 1024, 2048, 3072, 3584, 4096])
def test_memory_sizes(mem):
    boots(mem=mem)


def test_memory_beyond_reach_is_reported_once():
    log = boots(mem=2048).log
    lines = re.findall(r"^.*MiB.*(?:unused|beyond|out of reach).*$", log, re.MULTILINE)
    assert len(lines) == 1, guest.indent(log)


CPUS = ["max", "qemu32", "qemu64", "pentium3", "pentium2", "Nehalem", "n270"]


@pytest.mark.parametrize("cpu", CPUS)
def test_processors(cpu):
    boots(cpu=cpu)


def fails_to_boot(port, options="", **machine):
    outcome = guest.boot(f"stdio=serial {options}", **machine)
    assert outcome.result.kind == "boot", outcome.explain("it should not have booted")
    assert BOOT_ERRORS[port] in outcome.result.message, outcome.explain("another reason expected")
    assert outcome.log.strip(), "the console stayed empty"
    return outcome.log


@pytest.fixture
def entered(tmp_path):
    """Makes a kernel that runs the given code before its own."""

    def make(code):
        path = tmp_path / "quire.elf"
        with open(build.path("quire.elf"), "rb") as file:
            path.write_bytes(loader.entered_through(file.read(), code))
        return str(path)

    return make


def test_another_way_in_changes_nothing(entered):
    """The kernels of the next tests fail for their reason, not for being changed."""
    # The audit would look for the code added where the kernel's addresses are.
    outcome = guest.boot("stdio=serial init=/bin/true", kernel=entered(b""), audit=False)
    assert (outcome.result.kind, outcome.result.status) == ("exit", 0), outcome.explain("no boot")


def test_wrong_magic(entered):
    fails_to_boot(0x13, kernel=entered(loader.WRONG_MAGIC))


def test_multiboot2_loader(entered):
    assert "`multiboot`" in fails_to_boot(0x13, kernel=entered(loader.MULTIBOOT2))


def test_kernel_is_a_multiboot2_file_too():
    """The header within the first 32 KiB, on a double word, so that GRUB's multiboot2 enters."""
    with open(build.path("quire.elf"), "rb") as file:
        head = file.read(32768)
    at = next(i for i in range(0, len(head), 8) if head[i : i + 4] == b"\xd6\x50\x52\xe8")
    words = [int.from_bytes(head[i : i + 4], "little") for i in range(at, at + 16, 4)]
    assert words[2] == 24 and sum(words) % (1 << 32) == 0


def test_no_memory_map(entered):
    fails_to_boot(0x14, kernel=entered(loader.NO_MEMORY_MAP))


def test_no_module():
    fails_to_boot(0x15, archive=[])


@pytest.mark.parametrize("mem", [4, 8, 10])
def test_too_little_memory(mem):
    fails_to_boot(0x16, mem=mem)


@pytest.mark.parametrize("mem", [512, 2048])
def test_module_out_of_reach(entered, mem):
    fails_to_boot(0x17, kernel=entered(MODULE_FAR_AWAY), mem=mem)


@pytest.mark.parametrize("cpu", ["486", "pentium"])
def test_processor_too_old(cpu):
    """Without CMOV the kernel's own code would fault: it says so before any of it runs."""
    assert "too old" in fails_to_boot(0x1B, cpu=cpu)


def test_exception_before_the_trap_table(tmp_path):
    """An exception between the first instruction and trap_init ends the machine with a word."""
    with open(build.path("quire.elf"), "rb") as file:
        image = file.read()
        elf = ELFFile(file)
        symbol = elf.get_section_by_name(".symtab").get_symbol_by_name("kernel_main")[0]
        address = symbol["st_value"]
        loads = elf.iter_segments("PT_LOAD")
        segment = next(s for s in loads if 0 <= address - s["p_vaddr"] < s["p_filesz"])
    at = address - segment["p_vaddr"] + segment["p_offset"]
    kernel = tmp_path / "quire.elf"
    kernel.write_bytes(image[:at] + b"\x0f\x0b" + image[at + 2 :])  # ud2
    fails_to_boot(0x1C, kernel=str(kernel))


def test_memory_of_a_small_machine():
    """Neither the tests inside the kernel nor those of user/tests take memory where nobody asks for them."""
    outcome = guest.run("free", mem=16)
    total, used, free = map(int, outcome.stdout.split()[-3:])
    assert total == used + free and free > 13700, outcome.explain(f"{free} of {total} KiB are free")


def test_no_archive_in_the_module(tmp_path):
    """A module that is no archive leaves nothing to start: said, not crashed."""
    archive = tmp_path / "archive"
    archive.write_bytes(b"this is no archive" * 1000)
    outcome = guest.boot("stdio=serial", archive=[str(archive)])
    assert outcome.result.kind in ("boot", "nostart"), outcome.explain("no clear end")


def test_first_program_is_missing():
    outcome = guest.boot("stdio=serial init=/bin/nothing-here")
    assert outcome.result.kind == "nostart" and "No such file" in outcome.result.message


def test_kernel_is_a_multiboot_file():
    """What GRUB and other loaders ask for: the header within the first 8 KiB, on a word."""
    with open(build.path("quire.elf"), "rb") as file:
        head = file.read(8192)
    words = [int.from_bytes(head[i : i + 4], "little") for i in range(0, len(head), 4)]
    at = words.index(0x1BADB002)
    assert sum(words[at : at + 3]) % (1 << 32) == 0
    assert words[at + 1] & (1 << 2) == 0, "no video mode may be asked for"


def test_no_writable_text():
    """No segment of the kernel is writable and executable."""
    with open(build.path("quire.elf"), "rb") as file:
        flags = [segment["p_flags"] for segment in ELFFile(file).iter_segments("PT_LOAD")]
    assert flags and not any(flag & P_FLAGS.PF_W and flag & P_FLAGS.PF_X for flag in flags)
