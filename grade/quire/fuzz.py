"""grade/fuzz: pseudo-random operations on memory, on Linux (linux.py: which) and on Quire.

Both run user/tests/fuzz/fuzz_memory, and what it prints must be equal. The first operation with
another result is shown for a few seeds, after everything has been left out that is not needed for
it. ../differences.md says what differs on purpose; the program keeps away from that.
"""
import argparse
import multiprocessing
import os
import sys

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, fuzz_log, fuzz_run, fuzz_show, fuzz_shrink, linux_machine
from quire.fuzz_log import Op

AT_ONCE = 20  # sequences in one machine


def parser():
    result = argparse.ArgumentParser(prog="grade/fuzz", description=__doc__.splitlines()[0])
    add = result.add_argument
    add("-n", "--operations", type=int, default=100000, metavar="N", help="how many (100000)")
    fuzz_run.add_options(add, "operations", length=5000, mem=128)
    add("--only", metavar="NAME,...", help="only these operations; or growsdown, spoil")
    add("--without", metavar="NAME,...", help="all but these")
    add("--show", type=int, default=3, metavar="N", help="divergences to shrink and show (3)")
    add("--self", action="store_true", help="compare Linux with itself under another layout")
    add("--write", action="store_true", help="record what Linux does in the short run of make grade")
    add("--program", metavar="FILE", help="with --self: what runs there")
    add("scripts", nargs="*", metavar="SCRIPT", help="operations to perform (an earlier finding's)")
    return result


class Fuzzer:
    """What the command line asks for."""

    def __init__(self, options):
        self.options = options
        self.machine = {"mem": options.mem, "kernel": options.kernel, "audit": True}
        self.choice = []
        if options.only:
            self.choice += ["-o", options.only]
        if options.without:
            self.choice += ["-x", options.without]

    def other_side(self, args, scripts=(), operations=0):
        """What is compared with Linux: ({name: Sequence}, what went wrong)."""
        if self.options.self:
            return fuzz_run.on_linux(args, scripts, fuzz_run.OTHERWISE, self.options.program), None
        return fuzz_run.on_quire(args, scripts, operations, **self.machine)

    def batch(self, seeds):
        """The seeds of a range whose sequences differ, as hashes show: {seed: what went wrong}."""
        found = {}
        while seeds:
            differing, wrong, last = self.compare(seeds)
            found.update(dict.fromkeys(differing, ""))
            if wrong and not differing and len(seeds) > 1:
                # The machine as a whole: which sequence was it?
                for seed in seeds:
                    found.update(self.batch(range(seed, seed + 1)))
            if wrong and not found:
                found[last] = wrong
            seeds = range(last + 1, seeds[-1] + 1)
        return found

    def compare(self, seeds):
        """(the seeds that differ, what went wrong with the machine, the last seed it came to)"""
        args = ["-s", str(seeds[0]), "-c", str(len(seeds)), "-n", str(self.options.length)]
        wanted = fuzz_run.on_linux(args + self.choice)
        got, wrong = self.other_side(
            args + self.choice, operations=len(seeds) * self.options.length
        )
        differing = []
        for seed in seeds:
            ours = got.get(f"seed {seed}") or fuzz_log.Sequence("")
            if not wanted[f"seed {seed}"].same(ours):
                differing.append(seed)
            if wrong and ours.status is None:
                return differing, wrong, seed
        return differing, wrong, seeds[-1]

    def first_divergence(self, seed):
        """The Divergence that a seed's sequence comes to."""
        args = ["-v", "-s", str(seed), "-n", str(self.options.length), *self.choice]
        name = f"seed {seed}"
        wanted = fuzz_run.on_linux(args)[name]
        got, wrong = self.other_side(args, operations=self.options.length)
        return fuzz_log.divergence(wanted, got.get(name) or fuzz_log.Sequence(name), wrong or "")


def seed_ranges(options):
    count = -(-options.operations // options.length)
    last = options.seed + count
    size = max(1, min(AT_ONCE, -(-count // options.jobs)))
    return [range(at, min(at + size, last)) for at in range(options.seed, last, size)]


def search(options):
    """{seed: what went wrong} of all sequences that differ."""
    fuzzer = Fuzzer(options)
    ranges = seed_ranges(options)
    found, done = {}, 0
    with multiprocessing.Pool(min(options.jobs, len(ranges))) as pool:
        for some in pool.imap(fuzzer.batch, ranges):
            found.update(some)
            done += 1
            if sys.stderr.isatty():
                print(f"\r{done} of {len(ranges)}, {len(found)} differ", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return found


def explain(options, found):
    """Show the first divergences, each kind once."""
    fuzzer, shown = Fuzzer(options), {}
    for seed in sorted(found):
        one = fuzzer.first_divergence(seed)
        if one is None:
            print(f"\nseed {seed}: it does not differ again\n{found[seed]}")
            continue
        if one.signature in shown:
            shown[one.signature].append(seed)
            continue
        if len(shown) == options.show:
            break
        shown[one.signature] = [seed]
        print(f"\nseed {seed}, operation {len(one.before)}:")
        show(options, one, f"seed-{seed}")
    for signature, seeds in shown.items():
        if len(seeds) > 1:
            print(f"\nthe like of seed {seeds[0]}: {' '.join(map(str, seeds[1:]))}")


def show(options, one, name):
    """Shrink a divergence, print it, and keep the script."""
    ops = [entry.op for entry in one.before] + ([one.op] if one.op else [])
    if options.self:
        one.before = one.before[-20:]
    else:
        machine = {**Fuzzer(options).machine, "audit": one.op is None}
        shrinker = fuzz_shrink.Shrinker(one.signature, **machine)
        shorter = shrinker.shrink(ops)
        if shorter:
            ops, one = shorter, shrinker.found
        else:
            print("  (it does not happen when the same operations are performed from a script)")
            one.before = one.before[-20:]
    path = build.path("fuzz", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{op}\n" for op in ops)
    print(fuzz_show.divergence(one))
    print(f"  again: grade/fuzz {os.path.relpath(path)}")


def replay(options):
    """Perform scripts and show what differs; the number of those that do."""
    lists = []
    for path in options.scripts:
        with open(path, encoding="ascii") as file:
            words = [line.split() for line in file]
        lists.append([Op(name, tuple(int(arg, 16) for arg in args)) for name, *args in words])
    differing = 0
    while lists:
        found = fuzz_shrink.divergences(lists, **Fuzzer(options).machine)
        for path, one in zip(options.scripts[-len(lists) :], found):
            if one:
                differing += 1
                print(f"{path}:\n{fuzz_show.divergence(one)}")
            else:
                print(f"{path}: the same")
        lists = lists[len(found) :]
    return differing


def write_record():
    """Perform the short run on Linux, and keep its hashes."""
    found = fuzz_run.on_linux(fuzz_run.SHORT)
    with open(fuzz_run.RECORD, "w", encoding="ascii") as file:
        file.writelines(sequence.text() for sequence in found.values())


def main():
    options = parser().parse_args()
    if options.write:
        return write_record()
    if options.scripts:
        return bool(replay(options))
    found = search(options)
    count = sum(map(len, seed_ranges(options)))
    print(f"{count} sequences of {options.length} operations, {len(found)} differ")
    if found:
        explain(options, found)
    return bool(found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except linux_machine.Unavailable as error:
        sys.exit(f"grade/fuzz: {error}")
