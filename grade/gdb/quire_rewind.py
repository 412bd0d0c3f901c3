"""What `make rewind` adds: a replay that goes backwards.

QEMU goes backwards by loading a snapshot and executing forwards from there. With a watchpoint it stops at each
change on the way, which takes a few milliseconds each time. So `rewind-start` takes snapshots while it goes to
the end, and before each reverse-continue some more are taken close before the present place: QEMU tries the nearest
first, where a value that changes often has changed only a few times.
"""
import os
import re

import gdb

ENDS = ("ktest_fail", "machine_end", "machine_reboot")  # where a test has failed, or the machine is about to end
STEP, EACH = 4_000_000, 8  # instructions between two snapshots on the way; after that many, twice as many
NEAR = (1_000_000, 100_000, 10_000, 1_000)  # instructions before the present place


def quietly(command):
    """Perform a command of gdb without what it shows: gdb says itself, past `to_string`, where it stops."""
    gdb.flush()
    shown, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        gdb.execute(command, to_string=True)
    finally:
        gdb.flush()
        os.dup2(shown, 1)
        os.close(shown)
        os.close(nowhere)


def ask(command):
    """What QEMU's monitor answers."""
    return gdb.execute(f"monitor {command}", to_string=True).strip()


class Replay:
    """The machine's replay, and its snapshots."""

    def __init__(self):
        self.snapshots = {}  # instructions executed: the snapshot's name

    @staticmethod
    def now():
        """How many instructions have been executed."""
        found = re.search(r"instruction count = (\d+)", ask("info replay"))
        if not found:
            raise gdb.GdbError("this machine is no replay: `make rewind T=NAME` starts one")
        return int(found[1])

    def save(self):
        """Take a snapshot here. Raises gdb.GdbError where QEMU cannot."""
        now = self.now()
        if now in self.snapshots:
            return
        name = f"quire{now}"
        said = ask(f"savevm {name}")
        if said:
            raise gdb.GdbError(f"this QEMU takes no snapshots of a replay, so it cannot go backwards: {said}")
        self.snapshots[now] = name

    def run_to(self, wanted):
        """Go forward, to a breakpoint or until `wanted` instructions have been executed. Returns whether they have."""
        ask(f"replay_break {wanted}")
        quietly("continue")
        ask("replay_delete_break")
        return self.now() >= wanted

    def load(self, before):
        """Go back to the last snapshot that is not after `before`."""
        at = max(count for count in self.snapshots if count <= before)
        ask(f"loadvm {self.snapshots[at]}")
        quietly("maintenance flush register-cache")

    def take_near(self):
        """Have snapshots close before the present place."""
        now = self.now()
        wanted = [now - distance for distance in NEAR if distance < now and not self._is_near(now, distance)]
        if not wanted:
            return
        disabled = [point for point in gdb.breakpoints() if point.enabled]
        for point in disabled:
            point.enabled = False
        self.load(wanted[0])
        for count in wanted:
            if self.now() < count:
                self.run_to(count)
            self.save()
        self.run_to(now)
        for point in disabled:
            point.enabled = True

    def _is_near(self, now, distance):
        """Is there a snapshot about that far before?"""
        return any(distance // 3 <= now - count <= 3 * distance for count in self.snapshots)


class RewindStart(gdb.Command):
    """rewind-start LAST: go to the end of a replay, taking snapshots. `make rewind` calls it.

LAST: how many instructions were recorded of a machine that did not end by itself; else 0."""

    def __init__(self):
        super().__init__("rewind-start", gdb.COMMAND_MAINTENANCE)

    def invoke(self, argument, _from_tty):
        """Stop where a check fails first, else where the machine ends, else where the recording ends."""
        last = int(argument)
        ends = [gdb.Breakpoint(name, internal=True) for name in ENDS]
        try:
            self._forward(last)
        except gdb.error as error:
            raise gdb.GdbError(
                f"the machine ended where the debugger could not stop it ({error}). A triple fault does so; "
                "`make explain` shows it"
            ) from error
        finally:
            for point in ends:
                if point.is_valid():
                    point.delete()
        REPLAY.save()
        print(f"Here the run ends, after {REPLAY.now() / 1e6:.1f} million instructions. "
              "Who last wrote a variable or an entry?\n    watch *(unsigned int *)ADDRESS\n    reverse-continue\n"
              "Where was a line last executed?\n    break FILE.c:LINE\n    reverse-continue")
        gdb.execute("frame")


    @staticmethod
    def _forward(last):
        REPLAY.save()
        wanted = REPLAY.now()
        while not last or wanted < last:
            wanted += STEP << len(REPLAY.snapshots) // EACH
            if last:
                wanted = min(wanted, last)
            if not REPLAY.run_to(wanted):
                return
            REPLAY.save()


class RewindNear(gdb.Command):
    """rewind-near: take snapshots close before this place; reverse-continue does so first."""

    def __init__(self):
        super().__init__("rewind-near", gdb.COMMAND_MAINTENANCE)

    def invoke(self, _argument, _from_tty):
        """Nothing, where nothing is replayed."""
        if REPLAY.snapshots:
            REPLAY.take_near()


REPLAY = Replay()
RewindStart()
RewindNear()
gdb.execute("define hook-reverse-continue\nrewind-near\nend")
gdb.execute("document hook-reverse-continue\nWhat `make rewind` does before each reverse-continue.\nend")
