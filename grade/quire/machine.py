"""One virtual machine: its QEMU process, the host's ends of its lines, and its certain end.

    COM1  console    COM2  stdio    COM3  stderr    COM4  control    QMP  the host's questions

Output lines are pipes. Under icount they are nameless files instead: a file never makes the
machine wait, so what the machine sees does not depend on how fast the host reads.
"""
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from quire.qmp import Qmp

CLOCK_BASE = 1735689600  # the calendar clock's start under icount: January 1st 2025, UTC
EXIT_PORT = "isa-debug-exit,iobase=0xf4,iosize=4"
# Sends a non-maskable interrupt to a kernel that takes no timer interrupt (kern/cpu/watchdog.h).
WATCHDOG = ["-device", "ib700", "-action", "watchdog=inject-nmi"]
WATCHDOG_SECONDS, WATCHDOG_SECONDS_ICOUNT = 4, 2
PR_SET_PDEATHSIG = 1
PUNCH_HOLE = 3  # FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
FORGET = 1 << 16  # bytes of output at a time


class StartError(Exception):
    """QEMU could not be started."""


@dataclass
class Setup:
    """A machine to build. `modules` are paths, or the bytes of a module made for this run."""

    kernel: str = None
    modules: list = field(default_factory=list)
    options: str = ""  # the kernel's command line
    mem: int = 128  # MiB
    smp: int = 1
    cpu: str = "max"
    icount: bool = False
    replay: str = ""  # under icount: QEMU's record and replay, as in "rr=record,rrfile=NAME"
    rtc: int = None  # the calendar clock's start in seconds since 1970; None: CLOCK_BASE, or now
    console_input: bool = False  # COM1 both ways, as `console_socket`
    audit: bool = False  # its memory outlives it, in the file `memory`, to be audited
    dump: str = None  # the same, in a file of that name
    extra: list = field(default_factory=list)  # more arguments for QEMU


class PipeLine:
    """A line from the machine that can be waited for: `fileno()`."""

    def __init__(self):
        self._fd, self.machine_end = os.pipe()
        self.at_end = False

    def fileno(self):
        return self._fd

    def read(self):
        """What has arrived; blocks until something has; b"" at the end of the machine."""
        data = os.read(self._fd, 65536)
        self.at_end = not data
        return data

    def arrived(self):
        """What has arrived, without waiting."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return self.read() if poll.poll(0) else b""

    def started(self):
        os.close(self.machine_end)

    def close(self):
        os.close(self._fd)


class FileLine:
    """A line from the machine that is looked at from time to time."""

    def __init__(self):
        self._file = tempfile.TemporaryFile(buffering=0)
        self.machine_end = self._file.fileno()
        self.at_end = False
        self._position = 0
        self._forgotten = 0  # what was read before this takes no room any more

    def read(self):
        """What has been added since the last look."""
        data = os.pread(self.machine_end, 1 << 18, self._position)
        self._position += len(data)
        read = self._position & -FORGET
        if read > self._forgotten:
            _punch_hole(self.machine_end, self._forgotten, read - self._forgotten)
            self._forgotten = read
        return data

    arrived = read

    def size(self):
        """How many bytes the machine has written."""
        return os.fstat(self.machine_end).st_size

    def behind(self):
        """How many of them have not been read."""
        return self.size() - self._position

    def started(self):
        pass

    def close(self):
        self._file.close()


class Machine:
    """A running machine. Use it as a context manager: leaving it kills what still runs."""

    def __init__(self, setup):
        self.icount = setup.icount
        line = FileLine if setup.icount else PipeLine
        self.console, self.stdout, self.stderr, self.control = (line() for _ in range(4))
        self.console_socket = None
        self.stdin = None  # a descriptor to write frames to; None under icount
        self.qmp = None
        self.process = None
        self.paused = False
        self.memory = _memory_file(setup) if setup.audit or setup.dump else None
        self._start_time = time.monotonic()
        self._errors = tempfile.TemporaryFile()  # what QEMU itself says
        self._folder = tempfile.mkdtemp(prefix="quire-")
        try:
            self._start(setup)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def lines(self):
        return [self.console, self.stdout, self.stderr, self.control]

    def started(self):
        """Call when QEMU has answered once: it has read its files, and they can go."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def wait(self):
        """QEMU's exit status, once it has ended or is just ending; negative for a signal."""
        return self.process.wait()

    def cpu_seconds(self):
        """Processor time that QEMU has used; where the system does not tell, the time it has run.
        """
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()  # proc(5): from the third on
        except OSError:
            return time.monotonic() - self._start_time
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def output(self):
        """How many bytes have come out of its lines; under icount."""
        return sum(line.size() for line in self.lines)

    def errors(self):
        """What QEMU printed about itself."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()

    def pause(self, wanted):
        """Stop the machine for a while, or let it go on; under icount it does not notice."""
        if wanted != self.paused:
            self.process.send_signal(signal.SIGSTOP if wanted else signal.SIGCONT)
            self.paused = wanted

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.kill()
        self.started()
        for line in self.lines:
            line.close()
        self.close_stdin()
        socket_end = self.qmp and self.qmp.socket
        for end in (socket_end, self.console_socket, self._errors, self.memory):
            if end:
                end.close()

    def close_stdin(self):
        if self.stdin is not None:
            os.close(self.stdin)
            self.stdin = None

    def _start(self, setup):
        ours, theirs = socket.socketpair()
        self.qmp = Qmp(ours)
        inherited = [theirs.fileno()] + [line.machine_end for line in self.lines]
        input_end = subprocess.DEVNULL
        if not setup.icount:
            input_end, self.stdin = os.pipe()
            os.set_blocking(self.stdin, False)
        command = self._command(setup) + ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}"]
        if self.memory:
            inherited.append(self.memory.fileno())
        console = f"file,id=console,path=/dev/fd/{self.console.machine_end}"
        if setup.console_input:
            self.console_socket, guest_end = socket.socketpair()
            inherited.append(guest_end.fileno())
            console = f"socket,id=console,fd={guest_end.fileno()}"
        try:
            self.process = subprocess.Popen(
                command + ["-chardev", console],
                cwd=self._folder,
                stdin=input_end,
                stdout=self.stdout.machine_end,
                stderr=self._errors,
                pass_fds=inherited,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        except OSError as error:
            raise StartError(f"{command[0]}: {error.strerror}") from error
        finally:
            theirs.close()
            if setup.console_input:
                guest_end.close()
            if not setup.icount:
                os.close(input_end)
        for line in self.lines:
            line.started()

    def _command(self, setup):
        """QEMU's arguments. Modules and kernel get short names in a folder of their own: commas
        and spaces mean something in -initrd, and the kernel sees the names."""
        start = CLOCK_BASE if setup.icount and setup.rtc is None else setup.rtc
        base = "utc" if start is None else time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(start))
        command = [_qemu(), "-nodefaults", "-no-user-config", "-display", "none"]
        command += ["-vga", "std", "-machine", "pc", "-accel", "tcg,tb-size=64"]
        if self.memory:
            path = f"/dev/fd/{self.memory.fileno()}"
            backend = f"memory-backend-file,id=memory,size={setup.mem}M,mem-path={path},share=on"
            command += ["-object", backend, "-machine", "memory-backend=memory"]
        command += ["-cpu", setup.cpu, "-m", str(setup.mem), "-smp", str(setup.smp), "-no-reboot"]
        command += ["-rtc", f"base={base},clock=vm", "-device", EXIT_PORT]
        if setup.icount:
            command += ["-icount", ",".join(filter(None, ["shift=0,sleep=off", setup.replay]))]
        if setup.kernel:
            os.symlink(os.path.abspath(setup.kernel), os.path.join(self._folder, "quire.elf"))
            seconds = WATCHDOG_SECONDS_ICOUNT if setup.icount else WATCHDOG_SECONDS
            options = f"watchdog={seconds} {setup.options}".strip()
            command += ["-kernel", "quire.elf", "-append", options] + WATCHDOG
        if setup.modules:
            names = [self._module(i, module) for i, module in enumerate(setup.modules)]
            command += ["-initrd", ",".join(names)]
        command += ["-chardev", "stdio,id=stdio,signal=off"]
        for name, line in (("stderr", self.stderr), ("control", self.control)):
            command += ["-chardev", f"file,id={name},path=/dev/fd/{line.machine_end}"]
        for name in ("console", "stdio", "stderr", "control"):
            command += ["-serial", f"chardev:{name}"]
        return command + ["-mon", "chardev=qmp,mode=control"] + setup.extra

    def _module(self, number, module):
        name = f"module{number}"
        path = os.path.join(self._folder, name)
        if isinstance(module, str):
            os.symlink(os.path.abspath(module), path)
        else:
            with open(path, "wb") as file:
                file.write(module)
        return name


def _qemu():
    """The QEMU to run: $QEMU, or the first that is installed."""
    names = ["qemu-system-i386", "qemu-system-x86_64"]
    return os.environ.get("QEMU") or next(filter(shutil.which, names), names[0])


def _memory_file(setup):
    """A file for a machine's memory; a nameless one lies in memory, where that is possible."""
    if setup.dump:
        file = open(setup.dump, "w+b")
    elif hasattr(os, "memfd_create"):
        file = os.fdopen(os.memfd_create("quire"), "r+b")
    else:
        file = tempfile.TemporaryFile()
    os.truncate(file.fileno(), setup.mem << 20)
    return file


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _punch_hole(descriptor, start, length):
    """Let [start, start + length) of a file take no room; where that is impossible, it does."""
    fallocate = _libc and (getattr(_libc, "fallocate64", None) or getattr(_libc, "fallocate", None))
    if fallocate:
        fallocate(descriptor, PUNCH_HOLE, ctypes.c_int64(start), ctypes.c_int64(length))


def die_with_parent():
    """In the child, before it becomes QEMU: no QEMU outlives the process that asked for it."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
