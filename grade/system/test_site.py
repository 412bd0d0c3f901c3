"""The page in which Quire runs: what can be tested without node and without a browser."""
import re
from pathlib import Path

import pytest

from quire import audit_memory, audit_pages, build, site_layout

VARIABLE = re.compile(r'\.(?:address|variable)\("(\w+)"\)')
FIELD = re.compile(r'"(\w+\.\w[\w.]*)"')


@pytest.mark.parametrize("kernel", [kernel for kernel in (build.path("quire.elf"), build.debug_kernel()) if kernel])
def test_layout(kernel):
    found = site_layout.layout(kernel)
    assert found["sizes"]["page"] == 16 and found["fields"]["page.kind"] == [14, 1]
    assert found["fields"]["process.name"][1] == 0  # an array
    assert all(address >= 0xC0000000 for address in found["symbols"].values())
    kinds = [f"PAGE_{kind.upper()}" for kind in audit_pages.KINDS]  # scan.js has them in this order
    assert [found["constants"][kind] for kind in kinds] == list(range(len(kinds)))


def test_the_page_reads_what_structs_json_lists():
    names, variables, fields = site_layout.needs(), set(), set()
    for path in Path(build.source("grade/site")).glob("*.js"):
        text = path.read_text(encoding="utf-8")
        variables.update(VARIABLE.findall(text))
        fields.update(name for name in FIELD.findall(text) if name.partition(".")[0] in names["fields"])
    assert variables == {*names["variables"]}
    assert fields == {f"{struct}.{field}" for struct, found in names["fields"].items() for field in found}


@pytest.mark.parametrize("section, value, named", [
    ("variables", ["no_such"], "no_such"),
    ("fields", {"page": ["colour"]}, "colour"),
    ("fields", {"no_such_struct": ["a"]}, "no_such_struct"),
    ("constants", ["PAGE_GREEN"], "PAGE_GREEN"),
])
def test_layout_names_what_is_missing(section, value, named):
    names = {**site_layout.needs(), section: value}
    with pytest.raises(audit_memory.Unknown, match=named):
        site_layout.layout(build.path("quire.elf"), names)
