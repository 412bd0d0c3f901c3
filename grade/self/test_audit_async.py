"""The audit of files that send signals: each test breaks one rule in a machine's memory."""
import pytest

pytestmark = pytest.mark.xdist_group("audit")


def the_file(scene):
    """What the file with O_ASYNC has."""
    return scene.claimed("async_file")[0]


def test_signals_of_another_file(scene):
    scene.set("async_file", the_file(scene), "file", scene.space(3))
    scene.expect("signals", r"the signals of descriptor .* are for the file at 0x[0-9a-f]+")


def test_set_counts_wrong(scene):
    at = scene.get("async_file", the_file(scene), "set")
    scene.add("async_set", at, "count", 1)
    scene.expect("signals", r"a set counts 2 files; it has 1")


def test_file_that_is_not_in_its_set(scene):
    at = scene.get("async_file", the_file(scene), "set")
    scene.set("async_set", at, "files.next", at)
    scene.set("async_set", at, "files.prev", at)
    scene.expect("signals", r"the signals of descriptor .* is not in the set that it names")


def test_signal_due(scene):
    scene.set_variable("due_files", scene.space(3))
    scene.expect("signals", r"signals of files are due at rest")
