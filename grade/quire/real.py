"""`make real [T=name]`: Debian's i386 programs, as they come, on Quire and on Linux.

Each script of grade/programs runs under Debian's bash, with Debian's tools, libraries and loader
and nothing of Quire's own programs: once on Quire, once on Linux (linux.py: which one). What the
script prints, on standard output and standard error together, and its exit status must be equal.
The first line of a script says what it tries.
"""
import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from quire import build, guest, linux, linux_machine, user_tests
from quire.initrd import RunModule

PACKAGES = ("bash coreutils grep sed gawk findutils tar perl-base python3-minimal sqlite3 lua5.4 tcc libc6-dev strace"
            " gdbserver make less vim-tiny stress-ng").split()
SCRIPTS = Path(build.source("grade", "programs"))
MEM = 768  # MiB: the files are in memory twice while Linux unpacks them
LIMIT = 60  # seconds of the machine's clock; of 10^9 instructions on Quire
CPU = "max,-avx"  # the kernel does not save AVX's registers, and cksum does not ask whether it does
# As many processes on both, so that they have the same numbers.
PREPARE = ("export PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LC_ALL=C TZ=UTC0; mkdir -p /tmp/work; cd /tmp/work;"
           " if [ -e /dev/fd ]; then env true; else ln -s /proc/self/fd /dev/fd; fi; ln -sf /bin/bash /bin/sh;")


def scripts(wanted):
    """The scripts whose name has `wanted` in it."""
    return sorted(path for path in SCRIPTS.glob("*.sh") if wanted in path.stem)


def archive(root, chosen):
    """The archive that both machines unpack: Debian's files and the scripts."""
    module = RunModule()
    module.add_tree(root)
    for folder in ("dev", "proc", "root", "tmp"):
        module.archive.directory(folder)
    for script in chosen:
        module.add_file(f"/scripts/{script.name}", script.read_bytes(), 0o755)
    return bytes(module.finish())


def words(script):
    """The arguments of bash that run a script, with both outputs in one."""
    return ["-c", f"{PREPARE} exec bash /scripts/{script.name} 2>&1"]


def on_quire(script):
    """What the script does on Quire, as a record: its output, and how it ended; and the Outcome."""
    outcome = guest.run("/bin/bash", *words(script), limit=LIMIT, mem=MEM, cpu=CPU, archive=build.path("real", "archive.cpio"))
    return user_tests.text(outcome.stdout, outcome.result.ending()), outcome


def main():
    """The command grade/real. Its status is 0 if all scripts do on Quire what they do on Linux."""
    parser = argparse.ArgumentParser(prog="grade/real", description="Run Debian's programs on Quire and on Linux.")
    parser.add_argument("--test", default="", metavar="NAME", help="only scripts with NAME in their name")
    options = parser.parse_args()
    folder = build.path("real")
    if subprocess.run([build.source("grade", "tools", "get-debian"), folder, *PACKAGES], check=False).returncode:
        return 1
    chosen = scripts(options.test)
    if not chosen:
        parser.error(f"no script of grade/programs has {options.test} in its name")
    data = archive(os.path.join(folder, "root"), chosen)
    Path(build.path("real", "archive.cpio")).write_bytes(data)
    jobs = [linux.Job("/bin/bash", words(script), b"", LIMIT) for script in chosen]
    differing = 0
    try:
        for script, (stdout, _, ending) in zip(chosen, linux.run_all(data, jobs)):
            expected = user_tests.text(stdout, ending)
            got, outcome = on_quire(script)
            difference = user_tests.difference(expected, got, "what Linux does")
            print(f"{script.stem}: {'differs' if difference else 'equal'}", flush=True)
            if difference:
                differing += 1
                print(guest.indent(outcome.explain(f"{shlex.quote(str(script.name))}: {difference}")), flush=True)
    except linux_machine.Unavailable as error:
        print(f"real: {error}", file=sys.stderr)
        return 1
    print(f"{len(chosen)} scripts, {len(chosen) - differing} equal")
    return int(differing > 0)
