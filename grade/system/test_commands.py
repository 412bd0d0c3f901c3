"""The programs of /bin, where what they say is for people."""
import pytest

from quire import guest


def test_no_named_areas():
    outcome = guest.run("areas")
    assert outcome.stdout == b"no named areas\n", outcome.explain("something else is shown")


@pytest.mark.parametrize("option", [["-2"], ["-n", "2"], ["-n2"]])
def test_first_lines(option):
    outcome = guest.run("head", *option, stdin=b"1\n2\n3\n")
    assert outcome.stdout == b"1\n2\n", outcome.explain("two lines expected")


@pytest.mark.parametrize("name", ["grep", "head", "ls", "mkdir", "reboot", "rm", "sort", "tail", "wc"])
def test_usage_after_a_wrong_option(name):
    outcome = guest.run(name, "--help")
    complaint, usage = outcome.stderr.decode().splitlines()
    assert "invalid option" in complaint and usage.startswith(f"usage: {name} ")
    assert (outcome.result.kind, outcome.result.status) == ("exit", 2)
