"""grade/tour.md names functions where they are."""
import pytest

from quire import build, covers, tour

pytestmark = pytest.mark.xdist_group("debug information")


def test_every_stop_is_where_the_tour_says(complain):
    paths = tour.read(covers.functions_of(build.path("quire.elf")))
    assert len(paths) == 6
    moved = [f"{s.file}: {s.name}" for _, stops in paths for s in stops if s.line is None]
    if moved:
        complain("grade/tour.md names functions that are not there:\n" + "\n".join(moved))
