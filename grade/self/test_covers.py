"""grade/covers: which functions of the kernel a test enters."""
import pytest

from quire import build, covers

pytestmark = pytest.mark.xdist_group("debug information")


@pytest.fixture(scope="module", name="entered")
def fixture_entered():
    """The functions that one small test enters, and that the baseline enters."""
    functions = covers.functions_of(build.path("quire.elf"))
    runs = (("program", "pipe_full"), covers.BASELINES["program"])
    return [functions.entered(covers.run(test)) for test in runs]


def test_a_test_enters_what_it_calls(entered):
    test, baseline = entered
    assert "pipe_write@kern/fs/pipe.c" in test
    assert "pipe_write@kern/fs/pipe.c" not in baseline
    assert "kernel_main@kern/main.c" in baseline


def test_inlined_functions_count(entered):
    test, baseline = entered
    assert "choose_slot@kern/fs/pipe.c" in test
    assert "choose_slot@kern/fs/pipe.c" not in baseline


def test_functions_that_nobody_calls_are_not_entered(entered):
    test, _ = entered
    assert "crash_null@kern/debug/crash.c" not in test
