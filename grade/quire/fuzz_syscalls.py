"""grade/fuzz-syscalls: pseudo-random system calls in fresh machines, which must survive them.

Each sequence is a machine that runs user/tests/fuzz/fuzz_syscalls from a seed of its own. A finding
is a panic, a hang, memory lost, another process's page seen, or what the audit of the machine's
memory says at the end. A few are shown, after all calls have been left out that are not needed for
them.
"""
import argparse
import multiprocessing
import os
import re
import sys
import tempfile
from dataclasses import dataclass

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, fuzz_run, guest, stretch

PROGRAM = "/tests/fuzz_syscalls"
SCRIPT = "/run/script"
GUEST_SECONDS = 5, 0.001  # for the start, and for each call
TRIES = 400  # machines to shrink one finding
LARGE_MEM, LARGE_PAGES = 64, 4  # with so much memory, so many large pages


def parser():
    result = argparse.ArgumentParser(
        prog="grade/fuzz-syscalls", description=__doc__.splitlines()[0]
    )
    add = result.add_argument
    add("-n", "--calls", type=int, default=200000, metavar="N", help="how many (200000)")
    fuzz_run.add_options(add, "calls", length=100000, mem=64)
    add("--fail", metavar="WHICH", help="let allocations fail: 'random N', 'from N' (debug kernel)")
    add("--rare", type=int, default=256, metavar="N", help="one call in N takes long, or much memory (256)")
    add("--no-audit", action="store_true", help="do not look at the machines' memory")
    add("--show", type=int, default=3, metavar="N", help="findings to shrink and show (3)")
    add("scripts", nargs="*", metavar="SCRIPT", help="calls to perform (an earlier finding's)")
    return result


@dataclass
class Finding:
    """What is wrong. signature: equal for findings that are the same fault, most likely."""

    signature: str
    text: str
    begun: int  # the round under way: the number of its first call, of each worker's


@dataclass
class Sequence:
    """What one machine did."""

    seed: int
    calls: int
    finding: Finding = None
    stretch: tuple = (0, "")  # the longest, on a kernel that measures it


def words_of(log):
    """What the kernel said, without the bytes that programs wrote to the console."""
    return re.sub(r"[^\n -~]+| {9,}", " ", log)


def panic_message(log):
    """The panic's own line, without what differs from run to run."""
    found = re.search(r"panic: (.*)", words_of(log))
    return re.sub(r"0x[0-9a-f]+|\d+", "N", found.group(1)) if found else "no message"


def finding_of(outcome):
    """The Finding that a run shows, or None."""
    kind, text = outcome.result.kind, outcome.stdout.decode(errors="replace")
    rounds = re.findall(r"^round (\d+)$", text, re.M)
    said = re.findall(r"^finding: (.*)$", text, re.M)
    if kind == "exit" and outcome.result.status == 0:
        return None
    if kind == "panic":
        signature = f"panic: {panic_message(outcome.log)}"
    elif kind == "audit":
        names = {finding.split(":")[0] for finding in outcome.result.findings}
        signature = f"audit: {' '.join(sorted(names))}"
    elif said:
        signature = said[0].split(":")[0]
    else:
        signature = f"{kind} {outcome.result.status}"
    outcome.log = words_of(outcome.log)
    lines = [signature, *said, outcome.explain("")]
    return Finding(signature, "\n".join(lines), int(rounds[-1]) if rounds else 0)


class Fuzzer:
    """What the command line asks for."""

    def __init__(self, options):
        self.options = options
        self.machine = {
            "mem": options.mem,
            "kernel": options.kernel,
            "audit": not options.no_audit,
            "options": stretch.OPTION
            + (f" hugepages={LARGE_PAGES}" if options.mem >= LARGE_MEM else ""),
        }

    def run(self, args, calls, files=()):
        limit = GUEST_SECONDS[0] + GUEST_SECONDS[1] * calls
        args = [*args[:2], "-r", str(self.options.rare), *args[2:]]
        if self.options.fail:
            args = [*args[:2], "-F", self.options.fail, *args[2:]]
        return guest.run(PROGRAM, *args, files=files, limit=limit, **self.machine)

    def sequence(self, seed):
        """Run the machine of a seed."""
        length = self.options.length
        outcome = self.run(["-s", str(seed), "-n", str(length)], length)
        end = re.search(rb"^end: (\d+) calls", outcome.stdout, re.M)
        calls = int(end.group(1)) if end else 0
        return Sequence(seed, calls, finding_of(outcome), stretch.longest(outcome.log))

    def calls_of_round(self, seed, begun):
        """The calls of a round as lines of a script."""
        args = ["-s", str(seed), "-f", str(begun), "-l"]
        return self.run(args, 0).stdout.decode().splitlines()

    def script(self, lines):
        """The Finding of these calls, or None."""
        with tempfile.NamedTemporaryFile("w", prefix="fuzz-", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            args = ["-s", "0", SCRIPT]
            return finding_of(self.run(args, len(lines), [(SCRIPT, file.name)]))


class Shrinker:
    """Makes a list of calls short that shows a finding."""

    def __init__(self, fuzzer, pool, signature):
        self.fuzzer, self.pool, self.signature = fuzzer, pool, signature
        self.tries = TRIES

    def shows(self, candidates):
        """The number of the first candidate that shows the finding, or None."""
        self.tries -= len(candidates)
        for number, found in enumerate(self.pool.map(self.fuzzer.script, candidates)):
            if found and found.signature == self.signature:
                return number
        return None

    def shrink(self, lines):
        """The shortest list found, or None if `lines` does not show it."""
        if self.shows([lines]) is None:
            return None
        size = max(1, len(lines) // 2)
        while self.tries > 0:
            shorter = self._without_some(lines, size)
            if size == 1 and len(shorter) == len(lines):
                return self._plain(lines)
            lines, size = shorter, max(1, size // 2)
        return lines

    def _without_some(self, lines, size):
        """Leave out `size` calls in a row, wherever that can be."""
        at = 0
        while at < len(lines) and self.tries > 0:
            some = range(at, min(at + size * self.fuzzer.options.jobs, len(lines)), size)
            candidates = [lines[:start] + lines[start + size :] for start in some]
            hit = self.shows(candidates)
            if hit is None:
                at = some[-1] + size
            else:
                lines, at = candidates[hit], some[hit]
        return lines

    def _plain(self, lines):
        """Make arguments 0 that need not be what they are."""
        for at, line in enumerate(lines):
            for word in range(2, len(line.split())):
                words = lines[at].split()
                if words[word] == "0" or self.tries <= 0:
                    continue
                words[word] = "0"
                candidate = lines[:at] + [" ".join(words)] + lines[at + 1 :]
                if self.shows([candidate]) is not None:
                    lines = candidate
        return lines


def search(fuzzer, pool):
    """All sequences, as they come."""
    options = fuzzer.options
    count = -(-options.calls // options.length)
    options.length = min(options.length, options.calls)
    done = []
    for one in pool.imap(fuzzer.sequence, range(options.seed, options.seed + count)):
        done.append(one)
        if sys.stderr.isatty():
            found = sum(1 for other in done if other.finding)
            print(f"\r{len(done)} of {count}, {found} findings", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return done


def explain(fuzzer, pool, found):
    """Shrink and print the first findings, each kind once."""
    shown = {}
    for one in found:
        finding = one.finding
        if finding.signature in shown:
            shown[finding.signature].append(one.seed)
        elif len(shown) < fuzzer.options.show:
            shown[finding.signature] = [one.seed]
            print(f"\nseed {one.seed}, round {finding.begun}: {finding.text}")
            show_calls(fuzzer, pool, one)
    for signature, seeds in shown.items():
        if len(seeds) > 1:
            print(f"\nalso {signature}: seeds {' '.join(map(str, seeds[1:]))}")


def show_calls(fuzzer, pool, one):
    """Shrink the calls of a finding, print them, and keep them."""
    lines = fuzzer.calls_of_round(one.seed, one.finding.begun)
    shorter = Shrinker(fuzzer, pool, one.finding.signature).shrink(lines)
    if shorter is None:
        print("  (the round alone, performed from a script, does not show it)")
        return
    path = build.path("fuzz-syscalls", f"seed-{one.seed}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in shorter)
    for line in shorter[:40]:
        print(f"  {line}")
    if len(shorter) > 40:
        print(f"  ... {len(shorter)} calls")
    print(f"  again: grade/fuzz-syscalls {os.path.relpath(path)}")


def replay(fuzzer):
    """Perform scripts and say what they show; the number of those with findings."""
    count = 0
    for path in fuzzer.options.scripts:
        with open(path, encoding="ascii") as file:
            finding = fuzzer.script(file.read().splitlines())
        count += finding is not None
        print(f"{path}: {finding.text if finding else 'nothing found'}")
    return count


def main():
    options = parser().parse_args()
    fuzzer = Fuzzer(options)
    if options.scripts:
        return bool(replay(fuzzer))
    with multiprocessing.Pool(options.jobs) as pool:
        done = search(fuzzer, pool)
        found = [one for one in done if one.finding]
        calls = sum(one.calls for one in done)
        print(f"{calls} calls in {len(done)} sequences, {len(found)} findings")
        longest = max((one.stretch for one in done), default=(0, ""))
        if longest[0]:
            print(stretch.words(longest))
        explain(fuzzer, pool, found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
