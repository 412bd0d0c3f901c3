"""The audit of who may write to an object: each test breaks one rule in a machine's memory.

Pids 3, 4 and 5 map /tmp/scene, which they have open for writing, shared and privately.
"""
import pytest

pytestmark = pytest.mark.xdist_group("audit")

NOWRITE, WRITE_OPEN, SEAL_WRITE = 0x200, 0x8000, 0x8


def shared(scene):
    """The area of pid 3 that shares /tmp/scene."""
    return scene.area(3, lambda area: area.flags & 1 and area.object == contents(scene))


def contents(scene):
    """The object of /tmp/scene."""
    return scene.claimed("object", "of /tmp/scene")[0]


def program(scene):
    return scene.get("aspace", scene.space(3), "program")


def test_read_only_area_that_is_writable(scene):
    area = shared(scene)
    scene.set("area", area.at, "flags", area.flags | NOWRITE)
    scene.expect("read-only", r"area \[.*\) rw-s of the address space of pid 3 .* must never be writable")


def test_count_of_areas_that_may_write(scene):
    at = contents(scene)
    scene.set("object", at, "writing_areas", scene.get("object", at, "writing_areas") + 1)
    scene.expect("read-only", r"/tmp/scene: writing_areas is 4; 3 areas may write to it")


def test_sealed_object_that_may_be_written(scene):
    scene.set("object", contents(scene), "seals", SEAL_WRITE)
    scene.expect("read-only", r"rw-s of .* pid 3 .* may write to .*/tmp/scene, which is sealed")


def test_file_that_was_never_opened_for_writing(scene):
    scene.set("object", contents(scene), "opened_to_write", 0)
    scene.expect("read-only", r"may write to .*/tmp/scene, which was never opened for writing")


@pytest.mark.parametrize("difference", [1, -1])
def test_count_of_opens(scene, difference):
    scene.add("object", contents(scene), "write_opens", difference)
    scene.expect("write-opens", r"/tmp/scene: write_opens is \d+; it is open \d+ times, 0 programs run")


def test_area_that_does_not_count(scene):
    area = shared(scene)
    scene.set("area", area.at, "flags", area.flags & ~WRITE_OPEN)
    scene.expect("write-opens", r"/tmp/scene: write_opens is")


def test_file_that_does_not_count(scene):
    file = next(
        at
        for at, found in scene.clean.files.items()
        if scene.get("inode", found.inode, "object") == contents(scene)
    )
    scene.set("file", file, "write_open", 0)
    scene.expect("write-opens", r"/tmp/scene: write_opens is")


@pytest.mark.parametrize("difference", [1, -1])
def test_count_of_programs(scene, difference):
    scene.add("object", program(scene), "write_opens", difference)
    scene.expect("write-opens", r"/tests/audit_scene: write_opens is -\d+; it is open 0 times, \d programs")


def test_open_program(scene):
    scene.set("area", shared(scene).at, "object", program(scene))
    scene.expect("write-opens", r"/tests/audit_scene is open for writing 1 times, and \d programs run")


def test_program_without_a_reference(scene):
    scene.add("object", program(scene), "refs", -1)
    scene.expect("references", r"the object of /tests/audit_scene .* counts \d+ references; found")
