"""For the tests: runs something in a fresh machine, in this process, and hands back what it did.

A machine that ends at rest is audited, unless the caller says `audit=False`.
"""
import os
import shlex
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO

from quire import arguments, build
from quire.deaths import Describer
from quire.initrd import ENVIRONMENT, RunModule, in_archive
from quire.machine import Setup
from quire.result import Result
from quire.machine_run import MachineRun
from quire.machine_timeout import GUEST_SECOND
from quire.nonblocking import Buffer, Log

MESSAGES, AFTER_PANIC = 10, 25  # lines of a log that are shown
SLEEP = 5  # times as long as it may compute, what runs may sleep


@dataclass
class Outcome:
    """What a run did. `again` is the command that repeats it."""

    result: Result
    stdout: bytes
    stderr: bytes
    log: str
    again: str
    kernel: str = None
    memory: BinaryIO = None  # of a kernel that may have printed a backtrace
    executed: int = 0  # instructions, idling left out, until the last time the limit was compared with them

    def explain(self, complaint, last=None):
        """`complaint`, with what a person needs to look further; then the text `last`."""
        parts = [complaint, self.result.message]
        if self.stderr:
            said = last_lines(self.stderr.decode(errors="replace"), MESSAGES)
            parts.append("standard error:\n" + indent(said))
        if self.log.strip() and self.result.message:
            parts.append("the kernel's last messages:\n" + indent(telling(self.log)))
        parts += [last, f"again: {self.again}"]
        text = "\n".join(part for part in parts if part)
        return arguments.annotate(text, self.kernel, self.memory) if self.memory else text


def run(program, *args, stdin=b"", files=(), limit=1, sleep=SLEEP, kernel=None, archive=None, step=None, **machine):
    """Run a program of the archive under icount, and wait for its end.

    files: (path in the machine, path here) pairs. limit: 10^9 instructions; for each the run may
    take
    `sleep` guest seconds. step: bytes with which each step begins in its output; then the limits
    are
    for a step. kernel, archive: others than obj/quire.elf, obj/archive.cpio. machine: fields of
    Setup.
    """
    path = in_archive(program)
    module = RunModule()
    module.add_tests([path, *args])
    for guest, host in files:
        module.add_host_file(guest, host)
    module.add_run(path, [path, *args], ENVIRONMENT, stdin)
    setup = _setup(kernel, machine)
    setup.modules = [archive or build.path("archive.cpio"), module.finish()]
    setup.options = f"seed=1 stdio=serial {setup.options}"
    again = ["grade/run", "--icount", "--timeout", f"{sleep * limit:g}", "--mem", str(setup.mem)]
    again += ["--cpu", setup.cpu] if "cpu" in machine else []
    again += ["--kernel", os.path.relpath(kernel)] if kernel else []
    again += ["--archive", os.path.relpath(archive)] if archive else []
    again += ["--append", machine["options"]] if machine.get("options") else []
    again += ["--audit"] if setup.audit else []
    again = shlex.join([*again, "--guest", path, *args])
    return _outcome(setup, again, step, instructions=limit * GUEST_SECOND, limit=sleep * limit)


def boot(options, limit=4, kernel=None, archive=None, step=None, **machine):
    """Boot with these kernel options and no run module, under icount, and wait for the end.

    limit, step: as for `run`, but a step begins so in the log.
    """
    setup = _setup(kernel, machine)
    setup.modules = [build.path("archive.cpio")] if archive is None else archive
    setup.options = options
    again = f"make qemu-nox APPEND={shlex.quote(options)} MEM={setup.mem}"
    return _outcome(setup, again, step, instructions=limit * GUEST_SECOND, limit=SLEEP * limit)


def _setup(kernel, machine):
    wanted = {"audit": True, **machine}
    return Setup(kernel=kernel or build.path("quire.elf"), icount=True, **wanted)


def _outcome(setup, again, step, **limits):
    log, stdout = Log(), Buffer()
    progress = None
    if step is not None:
        where = stdout.data if setup.options.count("stdio=serial") else log.head
        progress = lambda: where.count(step)
    session = MachineRun(
        setup, log=log, stdout=stdout, describe=Describer(), progress=progress, **limits
    )
    result = session.run()
    stderr = bytes(session.stderr.data)
    return Outcome(result, bytes(stdout.data), stderr, log.text(), again, setup.kernel, session.memory,
                   session.watch.retired if session.watch else 0)


def indent(text):
    return "\n".join("    " + line for line in text.splitlines())


def last_lines(text, count):
    return "\n".join(text.rstrip().splitlines()[-count:])


def telling(log):
    """The end of a kernel's log that says most: from the panic on, with repeated lines folded."""
    lines = [(line, len(list(same))) for line, same in groupby(log.rstrip().splitlines())]
    folded = [line if times == 1 else f"{line}, {times} times" for line, times in lines]
    panics = [at for at, line in enumerate(folded) if line.startswith("panic: ")]
    if not panics:
        return "\n".join(folded[-MESSAGES:])
    return "\n".join(folded[panics[0] :][:AFTER_PANIC])
