"""What people and programs are told of a lab's results: text, JSON, JUnit XML. All from one record.

    {"lab", "title", "points", "max", "seed", "machines", "seconds", "missing", "exercises": [
        {"id", "title", "points", "max", "tests": [
            {"name", "sentence", "status", "waits_for", "first", "message", "expected", "got",
            "debug", "diagnosis",
             "look_at", "before", "again", "debugger", "rewind", "explain"}]}]}

A test that covers several exercises is listed in each. Points of an exercise: its share of passed
tests. `waits_for` is the exercise that is not written yet; `first` has the exercises that the test
needs and whose own tests fail: they come first, because this failure may be only a consequence.
"""
import json
import os
import re
import textwrap
import xml.etree.ElementTree as xml
from pathlib import Path

from quire import build, lab_signatures, source
from quire.explain import BROKEN
from quire.lab_run import FAILED, PASSED, UNWRITTEN

COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}
WIDTH = 100
# The functions that operations with other names perform.
OPERATIONS = {"take": "page_alloc", "give": "page_free", "world": "page_init", "page_unpin": "page_unreferenced",
              "linear": "map_linear", "small_pages": "split_linear", "probes": "map_linear",
              "split": "areas_split_at", "cut": "area_cut_off", "merge": "areas_merge_at", "room": "find_room", "map": "choose_address",
              "check_map": "choose_address", "unmap": "unmap_prepare", "fault": "handle_fault", "user_trap": "user_fault",
              "kernel_trap": "kernel_fault", "fixup": "trap_fixup", "assert_ends": "user_mem_assert", "locked_out": "user_mem_check"}
LOOKED_AT = 4  # functions that a failure names


def record(lab, outcomes, seed, places, machines=0, seconds=0.0):
    """The record of a run. `outcomes`: of all tests that ran; `places`: {function: file}."""
    tests = {test.name: test for test in lab.tests}
    diagnoses = lab_signatures.diagnoses(lab.number, outcomes)
    entries = {outcome.check.name: _entry(lab, tests[outcome.check.name], outcome, seed, places, diagnoses)
               for outcome in outcomes}
    passed = [tests[outcome.check.name] for outcome in outcomes if outcome.status == PASSED]
    for name, needed in causes([tests[outcome.check.name] for outcome in outcomes if outcome.wrong], passed).items():
        entries[name]["first"] = needed
    exercises = []
    for exercise in lab.exercises:
        mine = [entries[name] for name, test in tests.items() if exercise.id in test.covers and name in entries]
        passed = sum(entry["status"] == PASSED for entry in mine)
        points = exercise.points * passed // len(mine) if mine else 0
        exercises.append({"id": exercise.id, "title": exercise.title, "points": points,
                          "max": exercise.points if mine else 0, "tests": mine})
    return {"lab": lab.number, "title": lab.title, "points": sum(each["points"] for each in exercises),
            "max": sum(each["max"] for each in exercises), "seed": seed, "machines": machines,
            "seconds": round(seconds, 2), "missing": missing_functions(outcomes), "exercises": exercises}


def missing_functions(outcomes):
    """{exercise: the functions that stopped a machine because they are not written yet}"""
    found = {}
    for outcome in outcomes:
        for name, which in re.findall(r"(\w+): exercise (\d+\.\d+) is not written yet", outcome.log):
            if name not in found.setdefault(which, []):
                found[which].append(name)
    return found


def causes(failed, passed=()):
    """{name of a failed test: the exercises that it needs, and that fail by themselves}. `failed`:
    lab_toml.Tests.

    An exercise fails by itself if a test of it fails all of whose needs are without failures. If
    two exercises need each other, the one is cleared that has tests that do not need the other, and
    passes them. `passed`: the tests that passed.
    """
    broken = {which for test in failed for which in test.covers}
    roots = set()
    for test in failed:
        for which in test.covers:
            if not any(need in broken and not _cleared(need, which, failed, passed) for need in test.needs) \
                    and not any(_cleared(which, need, failed, passed) for need in test.needs if need in broken):
                roots.add(which)
    return {test.name: [which for which in test.needs if which in roots] for test in failed}


def _cleared(which, other, failed, passed):
    """Has the exercise tests that do not need the exercise `other`, and pass them all?"""
    def alone(test):
        return which in test.covers and other not in (*test.needs, *test.covers)

    return any(map(alone, passed)) and not any(map(alone, failed))


def _entry(lab, test, outcome, seed, places, diagnoses):
    words = f"LAB={lab.number} T={test.name} SEED={seed}"
    entry = {"name": test.name, "sentence": outcome.check.sentence, "status": outcome.status, "waits_for": outcome.unwritten,
             "first": [], "message": "", "expected": "", "got": "", "debug": "", "diagnosis": "", "look_at": "", "before": [],
             "again": f"make grade {words}"}
    at = f" AT={len(outcome.performed) - 1}" if outcome.begun else ""
    entry["debugger"], entry["rewind"], entry["explain"] = f"make gdb {words}{at}", f"make rewind {words}{at}", ""
    if outcome.ended in BROKEN:
        entry["explain"] = f"make explain {words}"
    if outcome.status == UNWRITTEN:
        title = _title(outcome.unwritten)
        verb = "is" if outcome.unwritten in test.covers else "needs"
        entry["message"] = f"{verb} exercise {outcome.unwritten} ({title}), which is not written yet"
        if verb == "is":
            entry["message"] = f"exercise {outcome.unwritten} ({title}) is not written yet"
    elif outcome.status != PASSED:
        entry["message"], entry["expected"] = outcome.wrong.what, outcome.wrong.expected
        entry["got"], entry["before"], entry["debug"] = outcome.wrong.got, outcome.history, outcome.debug
        entry["diagnosis"] = diagnoses.get(test.name, "")
        entry["look_at"] = look_at(lab, test, outcome, places)
    return entry


def _title(which):
    from quire import lab_toml

    try:
        return lab_toml.read(int(which.split(".")[0])).exercise(which).title
    except (lab_toml.LabError, StopIteration, ValueError):
        return "an earlier lab's"


def look_at(lab, test, outcome, places):
    """The functions that the failure is about, with their lines.

    The exercise's own come first: the last one that an operation called, those that it calls in
    turn, and the others. A function of another exercise, through which the operation reached them,
    comes last.
    """
    own = [name for which in test.covers for name in lab.exercise(which).functions]
    last = next((name for name in map(lambda name: function_of(name, places), reversed(outcome.performed)) if name), None)
    reached = reached_from(last, places) if last else []
    names = sorted(reached, key=lambda name: name not in own)
    if last not in own or last != function_of(outcome.performed[-1], places):
        names = [name for name in names if name in own] + own + names
    found = []
    for name in list(dict.fromkeys(names or own))[:LOOKED_AT]:
        try:
            path = build.source(places[name])
            line = source.function(path, name).first + 1
            found.append(f"{name}, {places[name]}:{line}")
        except (OSError, source.SourceError, KeyError):
            found.append(name)
    return "; ".join(found)


def reached_from(name, places):
    """The function `name`, and the lab's functions that it calls, directly or through each other."""
    found = [name]
    for caller in found:
        found += [callee for callee in callees(caller, places) if callee not in found]
    return found


def callees(name, places):
    """The lab's functions that the function `name` calls."""
    try:
        path = Path(build.source(places[name]))
        function = source.function(path, name)
        body = "\n".join(path.read_text(encoding="utf-8").splitlines()[function.first : function.end])
    except (OSError, source.SourceError):
        return []
    return [callee for callee in dict.fromkeys(re.findall(r"\b(\w+)\(", body)) if callee in places and callee != name]


def function_of(operation, places):
    """The lab's function that an operation calls, such as pte_store for pte_store_page; or None."""
    operation = OPERATIONS.get(operation, operation)
    found = [name for name in places if operation == name or operation.startswith(name + "_")]
    return max(found, key=len, default=None)


def text(result, colour):
    """The record for people."""

    def paint(name, words):
        return f"\x1b[{COLOURS[name]}m{words}\x1b[0m" if colour else words

    lines = [paint("bold", f"Lab {result['lab']}: {result['title']}"), ""]
    for exercise in result["exercises"]:
        if not exercise["tests"]:
            continue
        full = exercise["points"] == exercise["max"]
        score = f"{exercise['points']:3} / {exercise['max']}"
        lines.append(f"  {exercise['id']}  {exercise['title']:42} {paint('green' if full else 'red', score)}"
                     f"   {_counts(exercise['tests'])}")
    lines.append(f"  {'':4} {'all exercises':42} {result['points']:3} / {result['max']}")
    failed = {}  # each test once, by its name
    for exercise in result["exercises"]:
        for test in exercise["tests"]:
            if test["status"] != PASSED:
                failed.setdefault(test["name"], (exercise, test))
    waiting = [test for _, test in failed.values() if test["status"] == UNWRITTEN]
    if waiting:
        lines += ["", *_waiting(waiting, result["missing"], paint)]
    # Causes before their consequences.
    for exercise, test in sorted(failed.values(), key=lambda each: bool(each[1]["first"])):
        if test["status"] != UNWRITTEN:
            lines += ["", *_failure(exercise, test, paint)]
    return "\n".join(lines) + "\n"


def _waiting(tests, missing, paint):
    """A line for each exercise that is not written yet: how many tests wait for it."""
    lines = []
    for which in dict.fromkeys(test["waits_for"] for test in tests):
        mine = [test for test in tests if test["waits_for"] == which]
        words = f"{len(mine)} tests wait" if len(mine) > 1 else f"test {mine[0]['name']} waits"
        names = f" ({', '.join(missing[which])})" if which in missing else ""
        lines.append(paint("yellow", f"exercise {which} ({_title(which)}) is not written yet{names}: {words} for it"))
    return lines


def _counts(tests):
    words = [f"{len(tests)} test" + ("s" if len(tests) > 1 else "")]
    for status, name in ((UNWRITTEN, "not written yet"), (FAILED, "failed"), ("error", "could not be judged")):
        count = sum(test["status"] == status for test in tests)
        if count:
            words.append(f"{count} {name}")
    return ", ".join(words)


def _failure(exercise, test, paint):
    lines = [f"{paint('red', test['name'])} (exercise {exercise['id']}): {test['sentence']}"]
    rows = [("done", test["message"]), ("expected", test["expected"]), ("got", test["got"])]
    if test["debug"]:
        rows.append(("debug", f"with the debug kernel: {test['debug']}"))
    if test["diagnosis"]:
        rows.append(("most like", test["diagnosis"]))
    if test["first"]:  # the numbers say little until the cause is mended; the JSON has them
        rows = [("first", first_words(test["first"])), ("again", test["again"])]
        return lines + [f"    {name:9} {words}" for name, words in rows]
    rows += [("look at", test["look_at"]), ("again", test["again"]), ("debugger", test["debugger"]),
             ("backwards", test["rewind"])]
    if test["explain"]:
        rows.insert(-2, ("explain", test["explain"]))
    if test["before"]:
        rows.insert(3, ("before", test["before"][0]))
        rows[4:4] = [("", call) for call in test["before"][1:]]
    for name, words in rows:
        wrapped = []
        for line in words.split("\n"):  # lines of a program's output stay lines
            wrapped += textwrap.wrap(line, WIDTH - 14, break_long_words=False, break_on_hyphens=False,
                                     subsequent_indent=" " * (len(line) - len(line.lstrip()))) or [""]
        lines.append(f"    {name:9} {wrapped[0]}")
        lines += [f"    {'':9} {line}" for line in wrapped[1:]]
    return lines


def first_words(needed):
    """What to mend before a failure that may be a consequence."""
    if len(needed) == 1:
        return f"exercise {needed[0]} has failed tests, and this test needs it: mend it first"
    return f"exercises {', '.join(needed[:-1])} and {needed[-1]} have failed tests, and this test needs them: mend them first"


def write(result, path):
    """The record as JSON at `path`, and as JUnit XML beside it."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    base = path[: -len(".json")] if path.endswith(".json") else path
    xml.ElementTree(junit(result)).write(base + ".xml", encoding="utf-8", xml_declaration=True)


def junit(result):
    """The record as an element of JUnit's XML."""
    tests = [(exercise, test) for exercise in result["exercises"] for test in exercise["tests"]]
    failed = sum(test["status"] != PASSED for _, test in tests)
    suite = xml.Element("testsuite", name=f"lab{result['lab']}", tests=str(len(tests)), failures=str(failed),
                        time=str(result["seconds"]))
    for exercise, test in tests:
        case = xml.SubElement(suite, "testcase", classname=f"lab{result['lab']}.{exercise['id']}", name=test["name"])
        if test["status"] != PASSED:
            message = f"{test['message']}: expected {test['expected']}; got {test['got']}" \
                if test["expected"] else test["message"]
            xml.SubElement(case, "failure", message=message, type=test["status"]).text = "\n".join(
                [test["sentence"], test["diagnosis"], test["look_at"], test["again"]])
    return suite
