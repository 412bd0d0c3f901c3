"""What every test needs: a built tree, an order, and failures that say what to do."""
import os

import pytest

from quire import build, reporter

# Files of tests that come first: a mistake in the kernel shows there by the name of a function or a call.
FIRST = ["test_kernel.py", "test_programs.py"]


def pytest_configure(config):
    if not config.option.collectonly and not os.path.exists(build.path("quire.elf")):
        raise pytest.UsageError(f"{build.path('quire.elf')} is not there; `make` builds it")
    if not hasattr(config, "workerinput"):
        check_expression(config.option.keyword)


def check_expression(text):
    """Refuse a T= that pytest does not understand; else each worker would, in many lines."""
    try:
        from _pytest.mark.expression import Expression
    except ImportError:
        return
    try:
        Expression.compile(text or "a")
    except Exception as error:
        raise pytest.UsageError(f"T={text}: neither a part of a name, nor parts with and, or, not") from error


class AfterAllOthers:
    """Puts our report in the place of pytest's, once all plugins have been configured."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        option = config.option
        if hasattr(config, "workerinput") or option.verbose > 0 or option.collectonly or option.usepdb:
            return
        plugins = config.pluginmanager
        session = plugins.getplugin("dsession")

        def stop(reason):
            if session:
                session.shouldstop = reason
            else:
                ours.session.shouldstop = reason

        ours = reporter.Reporter(config, stop)
        for name in ("terminaldistreporter", "terminalreporter"):
            plugin = plugins.getplugin(name)
            if plugin:
                plugins.unregister(plugin)
        if session:
            session.terminal = None
        plugins.register(ours, "terminalreporter")


def pytest_addoption(parser, pluginmanager):
    pluginmanager.register(AfterAllOthers())


def pytest_collection_modifyitems(items):
    """First the files of FIRST, in this order."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture
def complain():
    """Fails the test with a text for people, without a trace of the grader's own code."""

    def fail(text):
        pytest.fail(text, pytrace=False)

    return fail
