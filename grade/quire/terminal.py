"""The local terminal in raw mode, for --tty: every key goes to the machine."""
import os
import signal
import termios
import tty

from quire import protocol

ESCAPE = b"\x01"  # ^A


class Quit(Exception):
    """The user asked for the end: ^A x."""


class RawTerminal:
    """A context manager; `fd` may be None or no terminal, and then nothing happens."""

    def __init__(self, fd):
        self.fd = fd
        self.saved = None

    def __enter__(self):
        if self.fd is not None and os.isatty(self.fd):
            self.saved = termios.tcgetattr(self.fd)
            tty.setraw(self.fd)
        return self

    def __exit__(self, *_):
        if self.saved:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)

    @property
    def raw(self):
        return self.saved is not None


def follow_window(fd, feeder):
    """Send the size of the terminal `fd` to the machine, now and whenever it changes. Between two
    events the session waits for a second at most, so a change takes that long."""

    def send(*_):
        size = os.get_terminal_size(fd)
        feeder.waiting += protocol.window_frame(size.lines, size.columns)

    signal.signal(signal.SIGWINCH, send)
    send()


class Keys:
    """Finds ^A x (quit, as in QEMU) and ^A ^A (one ^A) among the key strokes."""

    def __init__(self):
        self.escaped = False

    def __call__(self, data):
        """What of `data` goes to the machine. Raises Quit."""
        passed = bytearray()
        for key in (data[i : i + 1] for i in range(len(data))):
            if self.escaped and key == b"x":
                raise Quit
            if key == ESCAPE and not self.escaped:
                self.escaped = True
                continue
            self.escaped = False
            passed += key
        return bytes(passed)
