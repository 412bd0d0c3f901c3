"""The threads of other C libraries, glibc and musl, on Quire, in a machine of 64 MiB."""
import subprocess

import pytest

from quire import build, compile_for_linux

SOURCE = build.source("grade", "system", "pthreads.c")
RUN = build.source("grade", "run")
PARTS = """\
mutex: normal
mutex: shared
mutex: recursive
mutex: error checking
mutex: robust
mutex: inheriting
mutex: inheriting, recursive
mutex: inheriting, robust
condition variables
barriers
locks for readers and writers
semaphores
cancellation
data of threads, and once
signals
1000 threads
failures: 0
"""


@pytest.mark.parametrize("library", ["glibc", "musl"])
def test_pthreads(library, tmp_path):
    try:
        program = getattr(compile_for_linux, library)(SOURCE, tmp_path / "pthreads", "-pthread")
    except compile_for_linux.Unavailable as reason:
        pytest.skip(str(reason))
    command = [RUN, "--icount", "--audit", "--mem", "64", "--timeout", "10", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, PARTS), done.stdout + done.stderr
