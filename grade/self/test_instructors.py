"""The examples of INSTRUCTORS.md, performed as they are written there, in a copy of the source."""
import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from quire import build, handout, lab_toml, patches, student_tree

ROOT = Path(build.source())
PAGE = (ROOT / "grade/INSTRUCTORS.md").read_text(encoding="utf-8")


def examples(title):
    """The indented blocks of the section with this title, in their order."""
    section = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE)[1]
    blocks, block = [], []
    for line in section.splitlines() + ["end"]:
        if line.startswith("    ") or not line and block:
            block.append(line)
        elif block:
            blocks.append(textwrap.dedent("\n".join(block)).strip("\n") + "\n")
            block = []
    return blocks


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """The files that examples change and labs name, in a repository."""
    root = tmp_path / "copy"
    for name in ("boot", "grade", "kern"):
        shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", ".gitignore"):
        shutil.copy(ROOT / name, root)
    (root / "user").mkdir()
    shutil.copy(ROOT / "user" / "steps.c", root / "user")  # a handout shows it
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" + text, encoding="utf-8")


def grade(root, lab, test, *more):
    """Grade one test with the copy's grader and this tree's kernel. Returns (exit status, output).
    """
    command = [root / "grade/lab", str(lab), "--test", test, "--json", root.parent / "result.json", *more]
    done = subprocess.run(command, env=os.environ | {"QUIRE_OBJ": build.path()}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def perform(root, commands):
    """Run the commands of an example but `make`, whose goal needs a whole tree."""
    for line in commands.splitlines():
        if not line.startswith("make "):
            subprocess.run(line, cwd=root, shell=True, check=True)


def test_points(copy):
    commands, = examples("Changing points")
    perform(copy, commands)
    points = {exercise.id: exercise.points for exercise in lab_toml.read(2, copy).exercises}
    assert (points["2.6"], points["2.7"]) == (5, 15)
    perform(copy, commands.splitlines()[0].replace("points = 5", "points = 6"))
    with pytest.raises(lab_toml.LabError, match=r"lab2/lab.toml:\d+: the exercises have 101 points"):
        lab_toml.read(2, copy)


def test_handout(tmp_path):
    directive, = examples("Changing a handout")
    path = tmp_path / "handout.md"
    path.write_text(directive, encoding="utf-8")
    text = handout.Page(path, handout.Tree(ROOT), lab_toml.read(2, ROOT)).expand()
    assert "void pgdir_trim(pde_t *pgdir, size_t pdx);" in text


def test_wrong_solution(copy, tmp_path):
    text, = examples("A new wrong solution")
    path = tmp_path / "example.patch"
    path.write_text(text, encoding="utf-8")
    patch = patches.read(path)
    patches.apply(patch, copy)
    assert "if (0)" in (copy / patch.hunks[0].file).read_text(encoding="utf-8")


def test_new_test(copy):
    function, entry = examples("A new test")
    append(copy / "grade/lab2/checks.py", function)
    append(copy / "grade/lab2/lab.toml", entry)
    status, said = grade(copy, 2, "perms_unaligned")
    assert status == 0 and "15 / 15   1 test" in said, said


def test_hidden_test(copy, tmp_path):
    checks, entry = examples("A hidden test")
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "hidden_checks.py").write_text(checks)
    (folder / "hidden.toml").write_text(entry)
    status, said = grade(copy, 2, "lookup_above", "--hidden", folder)
    assert status == 0 and "15 / 15   1 test" in said, said
    assert grade(copy, 2, "lookup_above")[0] == 2
    for path in folder.iterdir():
        shutil.copy(path, copy / "grade/lab2")
    status, said = grade(copy, 2, "lookup_above")
    assert status == 0, said
    student_tree.make(copy, 2, tmp_path / "tree")
    there = [path for path in (tmp_path / "tree").rglob("*") if path.is_file() and ".git" not in path.parts]
    assert there and not [path for path in there if b"lookup_above" in path.read_bytes() or path.name.startswith("hidden")]


def test_hidden_test_that_fits_nothing(copy, tmp_path):
    (tmp_path / "hidden.toml").write_text('[[test]]\nname = "x"\ncovers = ["2.99"]\n')
    with pytest.raises(lab_toml.LabError, match=r"hidden.toml:3: test x covers 2.99"):
        lab_toml.read(2, copy, tmp_path)
    with pytest.raises(lab_toml.LabError, match="hidden.toml: there is no such file"):
        lab_toml.read(2, copy, tmp_path / "nowhere")


def test_new_exercise(copy, tmp_path):
    commands, entry, function, section = examples("A new exercise")
    perform(copy, commands)
    append(copy / "grade/lab2/lab.toml", entry)
    append(copy / "grade/lab2/checks.py", function)
    append(copy / "grade/lab2/handout.md", section)
    assert lab_toml.places(lab_toml.read(2, copy), copy)["pgdir_trim"] == "kern/mem/pgdir.c"
    status, said = grade(copy, 2, "trim_last_entry")
    assert status == 0 and "5 / 5   1 test" in said, said
    page = handout.Page(copy / "grade/lab2/handout.md", handout.Tree(copy), lab_toml.read(2, copy)).expand()
    assert "Exercise 2.8: Freeing an empty table" in page
    student_tree.make(copy, 2, tmp_path / "tree")
    text = (tmp_path / "tree/kern/mem/pgdir.c").read_text(encoding="utf-8")
    assert "void pgdir_trim(pde_t *pgdir, size_t pdx)\n{\n\t(void)pgdir;\n\t(void)pdx;\n\tnot_written(__func__, 2, 8);" in text


def test_new_lab(copy, tmp_path):
    folder = copy / "grade/lab9"
    folder.mkdir()
    for name, text in zip(("lab.toml", "checks.py", "handout.md"), examples("A new lab")):
        (folder / name).write_text(text, encoding="utf-8")
    status, said = grade(copy, 9, "count_again")
    assert status == 0 and "100 / 100" in said, said
    page = handout.Page(folder / "handout.md", handout.Tree(copy), lab_toml.read(9, copy)).expand()
    assert "How many pages are free?" in page and "size_t page_free_count(void);" in page
    student_tree.make(copy, 9, tmp_path / "tree")
    assert "not_written(__func__, 9, 1);" in (tmp_path / "tree/kern/mem/page_alloc.c").read_text(encoding="utf-8")
