"""Watches a running machine from outside: has it used up its time, is it dead?

Under icount, time is the guest's: one nanosecond an instruction, and sleep costs what it lasts.
The verdict is then the same on any host. Otherwise time is the wall clock's.

What tests start has a limit of instructions too, so that a loop without an end costs seconds.
"""
import time

from quire.machine import CLOCK_BASE
from quire.result import failure

GUEST_SECOND = 10**9  # instructions
CRAWL = 1e6  # instructions in a second of QEMU's own time; a working machine does 20 times as many
PATIENCE = 10  # such seconds before a crawling machine is given up
SLOWEST = 10**9 / 50  # instructions in such a second, over a whole run: ten times as slow as usual
FAREWELL = 60  # seconds for a machine that has said its end to be gone


class Watch:
    """Looks at `machine` every now and then. `limit` in seconds, or None.

    instructions: how many the machine may execute, or None; under icount only.
    progress: a function whose value changes with each step of the run. Then both limits are for a
    step, and count from the look that saw the value change.
    """

    def __init__(self, machine, limit, instructions=None, progress=None):
        self.machine = machine
        self.limit = limit
        self.instructions = instructions
        self.progress = progress
        self.step = (None, 0, 0)  # what `progress` said last; instructions and guest seconds then
        self.started = time.monotonic()
        self.next = self.started + self._interval()
        self.retired = 0
        self.halted = False  # at the last look
        self.farewell = None  # when a machine that has said its end was last busy
        self.checkpoint = (0, 0, 0)  # instructions, QEMU's processor time, output at some earlier look

    def wait(self):
        """Seconds until it is time to look again."""
        return max(0, self.next - time.monotonic())

    def look(self):
        """A Result if the machine must be ended now, else None."""
        now = time.monotonic()
        if now < self.next:
            return None
        verdict = self._guest_time() if self.machine.icount else self._wall_time(now)
        verdict = verdict or self._dead()
        self.next = time.monotonic() + (0.1 if self.halted else self._interval())
        return verdict

    def later(self):
        """Now is no time to look."""
        self.next = time.monotonic() + 0.1

    def leaving(self, busy):
        """Instead of `look`, for a machine that has said its end: a Result if it does not go."""
        now = time.monotonic()
        if busy or self.farewell is None:
            self.farewell = now
        self.later()
        if now > self.farewell + FAREWELL:
            return failure("lost", "the machine said that it had ended, but did not end")
        return None

    def final(self, result):
        """The result of a machine that ended by itself, or a time-out if it ended too late."""
        if self.limit is None or result.instructions is None or self.progress:
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

    def _guest_time(self):
        self.retired = self.machine.qmp.retired()
        if self.limit is not None:
            clock = self.machine.qmp.clock() - CLOCK_BASE
            if self.progress and self.progress() != self.step[0]:
                self.step = self.progress(), self.retired, clock
            _, executed, began = self.step
            if self.instructions is not None and self.retired - executed > self.instructions:
                return self._timeout("instructions")
            if self.retired - executed > self.limit * GUEST_SECOND or clock - began > self.limit:
                return self._timeout("guest seconds")
        return self._too_slow() or self._crawls()

    def _too_slow(self):
        """A backstop, for a host that executes ten times as slowly as it should."""
        spent = self.machine.cpu_seconds() if self.instructions is not None else 0
        if spent <= self.instructions_allowed() / SLOWEST:
            return None
        return failure("lost", f"not judged: QEMU used {spent:.0f} s of processor time for"
                               f" {self.retired} instructions")

    def instructions_allowed(self):
        """How many instructions the run may have executed by now."""
        return (self.instructions or 0) + self.step[1]

    def _crawls(self):
        """The machine executes something, but so slowly that no limit would ever be reached. Output
        is slow too, a call of the system for each byte, but one that prints is not lost."""
        instructions, cpu, output = self.checkpoint
        spent = self.machine.cpu_seconds() - cpu
        if spent < PATIENCE:
            return None
        self.checkpoint = (self.retired, cpu + spent, self.machine.output())
        if self.retired - instructions >= CRAWL * spent or self.checkpoint[2] > output:
            return None
        return failure("lost", "the processor crawls: it executes where no memory is, most likely")

    def _wall_time(self, now):
        if self.limit is not None and now >= self.started + self.limit:
            return self._timeout("seconds")
        return None

    def _dead(self):
        """Halted for good, also at a second look: QEMU may be about to do as it was told."""
        halted_before, self.halted = self.halted, self.machine.qmp.halted_for_good()
        if self.halted and halted_before:
            return failure("deadlock", "the processor halted with interrupts off: nothing wakes it")
        return None

    def _timeout(self, unit):
        if unit == "instructions":
            count = int(self.instructions)
            words = f"{count // 10**6} million instructions"
        else:
            count = int(self.limit * GUEST_SECOND)
            words = f"{self.limit:g} {unit}"
        result = failure("timeout", f"it did not end within {words}")
        if self.machine.icount:
            result.instructions = count
        return result
