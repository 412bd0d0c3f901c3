"""The oracle judges only what was built from the source that is there."""
import os
import stat
import sys

import pytest

from quire import oracle, user_tests
from tools.cpio import Archive, build, entries

EMPTY = build([])


def write_source(folder, monkeypatch):
    """Let `folder` be that of all programs, with one; the path of its source."""
    (folder / "topic").mkdir()
    source = folder / "topic" / "one.c"
    source.write_text("// A program.\n")
    monkeypatch.setattr(user_tests, "FOLDER", folder)
    return source


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """What `grade/oracle --write one` says with an archive that has these files, as old as told."""
    source = write_source(tmp_path, monkeypatch)
    monkeypatch.setenv("QUIRE_OBJ", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["oracle", "--write", "one"])

    def run(files, age):
        archive = Archive()
        for file in files:
            archive.entry(file, stat.S_IFREG | 0o755)
        archive.finish()
        path = tmp_path / "tests.cpio"
        path.write_bytes(archive.data)
        (tmp_path / "archive.cpio").write_bytes(EMPTY)
        built_at = source.stat().st_mtime - age
        os.utime(path, (built_at, built_at))
        with pytest.raises(SystemExit) as ending:
            oracle.main()
        assert ending.value.code
        assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["archive.cpio", "one.c", "tests.cpio"]
        return capsys.readouterr().err

    return run


def test_program_that_was_not_built(refused):
    assert "one is not built from what its source says now; build it first: make" in refused([], 0)


def test_program_older_than_its_source(refused):
    assert "build it first: make" in refused(["tests/one"], 1)


def test_archives_in_a_row():
    """As the oracle's machine gets them: the tools, then the tests."""
    first, second = build(["bin/", "etc/"]), build(["tests/"])
    names = [name for name, _, _ in entries(first + EMPTY + second)]
    assert names == ["bin", "etc", "tests"]


def test_all_that_are_built(monkeypatch, tmp_path):
    source = write_source(tmp_path, monkeypatch)
    archive = Archive()
    archive.entry("tests/one", stat.S_IFREG | 0o755)
    archive.finish()
    built_at = source.stat().st_mtime
    assert oracle.not_built(user_tests.programs(), bytes(archive.data), built_at) == []
