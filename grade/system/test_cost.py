"""What things cost, in guest instructions: exact, and the same on every host."""
from xml.etree import ElementTree

import pytest

from quire import bench, guest

OPERATIONS = [row["name"] for row in bench.rows({})]


@pytest.fixture(scope="module")
def values():
    return bench.measure()


@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize("name", OPERATIONS)
def test_ceiling(name, values, complain):
    (row,) = [row for row in bench.rows(values) if row["name"] == name]
    if not bench.missed(row):
        return
    if row.get("missed"):
        pytest.xfail(row["missed"])
    complain(
        f"{row['what']}: {row['quire']} instructions, at most {row['at_most']} are allowed\n"
        "again: make bench"
    )


def test_boot_is_the_same_each_time():
    counts = {guest.run("true", mem=bench.MEM).result.boot_instructions for _ in range(2)}
    assert len(counts) == 1


def test_plots_are_pictures(values):
    series = {f"fork_resident/{mib}": 9000.0 + mib for mib in (0, 16, 64)}
    pictures = bench.plots({**values, **series}, bench.rows(values))
    for name, text in pictures.items():
        root = ElementTree.fromstring(text)
        hints = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
        assert any(hint and hint.startswith(("Quire", "mmap")) for hint in hints), name


def test_areas_are_measured_twice(values):
    (row,) = [row for row in bench.rows(values) if row["name"] == "areas_mmap/60000"]
    assert row["at_most"] == 2 * values["areas_mmap/60"] > 0
