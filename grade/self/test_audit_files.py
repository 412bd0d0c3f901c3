"""The audit of descriptors, names and pipes: each test breaks one rule in a machine's memory."""
import pytest

from scene import AVL_EVEN, PAGE

pytestmark = pytest.mark.xdist_group("audit")


def table(scene, pid=3):
    return scene.get("thread", scene.thread(pid), "files")


def table_with_far(scene):
    return next(at for at in scene.claimed("fdtable") if scene.get("fdtable", at, "far"))


def a_file(scene):
    """A file that descriptors of several processes share."""
    return scene.claimed("file", "descriptor 3 of pid")[0]


def folder(scene):
    return scene.claimed("inode", "/tmp/scene.d")[0]


def temporary(scene):
    """The directory /tmp."""
    return next(at for at in scene.claimed("inode") if scene.clean.called(at) == "inode of /tmp")


@pytest.mark.parametrize("difference", [1, -1])
def test_references_to_a_file(scene, difference):
    at = a_file(scene)
    scene.add("file", at, "refs", difference)
    scene.expect(
        "references",
        rf"descriptor 3 of pid 3 .* at {at:#x} counts \d references; found \d: the descriptors of",
    )


@pytest.mark.parametrize("difference", [1, -1])
def test_references_to_an_inode(scene, difference):
    at = folder(scene)
    scene.add("inode", at, "refs", difference)
    scene.expect("references", rf"inode of /tmp/scene.d at {at:#x} counts \d references; found \d")


@pytest.mark.parametrize("kind, field", [("fdtable", "files"), ("fs_context", "fs_context")])
def test_references_of_a_thread(scene, kind, field):
    at = scene.get("thread", scene.thread(3), field)
    scene.add(kind, at, "refs", 1)
    scene.expect("references", rf"of pid 3 .* at {at:#x} counts 2 references; found 1: thread 3")


def test_more_descriptors_than_slots(scene):
    scene.set("fdtable", table(scene), "end", 1000)
    scene.expect("descriptors", r"pid 3 .*: 1000 of \d+ slots are in use; there is room for \d+")


def test_more_slots_than_room(scene):
    scene.set("fdtable", table(scene), "size", 64)
    scene.expect("descriptors", r"pid 3 .*: \d+ of 64 slots are in use; there is room for 16")


def test_far_descriptors(scene):
    offset, _ = scene.memory.field("fd_far", "used")
    scene.poke(scene.get("fdtable", table_with_far(scene), "far") + offset + 2, 2, size=2)
    scene.expect("descriptors", r"pid \d .*: chunk 1 counts 2 descriptors; 1 found")


def test_end_of_far_descriptors(scene):
    scene.set("fdtable", table_with_far(scene), "far_end", 1)
    scene.expect("descriptors", r"pid \d .*: 1 chunks, but the last is not there")


def test_operations_of_a_file(scene):
    scene.set("file", a_file(scene), "ops", folder(scene))
    scene.expect("descriptors", r"descriptor 3 of pid 3 .* has its operations at 0xc")


def test_operations_of_an_inode(scene):
    scene.set("inode", folder(scene), "ops", folder(scene))
    scene.expect("names", r"/tmp/scene.d has its operations at 0xc")


def test_lowest_free(scene):
    at = table(scene)
    slots = scene.get("fdtable", at, "slots")
    scene.poke(slots, 0)
    scene.set("fdtable", at, "lowest_free", 3)
    scene.expect("descriptors", r"pid 3 .*: lowest_free is 3, but 0 is free")


def test_descriptor_of_something_else(scene):
    at = table(scene)
    scene.poke(scene.get("fdtable", at, "slots"), folder(scene))
    scene.expect("heap", r"inode of /tmp/scene.d is struct inode and descriptor 0 of pid 3|descriptor")


def test_links_of_a_file(scene):
    inode = next(at for at in scene.claimed("inode") if scene.clean.called(at).endswith("/tmp/scene"))
    scene.add("inode", inode, "nlink", 1)
    scene.expect("names", r"/tmp/scene: nlink is 2; its names make 1")


@pytest.mark.parametrize("name", [b"\xff\xfescene", "éüçscn".encode()])
def test_length_of_a_name(scene, name):
    """It is counted in bytes, whatever they are."""
    entry = next(at for at in scene.claimed("entry") if scene.clean.called(at).endswith("/tmp/scene.d"))
    at = entry + scene.memory.field("entry", "text")[0]
    length = scene.get("entry", entry, "length")
    for i, byte in enumerate(name[:length].ljust(length, b"x")):
        scene.poke(at + i, byte, 1)
    assert not [found for found in scene.findings() if "bytes long" in found.text]
    scene.add("entry", entry, "length", 1)
    scene.expect("names", f"/tmp/.* says it is {length + 1} bytes long")


def test_names_do_not_forge_lines(scene):
    """What a program called a file stands in the report as text."""
    entry = next(at for at in scene.claimed("entry") if scene.clean.called(at).endswith("/tmp/scene.d"))
    at = entry + scene.memory.field("entry", "text")[0]
    for i, byte in enumerate(b"\n\x1b[m\xff"):
        scene.poke(at + i, byte, 1)
    scene.add("entry", entry, "length", 1)
    scene.expect("names", r"/tmp/\\x0a\\x1b\[m\\xff.* says it is \d+ bytes long")
    assert all(str(found).isprintable() for found in scene.findings())


def test_links_of_a_directory(scene):
    scene.add("inode", temporary(scene), "nlink", 1)
    scene.expect("names", r"/tmp: nlink is \d+; its names make \d+")


def test_entries_of_a_directory(scene):
    scene.add("inode", temporary(scene), "dir.count", 1)
    scene.expect("names", r"/tmp: count is \d+; it has \d+ entries")


def entry(scene, name="scene.link"):
    return scene.claimed("entry", f"the name /tmp/{name}")[0]


def by_name(scene, at):
    """The node of an entry in its directory's tree by name."""
    return at + scene.memory.field("entry", "by_name")[0]


def names_of(scene):
    """The tree by name of /tmp, which has three names."""
    return temporary(scene) + scene.memory.field("inode", "dir.names")[0]


def test_wrong_length_of_a_name(scene):
    scene.set("entry", entry(scene), "length", 3)
    scene.expect("names", r"/tmp/scene.link says it is 3 bytes long")


def test_positions_of_names(scene):
    scene.set("entry", entry(scene), "cookie", 1)
    scene.expect("names", r"/tmp/scene.link has position 1, after \d+; the next one will have \d+")


def test_name_that_cannot_be_looked_up(scene):
    scene.take_from_tree(names_of(scene), by_name(scene, entry(scene)))
    scene.expect("names", r"/tmp: 3 entries are listed, 2 can be looked up")


def test_name_at_the_wrong_place(scene):
    last = scene.tree_nodes(scene.memory.word(names_of(scene)))[-1]
    at = last - scene.memory.field("entry", "by_name")[0]
    scene.set("entry", at, "hash", 0)
    scene.expect("names", r"the name /tmp/.* comes after its place in /tmp")


def test_tree_of_names_leads_out(scene):
    """It leads to another directory's entry."""
    other = next(at for at in scene.claimed("entry") if "/tmp/" not in scene.clean.called(at))
    scene.poke(names_of(scene), by_name(scene, other))
    scene.poke(by_name(scene, other) + 8, AVL_EVEN)
    scene.poke(by_name(scene, other), 0)
    scene.poke(by_name(scene, other) + 4, 0)
    scene.expect("names", r"the names of /tmp lead to 0x[0-9a-f]+, which is no entry of it")


def test_entry_of_another_directory(scene):
    scene.set("entry", entry(scene), "parent", folder(scene))
    scene.expect("names", r"/tmp/scene.link stands in /tmp, but does not say so")


def test_name_of_another_file(scene):
    scene.set("entry", entry(scene), "inode", folder(scene))
    scene.expect("names", r"/tmp/scene.d: the name /tmp/scene.link leads to it, but not the other way round")


# Pipes.


def pipe(scene):
    return scene.claimed("pipe")[0]


def test_ends_of_a_pipe(scene):
    scene.set("pipe", pipe(scene), "readers", 0)
    scene.expect("pipes", r"pipe .* counts 0 readers and \d writers; \d and \d are open")


def test_lost_end_of_a_pipe(scene):
    scene.add("pipe", pipe(scene), "writers", 5)
    scene.expect("pipes", r"pipe .* counts \d readers and \d writers; \d and \d are open")


def test_pipe_too_full(scene):
    scene.set("pipe", pipe(scene), "used", 17)
    scene.expect("pipes", r"pipe .* has \d+ slots, 17 of \d+ taken from number \d+ on")


def test_bytes_of_a_slot(scene):
    at = scene.get("pipe", pipe(scene), "slots")
    scene.set("pipe_slot", at, "start", PAGE + 1)
    scene.expect("pipes", r"slot 0 holds bytes 4097 to \d+")
