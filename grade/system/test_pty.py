"""Programs of other C libraries open pseudoterminals, and run the shell in one."""
import subprocess

import pytest

from quire import build, compile_for_linux


@pytest.mark.parametrize("library", ["glibc", "musl"])
def test_shell_in_a_pseudoterminal(library, tmp_path):
    source = build.source("grade", "system", "pty.c")
    try:
        program = getattr(compile_for_linux, library)(source, tmp_path / "pty")
    except compile_for_linux.Unavailable as reason:
        pytest.skip(str(reason))
    command = [build.source("grade", "run"), "--icount", "--audit", "--timeout", "10", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "the shell has ended: 5\n"), done.stdout + done.stderr
