"""Runs programs of the archive on Linux: the host's, or one in QEMU where that cannot run them."""
import platform
import re
import subprocess
from dataclasses import dataclass, field

from quire import build, linux_host, linux_machine


@dataclass
class Job:
    """A program to run; `path` is its path in the archive."""

    path: str
    args: list
    stdin: bytes = b""  # must fit into a pipe
    limit: int = 20  # seconds of wall clock
    pool: int = 0  # large pages that Linux reserves for it
    personality: int = 0
    words: list = field(init=False)

    def __post_init__(self):
        self.words = [self.path, *self.args]


def version():
    """Which Linux this is, as user/tests/linux-version has it: "Linux 6.18.44 x86_64"."""
    if _host_executes():
        return f"{platform.system()} {_numbers(platform.release())} {platform.machine()}"
    return f"Linux {_numbers(linux_machine.release())} x86_64"


def run_all(archive, jobs):
    """Yield for each job (standard output, standard error, how it ended), in order.

    The last is as in a record: "exit 0", "signal 11", or "timeout" after the job's limit, or "lost"
    where Linux itself did not survive it.
    """
    if _host_executes():
        return (linux_host.run(archive, job) for job in jobs)
    return linux_machine.run_all(archive, jobs)


def run(archive, job):
    """Run one job; return its outcome as run_all yields it."""
    return next(iter(run_all(archive, [job])))


def _numbers(release):
    """The numbers that a kernel's release or version has: Debian's are in the latter's text."""
    found = re.search(r"Debian ([0-9]+\.[0-9.]*[0-9])", release) or re.match(
        r"([0-9.]*[0-9])", release
    )
    return found[1]


def _host_executes():
    """Whether the host's system executes a static i386 program."""
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "i686"):
        return False  # an emulator of one process is no Linux to compare with
    try:
        done = subprocess.run([build.path("user", "true")], check=False)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        return False
    return done.returncode == 0
