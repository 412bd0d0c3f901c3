"""Where a machine's output goes and where its input comes from, without ever waiting."""
import os
import select
import sys

from quire import protocol

FULL = 1 << 18  # bytes that may wait for a slow reader before the machine is made to wait


class Sink:
    """Takes a line's bytes at once; the base of what may take longer."""

    full = False  # the machine should wait
    waiting = b""  # not yet passed on

    def finish(self):
        """Pass on what waits, however long it takes."""


class Buffer(Sink):
    """Keeps what it is given, in `data`, up to a limit that no honest test comes near."""

    LIMIT = 1 << 26
    CUT = b"\n[the rest was not kept]\n"

    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        room = self.LIMIT - len(self.data)
        if room > 0:
            self.data += data[:room]
            if len(data) >= room:
                self.data += self.CUT


class Log(Sink):
    """The kernel's messages: all of them to `file`, the beginning and the end in memory."""

    HEAD, TAIL = 1 << 16, 1 << 17

    def __init__(self, file=None):
        self.file = file
        self.head = bytearray()
        self.tail = bytearray()
        self.cut = False

    def write(self, data):
        if self.file:
            self.file.write(data)
            self.file.flush()
        room = self.HEAD - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room < len(data) else b""
        if len(self.tail) > 2 * self.TAIL:
            del self.tail[: -self.TAIL]
            self.cut = True

    def text(self):
        gap = b"\n[...]\n" if self.cut else b""
        return (bytes(self.head) + gap + bytes(self.tail)).decode(errors="replace")


class Outlet(Sink):
    """Passes bytes on to a descriptor of this process, as fast as its reader takes them."""

    def __init__(self, fd):
        self.fd = fd
        self.waiting = bytearray()

    def write(self, data):
        self.waiting += data
        self.flush()

    def flush(self):
        """Write what can be written at once. Raises BrokenPipeError when the reader is gone."""
        while self.waiting and _writable(self.fd):
            # A pipe that polls as writable takes this much without blocking.
            del self.waiting[: os.write(self.fd, self.waiting[: select.PIPE_BUF])]

    def finish(self):
        while self.waiting:
            del self.waiting[: os.write(self.fd, self.waiting)]

    @property
    def full(self):
        return len(self.waiting) > FULL


class Feeder:
    """Carries the input from `source` (a descriptor, or None for no input) to the program."""

    def __init__(self, source, filter_keys=None):
        self.source = source
        self.filter_keys = filter_keys  # what a terminal's key strokes go through first
        self.waiting = bytearray()  # frames on their way
        if source is None:
            self.waiting += protocol.END_OF_INPUT

    def fill(self):
        """Read from the source, now that it has something."""
        try:
            data = os.read(self.source, 4096)
        except OSError:  # not open, or a terminal that is gone
            data = b""
        if data and self.filter_keys:
            data = self.filter_keys(data)
        elif not data:
            self.source = None
        if data or self.source is None:
            self.waiting += protocol.frame(data) if data else protocol.END_OF_INPUT

    def flush(self, fd):
        """Write to the machine, now that it takes something."""
        try:
            del self.waiting[: os.write(fd, self.waiting)]
        except BlockingIOError:
            pass
        except BrokenPipeError:  # the machine has ended
            self.waiting.clear()
            self.source = None


def read_all(fd):
    """Everything that can be read from `fd`, to its end."""
    chunks = []
    try:
        while chunk := os.read(fd, 1 << 20):
            chunks.append(chunk)
    except OSError as error:
        print(f"grade/run: standard input: {error.strerror}", file=sys.stderr)
    return b"".join(chunks)


def _writable(fd):
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return bool(poll.poll(0))
