"""The page in which Quire runs: what can be tested without node and without a browser."""
import re

import pytest

from quire import audit_memory, build, site_layout

NAMED = re.compile(r'\.(?:address|variable|field|string|size|constant|list)\((?:[^()"]*, )?"([\w.]+)"')


@pytest.mark.parametrize("kernel", [kernel for kernel in (build.path("quire.elf"), build.debug_kernel()) if kernel])
def test_layout(kernel):
    found = site_layout.layout(kernel)
    assert found["sizes"]["page"] == 16 and found["fields"]["page.kind"] == [14, 1]
    assert found["fields"]["process.name"][1] == 0  # an array
    assert all(address >= 0xC0000000 for address in found["symbols"].values())
    assert found["constants"]["PAGE_FREE"] == 0


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
