"""The patches of grade/mistakes fit the source, and quire.mistakes judges what it sees."""
import re
import shutil

import pytest

from quire import build, gate, ktap, mistakes, patches, user_tests

PATCHES = mistakes.all_of_them()
TESTS = [name for _, name in ktap.listed(build.debug_kernel() or build.path("quire.elf"))]
TESTS += [program.name for program in user_tests.programs()]


@pytest.mark.parametrize("patch", [pytest.param(patch, id=patch.name) for patch in PATCHES])
def test_mistake(patch, tmp_path):
    assert {"sees", "test", "diagnosis"} <= set(patch.fields) <= mistakes.FIELDS
    re.compile(patch.fields["sees"])
    wanted = patch.fields["test"].split(" or ")
    assert all(any(part in name for name in TESTS) for part in wanted)
    for hunk in patch.hunks:
        (tmp_path / hunk.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(build.source(hunk.file), tmp_path / hunk.file)
    patches.apply(patch, tmp_path)


def test_complaints():
    text = "one\n" * 14 + "the sentence\n"
    assert mistakes.complaint(text, "the .*ence", "it") is None
    assert "it comes in line 16" in mistakes.complaint("one\n" + text, "the .*ence", "it")
    assert "it is missing" in mistakes.complaint(text, "another", "it")


@pytest.mark.parametrize("options, words", [
    ("crash=null", "does not boot, so no other test runs"),
    ("init=/bin/true", None),
])
def test_gate(options, words, monkeypatch):
    """A kernel that panics at boot is reported once, with its panic."""
    run = gate.guest.run
    monkeypatch.setattr(gate.guest, "run", lambda *a, **k: run(*a, **k, **({"options": options} if words else {})))
    found = gate.complaint(None, "kernel")
    assert (found is None) == (words is None)
    if words:
        assert words in found and "panic: " in found and found.count("panic: ") == 1
