"""Performs the checks of a lab in machines, and judges what the kernel reported.

A machine boots in a tenth of a second, so checks share one where they can: each of them begins with
memory of its own. A check that ends the machine has failed, or has met a function that is not
written; the checks after it get another machine. So does a check that fails after another one has
failed: it alone is to blame then.
"""
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

from quire import build, lab_audit, lab_bytes, lab_program, lab_signatures, trace
from quire.lab_check import Blocked, Wrong
from quire.trace import BEGUN, MISSING

PASSED, FAILED, UNWRITTEN, ERROR = "passed", "failed", "unwritten", "error"
LIST_MAX = 15 << 10  # bytes of a list; kern/trace/trace.c has room for a little more
SHOWN = 6  # operations before the one that failed


@dataclass
class Outcome:
    """What became of a check. `unwritten` is the exercise that stopped it."""

    check: object
    status: str
    wrong: Wrong = None
    history: list = field(default_factory=list)  # calls before the one that failed
    performed: list = field(default_factory=list)  # names of the operations; the last one failed
    begun: bool = False  # did the machine come to the last one?
    ended: str = ""  # how the machine ended: a kind of result.Result
    unwritten: str = ""
    log: str = ""
    seconds: float = 0.0
    debug: str = ""  # what the debug kernel says in its place

    @property
    def key(self):
        """The kind of failure, without addresses, and at which operation: for signatures of mutants."""
        kind = self.wrong.key if self.wrong else ""
        return lab_signatures.failure(kind, len(self.performed)) if kind else ""

    @property
    def panic(self):
        """The panic, of an operation or of the machine, that made the check fail; "" if there was
        none.
        """
        if self.wrong and self.wrong.got.startswith("a panic "):
            return self.wrong.got
        found = re.search(r"^panic: (.*)", self.log, re.M) if self.status == FAILED else None
        return f"a panic: {found[1]}" if found else ""


class Symbols:
    """Turns the kernel's addresses into places of the source."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.place = lru_cache(None)(self._place)

    def _place(self, address):
        command = ["addr2line", "-fse", self.kernel, f"{address & 0xFFFFFFFF:#x}"]
        try:
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        except (OSError, subprocess.CalledProcessError):
            return f"{address:#x}"
        name, line = (output + ["", ""])[:2]
        return f"{name} ({line.split(' ')[0]})" if not name.startswith("?") else f"{address:#x}"


class Runner:
    """Runs checks. `blockers`: the exercises without which a check cannot pass, by its name."""

    def __init__(self, seed, jobs, blockers=None, kernel=None):
        self.seed, self.jobs = seed, jobs
        self.blockers = blockers or {}
        self.kernel = kernel or build.path("quire.elf")
        self.symbols = Symbols(self.kernel)
        self.missing = set()  # exercises that have been found unwritten
        self.machines = 0
        self.locate = False  # find the first byte that differs, where a failure is about bytes

    def run(self, checks):
        """The Outcomes, in the order of the checks."""
        groups, shared = [[check] for check in checks if check.alone], {}
        for check in checks:
            if not check.alone:
                shared.setdefault((check.step, check.machine), []).append(check)
        for together in shared.values():
            for i in range(self.jobs):
                groups += self._cut(together[i::self.jobs])
        groups.sort(key=lambda group: -len(group))
        with ThreadPoolExecutor(self.jobs) as pool:
            found = {outcome.check.name: outcome for outcomes in pool.map(self._group, groups) for outcome in outcomes}
        return [found[check.name] for check in checks]

    def _cut(self, checks):
        """Groups whose lists have room in a machine."""
        groups, size = [], LIST_MAX
        for check in checks:
            length = len(trace.text(check.sections(self.seed)))
            if size + length > LIST_MAX:
                groups.append([])
                size = 0
            groups[-1].append(check)
            size += length
        return groups

    def _group(self, checks):
        outcomes, waiting = [], list(checks)
        while waiting:
            stopped = [check for check in waiting if self.missing & set(self.blockers.get(check.name, ()))]
            outcomes += [self._unwritten(check) for check in stopped]
            waiting = [check for check in waiting if check not in stopped]
            if not waiting:
                break
            done, waiting = self._machine(waiting)
            outcomes += done
        return outcomes

    def _unwritten(self, check):
        which = min(self.missing & set(self.blockers[check.name]))
        return Outcome(check, UNWRITTEN, unwritten=which)

    def _machine(self, checks):
        """Perform as many of the checks as one machine can. Returns their Outcomes, and the other
        checks.
        """
        started = time.monotonic()
        if checks[0].program:
            return [self._program(checks[0], started)], checks[1:]
        lists = [check.sections(self.seed) for check in checks]
        sections = lists[0] if len(lists) == 1 else [(checks[0].step, [op for made in lists for op in made[0][1]])]
        keep = len(checks) == 1 and checks[0].alone
        done = trace.run(sections, checks[0].machine, self.kernel, keep_memory=keep)
        self.machines += 1
        outcomes, at, failed, again = [], 0, False, []
        for check, made in zip(checks, lists):
            ops = [op for _, step in made for op in step]
            reports = done.reports[at : at + len(ops)]
            at += len(ops)
            if reports[0].state == MISSING and outcomes:
                again.append(check)
                continue
            outcome = self._judge(check, ops, reports, done)
            if outcome.status != PASSED and failed:
                again.append(check)  # perhaps the one that failed before is the reason
                continue
            failed |= outcome.status != PASSED
            outcomes.append(outcome)
        if done.memory is not None:
            done.memory.close()
        share = (time.monotonic() - started) / len(outcomes)
        for outcome in outcomes:
            outcome.seconds = share
        return outcomes, again

    def _program(self, check, started):
        """The Outcome of a check that is a program."""
        wrong, result, log = lab_program.run(check, self.kernel)
        self.machines += 1
        if result.kind == "unwritten":
            self.missing.add(result.exercise)
            return Outcome(check, UNWRITTEN, unwritten=result.exercise, log=log, seconds=time.monotonic() - started)
        return Outcome(check, FAILED if wrong else PASSED, wrong, log=log, seconds=time.monotonic() - started)

    def _judge(self, check, ops, reports, done):
        model = check.model(self.symbols)
        model.ended = ended_words(done.result)
        history, names = [], [op.name for op in ops]

        def failed(status, wrong, at=0, begun=False):
            return Outcome(check, status, wrong, history[-SHOWN:], names[:at], begun, done.result.kind, log=done.log)

        for at, (op, report) in enumerate(zip(ops, reports), 1):
            try:
                if report.state in (BEGUN, MISSING) and done.result.kind == "unwritten":
                    self.missing.add(done.result.exercise)
                    return Outcome(check, UNWRITTEN, unwritten=done.result.exercise, log=done.log)
                model.judge(op, report)
            except Wrong as wrong:
                if self.locate and wrong.where:
                    found = lab_bytes.first_difference(cut(check.sections(self.seed), at), wrong.where, check.machine, self.kernel)
                    wrong.got += f": {found}" if found else ""
                return failed(FAILED, wrong, at, report.state != MISSING)
            except (Blocked, ValueError, IndexError, KeyError, TypeError) as error:
                wrong = Wrong(model.call, "a report that the grader can read", f"{report} ({error!r})", "report")
                return failed(ERROR, wrong, at, report.state != MISSING)
            results = model.results(op, report)
            history.append(model.briefly(op) + (f"  -> {results}" if results else ""))
        if done.result.kind not in ("tests",) and check.alone:
            return failed(FAILED, Wrong("the end of the machine", "that it ends in order", model.ended, "end"))
        if done.memory is not None:
            findings = lab_audit.findings(done.memory, self.kernel, check.sections(self.seed)[-1][0], model)
            if findings:
                wrong = Wrong("the machine's memory afterwards", "a clean audit", "; ".join(findings[:4]),
                              f"audit: {findings[0].partition(':')[0]}")
                return failed(FAILED, wrong)
        return Outcome(check, PASSED)


def cut(sections, count):
    """The first `count` operations of sections [(step, operations)]."""
    found = []
    for step, ops in sections:
        if count > 0:
            found.append((step, ops[:count]))
        count -= len(ops)
    return found


def ended_words(result):
    """How the machine ended, for an operation that did not come to its end."""
    if result.kind == "timeout":
        return f"it does not end: an endless loop, or a lock that nobody releases ({result.message})"
    words = {
        "reset": "the processor reset itself: a triple fault, which is an exception that could not be handled",
        "deadlock": "the processor halted with interrupts off",
    }
    return words.get(result.kind, result.message or result.kind)


def jobs_wanted(value):
    """How many machines run at a time."""
    return int(value) if value else max(1, len(os.sched_getaffinity(0)))
