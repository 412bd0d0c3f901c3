"""A person at the machine: types at its serial console or its keyboard, and reads what appears."""
import re
import select
import time

from quire.machine import Machine
from quire.qmp import MachineEnded

PATIENCE = 60  # seconds; only a machine that will never answer takes that long
PROMPT = r"^\$ \Z"

VGA_TEXT = 0xB8000
COLUMNS, ROWS = 80, 25
CRTC_INDEX, CRTC_DATA = 0x3D4, 0x3D5
CRTC_START_HIGH, CRTC_START_LOW = 0x0C, 0x0D

# QEMU's names for the keys of a US keyboard; a list is pressed together.
KEYS = {" ": ["spc"], "\n": ["ret"], "\x7f": ["backspace"]}
KEYS |= {"\x03": ["ctrl", "c"], "\x04": ["ctrl", "d"]}
PLAIN = {"-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right", ";": "semicolon"}
PLAIN |= {"'": "apostrophe", "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot"}
PLAIN |= {"/": "slash"}
SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"))


class Silence(Exception):
    """What was waited for did not appear."""


class SerialConsole:
    """The first serial line of a machine, both ways. Use it as a context manager."""

    def __init__(self, setup):
        setup.console_input = True
        self.machine = Machine(setup)
        self.machine.qmp.negotiate()
        self.machine.started()
        self.seen = ""  # all that appeared
        self._answered = 0  # up to here it has been waited for

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.machine.close()

    def type(self, text):
        self.machine.console_socket.sendall(text.encode())

    def wait_for(self, pattern):
        """What appeared since the last call, up to and with `pattern`, a regular expression."""
        deadline = time.monotonic() + PATIENCE
        while True:
            match = re.compile(pattern, re.MULTILINE).search(self.seen, self._answered)
            if match:
                start, self._answered = self._answered, match.end()
                return self.seen[start : match.end()]
            if not self.read(deadline - time.monotonic()):
                raise Silence(f"{pattern!r} did not appear; the console so far:\n{self.seen}")

    def command(self, line):
        """What a command printed: types it at the prompt, waits for the next prompt."""
        self.type(line + "\n")
        self.wait_for(re.escape(line) + r"\r?\n")  # the echo
        answer = self.wait_for(PROMPT)
        return re.sub(r"\r\n", "\n", answer)[: -len("$ ")]

    def read(self, patience):
        """Take what appears within `patience` seconds; whether something did."""
        socket = self.machine.console_socket
        ready, _, _ = select.select([socket], [], [], max(0, patience))
        data = socket.recv(65536) if ready else b""
        self.seen += data.decode(errors="replace")
        return bool(data)


class Screen:
    """The VGA text screen and the keyboard of the machine that `console`, a SerialConsole, has."""

    def __init__(self, console):
        self.console = console
        self.qmp = console.machine.qmp

    def text(self):
        """The screen as lines, without the blanks at their ends."""
        characters = self.cells()[::2].decode("cp437").replace("\0", " ")
        rows = [characters[i : i + COLUMNS].rstrip() for i in range(0, COLUMNS * ROWS, COLUMNS)]
        return "\n".join(rows).rstrip("\n")

    def cells(self):
        """The screen as the display has it: two bytes a cell, the character and its colours."""
        return self.qmp.read_physical(VGA_TEXT + 2 * self._origin(), COLUMNS * ROWS * 2)

    def _origin(self):
        """The cell in the upper left corner. The kernel scrolls by moving it, so the display
        controller is asked, while the machine stands still; its chosen register is restored."""
        self.qmp.command("stop")
        chosen = self._port_in(CRTC_INDEX)
        origin = 0
        for register in (CRTC_START_HIGH, CRTC_START_LOW):
            self._port_out(CRTC_INDEX, register)
            origin = origin << 8 | self._port_in(CRTC_DATA)
        self._port_out(CRTC_INDEX, chosen)
        self.qmp.command("cont")
        return origin

    def _port_in(self, port):
        return int(self.qmp.monitor(f"i /bx {port:#x}").split("=")[1], 16)

    def _port_out(self, port, value):
        self.qmp.monitor(f"o /b {port:#x} {value}")

    def wait_for(self, pattern):
        """The screen's text once `pattern`, a regular expression, stands on it."""
        deadline = time.monotonic() + PATIENCE
        text = ""
        try:
            while time.monotonic() < deadline:
                text = self.text()
                if re.search(pattern, text, re.MULTILINE):
                    return text
                # A screen sends no events. The serial line must be read, or the machine waits.
                self.console.read(0.02)
        except MachineEnded:
            raise Silence(f"the machine ended; the screen showed:\n{text}") from None
        raise Silence(f"{pattern!r} did not appear; the screen shows:\n{text}")

    def type(self, text):
        """Press and release the keys for `text`, on a US keyboard."""
        for character in text:
            keys = [{"type": "qcode", "data": name} for name in key_names(character)]
            self.qmp.command("send-key", keys=keys, **{"hold-time": 2})


def key_names(character):
    """What to press together for a character."""
    if character in KEYS:
        return KEYS[character]
    if character in SHIFTED:
        return ["shift", *key_names(SHIFTED[character])]
    if character.isupper():
        return ["shift", character.lower()]
    return [PLAIN.get(character, character)]
