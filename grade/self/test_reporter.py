"""The report of `make grade`: each reason once, the rest counted."""
import io
from types import SimpleNamespace

import pytest

from quire import reporter

PANIC = "kern/a.c: x was running\nthe kernel panicked\n    panic: page_free: page {} is free already\nagain: make"
TIME_OUT = ("it did not end within 1000 million instructions: at spin+0x{}\nthe kernel's last messages:\n"
            "    panic: non-maskable interrupt: at spin+0x{}")


class Run:
    """A Reporter, without pytest."""

    def __init__(self, monkeypatch, tmp_path, tests):
        monkeypatch.setenv("QUIRE_OBJ", str(tmp_path))
        self.out, self.stops = io.StringIO(), []
        option = SimpleNamespace(numprocesses=2, keyword="")
        self.reporter = reporter.Reporter(
            SimpleNamespace(option=option), self.stops.append, self.out
        )
        self.reporter.begin([f"test_a.py::{name}" for name in tests])

    def report(self, name, text=None):
        """A test has ended, with this complaint."""
        for when in ("setup", "call", "teardown"):
            failed = bool(text) and when == "call"
            self.reporter.pytest_runtest_logreport(SimpleNamespace(
                nodeid=f"test_a.py::{name}", when=when, duration=1.5, failed=failed, skipped=False,
                longreprtext=text, user_properties=[]))

    def end(self):
        """All that was printed."""
        self.reporter.pytest_sessionfinish()
        return self.out.getvalue()


@pytest.fixture(name="run")
def fixture_run(monkeypatch, tmp_path):
    return lambda tests: Run(monkeypatch, tmp_path, tests)


def test_one_panic_is_one_report(run):
    names = [f"test_{n}" for n in range(14)]
    run = run(names)
    for n, name in enumerate(names):
        run.report(name, PANIC.format(n))
    text = run.end()
    assert text.count("page 0 is free already") == 1 and "page 1" not in text
    assert "panic: page_free: page N is free already: test_0, and 13 more tests, for the same reason\n" in text
    assert text.endswith("14 failed, of 14 tests, in 5 seconds\n")


def test_different_complaints_are_all_printed(run):
    run = run(["a", "b", "c"])
    run.report("a", "line 1 is not that of a")
    run.report("b", "line 2 is not that of b")
    run.report("c")
    text = run.end()
    assert "a failed:\n    line 1" in text and "b failed:\n    line 2" in text
    assert "1 passed, 2 failed, of 3 tests" in text


def test_three_time_outs_end_the_run(run):
    run = run("abcd")
    for name in "abc":
        assert not run.stops
        run.report(name, TIME_OUT.format(name, name))
    assert run.stops
    assert "so the others were not run" in run.end()


def test_progress(run, monkeypatch):
    names = [f"t{n}" for n in range(100)]
    first = run(names)
    for name in names:
        first.report(name)
    assert "50 of 100 tests; about" in first.end()
    again = run(names)
    assert again.reporter.times.left(again.reporter.waiting, 2) == pytest.approx(100 * 4.5 / 2)
    assert reporter.duration(225) == "4 minutes"


def test_long_failures_are_cut(run):
    run = run(["a"])
    run.report("a", "word\n" * 1000)
    assert len(run.end().splitlines()) < reporter.LINES + 5
