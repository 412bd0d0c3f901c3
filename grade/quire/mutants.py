"""`make mutants [LAB=n] [M=name]`: tests for the tests of labs.

Each mutant (mutant.py) is applied alone, and the tests that cover or need its exercise run on the
kernel. No other test calls a function of the exercise, as proof.py shows. A mutant is caught if a
test fails that covers its exercise. The kinds of its failures are its signature
(lab_signatures.py), from which a student's failures get a diagnosis; the report says which mutants
print their own.
"""
import argparse
import os
import queue
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from quire import lab_grade, lab_run, lab_signatures, lab_toml, patches
from quire.mutant import MutantError, mutants_of
from quire.tree_copy import BuildError
from quire.workbench import Workbench

@dataclass
class Finding:
    """What became of a mutant."""

    name: str
    exercise: str
    diagnosis: str
    problem: str = ""  # why it could not be tried
    caught: list = field(default_factory=list)  # the tests of its exercise that failed
    failures: dict = field(default_factory=dict)  # {test: failure}: the signature
    printed: bool = False  # its own diagnosis comes with a failure


class Trial:
    """Tries the mutants of one lab on workbenches that take turns."""

    def __init__(self, lab, benches):
        self.lab = lab
        self.benches = queue.Queue()
        for bench in benches:
            self.benches.put(bench)
        self.checks = lab_grade.checks_of(lab.number)
        self.blockers = {test.name: [*test.covers, *test.needs] for test in lab.tests}
        self.covers = {test.name: test.covers for test in lab.tests}

    def run(self, mutant):
        """The Finding of one mutant."""
        finding = Finding(mutant.name, mutant.exercise, mutant.diagnosis)
        bench = self.benches.get()
        try:
            kernel = bench.kernel(mutant.files, lambda tree: patches.apply(mutant.patch, tree))
            checks = [check for check in self.checks if mutant.exercise in self.blockers[check.name]]
            runner = lab_run.Runner(1, 1, self.blockers, kernel)
            self._judge(finding, runner.run([check for check in checks if not check.program]))
            if not finding.caught:  # programs take longer
                self._judge(finding, runner.run([check for check in checks if check.program]))
        except (BuildError, patches.PatchError) as error:
            finding.problem = str(error)
        finally:
            try:
                bench.restore(mutant.files)
            finally:  # without this the other threads would wait for a bench for ever
                self.benches.put(bench)
        return finding

    def _judge(self, finding, outcomes):
        finding.failures.update(lab_signatures.signature(outcomes))
        finding.caught += [outcome.check.name for outcome in outcomes if outcome.status == lab_run.FAILED
                          and finding.exercise in self.covers[outcome.check.name]]


def find_printed(lab, findings, table):
    """Note which mutants' failures get their own diagnosis."""
    for finding in findings:
        outcomes = [SimpleNamespace(check=test, key=finding.failures.get(test.name, "")) for test in lab.tests]
        finding.printed = finding.diagnosis in lab_signatures.diagnoses(lab.number, outcomes, table).values()


def table_of(findings):
    """The lab's table of signatures."""
    return [{"name": finding.name, "exercise": finding.exercise, "diagnosis": finding.diagnosis,
             "failures": finding.failures} for finding in findings if finding.failures]


def report(lab, findings):
    """Lines for people: one for each exercise, then the mutants that need work."""
    lines = [f"Lab {lab.number}: {lab.title}"]
    for exercise in lab.exercises:
        mine = [finding for finding in findings if finding.exercise == exercise.id]
        caught = sum(bool(finding.caught) for finding in mine)
        printed = sum(finding.printed for finding in mine)
        lines.append(f"  {exercise.id}  {caught:3}/{len(mine)} caught, {printed:3} with their own diagnosis  {exercise.title}")
    for finding in findings:
        if finding.problem:
            lines.append(f"  {finding.name} cannot be tried: {finding.problem.strip()}")
        elif not finding.caught:
            other = f" ({', '.join(finding.failures)} failed)" if finding.failures else ""
            lines.append(f"  {finding.name} is not caught by a test of {finding.exercise}{other}: {finding.diagnosis}")
        elif not finding.printed:
            lines.append(f"  {finding.name} does not print its diagnosis: {finding.diagnosis}")
    return lines


def recorded(number):
    """The Findings that the record has."""
    return [Finding(entry["name"], entry["exercise"], entry["diagnosis"], failures=entry["failures"])
            for entry in lab_signatures.table(number)]


def differences(lab, findings, whole):
    """Lines about mutants that fail otherwise than the record says. `whole`: all of the lab's mutants were tried."""
    record = {entry["name"]: entry for entry in lab_signatures.table(lab.number)}
    if not record:
        return  # nothing has been recorded yet: a student's tree gives no diagnoses
    found = {entry["name"]: entry for entry in table_of(findings)}
    tried = {finding.name for finding in findings if not finding.problem}
    for name in sorted(tried | (set(record) if whole else set())):
        if with_kinds(record.get(name)) != with_kinds(found.get(name)):
            what = "has no record" if name not in record else "fails otherwise than its record says"
            yield f"  {name} {what}: `make mutants LAB={lab.number} WRITE=1` writes what was found"


def with_kinds(entry):
    """An entry of a table without the operations, which change with the tests."""
    return entry and entry | {"failures": lab_signatures.kinds(entry["failures"])}


def write(lab, findings, whole):
    """Record what was found; of mutants that were not tried the record stays."""
    tried = {finding.name for finding in findings if not finding.problem}
    kept = [] if whole else [finding for finding in recorded(lab.number) if finding.name not in tried]
    entries = {entry["name"]: entry for entry in table_of(kept + findings)}
    order = [mutant.name for mutant in mutants_of(lab)]
    lab_signatures.write(lab_signatures.path_of(lab.number), [entries[name] for name in order if name in entries])


def try_lab(lab, benches, wanted):
    """Try the lab's mutants with `wanted` in their names. Returns the Findings."""
    chosen = [mutant for mutant in mutants_of(lab) if wanted in mutant.name]
    trial = Trial(lab, benches)
    findings = []
    with ThreadPoolExecutor(len(benches)) as pool:
        for finding in pool.map(trial.run, chosen):
            state = "cannot be tried" if finding.problem else "caught" if finding.caught else "NOT CAUGHT"
            print(f"{finding.exercise} {finding.name}: {state}", flush=True)
            findings.append(finding)
    names = {finding.name for finding in findings}
    find_printed(lab, findings, table_of(findings + [each for each in recorded(lab.number) if each.name not in names]))
    return findings


def main():
    """The command `grade/mutants`."""
    parser = argparse.ArgumentParser(prog="grade/mutants", description="Try wrong solutions on the tests of labs.")
    parser.add_argument("--lab", type=int, help="only this lab's")
    parser.add_argument("--mutant", default="", help="only those with this in their names")
    parser.add_argument("--write", action="store_true", help="record how they fail, in grade/labN/signatures.json")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="how many at a time")
    options = parser.parse_args()
    started, before = time.monotonic(), os.times()
    failed, tried = False, 0
    try:
        labs = [lab for lab in lab_toml.labs() if options.lab in (None, lab.number)]
        with tempfile.TemporaryDirectory(prefix="quire-mutants-") as folder:
            benches = [Workbench(Path(folder, str(at))) for at in range(max(1, options.jobs))]
            for lab in labs:
                if not lab.tests or not mutants_of(lab):
                    continue
                findings = try_lab(lab, benches, options.mutant)
                tried += len(findings)
                failed |= any(finding.problem or not finding.caught for finding in findings)
                print("\n".join(report(lab, findings)))
                whole = not options.mutant
                if options.write:
                    write(lab, findings, whole)
                else:
                    others = list(differences(lab, findings, whole))
                    print("".join(line + "\n" for line in others), end="")
                    failed |= bool(others)
    except (lab_toml.LabError, MutantError, patches.PatchError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    if not tried:
        print("mutants: none was tried", file=sys.stderr)
        return 2
    used = sum(os.times()[:4]) - sum(before[:4])
    print(f"{tried} mutants, {time.monotonic() - started:.0f} s, {used:.0f} s of processor time")
    return 1 if failed else 0
