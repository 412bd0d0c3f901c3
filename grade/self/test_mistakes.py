"""The patches of grade/mistakes fit the source, and quire.mistakes judges what it sees."""
import re
import shutil

import pytest

from quire import build, gate, ktap, mistakes, patches, user_tests
from quire.result import audited

PATCHES = mistakes.all_of_them()
TESTS = [name for _, name in ktap.listed(build.debug_kernel() or build.path("quire.elf"))]
TESTS += [program.name for program in user_tests.programs()]


@pytest.mark.parametrize("patch", [pytest.param(patch, id=patch.name) for patch in PATCHES])
def test_mistake(patch, tmp_path):
    assert {"sees", "test", "diagnosis"} <= set(patch.fields) <= mistakes.FIELDS
    re.compile(patch.fields["sees"])
    assert all(any(part in name for name in TESTS) for part in mistakes.names(patch))
    for hunk in patch.hunks:
        (tmp_path / hunk.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(build.source(hunk.file), tmp_path / hunk.file)
    patches.apply(patch, tmp_path)


def test_complaints():
    text = "one\n" * 14 + "the sentence\n"
    assert mistakes.complaint(text, "the .*ence", "it") is None
    assert "it comes in line 16" in mistakes.complaint("one\n" + text, "the .*ence", "it")
    assert "it is missing" in mistakes.complaint(text, "another", "it")


@pytest.mark.skipif(not build.debug_kernel(), reason="no debug build; `make DEBUG=1` makes it")
def test_gate_runs_the_kernels_own_tests(monkeypatch):
    """Those of the lowest layer that fail are named, with their first complaints."""
    kernel = build.debug_kernel()
    lines = gate.own_tests(kernel, "ktest or backtrace")
    assert len(lines) == 1 and re.fullmatch(r"All \d+ tests inside the kernel that ran pass\.", lines[0])
    assert gate.own_tests(kernel, "no_test_has_this_name") == []
    assert gate.own_tests(build.path("user", "sh"), "ktest") == ["The kernel does not come to its own tests."]

    parse = gate.ktap.parse

    def worse(text):
        return parse(re.sub(r"^ok (\d+ backtrace_counts.*)", r"# kern/x.c:1: it is 2\nnot ok \1", text, flags=re.M))

    monkeypatch.setattr(gate.ktap, "parse", worse)
    lines = gate.own_tests(kernel, "ktest or backtrace")
    assert lines[0] == "The lowest layer with tests that fail inside the kernel is debug:", lines
    assert re.fullmatch(r"    backtrace_counts\w+:", lines[1]) and lines[2] == "        kern/x.c:1: it is 2"
    assert lines[-1].startswith("again: make qemu-nox APPEND=ktest=backtrace_counts")


def test_gate_names_disorder_in_memory(monkeypatch):
    """A program that runs well while the audit complains is not said to have failed."""
    run = gate.guest.run

    def disordered(*words, **machine):
        outcome = run(*words, **machine)
        outcome.result = audited(outcome.result, ["counts: page 0x3c2 counts 2 references"])
        return outcome

    monkeypatch.setattr(gate.guest, "run", disordered)
    found = gate.complaint(build.debug_kernel(), "kernel")
    assert "leaves its own memory in disorder" in found and "counts: page 0x3c2" in found
    assert re.search("^again: grade/run .*--audit", found, re.MULTILINE)


@pytest.mark.parametrize("options, words", [
    ("crash=null", "does not boot, so of the other tests only those inside the kernel run"),
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
