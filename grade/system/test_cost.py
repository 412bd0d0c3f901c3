"""What things cost, in guest instructions: exact, and the same on every host."""
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
