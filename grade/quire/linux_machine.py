"""Boots a Linux kernel in QEMU and runs programs of the archive there, many in one machine.

`make setup ORACLE=1` gets the kernel. The first process is tools/oracle_init.c, which says what a
job's file holds and what the frames are that come back.
"""
import contextlib
import os
import select
import shutil
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

from quire import build
from quire.initrd import ENVIRONMENT
from quire.machine import die_with_parent
from tools.cpio import Archive

SLOWER = 20  # wall-clock seconds that a second of the machine may take, on a busy host
SILENCE = 60  # and that boot and unpacking may take besides
ATTEMPTS = 3  # boots, until a job counts as lost
HEAD = struct.Struct("<cI")

# Without protection keys: with them a page that may only be executed gives another code. Without
# SMAP: QEMU 7.2 reads the stack for a program's iret as the kernel, which SMAP forbids.
# The timer check fails at times on a busy host.
CPU = "max,-pku,-smap"
OPTIONS = "console=ttyS0 quiet panic=-1 no_timer_check rdinit=/oracle_init"
COMPILERS = (["i686-linux-gnu-gcc"], ["gcc", "-m32"], ["x86_64-linux-gnu-gcc"])


class Unavailable(Exception):
    """No Linux can be booted here, and why."""


class Lost(Exception):
    """The machine ended, or hangs."""


def kernel():
    """The path of the kernel's image. Raises Unavailable."""
    folder = Path(os.environ.get("QUIRE_LINUX") or build.source("obj", "linux"))
    found = sorted(folder.glob("boot/vmlinuz-*"))
    if not found:
        raise Unavailable(
            "this system does not execute i386 programs, and there is no Linux to boot instead"
            " (`make setup ORACLE=1` gets one)"
        )
    return str(found[-1])


def release():
    """What the kernel's image says of its version: its release, who built it, when."""
    with open(kernel(), "rb") as file:
        image = file.read(1 << 16)
    start = 0x200 + struct.unpack_from("<H", image, 0x20E)[0]  # Linux's boot protocol: kernel_version
    return image[start : image.index(b"\0", start)].decode()


def run_all(archive, jobs):
    """Yield the outcomes that linux.run_all describes.

    A machine that ends early or hangs is started anew, from the job that it had come to.
    """
    waiting, attempts = list(jobs), 0
    while waiting:
        try:
            for outcome in _boot(archive, waiting):
                waiting.pop(0)
                attempts = 0
                yield outcome
        except Lost as error:
            attempts += 1
            if attempts == ATTEMPTS:
                yield b"", str(error).encode(), "lost"
                waiting.pop(0)
                attempts = 0


def _boot(archive, jobs):
    """Yield the outcomes of one machine's jobs. Raises Lost."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "initrd").write_bytes(_initrd(archive, jobs, folder))
        console = Path(folder, "console")
        with _machine(folder) as output:
            for job in jobs:
                try:
                    yield _outcome(output, job.limit * SLOWER + SILENCE)
                except Lost as error:
                    said = console.read_bytes()[-500:].decode(errors="replace")
                    raise Lost(f"{error}; its console: {said.strip()}") from None


@contextlib.contextmanager
def _machine(folder):
    """A running machine; what is yielded reads the line with the frames."""
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"]
    command += ["-accel", "tcg", "-icount", "shift=0,sleep=off"]
    command += ["-cpu", CPU, "-m", "1024", "-no-reboot"]
    command += ["-kernel", os.path.abspath(kernel()), "-initrd", "initrd", "-append", OPTIONS]
    command += ["-serial", "file:console", "-serial", "stdio"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=die_with_parent,
        )
        try:
            yield process.stdout.fileno()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _outcome(output, limit):
    """Read the frames of one job."""
    texts = {b"o": b"", b"e": b""}
    while True:
        kind, size = HEAD.unpack(_read(output, HEAD.size, limit))
        data = _read(output, size, limit)
        if kind == b"x":
            return texts[b"o"], texts[b"e"], data.decode() or "timeout"
        texts[kind] += data


def _read(output, size, limit):
    """Exactly so many bytes; each part of them within `limit` seconds."""
    data = b""
    while len(data) < size:
        if not select.select([output], [], [], limit)[0]:
            raise Lost(f"Linux said nothing for {limit} seconds")
        part = os.read(output, size - len(data))
        if not part:
            raise Lost("Linux ended early")
        data += part
    return data


def _initrd(archive, jobs, folder):
    """The archive that the kernel unpacks: the first process, the programs' archive, the jobs."""
    result = Archive()
    for name in ("dev", "proc", "root"):
        result.directory(name)
    result.file("oracle_init", _first_process(folder))
    result.entry("archive.cpio", stat.S_IFREG | 0o600, archive)
    result.directory("jobs")
    for number, job in enumerate(jobs):
        strings = [str(job.limit), str(job.pool), hex(job.personality)]
        strings += [str(len(job.words)), *job.words]
        strings += [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        text = b"".join(os.fsencode(string) + b"\0" for string in strings)
        result.entry(f"jobs/{number}", stat.S_IFREG | 0o600, text)
        if job.stdin:
            result.entry(f"jobs/{number}.input", stat.S_IFREG | 0o600, job.stdin)
    result.finish()
    return bytes(result.data)


def _first_process(folder):
    """Compile oracle_init.c; the path of the program."""
    source, output = build.source("grade", "tools", "oracle_init.c"), os.path.join(folder, "init")
    errors = []
    for compiler in COMPILERS:
        if not shutil.which(compiler[0]):
            continue
        command = [*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-static", "-o", output, source]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return output
        errors.append(done.stderr)
    raise Unavailable("no compiler here makes static programs for Linux:\n" + "\n".join(errors))
