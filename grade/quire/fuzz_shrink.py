"""Makes a sequence of operations that shows a divergence short: leaves out what it does not need,
then makes arguments plain."""
from quire import fuzz_log, fuzz_run
from quire.fuzz_log import END, FORK, Op

AT_ONCE = 24  # candidates tried in one machine
PAGE = 0x1000
MAP_NEEDED = 0x3F  # flags of mmap that are more than a detail: type, MAP_FIXED, MAP_ANONYMOUS
PLACES = {"load", "store", "pipe_out", "pipe_in", "vm_read", "vm_write"}


class Shrinker:
    """Looks for a short script with the divergence `signature`. machine: as for guest.run."""

    def __init__(self, signature, **machine):
        self.signature = signature
        self.machine = machine
        self.found = None  # the Divergence of the shortest script so far

    def shrink(self, ops):
        """The shortest list of operations found, or None if `ops` does not show it at all."""
        if not self._shows(ops):
            return None
        ops = self._upto_divergence(ops)
        size = max(1, len(ops) // 2)
        while True:
            ops, shorter = self._leave_out(ops, size)
            if size == 1 and not shorter:
                break
            size = max(1, size // 2)
        ops = self._plain(ops)
        assert self._shows(ops)
        return ops

    def _upto_divergence(self, ops):
        """What comes behind the divergence is not needed, most of the time."""
        cut = ops[: len(self.found.before) + 1]
        return cut if self._shows(cut) else ops

    def _leave_out(self, ops, size):
        """Try to do without each `size` operations in a row: (what remains, whether it is less)."""
        length, end = len(ops), len(ops)
        while end > 0:
            chunks = []
            while end > 0 and len(chunks) < AT_ONCE:
                chunks.append(range(max(0, end - size), end))
                end -= size
            spare = self._hits([without(ops, chunk) for chunk in chunks])
            indexes = [index for at in spare for index in chunks[at]]
            together = without(ops, indexes)
            if len(spare) > 1 and not self._shows(together):
                together = without(ops, chunks[spare[0]])
            if spare:
                ops = together  # what comes before the chunks has not moved
        return ops, len(ops) < length

    def _plain(self, ops):
        """Make one argument after the other plain."""
        at = 0
        while at < len(ops):
            candidates = [ops[:at] + [op] + ops[at + 1 :] for op in plainer(ops[at])]
            hit = self._first(candidates)
            if hit is None:
                at += 1
            else:
                ops = candidates[hit]
        return ops

    def _shows(self, ops):
        return self._first([ops]) is not None

    def _first(self, candidates):
        """The number of the first candidate that shows the divergence, or None."""
        hits = self._hits(candidates, stop=True)
        return hits[0] if hits else None

    def _hits(self, candidates, stop=False):
        """The numbers of the candidates that show it."""
        hits, start = [], 0
        while start < len(candidates) and not (stop and hits):
            some = candidates[start : start + AT_ONCE]
            found = divergences(some, **self.machine)
            for number, one in enumerate(found):
                if one and one.signature == self.signature:
                    hits.append(start + number)
                    if len(hits) == 1:
                        self.found = one
            start += len(found)
        return hits


def divergences(lists, **machine):
    """The Divergence, or None, of each list of operations. A machine that dies says nothing about
    the lists that come later; then the result is shorter. Nor does an audit say which list it was,
    so with one only the first list is looked at."""
    if machine.get("audit"):
        lists = lists[:1]
    scripts = ["".join(f"{op}\n" for op in ops) for ops in lists]
    operations = sum(map(len, lists))
    wanted = fuzz_run.on_linux(["-v"], scripts)
    got, wrong = fuzz_run.on_quire(["-v"], scripts, operations, **machine)
    found = []
    for name, sequence in wanted.items():
        ours = got.get(name) or fuzz_log.Sequence(name)
        if wrong and ours.status is None:
            found.append(fuzz_log.divergence(sequence, ours, wrong))
            return found
        found.append(fuzz_log.divergence(sequence, ours, wrong or ""))
    return found


def without(ops, indexes):
    """The operations but those with these indexes. The end of a child goes with its fork only."""
    gone = set(indexes)
    partners, open_forks = {}, []
    for at, op in enumerate(ops):
        if op.name == FORK:
            open_forks.append(at)
        elif op.name == END and open_forks:
            partners[at] = open_forks.pop()
    for end, fork in partners.items():
        (gone.add if fork in gone else gone.discard)(end)
    return [op for at, op in enumerate(ops) if at not in gone]


def plainer(op):
    """The operation with one argument that is plainer."""
    for at, value in enumerate(op.args):
        for better in _better(op, at, value):
            if better < value:
                yield Op(op.name, (*op.args[:at], better, *op.args[at + 1 :]))


def _better(op, at, value):
    if op.name in ("mmap", "old_mmap") and at == 3:
        for bit in range(31, 5, -1):
            if value >> bit & 1 and not MAP_NEEDED >> bit & 1:
                yield value & ~(1 << bit)
    elif at == 1 and op.name not in ("truncate", "store", "digest"):
        yield PAGE
        yield value - value % PAGE
    elif at == 0 and op.name in PLACES:
        yield value - value % PAGE
