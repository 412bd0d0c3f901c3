"""Lab 4's failures about bytes: which byte is the first that differs?

The kernel reports digests, because a report has little room. So the operations are performed again,
and digests of ever smaller parts are asked for after them.
"""
from dataclasses import dataclass

from quire import trace
from quire.lab_check import op

PARTS = 32  # how many digests each further machine reports
NOBODY = 9  # a space that there is not: a copy of 0 bytes from it only reports


def digest(content, total=2166136261):
    """FNV-1a, 32 bits."""
    for byte in content:
        total = (total ^ byte) * 16777619 & 0xFFFFFFFF
    return total


@dataclass
class UserBytes:
    """Bytes that the space `number` must have from the address `start` on."""

    number: int
    start: int
    expected: bytes

    def probe(self, at, length):
        """The operation that reports a digest of a part."""
        return op("user_bytes", self.number, self.start + at, length)

    def fits(self, report, at, length):
        """Does it say that the part is right?"""
        return report.values[0] == digest(self.expected[at : at + length])

    def found(self, report, at):
        """The byte at `at`, of which the report has a digest."""
        return next(byte for byte in range(256) if digest([byte]) == report.values[0])

    def place(self, at):
        return f"at {self.start + at:#x}"


@dataclass
class BufferBytes:
    """Bytes that the kernel's buffer must have; those from `start` on are the copy's destination."""

    start: int
    expected: bytes

    def probe(self, at, length):
        return op("copyin_partial", NOBODY, at + length, 0, 0)

    def fits(self, report, at, length):
        return report.values[1] == digest(self.expected[: at + length])

    def found(self, report, at):
        before = digest(self.expected[:at])
        return next(byte for byte in range(256) if digest([byte], before) == report.values[1])

    def place(self, at):
        return f"at offset {at - self.start:#x} of the destination" if at >= self.start else f"{self.start - at} before the destination"


def first_difference(sections, where, machine, kernel):
    """Words about the first byte that differs after these operations; "" if none is found."""
    at, length, report = 0, len(where.expected), None
    while length > 1 or report is None:
        step = -(-length // PARTS)
        parts = [(at + i, min(step, length - i)) for i in range(0, length, step)]
        *before, (name, ops) = sections
        done = trace.run([*before, (name, [*ops, *(where.probe(*part) for part in parts)])], machine, kernel)
        reports = done.reports[-len(parts) :]
        wrong = [index for index, part in enumerate(parts) if reports[index].state != trace.RETURNED or not where.fits(reports[index], *part)]
        if not wrong or reports[wrong[0]].state != trace.RETURNED:
            return ""
        (at, length), report = parts[wrong[0]], reports[wrong[0]]
    return f"the first that differs is {where.place(at)}: {where.found(report, at):#04x}, not {where.expected[at]:#04x}"
