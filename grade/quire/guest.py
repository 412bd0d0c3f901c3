"""For the tests: runs something in a fresh machine, in this process, and hands back what it did.

A machine that ends at rest is audited, unless the caller says `audit=False`.
"""
import os
import shlex
from dataclasses import dataclass

from quire import build
from quire.deaths import Describer
from quire.initrd import ENVIRONMENT, RunModule, in_archive
from quire.machine import Setup
from quire.result import Result
from quire.session import Session
from quire.streams import Log


@dataclass
class Outcome:
    """What a run did. `again` is the command that repeats it."""

    result: Result
    stdout: bytes
    stderr: bytes
    log: str
    again: str

    def explain(self, complaint):
        """`complaint`, with what a person needs to look further."""
        parts = [complaint, self.result.message]
        if self.stderr:
            parts.append("standard error:\n" + indent(self.stderr.decode(errors="replace")))
        if self.log.strip() and self.result.message:
            parts.append("the kernel's last messages:\n" + indent(last_lines(self.log, 25)))
        parts.append(f"again: {self.again}")
        return "\n".join(part for part in parts if part)


def run(program, *args, stdin=b"", files=(), limit=5, kernel=None, **machine):
    """Run a program of the archive under icount, and wait for its end.

    files: (path in the machine, path here) pairs. limit: guest seconds. kernel: another one than
    obj/quire.elf. machine: fields of Setup.
    """
    path = in_archive(program)
    module = RunModule()
    for guest, host in files:
        module.add_host_file(guest, host)
    module.add_run(path, [path, *args], ENVIRONMENT, stdin)
    setup = _setup(kernel, machine)
    setup.modules = [build.path("archive.cpio"), module.finish()]
    setup.options = f"seed=1 stdio=serial {setup.options}"
    again = ["grade/run", "--icount", "--timeout", f"{limit:g}", "--mem", str(setup.mem)]
    again += ["--cpu", setup.cpu] if "cpu" in machine else []
    again += ["--kernel", os.path.relpath(kernel)] if kernel else []
    again += ["--append", machine["options"]] if machine.get("options") else []
    return _outcome(setup, limit, shlex.join([*again, "--guest", path, *args]))


def boot(options, limit=20, kernel=None, archive=None, **machine):
    """Boot with these kernel options and no run module, under icount, and wait for the end."""
    setup = _setup(kernel, machine)
    setup.modules = [build.path("archive.cpio")] if archive is None else archive
    setup.options = options
    return _outcome(setup, limit, f"make qemu-nox APPEND={shlex.quote(options)} MEM={setup.mem}")


def _setup(kernel, machine):
    wanted = {"audit": True, **machine}
    return Setup(kernel=kernel or build.path("quire.elf"), icount=True, **wanted)


def _outcome(setup, limit, again):
    log = Log()
    session = Session(setup, log=log, limit=limit, describe=Describer())
    result = session.run()
    stdout, stderr = bytes(session.stdout.data), bytes(session.stderr.data)
    return Outcome(result, stdout, stderr, log.text(), again)


def indent(text):
    return "\n".join("    " + line for line in text.splitlines())


def last_lines(text, count):
    return "\n".join(text.rstrip().splitlines()[-count:])
