"""What grade/run puts into the archive: files, trees, and the program; and what it refuses to."""
import os
import shutil
import subprocess

import pytest

from quire import build, guest, initrd

RUN = build.source("grade", "run")
PATIENCE = 120  # seconds: a backstop for a grader that hangs


def run(*command):
    return subprocess.run(
        [RUN, "--audit", *command], input=b"", capture_output=True, timeout=PATIENCE
    )


def refused(*command):
    """What is said of a run that cannot be started."""
    done = run(*command)
    assert (done.returncode, done.stdout) == (126, b"")
    return os.fsdecode(done.stderr).splitlines()[-1]


def test_files(glibc_probe, tmp_path):
    source = tmp_path / "data"
    source.write_text("here")
    source.chmod(0o640)
    assert run("--file", source, glibc_probe, "show", "/data").stdout == b"640 here\n"
    guest = run("--file", f"{source}:/deep/down/x", glibc_probe, "show", "/deep/down/x")
    assert guest.stdout == b"640 here\n"


def test_root(glibc_probe, tmp_path):
    (tmp_path / "folder").mkdir(mode=0o750)
    (tmp_path / "folder" / "file").write_text("inside")
    (tmp_path / "folder" / "file").chmod(0o604)
    (tmp_path / "link").symlink_to("folder/nowhere")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "motd").write_text("replaced")
    os.mkfifo(tmp_path / "fifo")
    root = ["--root", tmp_path, glibc_probe, "show"]
    done = run(*root, "/folder/file")
    assert done.stdout == b"604 inside\n"
    assert b"left out" in done.stderr and b"fifo" in done.stderr
    assert run(*root, "/link").stdout == b"link to folder/nowhere\n"
    assert run(*root, "/etc/motd").stdout.endswith(b" replaced\n")


def test_names_of_any_bytes(glibc_probe, tmp_path, clock):
    """Names need not be UTF-8; the audit, which run() asks for, reads them as the kernel does."""
    name = os.fsdecode(b"f\xff\n\x1b\xc3\xa9")
    (tmp_path / name).mkdir()
    (tmp_path / name / name).write_text("inside")
    (tmp_path / name / "link").symlink_to(name)
    program = tmp_path / os.fsdecode(b"\xfe\xff")
    shutil.copy(glibc_probe, program)
    root = [*clock, "--root", tmp_path, "--file", f"{tmp_path}/{name}/{name}:/{name}.copy"]
    done = run(*root, program, "show", f"/{name}/{name}")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"644 inside\n", b"")
    done = run(*root, program, "show", f"/{name}/link")
    assert done.stdout == b"link to " + os.fsencode(name) + b"\n"
    done = run(*root, program, "show", f"/{name}.copy")
    assert (done.stdout, done.stderr) == (b"644 inside\n", b"")
    done = run(*clock, program, "args", name)
    shown = b"0: /run/%b\n1: args\n2: %b\n" % (os.fsencode(program.name), os.fsencode(name))
    assert (done.returncode, done.stdout, done.stderr) == (7, shown, b"")


def test_the_runs_own_files_cannot_be_replaced(glibc_probe, tmp_path):
    """What says which program runs, its arguments, environment and input, comes from grade/run."""
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "stdin").write_text("forged")
    own = "/.run is grade/run's own: nothing else can be put there"
    assert own in refused("--root", tmp_path, glibc_probe, "cat")
    (tmp_path / ".run" / "stdin").unlink()
    (tmp_path / ".run").rmdir()
    (tmp_path / ".run").symlink_to("tmp")
    assert own in refused("--root", tmp_path, glibc_probe, "cat")
    for path in (".run/stdin", "/.run/path", "//./.run//env", "/.run"):
        assert own in refused("--file", f"{glibc_probe}:{path}", glibc_probe)
    for path in ("/bin/../.run/path", "/", ".", "x/.."):
        assert "is no path of a file" in refused("--file", f"{glibc_probe}:{path}", glibc_probe)


def test_no_detour_to_the_runs_own_files(glibc_probe, tmp_path):
    """Nor through a link of a tree, which a later path would follow."""
    (tmp_path / "detour").symlink_to(".")
    detour = f"{glibc_probe}:/detour/.run/stdin"
    said = refused("--root", tmp_path, "--file", detour, glibc_probe, "cat")
    assert "could not unpack detour: File exists" in said


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_the_program_cannot_be_replaced(glibc_probe, tmp_path, kind):
    own = tmp_path / "run" / "probe"
    own.parent.mkdir()
    if kind == "folder":
        own.mkdir()
        assert "unpack run/probe: Is a directory" in refused("--root", tmp_path, glibc_probe, "args")
        return
    own.symlink_to("/bin/true") if kind == "link" else own.write_text("forged")
    done = run("--root", tmp_path, glibc_probe, "args")
    assert (done.returncode, done.stdout) == (7, b"0: /run/probe\n1: args\n")


def test_what_cannot_be_unpacked(glibc_probe, tmp_path):
    """Whatever it is, the program does not run in another world than was asked for."""
    tree = tmp_path / "tree"
    (tree / "proc").mkdir(parents=True)
    (tree / "proc" / "x").write_text("nothing can be made there")
    assert "unpack proc/x: No such file" in refused("--root", tree, glibc_probe, "args")
    archive = tmp_path / "archive"
    with open(build.path("archive.cpio"), "rb") as file:
        archive.write_bytes(file.read(100_000))
    assert str(archive) in refused("--archive", archive, glibc_probe, "args")
    archive.write_text("no archive")
    assert f"unpack entry 0 of {archive}: " in refused("--archive", archive, glibc_probe, "args")


def test_arguments_arrive_whole_or_not_at_all(glibc_probe):
    words = ["word"] * 20000
    done = run(glibc_probe, "args", *words)
    assert (done.returncode, len(done.stdout.splitlines())) == (7, len(words) + 2)
    outcome = guest.run("true", *["w" * 100_000] * 30)
    said = outcome.result.message
    assert said == "the kernel could not start the program: Argument list too long (7)"


@pytest.mark.parametrize("size", [28, 29, 30, 31, 40])
def test_files_larger_than_memory(glibc_probe, tmp_path, size):
    """QEMU puts modules beyond the end of memory if need be."""
    (tmp_path / "large").write_bytes(bytes(size << 20))
    said = refused("--mem", "32", "--root", tmp_path, glibc_probe, "args")
    assert "the machine has too little memory" in said


def test_long_paths(glibc_probe, tmp_path):
    deepest = "/".join(["d"] * 2047 + ["f"])
    assert len(deepest) == initrd.PATH_MAX - 1
    done = run("--file", f"{glibc_probe}:{deepest}", glibc_probe, "args")
    assert (done.returncode, done.stderr) == (7, b"")
    said = refused("--file", f"{glibc_probe}:{deepest}/f", glibc_probe, "args")
    assert "the path is longer than 4095 bytes" in said
    said = refused("--file", f"{glibc_probe}:{'/d' * 2100}", glibc_probe, "args")
    assert "the path is longer than 4095 bytes" in said
    said = refused("--file", f"{glibc_probe}:{'n' * 256}", glibc_probe, "args")
    assert "a name in it is longer than 255 bytes" in said


def test_deep_trees(glibc_probe, tmp_path):
    """Python's own stack is no limit."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    done = run("--root", tmp_path, glibc_probe, "args")
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # too deep for pytest's own cleaning
    assert (done.returncode, done.stderr) == (7, b"")


def test_programs_of_user_tests():
    """Those that the command names are there, as its words or in a script; with --tests all are."""
    listed = run("--guest", "/bin/ls", "/tests")
    assert listed.returncode == 1 and b"No such file" in listed.stderr
    named = run("--guest", "/bin/sh", "-c", "ls /tests; /tests/die exit; echo /tests/nosuch")
    assert named.stdout.split() == [b"die", b"/tests/nosuch"]
    everything = run("--tests", "--guest", "/bin/ls", "/tests").stdout.split()
    assert {b"die", b"run_each"} < set(everything) and len(everything) > 100
