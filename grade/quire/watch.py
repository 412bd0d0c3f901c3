"""Watches a running machine from outside: has it used up its time, is it dead?

Under icount, time is the guest's: one nanosecond an instruction, and sleep costs what it lasts.
The verdict is then the same on any host. Otherwise time is the wall clock's.
"""
import time

from quire.machine import CLOCK_BASE
from quire.result import failure

GUEST_SECOND = 10**9  # instructions
NO_PROGRESS = 120  # seconds of wall clock without an instruction: far beyond a busy host


class Watch:
    """Looks at `machine` every now and then. `limit` in seconds, or None."""

    def __init__(self, machine, limit):
        self.machine = machine
        self.limit = limit
        self.started = time.monotonic()
        self.next = self.started + self._interval()
        self.retired = -1
        self.progress = self.started

    def wait(self):
        """Seconds until it is time to look again."""
        return max(0, self.next - time.monotonic())

    def look(self):
        """A Result if the machine must be ended now, else None."""
        now = time.monotonic()
        if now < self.next:
            return None
        verdict = self._guest_time(now) if self.machine.icount else self._wall_time(now)
        self.next = time.monotonic() + self._interval()
        return verdict or self._dead(now)

    def final(self, result):
        """The result of a machine that ended by itself, or a time-out if it ended too late."""
        if self.limit is None or result.instructions is None:
            return result
        if result.kind != "panic" and result.instructions > self.limit * GUEST_SECOND:
            return self._timeout("guest seconds")
        return result

    def _interval(self):
        if self.machine.icount:
            return 0.1
        if self.limit is None:
            return 1.0
        return min(1.0, max(0, self.started + self.limit - time.monotonic()))

    def _guest_time(self, now):
        retired = self.machine.qmp.retired()
        if retired != self.retired:
            self.retired, self.progress = retired, now
        if self.limit is None:
            return None
        slept_until = self.machine.qmp.clock() - CLOCK_BASE
        if retired > self.limit * GUEST_SECOND or slept_until > self.limit:
            return self._timeout("guest seconds")
        return None

    def _wall_time(self, now):
        if self.limit is not None and now >= self.started + self.limit:
            return self._timeout("seconds")
        return None

    def _dead(self, now):
        if self.machine.icount and self.progress == now:
            return None
        if self.machine.qmp.halted_for_good():
            return failure("deadlock", "the processor halted with interrupts off: nothing wakes it")
        if self.machine.icount and now - self.progress > NO_PROGRESS:
            return failure("lost", f"QEMU executed no instruction for {NO_PROGRESS} seconds")
        return None

    def _timeout(self, unit):
        result = failure("timeout", f"it did not end within {self.limit:g} {unit}")
        if self.machine.icount:
            result.instructions = int(self.limit * GUEST_SECOND)
        return result
