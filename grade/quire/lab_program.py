"""A lab's test that runs a program of user/tests, and compares what it did with its record
(user_tests.py).
"""
import re

from quire import guest, user_tests
from quire.lab_check import Wrong

PLACE = re.compile(r"^  \[[0-9a-f]{8}\] (\w+)\+\S+(?: (\S+:\d+))?$", re.M)  # kern/debug/backtrace.c


def ending(result, log):
    """How a machine ended that should not have; of a panic its text, and the first place of its backtrace."""
    found = re.search(r"^panic: (.*)\n((?:.*\n)*)", log + "\n", re.M)
    if result.kind != "panic" or not found:
        return result.message or result.kind
    place = PLACE.search(found[2])
    return f"a panic: {found[1]}" + (f", in {place[1]}" if place else "") + (f" ({place[2]})" if place and place[2] else "")


def run(check, kernel):
    """Run the check's program in a fresh machine. Returns what is wrong, or None; the result; the
    kernel's log.
    """
    program = user_tests.program(check.program)
    outcome = guest.run(f"/tests/{check.program}", *program.args, stdin=program.input, limit=program.limit, kernel=kernel,
                        mem=program.mem, options=program.append)
    result, what = outcome.result, f"the program {program.shown_source}"
    if result.kind not in ("exit", "signal"):
        return Wrong(what, "that it runs to its end", ending(result, outcome.log), f"program: {result.kind}"), result, outcome.log
    difference = user_tests.difference(program.record.read_bytes(), user_tests.text(outcome.stdout, result.ending()), program.record.name)
    if difference:
        return Wrong(what, f"what {program.record.name} says", difference, f"program: {result.ending()}"), result, outcome.log
    if check.log not in outcome.log:
        return Wrong(f"the kernel's log of {what}", f"the text `{check.log}`", "no such text", "program: log"), result, outcome.log
    return None, result, outcome.log
