"""What `make grade` prints, in the place of pytest's own report: failures at once, each reason
once.

A failure is printed when it is known. Later failures for a reason that was printed before are
counted. pytest's report remains with -v, --collect-only and --pdb.
"""
import json
import os
import re
import sys
import time
from collections import Counter

from quire import build, stretch

# The first of these that a failure's text has is its reason.
REASONS = [
    re.compile(r"(it did not end) within"),  # before the panic by which the kernel then shows where it spins
    re.compile(r"^\s*(panic: .*)$", re.M),
    re.compile(r"(the machine reset itself)"),
    re.compile(r"(the processor halted with interrupts off)"),
    re.compile(r"the audit of the machine's memory found:\n\s*([\w-]+): "),
]
WORKER = re.compile(r"\[gw\d+\] ")  # a line that says in which worker a test ran
TIMED_OUT = "it did not end"
SAME_TIME_OUTS = 3
SHOWN = 20  # failures that are printed whole
LINES = 40  # of one failure
EVERY = 0.5  # seconds between two lines of progress at a terminal; elsewhere after each tenth


def reason_of(text):
    """The reason for a failure, of which no second one is printed; None if the text names none."""
    for pattern in REASONS:
        found = pattern.search(text)
        if found:
            return re.sub(r"0x[0-9a-f]+|\d+", "N", found[1])
    return None


def duration(seconds):
    """As in "4 minutes"."""
    if seconds < 90:
        return f"{max(5, round(seconds / 5) * 5)} seconds"
    return f"{round(seconds / 60)} minutes"


class Times:
    """How long each test took the last time, kept in a file of the build."""

    def __init__(self):
        self._path = build.path("grade-times.json")
        self.known = {}
        try:
            with open(self._path, encoding="utf-8") as file:
                self.known = json.load(file)
        except (OSError, ValueError):
            pass

    def left(self, ids, workers):
        """Seconds until these tests have run, about."""
        known = [self.known[test] for test in ids if test in self.known]
        usual = sum(self.known.values()) / len(self.known) if self.known else 0.5
        return (sum(known) + usual * (len(ids) - len(known))) / workers

    def save(self, took):
        """Add what tests took this time."""
        try:
            with open(f"{self._path}.new", "w", encoding="utf-8") as file:
                json.dump({**self.known, **took}, file)
            os.replace(f"{self._path}.new", self._path)
        except OSError:
            pass


class Reporter:
    """A plugin of pytest; in the process that prints."""

    def __init__(self, config, stop, out=None):
        self.config = config
        self.stop = stop  # ends the run, given a reason
        self.out = out or sys.stdout
        self.terminal = self.out.isatty()
        self.times = Times()
        self.workers = getattr(config.option, "numprocesses", None) or 1
        self.waiting = set()
        self.total = 0
        self.counts = dict.fromkeys(("passed", "failed", "skipped", "xfailed"), 0)
        self.took = {}
        self.skips = Counter()  # reason: tests that were skipped for it
        self.names = {}  # {reason: the tests that failed for it}
        self.alone = []  # tests that failed for a reason without a name
        self.longest = None
        self.close = []  # programs that need nearly all the instructions that they may execute
        self.started = time.monotonic()
        self.next = 0
        self.stopped = None
        self.session = None

    # What pytest calls.

    def pytest_sessionstart(self, session):
        """Tests will be looked for."""
        self.session = session

    def pytest_xdist_node_collection_finished(self, ids):
        """A worker has found its tests; all find the same."""
        self.begin(ids)

    def pytest_collection_finish(self, session):
        """The tests have been found, in this process."""
        self.begin([item.nodeid for item in session.items])

    def pytest_collectreport(self, report):
        """A file of tests cannot be read."""
        if report.failed:
            self.failure(report.nodeid, str(report.longrepr))

    def pytest_internalerror(self, excrepr):
        """Something of pytest or of the grader itself is wrong."""
        self.line(f"the grader itself failed:\n{excrepr}")

    def pytest_runtest_logreport(self, report):
        """A part of a test has come to its end: set up, call, tear down."""
        self.took[report.nodeid] = self.took.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failure(report.nodeid, report.longreprtext)
        elif report.skipped:
            self.counts["xfailed" if hasattr(report, "wasxfail") else "skipped"] += 1
            if isinstance(report.longrepr, tuple):
                self.skips[report.longrepr[-1].removeprefix("Skipped: ")] += 1
        elif report.when == "call":
            self.counts["passed"] += 1
            found = [tuple(value) for name, value in report.user_properties if name == "stretch"]
            self.longest = max([*found, *([self.longest] if self.longest else [])], default=None)
            self.close += [value for name, value in report.user_properties if name == "close to its limit"]
        if report.when == "teardown":
            self.waiting.discard(report.nodeid)
            self.progress()

    def pytest_sessionfinish(self):
        """All is done, or was stopped."""
        self.clear()
        self.times.save({test: round(took, 2) for test, took in self.took.items()})
        if self.longest:
            count, call, program = self.longest
            self.line(f"{stretch.words((count, call))} ({program})")
        if self.close:
            self.line(f"close to the limit of instructions (`// limit:`): {', '.join(self.close)}")
        for reason, tests in self.names.items():
            if len(tests) > 1:
                self.line(f"{reason}: {_short(tests[0])}, and {len(tests) - 1} more tests, for the same reason")
        if self.stopped:
            self.line(self.stopped)
        if not self.total:
            keyword = self.config.option.keyword
            self.line(f"no test has {keyword!r} in its name" if keyword else "there are no tests")
            return
        for reason, count in self.skips.items():
            self.line(f"{count} skipped: {reason}")
        counts = ", ".join(f"{count} {word}" for word, count in self.counts.items() if count)
        took = duration(time.monotonic() - self.started)
        self.line(f"{counts or 'nothing was run'}, of {self.total} tests, in {took}")

    # What it prints.

    def begin(self, ids):
        """These are the tests."""
        if not self.total:
            self.total = len(ids)
            self.waiting = set(ids)
            self.progress()

    def failure(self, test, text):
        """A test failed: print why, or count it."""
        self.counts["failed"] += 1
        reason = reason_of(text)
        known = self.names.setdefault(reason, []) if reason else self.alone
        known.append(test)
        if reason is None or len(known) == 1:
            self.show(test, text)
        if reason == TIMED_OUT and len(known) == SAME_TIME_OUTS:
            self.stopped = f"{SAME_TIME_OUTS} tests did not end within their limits, so the others were not run."
            self.stop(self.stopped)

    def show(self, test, text):
        """Print a failure; after many, only the test's name."""
        self.clear()
        shown = len(self.names) + len(self.alone)
        if shown > SHOWN:
            self.line(f"{_short(test)} failed")
            return
        lines = [line for line in text.splitlines() if not WORKER.match(line)]
        cut = [f"    [{len(lines) - LINES} more lines]"] if len(lines) > LINES else []
        self.line("\n".join([f"{_short(test)} failed:", *("    " + line for line in lines[:LINES]), *cut]))

    def progress(self):
        """How many tests are done, and how long the others will take."""
        if not self.waiting:
            return
        done, now = self.total - len(self.waiting), time.monotonic()
        due = now >= self.next if self.terminal else 10 * done // self.total > self.next
        if not due:
            return
        self.next = now + EVERY if self.terminal else 10 * done // self.total
        left = duration(self.times.left(self.waiting, self.workers))
        failed = f", {self.counts['failed']} failed" if self.counts["failed"] else ""
        text = f"{done} of {self.total} tests{failed}; about {left} left"
        if self.terminal:
            self.out.write(f"\r\033[K{text}")
            self.out.flush()
        elif self.total >= 100:
            self.line(text)

    def clear(self):
        """Remove the line of progress."""
        if self.terminal:
            self.out.write("\r\033[K")

    def line(self, text):
        """Print a line or more."""
        self.out.write(text + "\n")
        self.out.flush()


def _short(test):
    """A test's name without the folder that all have in common."""
    return test.rpartition("::")[2].partition("@")[0] or test
