"""A lab's test that runs a program of user/tests, and compares what it did with its record
(user_tests.py).
"""
from quire import guest, user_tests
from quire.lab_check import Wrong


def run(check, kernel):
    """Run the check's program in a fresh machine. Returns what is wrong, or None; the result; the
    kernel's log.
    """
    program = user_tests.program(check.program)
    outcome = guest.run(f"/tests/{check.program}", *program.args, stdin=program.input, limit=program.limit, kernel=kernel,
                        mem=program.mem, options=program.append)
    result, what = outcome.result, f"the program {program.shown_source}"
    if result.kind not in ("exit", "signal"):
        return Wrong(what, "that it runs to its end", result.message or result.kind, f"program: {result.kind}"), result, outcome.log
    difference = user_tests.difference(program.record.read_bytes(), user_tests.text(outcome.stdout, result.ending()), program.record.name)
    if difference:
        return Wrong(what, f"what {program.record.name} says", difference, f"program: {result.ending()}"), result, outcome.log
    if check.log not in outcome.log:
        return Wrong(f"the kernel's log of {what}", f"the text `{check.log}`", "no such text", "program: log"), result, outcome.log
    return None, result, outcome.log
