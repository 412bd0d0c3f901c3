"""`make student LAB=n OUT=dir [FROM=tree]`: the tree that a student of lab n gets.

It is this tree without what only staff needs, with a stub for each function that lab n or a later
lab leaves to the student, in a git repository with one commit. Functions of earlier labs are the
reference's, or the student's own, out of FROM (carry.py). Nothing here knows which labs there are:
lab.toml says it.
"""
import argparse
import ast
import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

from quire import build, carry, handout, lab_signatures, lab_toml, source, stubs
from tools import c_text

# What stays behind: the project's own tests, answers, and the machinery that makes trees and mutants.
STAFF = [
    ".ci/*", "grade/self/*", "grade/system/*", "grade/mistakes/*", "grade/lab*/mutants/*", "grade/lab*/signatures.json", "grade/lab*/answers*",
    "grade/lab*/staff*", "grade/lab*/hidden*", "grade/INSTRUCTORS.md", "grade/handouts/*", "grade/quire/handout.py",
    "grade/staff.mk", "grade/student", "grade/mutants", "grade/proof",
    "grade/mistake", "grade/tools/student-README.md", "grade/quire/emptied.py", "grade/quire/mistakes.py",
    "grade/quire/stubs.py", "grade/quire/carry.py",
    "grade/quire/student_tree.py", "grade/quire/mutant.py", "grade/quire/mutants.py", "grade/quire/proof.py",
    "grade/quire/workbench.py", "grade/site/*", "grade/site.mk", "grade/quire/site_*.py", "grade/quire/chromium.py",
]
NOT_ALL = "*This page is about the whole project. Your tree lacks the parts that only its developers and your teachers need.*"
IDENTITY = ["-c", "user.name=Quire", "-c", "user.email=quire@localhost"]


class TreeError(Exception):
    """The tree cannot be made; the message is for the person at the terminal."""


class Plan:
    """Which functions are in which file, and in which exercise: of all labs of the tree at `root`.
    """

    def __init__(self, root):
        self.root = Path(root)
        self.labs = lab_toml.labs(root)
        self.exercise = {}  # {function: id of its exercise}
        self.file = {}  # {function: its file}
        for lab in self.labs:
            self.file.update(lab_toml.places(lab, root))
            self.exercise.update((name, exercise.id) for exercise in lab.exercises for name in exercise.functions)

    def lab_of(self, function):
        """The number of the lab that names this function."""
        return int(self.exercise[function].split(".")[0])

    def files(self):
        """All files with functions of labs."""
        return sorted(set(self.file.values()))

    def hashes(self):
        """{file with functions of labs: a hash of its contents}"""
        return {path: hashlib.sha256((self.root / path).read_bytes()).hexdigest() for path in self.files()}

    def in_file(self, path):
        """The functions of labs in this file."""
        return [name for name, file in self.file.items() if file == path]


def make(root, number, out, previous=None):
    """Make the tree of lab `number` in `out`, from the tree at `root`. Returns what is said about
    FROM.
    """
    root, out = Path(root), Path(out)
    if number not in lab_toml.numbers(root):
        raise TreeError(f"there is no lab {number}; there are: {', '.join(map(str, lab_toml.numbers(root)))}")
    if out.exists() and any(out.iterdir()):
        raise TreeError(f"{out} is not empty")
    new = not out.exists()
    try:
        plan = Plan(root)
        copy(root, out, number)
        carried = carry.carry(plan, out, number, Path(previous)) if previous else carry.Carried()
        for path in plan.files():
            empty(plan, out, number, path, carried)
        carry.check(out, carried, lambda path: restore(plan, out, number, path, carried))
        refuse_missing_names(plan, out, carried)
        for lab in plan.labs:
            if lab.number <= number:
                hide_tests(out, lab)
                write_signatures(root, out, lab, carried)
        write_origin(plan, out, number)
        write_handouts(plan, root, out, number, carried)
        write_pages(plan, root, out, number)
        commit(out, number, carried.report)
    except BaseException:
        if new:
            shutil.rmtree(out, ignore_errors=True)
        raise
    return carried.report


def copy(root, out, number):
    """Copy what goes along."""
    for name in tracked(root):
        lab = re.match(r"grade/lab(\d+)/", name)
        if any(fnmatch.fnmatch(name, pattern) for pattern in STAFF) or lab and int(lab[1]) > number:
            continue
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, out / name, follow_symlinks=False)


def tracked(root):
    """The names of the tree's files: those that git knows or could be given."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(output.split("\0")) if name and (root / name).is_file())


def empty(plan, out, number, path, carried):
    """Make stubs in this file: of the functions of lab `number` and later ones that are not the
    student's.
    """
    mine = carried.functions()
    calls = {name: stubs.call(plan.exercise[name], number) for name in plan.in_file(path)
             if plan.lab_of(name) > number or plan.lab_of(name) == number and name not in mine}
    if calls:
        stubs.empty(out / path, calls, {*plan.in_file(path), *given(plan, path, calls)})


def given(plan, path, names):
    """The words in the contracts of these functions of a file: a helper that a contract names is
    given.
    """
    tree, words = handout.Tree(plan.root), set()
    for name in names:
        try:
            words.update(c_text.IDENTIFIER.findall(tree.contract(name, path)[1]))
        except handout.HandoutError:
            pass  # `make lint` asks for a contract, not the tree
    return words


def restore(plan, out, number, path, carried):
    """Make this file the reference's again, with its stubs."""
    shutil.copy2(plan.root / path, out / path)
    empty(plan, out, number, path, carried)


def refuse_missing_names(plan, out, carried):
    """Refuse comments of the tree that name a function which stubs.py has taken out of a file.

    A name without an underscore counts only with a parenthesis after it: it may be a word.
    """
    taken = {path: set(carried.functions()) for path in plan.files()}
    missing = {}
    for path in plan.files():
        kept = {function.name for function in source.functions(out / path)} | taken[path]
        missing.update((function.name, path) for function in source.functions(plan.root / path) if function.name not in kept)
    if not missing:
        return
    names = "|".join(re.escape(name) + (r"\b" if "_" in name else r"\(") for name in sorted(missing, key=len, reverse=True))
    for path in sorted((out / "kern").rglob("*.[ch]")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = re.search(rf"\b({names})", line.partition("//")[2])
            if found:
                name = found[1].rstrip("(")
                raise TreeError(f"{path.relative_to(out)}:{number}: a comment names {name}, which the tree has not: only the functions "
                                f"that students write in {missing[name]} call it")


def hide_tests(out, lab):
    """Take the lab's hidden tests out of its lab.toml and its test files."""
    hidden = {test.name for test in lab.tests if test.hidden}
    if not hidden:
        return
    path = out / lab.path
    blocks = re.split(r"(?m)^(?=\[\[)", path.read_text(encoding="utf-8"))
    kept = [block for block in blocks if not (
        block.startswith("[[test]]") and re.search(r'(?m)^name\s*=\s*"([^"]*)"', block)[1] in hidden)]
    path.write_text("".join(kept).rstrip("\n") + "\n", encoding="utf-8")
    for file in sorted(path.parent.glob("*.py")):
        hide_functions(file, hidden)
    for file in sorted(path.parent.rglob("*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            left = [name for name in hidden if re.search(rf"\b(test_)?{re.escape(name)}\b", text)]
            if left:
                raise TreeError(f"{file.relative_to(out)} still has the hidden test {left[0]}")


def hide_functions(path, hidden):
    """Take the functions of these tests out of a Python file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in reversed(ast.parse("\n".join(lines) + "\n").body):
        if isinstance(node, ast.FunctionDef) and {node.name, node.name.removeprefix("test_")} & hidden:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            lines[first : node.end_lineno] = []
            while 0 < first < len(lines) and not lines[first] and not lines[first - 1]:
                del lines[first]
    stubs.write(path, "\n".join(lines).rstrip("\n").splitlines())


def write_signatures(root, out, lab, carried):
    """Write how tests fail with each known mistake of the lab, and its diagnosis, but not the
    mistake itself.
    """
    if not lab.tests:
        return
    mutants = lab_signatures.table(lab.number, root)
    if not mutants:
        carried.report.append(f"note: lab {lab.number} has no table of diagnoses; staff's `make mutants LAB={lab.number} WRITE=1` "
                              "writes it")
    hidden = {test.name for test in lab.tests if test.hidden}
    known = []
    for mutant in mutants:
        failures = {test: kind for test, kind in mutant["failures"].items() if test not in hidden}
        if failures:
            known.append({"exercise": mutant["exercise"], "diagnosis": mutant["diagnosis"], "failures": failures})
    lab_signatures.write(lab_signatures.path_of(lab.number, out), known)


def write_origin(plan, out, number):
    """Write what carry.py must know about this tree when the student's next tree is made from it.
    """
    (out / carry.ORIGIN).write_text(json.dumps({"lab": number, "files": plan.hashes()}, indent=1) + "\n", encoding="utf-8")


def write_handouts(plan, root, out, number, carried):
    """Put contracts, tables and drawings into the handouts, which are templates here."""
    for lab in plan.labs:
        path = root / lab.path.parent / "handout.md"
        if lab.number > number or not path.exists():
            continue
        text = handout.Page(path, handout.Tree(root), lab).plain()
        if "(memory.svg)" in text and not draw_memory(root, out / lab.path.parent / "memory.svg"):
            carried.report.append(f"note: {path.relative_to(root)} has no picture of memory; `make` builds what draws it")
        (out / lab.path).with_name("handout.md").write_text(text, encoding="utf-8")


def draw_memory(root, path):
    """Draw the memory of a running machine, if the kernel and the programs have been built. Was it drawn?"""
    if not all(os.path.exists(build.path(name)) for name in ("quire.elf", "archive.cpio")):
        return False
    return subprocess.run([str(root / "grade/picture"), "-o", str(path)], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0


def write_pages(plan, root, out, number):
    """Write the README of the student's tree, and the makefile that chooses its lab."""
    lab = next(lab for lab in plan.labs if lab.number == number)
    rows = [f"| {exercise.id} | {exercise.title} | {', '.join(f'`{name}`' for name in exercise.functions)} "
            f"| {', '.join(f'`{name}`' for name in exercise.files)} | {exercise.points} |"
            for exercise in lab.exercises]
    template = Template((root / "grade/tools/student-README.md").read_text(encoding="utf-8"))
    os.replace(out / "README.md", out / "QUIRE.md")
    for name in ("QUIRE.md", "grade/README.md"):
        if (out / name).exists():
            title, _, text = (out / name).read_text(encoding="utf-8").partition("\n")
            (out / name).write_text(f"{title}\n\n{NOT_ALL}\n{text}", encoding="utf-8")
    handout = (out / lab.path).with_name("handout.md")
    (out / "README.md").write_text(template.substitute(
        lab=number, title=lab.title, exercises="\n".join(rows), first=lab.exercises[0].functions[0],
        first_file=plan.file[lab.exercises[0].functions[0]],
        handout=f"Read `grade/lab{number}/handout.md`." if handout.exists() else
        "Read your handout."), encoding="utf-8")
    (out / "grade/student.mk").write_text(
        f"# This tree is of lab {number}.\nLAB ?= {number}\n\n"
        "## handin: pack the files that count into a file handin-lab*.tar.gz\n"
        ".PHONY: handin\nhandin:\n\t$(grade_python) grade/handin $(LAB)\n", encoding="utf-8")
    with open(out / ".gitignore", "a", encoding="utf-8") as file:
        file.write("/handin-lab*.tar.gz\n")


def commit(out, number, report):
    """Make the tree a repository with one commit."""
    text = f"Begin lab {number}\n" + ("\n" + "\n".join(report) + "\n" if report else "")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*IDENTITY, "commit", "-q", "-m", text]):
        subprocess.run(["git", "-C", out, *command], check=True)


def main():
    """The command `grade/student`."""
    parser = argparse.ArgumentParser(prog="grade/student", description=__doc__.partition("\n")[0])
    parser.add_argument("--lab", type=int, required=True, metavar="N")
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder that is empty or does not exist")
    parser.add_argument("--from", dest="previous", metavar="TREE", help="the student's tree of an earlier lab")
    options = parser.parse_args()
    try:
        report = make(build.source(), options.lab, options.out, options.previous)
    except (TreeError, lab_toml.LabError, source.SourceError, carry.CarryError) as error:
        print(f"student: {error}", file=sys.stderr)
        return 1
    print("".join(line + "\n" for line in report), end="")
    print(f"The tree of lab {options.lab} is {options.out}; its README.md says what to do first.")
    return 0
