"""Mutants of labs: which objects a change compiles, how a patch gets its exercise, and what the
report says.
"""
import random
import shutil
import subprocess

import pytest

from quire import build, lab_signatures, lab_toml, mutant, mutants, patches, tree_copy, workbench

LAB = """title = "Sums"

[[exercise]]
id = "1.1"
title = "Sum"
functions = ["sum"]
files = ["a.c"]
points = 60
hours = 1

[[exercise]]
id = "1.2"
title = "Twice"
functions = ["twice"]
files = ["a.c"]
points = 40
hours = 1

[[test]]
name = "sums"
covers = ["1.1"]

[[test]]
name = "all"
covers = ["1.1", "1.2"]
"""
A_C = "int sum(int n)\n{\n\treturn n + 1;\n}\n\nint twice(int n)\n{\n\treturn 2 * n;\n}\n"
PATCHES = {
    "grade/lab1/mutants/zero.patch": "exercise: 1.1\ndiagnosis: sum adds nothing.\n@@ a.c sum\n-\treturn n + 1;\n+\treturn n;\n",
    "grade/mistakes/thrice.patch": "exercise: twice\ndiagnosis: Three times.\n@@ a.c twice\n-\treturn 2 * n;\n+\treturn 3 * n;\n",
    "grade/mistakes/other.patch": "exercise: fork\ndiagnosis: No.\n@@ b.c fork\n-\tx;\n",
}


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    """A tree with one lab."""
    for name, text in {"grade/lab1/lab.toml": LAB, "a.c": A_C, **PATCHES}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_patches_and_mistakes_are_found(root):
    found = mutant.mutants_of(lab_toml.read(1, root), root)
    assert [(each.name, each.exercise, each.diagnosis, each.files) for each in found] == [
        ("zero", "1.1", "sum adds nothing.", {"a.c": ["sum"]}), ("thrice", "1.2", "Three times.", {"a.c": ["twice"]})]
    assert not list(mutant.misfits(root))


@pytest.mark.parametrize("old, new, complaint", [
    ("n + 1;", "n + 2;", "sum has these lines 0 times"),
    ("a.c sum", "a.c sun", "does not define sun"),
    ("a.c sum", "c.c sum", "there is no c.c"),
    ("exercise: 1.1", "exercise: 1.7", "exercise 1.7 is none of lab 1"),
    ("exercise: 1.1\n", "", r"exercise \(none\) is none of lab 1"),
    ("diagnosis: sum adds nothing.\n", "", "there is no diagnosis"),
])
def test_what_does_not_fit_is_found(root, old, new, complaint):
    path = root / "grade/lab1/mutants/zero.patch"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises((mutant.MutantError, patches.PatchError), match=complaint):
        found = list(mutant.misfits(root))
        assert len(found) == 1
        raise mutant.MutantError(found[0])
    assert (root / "a.c").read_text() == A_C


def test_two_of_one_name_are_refused(root):
    shutil.copy(root / "grade/lab1/mutants/zero.patch", root / "grade/mistakes/zero.patch")
    assert "there are two mutants of this name" in next(mutant.misfits(root))


def test_diagnoses_and_report(root):
    lab = lab_toml.read(1, root)
    findings = [
        mutants.Finding("a", "1.1", "A.", caught=["sums"], failures={"sums": "wrong sum", "all": "wrong"}),
        mutants.Finding("b", "1.1", "B.", caught=["all"], failures={"all": "other"}),
        mutants.Finding("c", "1.1", "C.", caught=["all"], failures={"all": "other"}),
        mutants.Finding("d", "1.2", "D.", failures={"sums": "strange"}),
        mutants.Finding("e", "1.2", "E.", problem="a.c: error\n"),
    ]
    mutants.find_printed(lab, findings, mutants.table_of(findings))
    assert [finding.printed for finding in findings] == [True, False, False, True, False]
    assert mutants.report(lab, findings) == [
        "Lab 1: Sums",
        "  1.1    3/3 caught,   1 with their own diagnosis  Sum",
        "  1.2    0/2 caught,   1 with their own diagnosis  Twice",
        "  b does not print its diagnosis: B.",
        "  c does not print its diagnosis: C.",
        "  d is not caught by a test of 1.2 (sums failed): D.",
        "  e cannot be tried: a.c: error",
    ]


def test_the_record_of_failures(root, monkeypatch):
    """What WRITE=1 writes; what `make mutants` and lint say when it is not true any more."""
    monkeypatch.setattr(build, "TREE", str(root))
    lab = lab_toml.read(1, root)
    zero = mutants.Finding("zero", "1.1", "sum adds nothing.", caught=["sums"], failures={"sums": "wrong sum"})
    thrice = mutants.Finding("thrice", "1.2", "Three times.", caught=["all"], failures={"all": "wrong"})
    assert lab_signatures.table(1) == [] and not list(mutants.differences(lab, [zero], False))
    mutants.write(lab, [thrice, zero], True)
    record = lab_signatures.table(1)
    assert [entry["name"] for entry in record] == ["zero", "thrice"]
    assert not list(mutants.differences(lab, [zero, thrice], True)) and not list(mutant.misfits(root))
    zero.failures = {"sums": "another"}
    assert list(mutants.differences(lab, [zero], False)) == [
        "  zero fails otherwise than its record says: `make mutants LAB=1 WRITE=1` writes what was found"]
    assert "thrice fails otherwise" in list(mutants.differences(lab, [zero], True))[0]
    mutants.write(lab, [zero], False)  # the other's record stays
    assert [entry["failures"] for entry in lab_signatures.table(1)] == [{"sums": "another"}, {"all": "wrong"}]
    mutants.write(lab, [zero], True)
    assert [entry["name"] for entry in lab_signatures.table(1)] == ["zero"]
    assert "thrice has no record" in list(mutants.differences(lab, [thrice], False))[0]
    lab_signatures.write(lab_signatures.path_of(1), [record[1] | {"diagnosis": "Twice.", "failures": {"gone": "wrong"}}])
    assert list(mutant.misfits(root)) == [
        "grade/lab1/signatures.json: thrice: there is no such mutant, or its exercise or diagnosis is another",
        "grade/lab1/signatures.json: thrice: lab 1 has no test gone"]


def test_a_sample_of_the_records_is_true(tmp_path):
    """One mutant, another one with each change, fails as grade/labN/signatures.json says."""
    labs = [lab for lab in lab_toml.labs() if lab_signatures.table(lab.number)]
    if not labs:
        pytest.skip("nothing is recorded yet")
    commit = subprocess.run(["git", "-C", build.TREE, "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout
    chance = random.Random(commit)
    lab = chance.choice(labs)
    entry = chance.choice(lab_signatures.table(lab.number))
    trial = mutants.Trial(lab, [workbench.Workbench(tmp_path / "bench")])
    finding = trial.run(next(each for each in mutant.mutants_of(lab) if each.name == entry["name"]))
    assert not finding.problem and not list(mutants.differences(lab, [finding], False)), finding


class BrokenBench:
    """A workbench that can neither build nor be restored."""

    def kernel(self, files, change):
        raise tree_copy.BuildError("no kernel")

    def restore(self, files):
        raise OSError("no object")


def test_a_bench_that_cannot_be_restored_keeps_nobody_waiting(root, monkeypatch):
    monkeypatch.setattr(mutants.lab_grade, "checks_of", lambda number: [])
    lab = lab_toml.read(1, root)
    bench = BrokenBench()
    trial = mutants.Trial(lab, [bench])
    with pytest.raises(OSError, match="no object"):
        trial.run(mutant.mutants_of(lab, root)[0])
    assert trial.benches.get_nowait() is bench


def test_only_users_of_an_inline_function_are_compiled():
    assert workbench.units({"kern/mem/pgdir.c": ["page_insert"]}) == ["kern/mem/pgdir.c"]
    units = workbench.units({"kern/mem/mem_internal.h": ["page_put"]})
    assert "kern/mem/page_alloc.c" in units and len(units) < 10
    # page_decref is used by tlb.c only through inline functions.
    assert "kern/vm/anon_copy_on_write.c" in workbench.units({"kern/mem/page.h": ["page_decref"]})


def test_a_workbench_builds_and_forgets(tmp_path):
    bench = workbench.Workbench(tmp_path / "bench")
    files = {"kern/mem/mem_internal.h": ["page_put"]}
    path = tmp_path / "bench/kern/mem/mem_internal.h"
    before, linked = path.read_text(), bytes((tmp_path / "bench/obj/quire.elf").read_bytes())

    def change(text):
        def write(tree):
            (tree / "kern/mem/mem_internal.h").write_text(before.replace("\tpp->next = first;\n", text))
        return write

    kernel = bench.kernel(files, change("\tpp->next = pp;\n"))
    assert open(kernel, "rb").read() != linked
    bench.restore(files)
    assert path.read_text() == before
    with pytest.raises(tree_copy.BuildError, match="nothing"):
        bench.kernel(files, change("\tnothing = pp;\n"))
    bench.restore(files)
    unit = "kobj/kern/mem/page_alloc.o"
    with open(build.path(unit), "rb") as file:
        assert (tmp_path / "bench/obj" / unit).read_bytes() == file.read()
