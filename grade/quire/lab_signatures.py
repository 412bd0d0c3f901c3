"""Which wrong solution does a failed run resemble most? `grade/labN/signatures.json` has the table:

    {"mutants": [{"name": "page_free_twice", "exercise": "1.5", "diagnosis": "page_free accepts
    ...",
                  "failures": {"page_free_twice": "page_free: no panic @9", ...}}, ...]}

`failures` has, for each test that the mutant fails, the kind of the failure and the number of the
operation that showed it (Outcome.key). A run resembles the mutant whose kinds are nearest; among
those that are equally near, the one that failed at the same operations. The file is a record, like those of Linux's answers: `make mutants WRITE=1` writes it, and each later `make
mutants` compares what it finds. A student's tree has it without names and hidden tests. A run that
resembles nothing gets no diagnosis: a wrong one costs a student more time than none.
"""
import json
from pathlib import Path

from quire import build

NEAR = 0.6  # how much of two sets of failures must be in both
FILE = "signatures.json"  # in the lab's folder


def path_of(number, root=None):
    """The file of a lab."""
    return Path(root or build.source(), "grade", f"lab{number}", FILE)


def table(number, root=None):
    """The lab's mutants, or an empty list."""
    try:
        return json.loads(path_of(number, root).read_text(encoding="utf-8"))["mutants"]
    except FileNotFoundError:
        return []


def write(path, mutants):
    """Write a table: a line for each mutant, so that a change shows which one fails otherwise now."""
    lines = ",\n".join(json.dumps(mutant) for mutant in mutants)
    Path(path).write_text(f'{{"mutants": [\n{lines}\n]}}\n', encoding="utf-8")


def failure(kind, at):
    """A kind of failure, at the operation of this number; programs have none."""
    return f"{kind} @{at}" if at else kind


def kinds(failures):
    """{test: kind of failure}, without the operations."""
    return {name: key.partition(" @")[0] for name, key in failures.items()}


def signature(outcomes):
    """{test: failure} of a run. Programs count only where nothing else failed: they say
    little.
    """
    found = {outcome.check.name: outcome.key for outcome in outcomes if outcome.key}
    return {name: key for name, key in found.items() if not key.startswith("program:")} or found


def diagnoses(number, outcomes, mutants=None):
    """{test: diagnosis} for the failed tests of a run; only for those that resemble a mutant."""
    failed = signature(outcomes)
    mutants = table(number) if mutants is None else mutants
    ran = {outcome.check.name for outcome in outcomes}
    near = {at: nearness(failed, mutant, ran) for at, mutant in enumerate(mutants)}
    near = {at: both for at, both in near.items() if both[0] >= NEAR}
    best = [mutants[at] for at, both in near.items() if both == max(near.values())]
    if len({mutant["diagnosis"] for mutant in best}) != 1:
        return {}
    ours, theirs = kinds(failed), kinds(best[0]["failures"])
    return {test: best[0]["diagnosis"] for test in failed if theirs.get(test) == ours[test]}


def nearness(failed, mutant, ran):
    """(by kinds, by kinds and operations), each 0 (nothing in common) to 1 (equal), over the tests
    that ran.
    """
    theirs = {test: key for test, key in mutant["failures"].items() if test in ran}
    pairs = (kinds(failed), kinds(theirs)), (failed, theirs)
    return tuple(shared(set(ours.items()), set(others.items())) for ours, others in pairs)


def shared(ours, theirs):
    """How much of two sets is in both."""
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0
