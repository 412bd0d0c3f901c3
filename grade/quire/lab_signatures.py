"""Which wrong solution does a failed run resemble most? `grade/labN/signatures.json` has the table:

    {"mutants": [{"name": "page_free_twice", "exercise": "1.5", "diagnosis": "page_free accepts
    ...",
                  "failures": {"page_free_twice": "page_free: no panic", ...}}, ...]}

`failures` has, for each test that the mutant fails, the kind of the failure (Outcome.key). `make
student` makes the table from what `make mutants` found, which is in obj/mutants/labN.json; a tree
without it gives no diagnosis. So does a run that resembles nothing: a wrong diagnosis costs a
student more time than none.
"""
import json

from quire import build

NEAR = 0.6  # how much of two sets of failures must be in both


def table(number):
    """The lab's mutants, or an empty list: in a student's tree the table, else what `make mutants`
    found.
    """
    for path, mutants in ((build.source("grade", f"lab{number}", "signatures.json"), lambda found: found["mutants"]),
                          (build.path("mutants", f"lab{number}.json"), list)):
        try:
            with open(path, encoding="utf-8") as file:
                return [mutant for mutant in mutants(json.load(file)) if mutant["failures"]]
        except (OSError, ValueError, KeyError, TypeError):
            pass
    return []


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
