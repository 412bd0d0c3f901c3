"""The audit as a whole: its verdict, its commands, and that nothing escapes it or stops it.

What each check finds, the other files test_audit_*.py try one by one.
"""
import copy
import json
import random
import re
import subprocess
from pathlib import Path

import pytest

from quire import audit, build, guest
from quire.audit_memory import KERNBASE
from scene import PAGE, Scene

pytestmark = pytest.mark.xdist_group("audit")

RUN, AUDIT = build.source("grade", "run"), build.source("grade", "audit")
PATIENCE = 120  # seconds: a backstop


@pytest.mark.parametrize("mem", [16, 32, 512])
def test_all_is_well(mem):
    outcome = guest.run("/tests/audit_scene", mem=mem)
    assert (outcome.result.kind, outcome.result.status) == ("exit", 0), outcome.explain("findings")


def test_command(tmp_path):
    """grade/run --audit, and grade/audit on what grade/run --dump kept."""
    dump, verdict = tmp_path / "memory", tmp_path / "verdict"
    options = ["--icount", "--mem", "32", "--dump", dump, "--audit", "--result", verdict]
    command = [RUN, *options, "--guest", "echo", "hi"]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"hi\n", b"")
    assert json.loads(verdict.read_text())["findings"] is None
    assert dump.stat().st_size == 32 << 20
    done = subprocess.run([AUDIT, dump], capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_command_finds(scene, tmp_path):
    dump = tmp_path / "memory"
    scene.set_page(scene.pages.zero, "pins", 0)
    dump.write_bytes(scene.content)
    done = subprocess.run([AUDIT, dump], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert b"pins: page" in done.stdout and done.stderr == b""


def test_command_without_memory(tmp_path):
    done = subprocess.run([AUDIT, tmp_path / "nothing"], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 2 and b"No such file" in done.stderr
    (tmp_path / "text").write_text("no memory")
    done = subprocess.run([AUDIT, tmp_path / "text"], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 1 and b"leads out of memory" in done.stdout


def test_verdict(monkeypatch):
    """A run with findings fails, says how the program ended, and lists them."""
    finding = audit.Finding("counts", "page 0x1 is wrong")
    monkeypatch.setattr(audit, "audit_file", lambda memory, kernel: [finding])
    result = guest.run("true").result
    assert (result.kind, result.status) == ("audit", 125)
    assert result.findings == ["counts: page 0x1 is wrong"]
    assert "the run ended (exit), but" in result.message and finding.text in result.message
    assert guest.run("true", audit=False).result.kind == "exit"
    assert guest.boot("ktest=options_*").result.kind == "audit"


def test_no_audit_of_a_failed_run(monkeypatch):
    monkeypatch.setattr(audit, "audit_file", lambda memory, kernel: [audit.Finding("x", "y")])
    assert guest.run("/no-such-program").result.kind == "nostart"


def test_kernel_without_debug_information(tmp_path):
    kernel = tmp_path / "kernel"
    subprocess.run(["strip", "-g", "-o", kernel, build.path("quire.elf")], check=True)
    with open(build.source("README.md"), "rb") as memory:
        (finding,) = audit.audit_file(memory, kernel)
    assert "has no debug information" in finding.text


def test_kernel_that_the_audit_does_not_know(left_behind):
    content, layout, elf, clean = left_behind
    other = copy.deepcopy(layout)
    members = other["structs"]["area"]["members"]
    members[:] = [member for member in members if member[0] != "gap"]
    scene = Scene(content, other, elf, clean)
    scene.expect("kernel", "the audit does not know this kernel: struct area has no field gap")


def test_many_findings_are_cut_short(scene):
    for number in range(0x100, 0x200):
        scene.set_page(number, "pins", 9)
    pins = [finding.text for finding in scene.findings() if finding.check == "pins"]
    assert len(pins) == audit.SHOWN + 1
    assert pins[-1] == f"and {0x100 - audit.SHOWN} more"


def test_every_check_is_described():
    """grade/README.md has the names of all checks, and no other."""
    folder = Path(build.source("grade", "quire"))
    code = "".join(path.read_text() for path in folder.glob("audit*.py"))
    names = set(re.findall(r'(?:report|_report|run|entries)\(\s*"([a-z-]+)"', code))
    names |= {name for name, _ in audit.CHECKS + audit.LAST_CHECKS}
    section = Path(build.source("grade", "README.md")).read_text().split("## The audit")[1]
    rows = [row.split("|")[1] for row in section.split("\n## ")[0].splitlines() if row[:3] == "| `"]
    assert set(re.findall("`([a-z-]+)`", "".join(rows))) == names


# Nothing escapes.


def used_pages(scene):
    """The numbers of pages in use, of every kind."""
    pages = scene.pages
    return [n for n in range(pages.total) if pages.kind[n] not in (pages.FREE, pages.RESERVED)]


@pytest.mark.parametrize("field", ["count", "pins", "kind"])
def test_every_flipped_bit_of_a_page_is_found(scene, field):
    """Of a page in use each field that matters is recomputed from elsewhere."""
    chance = random.Random(field)
    for number in chance.sample(used_pages(scene), 25):
        old = scene.get("page", scene.page(number), field)
        scene.set_page(number, field, old ^ 1 << chance.randrange(8))
        assert scene.findings(), f"{field} of page {number:#x}"
        scene.set_page(number, field, old)
    assert not scene.findings()


def test_every_flipped_bit_of_an_entry_is_found(scene):
    """But for those that the processor sets, and those that say how to cache."""
    free = {3, 4, 5, 6, 7, 10, 11}
    chance = random.Random(1)
    entries = [
        (pid, va)
        for pid in (3, 4, 5)
        for area in scene.areas(pid)
        for va in scene.mapped(pid, area)
    ]
    for pid, va in chance.sample(entries, 50):
        old = scene.entry(pid, va)
        bit = chance.choice([bit for bit in range(32) if bit not in free])
        scene.set_entry(pid, va, old ^ 1 << bit)
        lost_right = bit == 1 and old & 2  # an entry may have less than its area
        assert scene.findings() or lost_right, f"pid {pid}, {va:#x}: {old:#x}, bit {bit}"
        scene.set_entry(pid, va, old)
    assert not scene.findings()


# Nothing stops it.


def test_junk_never_stops_the_audit(scene):
    """Whatever stands in the kernel's memory, the audit ends with findings, not with an error."""
    chance = random.Random(7)
    structs = [at for at in scene.clean.claims if not scene.memory.in_image(at)]
    data = scene.memory.symbol("data_start"), scene.memory.symbol("bss_end")
    places = [
        lambda: chance.choice(structs) + 4 * chance.randrange(16),
        lambda: chance.randrange(*data) & -4,
        lambda: scene.page(chance.randrange(scene.pages.total)) + 4 * chance.randrange(4),
        lambda: (chance.choice(used_pages(scene)) << 12) + KERNBASE + 4 * chance.randrange(1024),
    ]
    for _ in range(60):
        before = {}
        for _ in range(chance.randrange(1, 5)):
            address = chance.choice(places)()
            before.setdefault(address, scene.memory.word(address))
            junk = chance.choice(
                [0, 1, 0xFFFFFFFF, chance.getrandbits(32), chance.choice(structs), address]
            )
            scene.poke(address, junk)
        scene.findings()
        for address, value in before.items():
            scene.poke(address, value)
    assert not scene.findings()


def test_memory_of_nothing(scene):
    """All of it is zero, or text."""
    for junk in (b"\0", b"junk"):
        scene.content[:] = junk * (len(scene.content) // len(junk))
        assert scene.findings()
    assert len(scene.content) % PAGE == 0
