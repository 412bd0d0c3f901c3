"""What travels over the serial lines: input frames (COM2) and the control transcript (COM4).

COM2, to the machine: frames of a little-endian 16-bit length and that many bytes; a frame of
length 0 ends the input; the length 0xFFFF announces the size of the terminal's window, rows and
columns of 16 bits each. The first is sent when the control line has said `start`, because setting
up a serial port drops what it has received. COM2, from the machine: the program's output, raw.

COM4, from the machine only: numbered lines, the first with the nonce that the host chose:
    1 quire NONCE
    2 start TSC                 just before the first program's first instruction
      death PID TEXT            any number of them, before line 3: why a program dies
    3 exit STATUS TSC           or: signal NUMBER TSC; oom TSC (SIGKILL, memory was short);
                                nostart ERRNO TSC; unpack MODULE ENTRY ERRNO TSC; panic TSC;
                                deadlock TSC; unwritten LAB EXERCISE TSC
    4 end                       without line 3: a program switched the machine off or restarted it
A trace (kern/trace/trace.h) reports what its operations did, in lines before these:
    2 op N                      and did, also, panicked, faulted, unknown
A program has no way to write there, so a complete transcript is the kernel's word.
"""
import struct

LONGEST_FRAME = 0xFFFE
WINDOW_FRAME = 0xFFFF  # in the place of a length: rows and columns follow
END_OF_INPUT = struct.pack("<H", 0)

# How a run may end, and how many numbers stand before the TSC.
ENDINGS = {"exit": 1, "signal": 1, "oom": 0, "nostart": 1, "unpack": 3, "panic": 0, "deadlock": 0,
           "unwritten": 2}
DEATHS_KEPT = 1000  # the kernel sends one a second, after the first few
RANGES = {"exit": range(256), "signal": range(1, 65)}  # of what grade/run's status is made from
TRACE = {"op", "did", "also", "panicked", "faulted", "unknown"}  # a trace's own lines
LONGEST_LINE = 400  # no line of the control line comes near this


def frame(data):
    """The bytes that carry `data` (1 to LONGEST_FRAME bytes) to the program."""
    assert 0 < len(data) <= LONGEST_FRAME
    return struct.pack("<H", len(data)) + data


def window_frame(rows, columns):
    """The bytes that tell the machine's terminal the size of its window."""
    return struct.pack("<HHH", WINDOW_FRAME, rows, columns)


class Transcript:
    """The control line as it arrives. `fault` says what is wrong with it, None while nothing is."""

    full = False  # it always takes more (see nonblocking.Sink)

    def __init__(self, nonce, on_death=None):
        self.nonce = nonce
        self.on_death = on_death  # called with the text of each death
        self.deaths = []  # (pid, text)
        self.lines = 0
        self.start = None  # TSC
        self.ending = None  # a key of ENDINGS
        self.values = ()  # the numbers of the ending: exit status, signal, error number
        self.tsc = None  # TSC of the ending
        self.complete = False
        self.trace = []  # the words of a trace's lines
        self.fault = None
        self._rest = b""

    def write(self, data):
        """Take what arrived; any amount, cut anywhere."""
        if self.fault:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            if self.fault is None:
                self._line(line.decode("latin-1"))

    def missing(self):
        """In words, why this is not a complete transcript; None if it is one."""
        if self.fault:
            return self.fault
        if self.complete and not self._rest:
            return None
        if self.lines == 0:
            return "the control line stayed silent"
        return f"the control line stops after {self.lines} lines"

    def _line(self, line):
        words = line.split(" ")
        self.lines += 1
        try:
            accepted = words[0] == str(self.lines) and self._record(words[1:])
        except ValueError:
            accepted = False
        if not accepted:
            self.fault = f"line {self.lines} of the control line is not valid: {line[:80]!r}"

    def _record(self, words):
        """Whether `words` (without the line's number) may stand here; remember what they say."""
        keyword, *numbers = words or [""]
        if self.lines == 1:
            return words == ["quire", self.nonce]
        if self.complete:
            return False
        if self.ending or words == ["end"]:
            self.complete = words == ["end"]
            return self.complete
        if keyword == "death":
            return len(numbers) > 1 and self._death(numbers[0], " ".join(numbers[1:]))
        if keyword in TRACE and self.start is None:
            self.trace.append(words)
            return True
        if not all(word.isascii() and word.isdigit() for word in numbers):
            return False
        numbers = [int(word) for word in numbers]
        if keyword == "start" and self.start is None:
            (self.start,) = numbers
            return True
        if keyword in ENDINGS and len(numbers) == ENDINGS[keyword] + 1:
            if keyword in RANGES and numbers[0] not in RANGES[keyword]:
                return False
            *self.values, self.tsc = numbers
            self.ending = keyword
            return True
        return False

    def _death(self, pid, text):
        if not (pid.isascii() and pid.isdigit() and text.isascii() and text.isprintable()):
            return False
        if len(self.deaths) < DEATHS_KEPT:
            self.deaths.append((int(pid), text))
        if self.on_death:
            self.on_death(text)
        return True
