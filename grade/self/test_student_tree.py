"""`make student`: stubs, what goes along and what stays, and a student's code carried from lab to
lab.
"""
import json
import re
import shutil
import subprocess

import pytest

from quire import build, carry, handin, lab_signatures, lab_toml, stubs, student_tree

FILES = {
    "README.md": "# Kernel\n",
    ".gitignore": "obj/\n",
    "Makefile": "O ?= obj\n$(O)/kobj/%.o: %.c\n\t@mkdir -p $(@D)\n\tcc -Wall -Wextra -c -Ikern -o $@ $<\n",
    "kern/kern.h": "void not_written(const char *, int, int) __attribute__((noreturn));\n"
                   "void not_in_this_lab(const char *, int, int, int) __attribute__((noreturn));\n",
    "kern/mem/count.h": '#include "kern.h"\nstruct count {\n\tint n;\n};\n\n// Raise it.\n'
                        "static inline int raise(struct count *c)\n{\n\treturn ++c->n;\n}\n",
    "kern/mem/sum.c": """#include "mem/count.h"

int sum(int *array, int n);
int twice(int n, int (*add)(int, int));
int count_twice(struct count *c);

static const int table[] = { 1, 2, 3 };

// Returns the next one.
static int next(int n)
{
	return table[n];
}

// Only sum uses it.
static int
step(int n)
{
	return next(n) + 1;
}

// Returns the sum.
int sum(int *array, int n)
{
	return step(array[n]);
}

static int kept(int n)
{
	return n + 1;
}

// Returns twice n.
int twice(int n, int (*add)(int, int))
{
	return kept(add(n, n));
}

int count_twice(struct count *c)
{
	return raise(c) + kept(0) + sum(&c->n, 0);
}
""",
    "grade/lab1/lab.toml": """title = "Sums"

[[exercise]]
id = "1.1"
title = "Sum"
functions = ["sum", "raise"]
files = ["kern/mem/sum.c", "kern/mem/count.h"]
points = 100
hours = 1

[[test]]
name = "open"
covers = ["1.1"]

[[test]]
name = "secret"
covers = ["1.1"]
hidden = true
""",
    "grade/lab1/test_sums.py": "def test_open():\n    pass\n\n\n@mark\ndef test_secret():\n    assert 7\n\n\n"
                               "def test_last():\n    pass\n",
    "grade/lab1/answers.md": "42\n",
    "grade/lab1/handout.md": '---\ntitle: "Lab 1: Sums"\n---\n\n{{exercises}}\n\n{{exercise 1.1}}\n',
    "grade/lab1/mutants/one.patch": "exercise: 1.1\n",
    "grade/lab2/lab.toml": """title = "Twice"

[[exercise]]
id = "2.1"
title = "Twice"
functions = ["twice"]
files = ["kern/mem/sum.c"]
points = 100
hours = 1
""",
}
NOTE = "note: lab 1 has no table of diagnoses; staff's `make mutants LAB=1 WRITE=1` writes it"
SOLUTION = """// My sum.
#define FIRST 0
enum { MINE = 2 };

static int mine(int n)
{
	return n + MINE + FIRST;
}

int sum(int *array, int n)
{
	return mine(array[n]);
}
"""


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    """A small project with two labs, and no table of diagnoses."""
    root = tmp_path / "project"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "grade/tools").mkdir()
    shutil.copy(build.source("grade/tools/student-README.md"), root / "grade/tools")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def solve(tree, solution=SOLUTION):
    """Write lab 1's functions into a student's tree."""
    path = tree / "kern/mem/sum.c"
    text = path.read_text()
    path.write_text(re.sub(r"// Returns the sum\.\nint sum\(.*?\n}\n", lambda _: solution, text, flags=re.S))
    path = tree / "kern/mem/count.h"
    path.write_text(path.read_text().replace("\t(void)c;\n\tnot_written(__func__, 1, 1);", "\treturn c->n += 1;"))


@pytest.mark.parametrize("comment, refused", [
    ("// Like sum_step, but for one.", "kern/mem/more.c:1: a comment names sum_step, which the tree has not"),
    ("// Calls next(n).", "kern/mem/more.c:1: a comment names next, which the tree has not"),
    ("// Goes to the next one.", None),
])
def test_a_comment_that_names_a_function_that_is_taken_out_is_refused(root, tmp_path, comment, refused):
    path = root / "kern/mem/sum.c"
    path.write_text(path.read_text().replace("step(", "sum_step("))
    (root / "kern/mem/more.c").write_text(f"{comment}\nint more;\n")
    if not refused:
        student_tree.make(root, 1, tmp_path / "one")
        return
    with pytest.raises(student_tree.TreeError, match=re.escape(refused)):
        student_tree.make(root, 1, tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_stubs(root, tmp_path):
    student_tree.make(root, 1, tmp_path / "one")
    text = (tmp_path / "one/kern/mem/sum.c").read_text()
    assert ("// Returns the sum.\nint sum(int *array, int n)\n{\n\t(void)array;\n\t(void)n;\n"
            "\tnot_written(__func__, 1, 1);\n}\n") in text
    assert "\t(void)n;\n\t(void)add;\n\tnot_in_this_lab(__func__, 1, 2, 1);\n}\n" in text
    assert "static int kept" in text
    for gone in ("step", "next", "table", "Only sum", "return twice"):
        assert gone not in text
    header = (tmp_path / "one/kern/mem/count.h").read_text()
    assert "\t(void)c;\n\tnot_written(__func__, 1, 1);\n}" in header


def test_the_handout_is_written_out(root, tmp_path):
    """With the contracts of the source, and without what only pandoc understands."""
    student_tree.make(root, 1, tmp_path / "one")
    text = (tmp_path / "one/grade/lab1/handout.md").read_text()
    assert text.startswith("# Lab 1: Sums\n\n| exercise |")
    assert "| 1.1 Sum | `sum`, `raise` | 100 | 1 |" in text and "\n## Exercise 1.1: Sum\n" in text
    assert "// Returns the sum.\nint sum(int *array, int n);" in text and "secret" not in text
    assert "{{" not in text and "{#" not in text
    assert "| 1.1 | Sum |" in (tmp_path / "one/README.md").read_text()


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_stubs_compile_without_a_warning(root, tmp_path, compiler):
    student_tree.make(root, 1, tmp_path / "one")
    made = subprocess.run([compiler, "-Wall", "-Wextra", "-Wno-missing-prototypes", "-fsyntax-only", "-Ikern",
                           "kern/mem/sum.c"], cwd=tmp_path / "one", capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")


def test_a_static_function_of_an_exercise_stays(tmp_path):
    path = tmp_path / "one.c"
    path.write_text("static int inner(void)\n{\n\treturn 1;\n}\n\nint outer(void)\n{\n\treturn inner();\n}\n")
    calls = {name: stubs.call("2.1", 2) for name in ("inner", "outer")}
    stubs.empty(path, calls)
    assert f"static {stubs.UNUSED} int inner(void)\n{{\n\tnot_written(__func__, 2, 1);\n}}" in path.read_text()


def test_what_goes_along(root, tmp_path):
    out = tmp_path / "one"
    lab_signatures.write(lab_signatures.path_of(1, root), [
        {"name": "m", "exercise": "1.1", "diagnosis": "sum added one", "failures": {"open": "wrong", "secret": "wrong"}},
        {"name": "n", "exercise": "1.1", "diagnosis": "none", "failures": {"secret": "wrong"}}])
    assert not student_tree.make(root, 1, out)
    for name in ("grade/lab1/answers.md", "grade/lab1/mutants", "grade/lab2"):
        assert not (out / name).exists()
    assert [test.name for test in lab_toml.read(1, out).tests] == ["open"]
    tests = (out / "grade/lab1/test_sums.py").read_text()
    assert "test_open" in tests and "test_last" in tests and "secret" not in tests and "@mark" not in tests
    assert json.loads((out / "grade/lab1/signatures.json").read_text()) == {"mutants": [
        {"exercise": "1.1", "diagnosis": "sum added one", "failures": {"open": "wrong"}}]}
    readme = (out / "README.md").read_text()
    assert "# Quire, lab 1: Sums" in readme and "| 1.1 | Sum | `sum`, `raise` |" in readme and "$" not in readme
    assert "LAB ?= 1" in (out / "grade/student.mk").read_text()
    log = subprocess.run(["git", "-C", out, "log", "--format=%s"], capture_output=True, text=True, check=True)
    status = subprocess.run(["git", "-C", out, "status", "--short"], capture_output=True, text=True, check=True)
    assert (log.stdout, status.stdout) == ("Begin lab 1\n", "")


def test_what_is_refused(root, tmp_path):
    with pytest.raises(student_tree.TreeError, match="there is no lab 3; there are: 1, 2"):
        student_tree.make(root, 3, tmp_path / "three")
    with pytest.raises(student_tree.TreeError, match="is not empty"):
        student_tree.make(root, 1, root)
    with pytest.raises(carry.CarryError, match="is not a student's tree"):
        student_tree.make(root, 2, tmp_path / "two", root)
    assert not (tmp_path / "two").exists()
    (root / "grade/lab1/notes.txt").write_text("secret\n")
    with pytest.raises(student_tree.TreeError, match="grade/lab1/notes.txt still has the hidden test secret"):
        student_tree.make(root, 1, tmp_path / "one")


def test_a_whole_file_is_carried(root, tmp_path):
    student_tree.make(root, 1, tmp_path / "one")
    solve(tmp_path / "one")
    report = student_tree.make(root, 2, tmp_path / "two", tmp_path / "one")
    assert report == ["taken: raise of kern/mem/count.h", "taken: kern/mem/sum.c", NOTE]
    text = (tmp_path / "two/kern/mem/sum.c").read_text()
    assert SOLUTION in text and "not_written(__func__, 2, 1);" in text and "not_in_this_lab" not in text
    assert "\treturn c->n += 1;" in (tmp_path / "two/kern/mem/count.h").read_text()


def test_functions_are_carried_into_a_file_that_changed(root, tmp_path):
    student_tree.make(root, 1, tmp_path / "one")
    solve(tmp_path / "one")
    path = root / "kern/mem/sum.c"
    path.write_text(path.read_text() + "\nint more;\n")
    report = student_tree.make(root, 2, tmp_path / "two", tmp_path / "one")
    assert report == ["taken: raise of kern/mem/count.h", "taken: sum of kern/mem/sum.c with FIRST, MINE, mine",
                      NOTE]
    text = (tmp_path / "two/kern/mem/sum.c").read_text()
    assert "int more;" in text and "\treturn mine(array[n]);" in text and "step" not in text
    assert text.index("#define FIRST") < text.index("static int mine") < text.index("\treturn mine")


def test_what_cannot_be_carried(root, tmp_path):
    student_tree.make(root, 1, tmp_path / "one")
    solve(tmp_path / "one", SOLUTION.replace("return mine(array[n])", "return array->n"))
    header = tmp_path / "one/kern/mem/count.h"
    header.write_text(header.read_text().replace("struct count *c", "struct count *c, int by"))
    report = student_tree.make(root, 2, tmp_path / "two", tmp_path / "one")
    assert report[0] == ("not taken: raise of kern/mem/count.h: its parameters or its type are different now; "
                         "it is the reference's")
    assert report[1].startswith("not taken: sum of kern/mem/sum.c: it cannot be compiled here (")
    assert report[2:] == [NOTE]
    text = (tmp_path / "two/kern/mem/sum.c").read_text()
    assert "return step(array[n]);" in text and "not_written(__func__, 2, 1);" in text


def test_an_unwritten_function_is_the_reference_s(root, tmp_path):
    student_tree.make(root, 1, tmp_path / "one")
    report = student_tree.make(root, 2, tmp_path / "two", tmp_path / "one")
    assert [line.split(":")[2] for line in report[:2]] == [" your tree does not have it written; it is the reference's"] * 2
    assert "return step(array[n]);" in (tmp_path / "two/kern/mem/sum.c").read_text()


def test_handin(root, tmp_path, monkeypatch, capsys):
    out = tmp_path / "one"
    student_tree.make(root, 1, out)
    (out / "Makefile").write_text("# mine\n")
    (out / "new.c").write_text("// mine\n")
    monkeypatch.setattr(build, "TREE", str(out))
    monkeypatch.setattr("sys.argv", ["handin", "1"])
    assert handin.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ["handin: you changed Makefile; it does not count and is not packed",
                    "handin: you changed new.c; it does not count and is not packed",
                    "handin: sum (exercise 1.1) is not written yet", "handin: raise (exercise 1.1) is not written yet",
                    "handin: handin-lab1.tar.gz has your 2 files: kern/mem/count.h, kern/mem/sum.c"]
    packed = subprocess.run(["tar", "tzf", out / "handin-lab1.tar.gz"], capture_output=True, text=True, check=True)
    assert packed.stdout.split() == ["kern/mem/count.h", "kern/mem/sum.c"]
    assert handin.main() == 0  # the archive itself does not count as a change
    assert "handin-lab1" not in "".join(capsys.readouterr().out.splitlines()[:-1])
