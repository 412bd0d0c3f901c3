"""Which wrong solution does a failed run resemble most? `grade/labN/signatures.json` has the table:

    {"mutants": [{"name": "page_free_twice", "exercise": "1.5", "diagnosis": "page_free accepts
    ...",
                  "failures": {"page_free_twice": "page_free: no panic", ...}}, ...]}

`failures` has, for each test that the mutant fails, the kind of the failure (Outcome.key). The file
is a record, like those of Linux's answers: `make mutants WRITE=1` writes it, and each later `make
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


def signature(outcomes):
    """{test: kind of failure} of a run. Programs count only where nothing else failed: they say
    little.
    """
    found = {outcome.check.name: outcome.key for outcome in outcomes if outcome.key}
    return {name: key for name, key in found.items() if not key.startswith("program:")} or found


def diagnoses(number, outcomes, mutants=None):
    """{test: diagnosis} for the failed tests of a run; only for those that resemble a mutant."""
    failed = signature(outcomes)
    mutants = table(number) if mutants is None else mutants
    ran = {outcome.check.name for outcome in outcomes}
    best = [(nearness(failed, mutant, ran), -at, mutant) for at, mutant in enumerate(mutants)]
    best = sorted((entry for entry in best if entry[0] >= NEAR), key=lambda entry: entry[:2], reverse=True)
    if best and (len(best) < 2 or best[0][0] > best[1][0] or best[0][2]["diagnosis"] == best[1][2]["diagnosis"]):
        mutant = best[0][2]
        return {test: mutant["diagnosis"] for test in failed if mutant["failures"].get(test) == failed[test]}
    return {}


def nearness(failed, mutant, ran):
    """0 (nothing in common) to 1 (equal), over the tests that ran."""
    theirs = {item for item in mutant["failures"].items() if item[0] in ran}
    ours = set(failed.items())
    return len(theirs & ours) / len(theirs | ours) if theirs | ours else 0
