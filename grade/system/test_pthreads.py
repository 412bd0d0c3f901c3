"""The threads of other C libraries, glibc and musl, on Quire, in a machine of 64 MiB."""
import re
import subprocess
from pathlib import Path

import pytest

from quire import build, compile_for_linux

SOURCES = sorted(Path(build.source("grade", "system", "pthreads")).glob("*.c"))
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


# Instructions. glibc keeps the stack, but frees its pages at each end; musl maps a new one each time. Debian 12's glibc
# needs 6,990 with this kernel, 2,090 of them its own; Debian 13's needs 800 more.
CREATE_AND_JOIN = {"glibc": 7900, "musl": 10900}
LOCK_AND_UNLOCK = 120  # of which the library uses up to 91: there is no room for two calls of the kernel


@pytest.fixture(scope="module", params=["glibc", "musl"])
def program(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pthreads") / request.param
    folder.mkdir()
    try:
        return getattr(compile_for_linux, request.param)(SOURCES[0], folder / "pthreads", *SOURCES[1:], "-pthread")
    except compile_for_linux.Unavailable as reason:
        pytest.skip(str(reason))


def run(program, *args):
    command = [RUN, "--icount", "--audit", "--mem", "64", "--timeout", "10", program, *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_pthreads(program):
    done = run(program)
    assert (done.returncode, done.stdout) == (0, PARTS), done.stdout + done.stderr


def test_pthreads_cost(program):
    done = run(program, "costs")
    costs = dict(re.findall(r"^(.*): (\d+)$", done.stdout, re.MULTILINE))
    assert done.returncode == 0 and len(costs) == 2, done.stdout + done.stderr
    assert int(costs["create and join"]) <= CREATE_AND_JOIN[program.parent.name]
    assert int(costs["lock and unlock"]) <= LOCK_AND_UNLOCK
