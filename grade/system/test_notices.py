"""The option `notices`: at each thing that a program does in memory, a letter goes to an I/O port (kern/debug/notice.h)."""
import pytest

from quire import guest

PORT = 0xF5


def letters(tmp_path, *command, options=f"notices={PORT:#x}"):
    """What the port gets until the machine ends."""
    log = tmp_path / "port"
    device = ["-chardev", f"file,id=notices,path={log}", "-device", f"isa-debugcon,iobase={PORT:#x},chardev=notices"]
    outcome = guest.run(*command, options=options, extra=device)
    assert outcome.result.status == 0, outcome.explain("it does not end well")
    return log.read_text()


def test_fork_exec_exit_and_wait(tmp_path):
    """A shell that runs one program: fork, exec, its end, and that the shell learns of it, in this order."""
    found = letters(tmp_path, "/bin/sh", "-c", "cat /dev/null; exit 0")
    assert found.replace("p", "") == "efexwx", found
    assert found.count("p") > 3


def test_waiting_at_a_pipe(tmp_path):
    assert "s" in letters(tmp_path, "/bin/sh", "-c", "sleep 0.01 | cat")


@pytest.mark.parametrize("options", ["", "notices=0", "notices=none"])
def test_nothing_without_the_option(tmp_path, options):
    assert letters(tmp_path, "/bin/true", options=options) == ""
