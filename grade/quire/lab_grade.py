"""`make grade LAB=N`: performs a lab's tests, and says what they found.

A lab's tests are its checks: grade/labN/checks.py and checks_*.py, and hidden_checks.py where that
is, also in a folder that staff give. lab.toml and hidden.toml say which exercises each covers and
needs. Exit status: 0 if all passed, 1 if not, 2 if the lab cannot be graded.
"""
import argparse
import importlib
import importlib.util
import os
import sys
import time
from pathlib import Path

from quire import build, lab_report, lab_toml, trace
from quire.lab_run import FAILED, PASSED, Runner, jobs_wanted
from quire.machine import Machine, Setup

HIDDEN = "hidden_checks.py"
DEBUGGED = 8  # failed checks that the debug kernel performs too


def main(arguments=None):
    options = _parser().parse_args(arguments)
    try:
        lab = lab_toml.read(options.lab, hidden=options.hidden)
        checks = selected(lab, options.test, options.hidden)
        places = lab_toml.places(lab)
    except (lab_toml.LabError, ImportError, OSError) as error:
        print(f"make grade LAB={options.lab}: {error}", file=sys.stderr)
        return 2
    if not checks:
        print(f"lab {lab.number} has no test with {options.test!r} in its name", file=sys.stderr)
        return 2
    if options.wait and checks[0].program:
        print(f"{checks[0].name} is a program: start `make qemu-gdb TESTS=1`, then /tests/{checks[0].program} in its shell", file=sys.stderr)
        return 2
    if options.wait:
        return debug(checks[0], options.seed, options.kernel)
    result = run(lab, checks, options.seed, jobs_wanted(options.jobs), places, options.kernel)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(lab_report.text(result, colour), end="")
    lab_report.write(result, options.json or build.path("grade", f"lab{lab.number}.json"))
    return 0 if all(test["status"] == PASSED for each in result["exercises"] for test in each["tests"]) else 1


def _parser():
    parser = argparse.ArgumentParser(prog="grade/lab", description="Perform the tests of a lab.")
    parser.add_argument("lab", type=int)
    parser.add_argument("--test", default="", help="only tests with this in their names")
    parser.add_argument("--seed", type=int, default=1, help="of what tests draw at random")
    parser.add_argument("--jobs", default="", help="machines at a time")
    parser.add_argument("--json", help="where the results go; beside it JUnit's XML (obj/grade/labN.json)")
    parser.add_argument("--kernel", help="another kernel than obj/quire.elf")
    parser.add_argument("--hidden", metavar="DIR", help="a folder with hidden_checks.py and hidden.toml: more tests")
    parser.add_argument("--wait", action="store_true", help="wait for `make gdb` before the first instruction")
    return parser


def checks_of(number, hidden=None):
    """All checks of a lab, in their order; `hidden`: a folder with more."""
    folder = Path(build.source("grade", f"lab{number}"))
    names = ["checks.py", *sorted(path.name for path in folder.glob("checks_*.py")), HIDDEN]
    modules = [importlib.import_module(f"lab{number}.{name[:-3]}") for name in names if (folder / name).exists()]
    if hidden:
        modules.append(_module_at(Path(hidden, HIDDEN)))
    return [check for module in modules for check in module.CHECKS.all]


def _module_at(path):
    """The Python module in this file, wherever it is."""
    spec = importlib.util.spec_from_file_location("given_hidden_checks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def selected(lab, part, hidden=None):
    """The checks with `part` in their names; each must be in lab.toml, and each test of it must be
    a check.
    """
    checks = {check.name: check for check in checks_of(lab.number, hidden)}
    known = {test.name for test in lab.tests}
    for name in sorted(known ^ set(checks)):
        where = "lab.toml does not have it" if name in checks else "there is no such check"
        raise lab_toml.LabError(f"{lab.path}:1: test {name}: {where}")
    exact = [check for check in checks.values() if check.name == part]
    return exact or [check for check in checks.values() if part in check.name]


def run(lab, checks, seed, jobs, places, kernel=None):
    """Perform the checks. Returns the record (lab_report.py)."""
    blockers = {test.name: [*test.covers, *test.needs] for test in lab.tests}
    started = time.monotonic()
    runner = Runner(seed, jobs, blockers, kernel)
    runner.locate = True
    outcomes = runner.run(checks)
    add_debug_messages(outcomes, seed, jobs, blockers, kernel)
    return lab_report.record(lab, outcomes, seed, places, runner.machines, time.monotonic() - started)


def add_debug_messages(outcomes, seed, jobs, blockers, kernel=None):
    """Run the first failed checks on the debug kernel too, where that is built: its message is
    often the cause.
    """
    debug_kernel = build.debug_kernel()
    failed = [outcome for outcome in outcomes if outcome.status == FAILED][:DEBUGGED]
    if kernel or not debug_kernel or not failed:
        return
    runner = Runner(seed, jobs, blockers, debug_kernel)
    for outcome, other in zip(failed, runner.run([outcome.check for outcome in failed])):
        message = other.panic
        if message and message != outcome.panic:
            outcome.debug = message


def debug(check, seed, kernel=None):
    """The check's machine, which waits for the debugger."""
    path = build.path("gdb.sock")
    if os.path.exists(path):
        os.unlink(path)
    setup = Setup(kernel=kernel or build.path("quire.elf"), modules=[trace.text(check.sections(seed))], icount=True,
                  mem=check.machine.mem, options=trace.options(check.machine),
                  extra=["-S", "-chardev", f"socket,id=gdb,path={path},server=on,wait=off", "-gdb", "chardev:gdb"])
    print(f"{check.name}: the machine waits for `make gdb` in another terminal. Its operations:")
    print(trace.text(check.sections(seed)).decode(), end="")
    with Machine(setup) as machine:
        machine.qmp.negotiate()
        machine.started()
        machine.wait()
    return 0
