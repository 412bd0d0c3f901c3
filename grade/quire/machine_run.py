"""One run: carries bytes between the world and a machine until the machine has ended."""
import os
import select
import time
from functools import partial

from quire.machine import Machine, StartError
from quire.protocol import Transcript
from quire.qmp import MachineEnded, QmpError
from quire.result import audited, failure, judge, located, with_deaths
from quire.machine_timeout import Watch
from quire.nonblocking import Buffer, Feeder, Log


GIVEN_UP = 20  # seconds of the host that the kernel has for the report about a time-out
WITH_BACKTRACE = {"panic", "timeout"}  # verdicts
KEPT = 1 << 18  # bytes of output that a file may hold for a slow reader, under icount


class MachineRun:
    """Runs the machine described by `setup`; `run` once.

    stdout, stderr, log: where the lines go (anything with `write`); feeder: the input.
    limit: seconds, or None; more_limits: others (see machine_timeout.py). describe: adds to the report
    of a
    program's death what the host knows (see deaths.py). on_death: called with each such report as
    it arrives. on_stop: called
    with a machine that must be ended, or that has stopped where it would reset (QEMU's
    -no-shutdown).
    """

    def __init__(self, setup, stdout=None, stderr=None, log=None, feeder=None, limit=None, describe=None,
                 on_death=None, on_stop=None, **more_limits):
        self.nonce = os.urandom(8).hex()
        setup.options = f"nonce={self.nonce} {setup.options}".strip()
        self.setup = setup
        self.stdout = stdout or Buffer()
        self.stderr = stderr or Buffer()
        self.log = log or Log()
        self.feeder = feeder or Feeder(None)
        self.limit = limit
        self.more_limits = more_limits
        self.watch = None  # of the machine that runs or has run
        self.describe = describe or str
        self.on_stop = on_stop
        report = on_death and (lambda text: on_death(self.describe(text)))
        self.transcript = Transcript(self.nonce, report)
        self.machine = None
        self.memory = None  # an open file, if the kernel may have printed a backtrace, and the memory was kept

    def run(self):
        """The Result. Whatever happens, no machine is left behind."""
        try:
            self.machine = Machine(self.setup)
        except StartError as error:
            return failure("nostart", f"QEMU could not start: {error}")
        with self.machine:
            watch = self.watch = Watch(self.machine, self.limit, **self.more_limits)
            result = self._until_end(watch)
            if result:
                if self.on_stop:
                    self.on_stop(self.machine)
                elif result.kind == "timeout":
                    self._interrupt()
                self.machine.kill()
            status = self.machine.wait()
            self._carry_rest()
            if result and result.kind == "timeout":
                result = located(result, self.log.text(), self.describe)
            if not result:
                self.machine.qmp.drain()
                reason = self.machine.qmp.shutdown_reason()
                modules = self.setup.modules
                result = judge(self.transcript, status, reason, self.machine.errors(), modules)
                result = with_deaths(result, self.transcript.deaths, self.describe)
                self._count(result)
                result = watch.final(result)
                if self.setup.audit:
                    result = self._audited(result)
            if self.machine.memory and result.kind in WITH_BACKTRACE:
                self.memory = os.fdopen(os.dup(self.machine.memory.fileno()), "rb")
            if self.setup.icount:
                result.boot_instructions = self.transcript.start
        return result

    def _until_end(self, watch):
        """A Result if the watch wants the machine ended; None once it has ended by itself."""
        try:
            self.machine.qmp.negotiate()
            self.machine.started()
            while True:
                carried = self._carry(watch.wait())
                if self.on_stop and self.machine.qmp.shutdown_reason():
                    self.on_stop(self.machine)
                    self.machine.qmp.command("quit")
                verdict = self._look(watch, carried)
                if verdict:
                    return verdict
        except MachineEnded:
            return None

    def _interrupt(self):
        """Let the kernel say where it is, by a non-maskable interrupt, and end. A machine that does
        not is given up after a second of its processor time."""
        self.machine.pause(False)
        until = time.monotonic() + GIVEN_UP
        seconds = self.machine.cpu_seconds() + 1
        try:
            self.machine.qmp.command("inject-nmi")
            while time.monotonic() < until and self.machine.cpu_seconds() < seconds:
                self._carry(0.02)
        except (MachineEnded, QmpError):
            pass

    def _look(self, watch, carried):
        """A Result if the watch wants the machine ended now.

        A machine that has said its end is only leaving: a processor that has asked for the end
        halts until QEMU notices, which is no deadlock, and a limit that passes meanwhile was kept.
        """
        if self.machine.paused:
            watch.later()
            return None
        verdict = None if self.transcript.complete else watch.look()
        if verdict:
            # What the machine said before it came to look like this has arrived by now.
            self.transcript.write(self.machine.control.arrived())
        if self.transcript.complete:
            return watch.leaving(busy=carried or self.stdout.waiting or self.stderr.waiting)
        return verdict

    def _audited(self, result):
        """The result, or that the audit found something in the memory of a machine at rest."""
        from quire import audit  # many modules; most runs need none of them

        at_rest = result.kind in audit.AT_REST or result.kind == "reset" and self.transcript.complete
        if not at_rest:
            return result
        findings = audit.audit_file(self.machine.memory, self.setup.kernel)
        return audited(result, findings) if findings else result

    def _routes(self):
        machine = self.machine
        return [
            (machine.console, self.log),
            (machine.stdout, self.stdout),
            (machine.stderr, self.stderr),
            (machine.control, self.transcript),
        ]

    def _carry(self, patience):
        """Wait for something to carry, at most `patience` seconds, and carry it. Was there any?"""
        duties = self._duties()
        poll = select.poll()
        for fd, (events, _) in duties.items():
            poll.register(fd, events)
        ready = poll.poll(patience * 1000)
        for fd, _ in ready:
            duties[fd][1]()
        return bool(ready) or self.machine.icount and self._carry_files()

    def _carry_files(self):
        """Carry what files hold as fast as it is taken. Whoever takes it slowly stops the machine,
        which does not notice, before much is kept. Returns whether there was anything."""
        carried, behind = False, 0
        for line, sink in self._routes():
            while not sink.full and (data := line.read()):
                sink.write(data)
                carried = True
            behind = max(behind, line.behind())
        self.machine.pause(behind > KEPT)
        return carried

    def _duties(self):
        """{descriptor: (what to wait for there, what to do then)}"""
        machine, feeder = self.machine, self.feeder
        duties = {machine.qmp.fileno(): (select.POLLIN, machine.qmp.pump)}
        for sink in (self.stdout, self.stderr):
            if sink.waiting:
                duties[sink.fd] = (select.POLLOUT, sink.flush)
        if machine.icount:
            return duties
        for line, sink in self._routes():
            if not line.at_end and not sink.full:
                duties[line.fileno()] = (select.POLLIN, partial(_pass_on, line, sink))
        if self.transcript.start is None:
            pass  # COM2 may not be set up yet, and a byte sent now could be lost
        elif feeder.waiting:
            duties[machine.stdin] = (select.POLLOUT, partial(feeder.flush, machine.stdin))
        elif feeder.source is not None:
            duties[feeder.source] = (select.POLLIN, feeder.fill)
        return duties

    def _carry_rest(self):
        """Carry what a machine that has ended left in its lines."""
        for line, sink in self._routes():
            while data := line.read():
                sink.write(data)
                if sink.full:
                    sink.finish()
        self.stdout.finish()
        self.stderr.finish()

    def _count(self, result):
        if self.setup.icount and self.transcript.tsc is not None:
            result.instructions = self.transcript.tsc


def _pass_on(line, sink):
    sink.write(line.read())
