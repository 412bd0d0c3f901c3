"""The picture of a machine's memory says what the audit says."""
from xml.etree import ElementTree

from quire import build, memory_map, picture

SVG = "{http://www.w3.org/2000/svg}"


def found_in(left_behind):
    return memory_map.read(left_behind[0], build.path("quire.elf"))


def test_counts_are_the_audits(left_behind):
    clean = left_behind[3]
    root = ElementTree.fromstring(picture.draw(found_in(left_behind)))
    shown = {
        element.get("class"): int(element.text.replace(",", ""))
        for element in root.iter(f"{SVG}text")
        if element.get("class")
    }
    for name in ("free", "reserved", "table", "directory", "heap", "stack", "object", "large"):
        kind = getattr(clean.pages, name.upper())
        assert shown.pop(name) == clean.pages.kind.count(kind), name
    assert {"pid3", "pid4", "pid5", "shared"} <= set(shown)
    assert sum(shown.values()) == clean.pages.kind.count(clean.pages.ANONYMOUS)


def test_areas_are_the_audits(scene, left_behind):
    found = found_in(left_behind)
    processes = {process.pid: process for process in found.processes}
    assert 6 not in processes  # a zombie has no memory
    for pid in (3, 4, 5):
        areas = scene.areas(pid)
        drawn = processes[pid].areas
        assert [(a.start, a.end) for a in drawn] == [(a.start, a.end) for a in areas]
        for wanted, area in zip(areas, drawn):
            if area.what != "/dev/mem":
                pages = area.pages.items()
                # Of a large page only the first of 1,024 has an entry.
                own = [va for va, n in pages if n % 1024 == 0 or found.uses[n] != "large"]
                assert sorted(own) == scene.mapped(pid, wanted), area


def test_each_page_is_drawn_once(left_behind):
    found = found_in(left_behind)
    root = ElementTree.fromstring(picture.draw(found))
    width = 0
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("height") == f"{picture.CELL - 1:.1f}":
            width += float(rect.get("width"))
    assert width == len(found.uses) * picture.CELL
