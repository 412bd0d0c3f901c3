"""Students' mistakes, grade/mistakes/*.patch: does the grader, or the machine, name each soon enough?

Each patch (see patches.py) is made in a copy of the tree, and its kernels are built there: the normal kernel,
too, if a program of user/tests is to name the mistake. Then
`make grade T=...` must print the sentence that a student has to see in its first LINES lines, having used
no more than SECONDS of processor time. The fields of a patch:

    sees: REGULAR EXPRESSION    the sentence
    test: NAME                  T= of make grade; "NAME and debug": on the debug kernel only
    types: COMMAND              this mistake shows in `make qemu` too, after this command, or at boot if
                                nothing is typed; `screen:` is the sentence there, if it is another one
    then: COMMAND               for a machine that then stands still: what the monitor, opened by ctrl-a b, is asked
    exercise: NAME              the exercise of a lab that this mistake belongs to, if any
    diagnosis: SENTENCE         what is wrong, for people
"""
import argparse
import os
import pty
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from quire import build, patches, tree_copy, user_tests

FOLDER = Path(build.source("grade", "mistakes"))
FIELDS = {"sees", "test", "types", "screen", "then", "exercise", "diagnosis"}
SAMPLE = 3
LINES = 15
SECONDS = 15  # of processor time, for a verdict
PATIENCE = 600  # seconds of the clock, for `make qemu`
PARTS = ["Makefile", "boot", "inc", "lib", "kern", "user", "grade"]
NORMAL, DEBUG = "obj/quire.elf", "obj/debug/quire.elf"
BUILT = ["kobj", "debug/kobj", "quire.elf", "debug/quire.elf", "toolchain-found.mk"]
LINKED = ["archive.cpio", "tests.cpio", "user"]
PROMPT, MONITOR, BREAK = "$ ", "monitor> ", b"\x01b"
STILL = 10  # seconds of the clock without output, after which somebody types BREAK


def all_of_them():
    """The patches, by name."""
    return [patches.read(path) for path in sorted(FOLDER.glob("*.patch"))]


def names(patch):
    """Parts of the names of the tests that are to fail; "and debug" chooses their runs on the debug kernel."""
    return patch.fields["test"].removesuffix(" and debug").split(" or ")


def kernels(patch):
    """The kernels that perform the tests: those inside the kernel need only the debug kernel."""
    parts = names(patch)
    programs = any(part in program.name for part in parts for program in user_tests.programs())
    return [DEBUG, NORMAL] if programs else [DEBUG]


def build_in(tree, patch):
    """Make the mistake in a copy of the tree, and build its kernels. Of the mistake before it the copy keeps only
    the grader's compiled Python."""
    for path in (*tree.glob("*"), *tree.glob("obj/*")):
        if path.name not in ("obj", "pycache"):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    tree_copy.copy(tree, PARTS, BUILT, LINKED)
    patches.apply(patch, tree)
    tree_copy.make(tree, *kernels(patch))


def grade(tree, patch):
    """(what `make grade` prints, the processor time it uses)"""
    command = ["make", "O=obj", "grade", f"T={patch.fields['test']}", f"GRADE_NEEDS={' '.join(kernels(patch))}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=tree, env=tree_copy.environment(), check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, used


def at_the_screen(tree, patch):
    """What `make qemu-nox` prints at a terminal from the command on, up to the sentence, the end, or the monitor
    where nothing is left to ask it."""
    typed, then, wanted = patch.fields["types"], patch.fields.get("then"), re.compile(patch.fields.get("screen", patch.fields["sees"]))
    ours, theirs = pty.openpty()
    command = ["make", "O=obj", "qemu-nox", *(["TESTS=1"] if "/tests/" in (typed or "") else [])]
    needs = ["-oobj/archive.cpio", "-oobj/tests.cpio"]
    process = subprocess.Popen(command + needs, cwd=tree, env=tree_copy.environment(), stdin=theirs, stdout=theirs,
                               stderr=theirs, start_new_session=True)
    os.close(theirs)
    text, mark, end = "", None if typed else 0, time.monotonic() + PATIENCE
    heard = None  # when the command was typed, or the last output after it came; None: the monitor has been opened
    try:
        while time.monotonic() < end and not (mark is not None and wanted.search(text, mark)):
            if not select.select([ours], [], [], 1)[0]:
                if then and heard and time.monotonic() > heard + STILL:
                    os.write(ours, BREAK)
                    heard = None
                continue
            heard = heard and time.monotonic()
            try:
                text += os.read(ours, 65536).decode(errors="replace").replace("\r", "")
            except OSError:  # the terminal's other side is closed
                break
            if text.endswith(MONITOR):
                if not then:
                    break
                os.write(ours, then.encode() + b"\n")
                then = None
            if mark is None and text.endswith(PROMPT):
                mark, heard = len(text), time.monotonic()
                os.write(ours, typed.encode() + b"\n")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours)
    return text[mark or 0 :]


def complaint(text, wanted, where):
    """Why `wanted` is not in the first lines of `text`, in words; or None."""
    lines = text.splitlines()
    if re.search(wanted, "\n".join(lines[:LINES]), re.M):
        return None
    late = [n for n, line in enumerate(lines, 1) if re.search(wanted, line)]
    found = f"it comes in line {late[0]}" if late else "it is missing"
    shown = "".join(f"\n        {line}" for line in lines[:LINES])
    return f"{where} does not show {wanted!r} in its first {LINES} lines: {found}{shown}"


def keep(output, name, text):
    """Keep a text that was printed, if somebody wants it."""
    if output:
        Path(output).mkdir(parents=True, exist_ok=True)
        Path(output, name).write_text(text, encoding="utf-8")


def try_one(patch, tree, output=None):
    """Try one mistake in the folder `tree`. Returns (complaints, a line of figures)."""
    found = []
    try:
        started = time.monotonic()
        build_in(tree, patch)
        built = time.monotonic() - started
        text, used = grade(tree, patch)
        keep(output, f"{patch.name}.grade", text)
        found.append(complaint(text, patch.fields["sees"], f"make grade T={patch.fields['test']}"))
        if used > SECONDS:
            found.append(f"the verdict took {used:.1f} s of processor time")
        if "types" in patch.fields:
            shown = at_the_screen(tree, patch)
            keep(output, f"{patch.name}.screen", shown)
            found.append(complaint(shown, patch.fields.get("screen", patch.fields["sees"]), "make qemu"))
    except (patches.PatchError, tree_copy.BuildError) as error:
        return [str(error)], "not built"
    return [text for text in found if text], f"built in {built:.0f} s, verdict in {used:.1f} s of processor time"


def main():
    """The command grade/mistake. Its status is 0 if each mistake that was tried is named."""
    parser = argparse.ArgumentParser(prog="grade/mistake", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of grade/mistakes/NAME.patch; all without one")
    parser.add_argument("--sample", metavar="TEXT", help=f"only {SAMPLE} mistakes; which ones depends on the text")
    parser.add_argument("--output", metavar="DIR", help="keep all that was printed, as DIR/NAME.grade and DIR/NAME.screen")
    options = parser.parse_args()
    chosen = [patch for patch in all_of_them() if not options.names or patch.name in options.names]
    unknown = set(options.names) - {patch.name for patch in chosen}
    if unknown:
        parser.error(f"there is no grade/mistakes/{sorted(unknown)[0]}.patch")
    if options.sample:
        chosen = random.Random(options.sample).sample(chosen, min(SAMPLE, len(chosen)))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="quire-mistakes-") as folder:
        for patch in chosen:
            found, figures = try_one(patch, Path(folder, "tree"), options.output)
            failed += bool(found)
            print(f"{patch.name}: {'NOT NAMED' if found else 'named'}; {figures}")
            for text in found:
                print(f"    {text}")
            sys.stdout.flush()
    print(f"{len(chosen)} mistakes, {len(chosen) - failed} named")
    return int(failed > 0)
