"""Compiles programs as other people do: static, for the i386, with a C library that is not ours."""
import os
import shutil
import subprocess
from pathlib import Path

from quire import build

MUSL = Path(os.environ.get("QUIRE_MUSL") or build.source("obj", "musl"))
FLAGS = ["-O1", "-w", "-static"]


class Unavailable(Exception):
    """This machine cannot compile such a program."""


def glibc(source, output, *flags):
    """Compile `source`, a path, with the system's C library for the i386."""
    attempts = []
    for compiler in (["i686-linux-gnu-gcc"], ["gcc", "-m32"]):
        if not shutil.which(compiler[0]):
            continue
        command = [*compiler, *FLAGS, "-o", output, source, *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return output
        attempts.append(done.stderr)
    raise Unavailable("no compiler here makes static i386 programs:\n" + "\n".join(attempts))


def musl(source, output, *flags):
    """Compile `source` with the musl that `make setup` unpacked."""
    library = MUSL / "usr" / "lib" / "i386-linux-musl"
    headers = MUSL / "usr" / "include" / "i386-linux-musl"
    compiler = shutil.which("i686-linux-gnu-gcc")
    if not (library / "libc.a").exists() or not compiler:
        raise Unavailable(f"no musl in {MUSL} (`make setup` gets it), or no i686-linux-gnu-gcc")
    command = [compiler, *FLAGS, "-nostdlib", "-nostdinc", "-isystem", headers, "-o", output]
    command += [library / "crt1.o", library / "crti.o", source, *flags]
    command += ["-Wl,--start-group", library / "libc.a", "-lgcc", "-Wl,--end-group"]
    command += [library / "crtn.o"]
    subprocess.run(command, check=True)
    return output
