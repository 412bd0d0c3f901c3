"""The audit of what the numbers of processes name, and of families: each test breaks one rule."""
import pytest

from scene import insert, link, unlink

pytestmark = pytest.mark.xdist_group("audit")

ZOMBIE = 6


def slot(scene, number):
    """The address of what a number names."""
    block = scene.memory.word(scene.variable("pid_blocks") + number // 32 * 4)
    return block + number % 32 * scene.memory.size_of("pid_slot")


def test_number_of_a_process_is_free(scene):
    address = scene.variable("pids_taken")
    scene.poke(address, scene.memory.word(address) & ~(1 << 4))
    scene.expect("processes", "the number 4, of a process, is not taken")


def test_number_taken_for_nothing(scene):
    address = scene.variable("pids_taken")
    scene.poke(address, scene.memory.word(address) | 1 << 30)
    scene.set("pid_slot", slot(scene, 30), "process", 0)
    scene.expect("processes", "the number 30 is taken for nothing")


def test_numbers_without_a_block(scene):
    scene.poke(scene.variable("pids_taken") + 4, 1)
    scene.expect("processes", "the numbers from 32 have no block")


def test_block_for_nothing(scene):
    scene.poke(scene.variable("pid_blocks") + 4, scene.process(4))
    scene.expect("processes", "the numbers from 32 have a block for nothing")


def test_number_names_another_process(scene):
    scene.set("pid_slot", slot(scene, 4), "process", scene.process(3))
    scene.expect("processes", "the number 4 names the process at 0x")


def test_process_missing_in_its_group(scene):
    unlink(scene, link(scene, "process", "group_link", scene.process(4)))
    scene.expect("processes", r"the number 2 has a group of \d+, which are not the \d+ that name it")


def test_process_of_another_group(scene):
    scene.set("process", scene.process(4), "pgid", 1)
    scene.expect("processes", "the number 1 has a group of 1, which are not the 2 that name it")


def test_session_members(scene):
    scene.add("pid_slot", slot(scene, 1), "session_members", 1)
    scene.expect("processes", r"the number 1 has a session of \d+, not \d+")


def test_guardians(scene):
    scene.add("pid_slot", slot(scene, 2), "guardians", 1)
    scene.expect("processes", r"the number 2 has \d guardians, not \d")


def test_guarded(scene):
    process = scene.process(4)
    scene.set("process", process, "guarded", 1 - scene.get("process", process, "guarded"))
    scene.expect("processes", r"pid 4 .* is counted as guarded")


def test_count_of_processes(scene):
    scene.set_variable("process_count", 99)
    scene.expect("processes", r"\d processes are counted as 99")


def test_count_of_victims(scene):
    scene.set_variable("victims", 1)
    scene.expect("processes", "0 victims are counted as 1")


def test_order_of_processes(scene):
    scene.set("process", scene.process(4), "serial", 1)
    scene.expect("processes", r"pid 4 .* has place 1 on the list, after place 3")


def test_living_child_among_the_dead(scene):
    scene.set("process", scene.process(4), "zombie", 1)
    scene.expect("processes", r"pid 4 .* is among the living children of pid \d")


def test_dead_child_among_the_living(scene):
    scene.set("process", scene.process(ZOMBIE), "zombie", 0)
    scene.expect("processes", r"pid 6 .* is among the dead children of pid \d")


def test_tree_of_the_dead_broken(scene):
    scene.set("process", scene.process(ZOMBIE), "dead_node.up", 2)
    scene.expect("processes", r"the tree at 0x[0-9a-f]+: the node at 0x[0-9a-f]+ leans by 1 over 0 and 0")


def test_node_with_another_parent(scene):
    scene.set("process", scene.process(ZOMBIE), "dead_node.up", scene.process(3) | 1)
    scene.expect("processes", r"the tree at .*: the node at .* names 0x[0-9a-f]+ as its parent")


def test_zombie_that_nobody_has(scene):
    parent = scene.get("process", scene.process(ZOMBIE), "parent")
    scene.set("process", parent, "dead_children", 0)
    scene.expect("processes", r"pid 6 \(ended\) is nobody's child")


def test_child_out_of_order(scene):
    scene.set("process", scene.process(4), "birth", 1 << 40)
    scene.expect("processes", r"pid 5 .* comes after a younger child of pid \d")


def test_child_twice_in_order(scene):
    at = link(scene, "process", "sibling", scene.process(4))
    head = link(scene, "process", "children", scene.get("process", scene.process(4), "parent"))
    unlink(scene, at)
    insert(scene, head, at)
    scene.set("process", scene.process(4), "birth", 0)
    scene.expect("processes", r"pid 4 .* comes after a younger child of pid \d")
