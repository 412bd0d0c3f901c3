"""What every test needs: a built tree, and failures that say what to do."""
import os

import pytest

from quire import build, stretch


def pytest_configure(config):
    if not config.option.collectonly and not os.path.exists(build.path("quire.elf")):
        raise pytest.UsageError(f"{build.path('quire.elf')} is not there; `make` builds it")


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and config.option.keyword:
        terminalreporter.write_line(f"no test has {config.option.keyword!r} in its name")
    passed = terminalreporter.getreports("passed")
    records = [value for report in passed for name, value in report.user_properties if name == "stretch"]
    if records:
        instructions, call, program = max(map(tuple, records))
        terminalreporter.write_line(f"{stretch.words((instructions, call))} ({program})")


@pytest.fixture
def complain():
    """Fails the test with a text for people, without a trace of the grader's own code."""

    def fail(text):
        pytest.fail(text, pytrace=False)

    return fail
