"""`make proof [LAB=n] [E=exercise]`: lab.toml, trees and tests of labs fit together.

For each lab:
- the reference has all points;
- the student's tree builds without a warning with gcc and clang, boots as far as it can, and has no
  points;
- emptying one exercise fails exactly the tests that cover or need it;
- a tree made with FROM= from a full solution of the earlier labs has all points once its own lab is
  solved.

A lab without tests is only built and booted. `--sample TEXT` tries one lab and two of its
exercises; which ones depends on the text. It builds the student's tree without its debug kernels.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from quire import build, carry, guest, lab_grade, lab_run, lab_toml, stubs, student_tree, tree_copy
from quire.tree_copy import BuildError
from quire.workbench import Workbench

COMPILERS = {"gcc": [], "clang": ["CC=clang", "O=obj/clang"]}
KERNELS = {"gcc": ["obj/quire.elf", "obj/debug/quire.elf"], "clang": ["obj/clang/quire.elf", "obj/clang/debug/quire.elf"]}
BOOTED = {"unwritten", "exit"}  # how a program ends on a student's kernel
PATIENCE = 1800  # seconds of the clock, against a grader that hangs
TITLES = {"reference": "the reference has all points", "skeleton": "the student's tree builds, boots and has no points",
          "emptied": "an emptied exercise fails its own tests", "from": "a solution of earlier labs is carried over"}


class Proof:
    """Tries one lab. Each method yields complaints."""

    def __init__(self, root, lab, folder, jobs, debug=True):
        self.root, self.lab, self.folder, self.jobs = Path(root), lab, Path(folder), jobs
        self.kernels = 2 if debug else 1  # of each compiler: the normal one, and the one of debugging
        self.plan = student_tree.Plan(root)
        self.bench = None

    def reference(self):
        """The reference has all points."""
        checks = lab_grade.selected(self.lab, "")
        record = lab_grade.run(self.lab, checks, 1, self.jobs, lab_toml.places(self.lab))
        yield from points(record, lab_toml.POINTS)
        for exercise in self.lab.exercises:
            if not any(exercise.id in test.covers for test in self.lab.tests):
                yield f"no test covers exercise {exercise.id}"

    def skeleton(self):
        """The student's tree builds without a warning, boots as far as it can, and has no points.
        """
        tree = self.folder / "skeleton"
        student_tree.make(self.root, self.lab.number, tree)
        for compiler, settings in COMPILERS.items():
            made = make(tree, "WERROR=1", "-j2", *settings, *KERNELS[compiler][: self.kernels])
            if made.returncode or made.stderr:
                yield f"{compiler} says of the student's tree:\n{made.stderr}"
                return
        outcome = guest.run("echo", kernel=str(tree / "obj/quire.elf"), audit=False)
        if outcome.result.kind not in BOOTED:
            yield f"the student's tree boots, and ends as {outcome.result.kind}: {outcome.result.message}"
        if self.lab.tests:
            record = yield from self._graded(tree)
            if record:
                yield from points(record, 0)

    def emptied(self, exercise):
        """Emptying an exercise fails exactly the tests that cover or need it."""
        self.bench = self.bench or Workbench(self.folder / "bench")
        files = {}
        for name in exercise.functions:
            files.setdefault(self.plan.file[name], []).append(name)
        wanted = {test.name for test in self.lab.tests if exercise.id in (*test.covers, *test.needs)}
        try:
            kernel = self.bench.kernel(files, lambda tree: self._empty(tree, exercise, files))
            # Without what lab.toml says: each test must find out by itself.
            outcomes = lab_run.Runner(1, self.jobs, {}, kernel).run(lab_grade.checks_of(self.lab.number))
        except BuildError as error:
            yield f"without exercise {exercise.id} the kernel cannot be built:\n{error}"
            return
        finally:
            self.bench.restore(files)
        failed = {outcome.check.name: outcome for outcome in outcomes if outcome.status != lab_run.PASSED}
        for name in sorted(wanted - failed.keys()):
            yield f"{name} passes without exercise {exercise.id}, which it should cover or need"
        for name in sorted(failed.keys() - wanted):
            outcome = failed[name]
            yield (f"{name} {outcome.status} without exercise {exercise.id}, which it neither covers nor needs: "
                   f"{outcome.wrong or outcome.ended}")

    def _empty(self, tree, exercise, files):
        for path, names in files.items():
            calls = {name: stubs.call(exercise.id, self.lab.number) for name in names}
            stubs.empty(tree / path, calls, self.plan.in_file(path))

    def carried(self):
        """FROM= with a full solution of the earlier labs has all points."""
        before = [lab.number for lab in self.plan.labs if lab.number < self.lab.number]
        previous, tree = None, self.folder / "carried"
        if before:
            previous = self.folder / "previous"
            student_tree.make(self.root, before[-1], previous)
            yield from self._solve(previous, before)
            forget(previous)
        report = student_tree.make(self.root, self.lab.number, tree, previous)
        yield from (line for line in report if not line.startswith("taken: "))
        yield from self._solve(tree, [self.lab.number])
        if self.lab.tests:
            record = yield from self._graded(tree)
            if record:
                yield from points(record, lab_toml.POINTS)
        else:
            made = make(tree, "kernel")
            if made.returncode:
                yield f"the solved tree cannot be built:\n{made.stderr}"

    def _solve(self, tree, numbers):
        """Write the functions of these labs, as a student who writes what the reference has."""
        for path in self.plan.files():
            names = [name for name in self.plan.in_file(path) if self.plan.lab_of(name) in numbers]
            carried = carry.Carried()
            if names:
                carry.graft(tree / path, self.root / path, names, self.plan.in_file(path), path, carried)
            yield from (line for line in carried.report if not line.startswith("taken: "))

    def _graded(self, tree):
        """The record of `make grade` in a student's tree; None, after a complaint, if there is
        none.
        """
        results = tree / "obj/proof.json"
        made = make(tree, "grade", f"JSON={results}")
        if not results.exists():
            yield f"make grade wrote no results:\n{made.stdout[-2000:]}{made.stderr[-2000:]}"
            return None
        return json.loads(results.read_text(encoding="utf-8"))


def forget(tree):
    """Let every second file count as changed since the tree was made: its functions are then taken
    one by one.
    """
    path = tree / carry.ORIGIN
    origin = json.loads(path.read_text(encoding="utf-8"))
    for at, name in enumerate(sorted(origin["files"])):
        if at % 2:
            origin["files"][name] = ""
    path.write_text(json.dumps(origin), encoding="utf-8")


def make(tree, *words):
    """Run make in a tree."""
    return subprocess.run(["make", "-C", str(tree), *words], env=tree_copy.environment(), check=False, capture_output=True,
                          text=True, timeout=PATIENCE)


def points(record, wanted):
    """Complain if a record has other points; name the tests that are to blame."""
    passed = wanted == 0
    if record["points"] != wanted:
        yield f"{record['points']} points, not {wanted}"
    if not record["exercises"]:
        yield "no exercise was graded"
    tests = {test["name"]: test for exercise in record["exercises"] for test in exercise["tests"]}
    for name, test in tests.items():
        if (test["status"] == "passed") == passed:
            yield f"{name} {test['status']}: {test['message']}"


def steps(proof, only, sample):
    """Yield (key of TITLES, what is tried, the complaints) for one lab."""
    lab = proof.lab
    exercises = [exercise for exercise in lab.exercises if only in (None, exercise.id)]
    if sample:
        exercises = sample.sample(exercises, min(2, len(exercises)))
    if not only:
        if lab.tests:
            yield "reference", f"lab {lab.number}", proof.reference()
        yield "skeleton", f"lab {lab.number}", proof.skeleton()
    for exercise in exercises if lab.tests else []:
        yield "emptied", exercise.id, proof.emptied(exercise)
    if not only and not sample:
        yield "from", f"lab {lab.number}", proof.carried()


def main():
    """The command `grade/proof`."""
    parser = argparse.ArgumentParser(prog="grade/proof", description="Check that labs, trees and tests fit together.")
    parser.add_argument("--lab", type=int, help="only this lab")
    parser.add_argument("--exercise", help="only this exercise: 2.4")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="machines at a time")
    parser.add_argument("--sample", metavar="TEXT", help="one lab and two of its exercises, by this text")
    options = parser.parse_args()
    if options.exercise and not re.fullmatch(r"\d+\.\d+", options.exercise):
        parser.error(f"{options.exercise} is no exercise")
    number = int(options.exercise.split(".")[0]) if options.exercise else options.lab
    labs = [lab for lab in lab_toml.labs() if number in (None, lab.number)]
    sample = random.Random(options.sample) if options.sample else None
    if sample:
        labs = [sample.choice(labs)]
    found = tried = 0
    for lab in labs:
        with tempfile.TemporaryDirectory(prefix="quire-proof-") as folder:
            for key, what, complaints in steps(Proof(build.source(), lab, folder, options.jobs, not sample), options.exercise, sample):
                complaints = list(complaints)
                tried += 1
                found += len(complaints)
                print(f"{what}: {TITLES[key]}: {'NO' if complaints else 'yes'}", flush=True)
                print("".join(f"    {line}\n" for text in complaints for line in text.splitlines()), end="")
    if not tried:
        print("proof: there is nothing to try", file=sys.stderr)
        return 2
    return 1 if found else 0
