"""Runs user/tests/fuzz/fuzz_memory on Linux and on Quire."""
import os
import stat
import tempfile

from quire import build, fuzz_log, guest, linux
from tools.cpio import Archive

PROGRAM = "/tests/fuzz_memory"
LINUX_SECONDS = 120  # on Linux, until it counts as hanging
GUEST_SECONDS = 5, 0.0005  # on Quire: for the start, and for each operation

# The short run of `make grade`: five sequences of 1,000 operations, whose hashes on Linux are recorded.
SHORT, SHORT_OPERATIONS = ["-s", "1", "-c", "5", "-n", "1000"], 5000
RECORD = build.source("grade", "system", "fuzz_memory.linux-output")

# Linux's personalities: as much like Quire as it can be (user space ends at 3 GiB, mappings go
# bottom-up), and like that but otherwise laid out.
ADDR_NO_RANDOMIZE, ADDR_COMPAT_LAYOUT, ADDR_LIMIT_3GB = 0x0040000, 0x0200000, 0x8000000
LIKE_QUIRE = ADDR_LIMIT_3GB | ADDR_COMPAT_LAYOUT
OTHERWISE = ADDR_LIMIT_3GB | ADDR_NO_RANDOMIZE


def add_options(add, unit, length, mem):
    """Add the options that fuzzers of sequences have in common. unit: what a sequence has `length` of."""
    add("--seed", type=int, default=1, metavar="SEED", help="of the first sequence (1)")
    add("--length", type=int, default=length, metavar="N", help=f"{unit} of a sequence ({length})")
    add("--mem", type=int, default=mem, metavar="MIB", help=f"memory of the machines ({mem})")
    add("--kernel", metavar="FILE", help="another kernel than obj/quire.elf")
    add("--jobs", type=int, default=os.cpu_count(), metavar="N", help="machines side by side")


def alone_on_linux(program, args, texts=(), host_file=None, **how):
    """Run a program of user/tests on Linux, with nothing beside it but `texts`: (path, text). Returns what it printed,
    its errors, and how it ended. host_file: another file with the program; how: more of linux.Job."""
    archive = Archive()
    for folder in ("dev", "proc", "run", "tests"):
        archive.directory(folder)
    with open(host_file or build.path("user", *program[1:].split("/")), "rb") as file:
        archive.entry(program[1:], stat.S_IFREG | 0o755, file.read())
    for path, text in texts:
        archive.entry(path[1:], stat.S_IFREG | 0o644, text.encode())
    archive.finish()
    return linux.run(bytes(archive.data), linux.Job(program, args, limit=LINUX_SECONDS, **how))


def on_linux(args, scripts=(), personality=LIKE_QUIRE, program=None):
    """{name: Sequence} of what the program prints. scripts: their texts, one after the other."""
    words = [*args, *(path for path, _ in _named(scripts))]
    stdout, stderr, ending = alone_on_linux(PROGRAM, words, _named(scripts), program, personality=personality)
    if ending != "exit 0":
        raise RuntimeError(f"on Linux: {ending}: {stderr.decode()} {stdout[-200:].decode()}")
    return fuzz_log.sequences(stdout.decode())


def on_quire(args, scripts=(), operations=0, **machine):
    """The same on Quire: ({name: Sequence}, what went wrong with the machine or None)."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for path, text in _named(scripts):
            host = os.path.join(folder, os.path.basename(path))
            with open(host, "w", encoding="ascii") as file:
                file.write(text)
            files.append((path, host))
        limit = GUEST_SECONDS[0] + GUEST_SECONDS[1] * operations
        words = [*args, *(path for path, _ in files)]
        outcome = guest.run(PROGRAM, *words, files=files, limit=limit, **machine)
    wrong = None
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        wrong = outcome.explain(f"{outcome.result.kind}: the machine did not end as it should")
    return fuzz_log.sequences(outcome.stdout.decode(errors="replace")), wrong


def _named(scripts):
    return [(f"/run/script{number}", text) for number, text in enumerate(scripts)]
