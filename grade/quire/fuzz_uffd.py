"""grade/fuzz-uffd: pseudo-random operations with a userfaultfd, on Linux (linux.py: which) and on Quire.

Both run user/tests/fuzz/fuzz_uffd, and what it prints must be equal. The first operation with another
result is shown, with those before it, for a few seeds.
"""
import argparse
import multiprocessing
import os
import sys
from itertools import zip_longest

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, fuzz_run, guest, linux_machine

PROGRAM = "/tests/fuzz_uffd"
GUEST_SECONDS = 5, 0.001  # on Quire: for the start, and for each operation
AT_ONCE = 20  # sequences in one machine
BEFORE = 25  # lines that are shown before the first that differs

# The short run of `make grade`, whose hashes on Linux are recorded.
SHORT, SHORT_OPERATIONS = ["-s", "1", "-c", "10", "-n", "300"], 3000
RECORD = build.source("grade", "system", "fuzz_uffd.linux-output")


def on_linux(args):
    """The lines that the program prints on Linux."""
    stdout, stderr, ending = fuzz_run.alone_on_linux(PROGRAM, args)
    if ending != "exit 0":
        stdout += f"on Linux: {ending}: {stderr.decode()}\n".encode()
    return stdout.decode(errors="replace").splitlines()


def on_quire(args, operations, **machine):
    """The same on Quire; a last line says what went wrong with the machine."""
    limit = GUEST_SECONDS[0] + GUEST_SECONDS[1] * operations
    outcome = guest.run(PROGRAM, *args, limit=limit, **machine)
    lines = outcome.stdout.decode(errors="replace").splitlines()
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        lines.append(outcome.explain(f"{outcome.result.kind}: the machine did not end as it should"))
    return lines


def arguments(seeds, length):
    return ["-s", str(seeds[0]), "-c", str(len(seeds)), "-n", str(length)]


def differing(task):
    """The seeds of a range whose sequences differ."""
    options, seeds = task
    args = arguments(seeds, options.length)
    wanted, got = on_linux(args), on_quire(args, len(seeds) * options.length, **machine(options))
    if wanted == got:
        return []
    found = [seed for seed in seeds if _of(wanted, seed) != _of(got, seed)]
    return found or [seeds[-1]]


def _of(lines, seed):
    return [line for line in lines if line.startswith((f"seed {seed},", f"seed {seed} "))]


def machine(options):
    return {"mem": options.mem, "kernel": options.kernel, "audit": True}


def explain(options, seed):
    """Show where the sequence of a seed first differs."""
    args = ["-v", *arguments([seed], options.length)]
    wanted, got = on_linux(args), on_quire(args, options.length, **machine(options))
    pairs = enumerate(zip_longest(wanted, got))
    first = next((number for number, (want, have) in pairs if want != have), None)
    print(f"\nseed {seed}:" if first is not None else f"\nseed {seed} does not differ again")
    if first is None:
        return
    print(wanted[0])
    for text in wanted[max(1, first - BEFORE) : first]:
        print(f"  {text}")
    for name, lines in (("Linux", wanted), ("Quire", got)):
        for text in lines[first : first + 3] or ["(nothing)"]:
            print(f"  {name}: {text}")


def search(options):
    count = -(-options.operations // options.length)
    size = max(1, min(AT_ONCE, -(-count // options.jobs)))
    last = options.seed + count
    tasks = [
        (options, range(at, min(at + size, last))) for at in range(options.seed, last, size)
    ]
    with multiprocessing.Pool(min(options.jobs, len(tasks))) as pool:
        found = [seed for some in pool.imap(differing, tasks) for seed in some]
    print(f"{count} sequences of {options.length} operations, {len(found)} differ", *found)
    for seed in found[: options.show]:
        explain(options, seed)
    return bool(found)


def parser():
    result = argparse.ArgumentParser(prog="grade/fuzz-uffd", description=__doc__.splitlines()[0])
    add = result.add_argument
    add("-n", "--operations", type=int, default=20000, metavar="N", help="how many (20000)")
    fuzz_run.add_options(add, "operations", length=1000, mem=128)
    add("--show", type=int, default=3, metavar="N", help="sequences whose difference is shown (3)")
    add("--write", action="store_true", help="record what Linux does in the short run of make grade")
    return result


def main():
    options = parser().parse_args()
    if options.write:
        with open(RECORD, "w", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in on_linux(SHORT))
        return 0
    return search(options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except linux_machine.Unavailable as error:
        sys.exit(f"grade/fuzz-uffd: {error}")
