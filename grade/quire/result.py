"""The verdict on one run, from three witnesses: the transcript, QEMU's end, and the watch."""
import json
import os
import re
from dataclasses import dataclass, replace

from quire.text import visible
from tools import cpio

# What the kernel writes to the exit port; QEMU then exits with 2 * value + 1.
PORT_END, PORT_PANIC, PORT_DEADLOCK, PORT_NOSTART, PORT_TESTS_FAILED = 0x10, 0x11, 0x18, 0x19, 0x1A
PORT_NOT_WRITTEN = 0x1D
PORT_RESTART = 0x1E
BOOT_ERRORS = {
    0x13: "it was not started by a multiboot loader",
    0x14: "it got no memory map",
    0x15: "it got no module",
    0x16: "the machine has too little memory",
    0x17: "a module lies out of its reach",
    0x1B: "the processor is too old",
    0x1C: "an exception came before it could handle one",
}
PORT_OF_ENDING = {
    "exit": PORT_END,
    "signal": PORT_END,
    "oom": PORT_END,
    "panic": PORT_PANIC,
    "deadlock": PORT_DEADLOCK,
    "nostart": PORT_NOSTART,
    "unpack": PORT_NOSTART,
    "unwritten": PORT_NOT_WRITTEN,
}

TIMEOUT, BROKEN, CANNOT_START = 124, 125, 126
STATUS = {
    "timeout": TIMEOUT,
    "deadlock": TIMEOUT,
    "panic": BROKEN,
    "unwritten": BROKEN,
    "reset": BROKEN,
    "lost": BROKEN,
    "audit": BROKEN,
    "boot": CANNOT_START,
    "nostart": CANNOT_START,
    "refused": CANNOT_START,
}
SIGNALS = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP"
    " TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()
SIGKILL = 9
REPORT_HEAD = re.compile(r"^[^ ]*\[\d+\]: SIG[A-Z]+ \(\d+\),? ")
FIRST_PID = 2  # of the first program; 1 is the kernel's own

# Where the kernel's own messages say more than the verdict.
KERNEL_FAILED = {"panic", "unwritten", "reset", "lost", "audit", "boot", "nostart", "deadlock"}


@dataclass
class Result:
    """How a run ended.

    kind     exit, signal: the program ended; timeout: it used up its time; deadlock: all waited,
             and nothing could wake them; panic: the kernel failed; reset: the machine restarted
             or was switched off; lost: it ended without a complete transcript; boot: the
             kernel refused the machine; nostart: QEMU or the program could not be started;
             refused: not a program for Quire;
             unwritten: the kernel called a function that a lab leaves to the student; `exercise`
             says which (its id in lab.toml);
             tests: the kernel ran its own tests, and the status says whether all passed
    status   what grade/run exits with: the program's status, 128 + signal, or a key's from STATUS
    """

    kind: str
    status: int
    message: str = ""
    signal: int = None
    instructions: int = None  # from power-on to the end; only under icount
    boot_instructions: int = None  # from power-on to the program's first instruction
    findings: list = None  # the audit's, in words
    exercise: str = None  # only if kind is unwritten
    deaths: list = None  # the kernel's reports of programs that died by a fault or out of memory
    backtrace: list = None  # of a time-out: the kernel's lines, the innermost function first

    def ending(self):
        """How the run ended, in the words of a record of user/tests."""
        if self.kind == "exit":
            return f"exit {self.status}"
        return f"signal {self.signal}" if self.kind == "signal" else self.kind

    def write(self, file):
        json.dump(vars(self), file, indent=1)
        file.write("\n")


def failure(kind, message):
    """The result of a run that did not come to its end."""
    return Result(kind, STATUS[kind], message)


def audited(result, findings):
    """The result of a machine that ended as `result` says, but of which the audit found `findings`.
    """
    lines = "".join(f"\n    {finding}" for finding in findings)
    message = f"the run ended ({result.kind}), but the audit of the machine's memory found:{lines}"
    return replace(
        result,
        kind="audit",
        status=STATUS["audit"],
        message=message,
        findings=[str(finding) for finding in findings],
    )


def with_deaths(result, deaths, describe):
    """The result of a machine in which programs died: `deaths` are pairs (pid, report). Where the
    signal of the first program has a report, that is the result's message too."""
    texts = [(pid, describe(text)) for pid, text in deaths]
    own = [text for pid, text in texts if pid == FIRST_PID]
    reasons = {}
    if own and result.kind == "signal":
        reason = REPORT_HEAD.sub("", own[-1])  # the verdict names program and signal itself
        reasons = {"message": f"{_signal_name(result.signal)} ended it: {reason}"}
    return replace(result, deaths=[text for _, text in texts] or None, **reasons)


def located(result, log, describe=str):
    """The result of a machine that used up its time, with where it was then: what the kernel
    printed in its `log` when the non-maskable interrupt came. `describe` adds what the host knows of
    a program's address. The result as it is, if the kernel printed nothing.
    """
    _, found, report = log.rpartition("panic: non-maskable interrupt: ")
    if not found:
        return result
    place, *lines = report.splitlines()
    # The kernel knows no name for a program's own code.
    backtrace = [line.strip() for line in lines if line.startswith("  [") and not line.endswith("] ?")]
    message = "\n    ".join([f"{result.message}: {describe(place)}", *backtrace])
    return replace(result, message=message, backtrace=backtrace)


def judge(transcript, qemu_status, shutdown_reason, qemu_errors, modules=()):
    """The result of a machine that ended by itself.

    `qemu_status` is QEMU's exit status, negative for a signal; `shutdown_reason` what QEMU said
    on its protocol line, or None; `modules` what the machine was given (machine.Setup). What the
    console shows is no witness: programs write there too.
    """
    if qemu_status < 0:
        return failure("lost", f"QEMU was killed by signal {-qemu_status}")
    if qemu_status == 0:
        if shutdown_reason != "guest-reset":
            return failure("lost", f"the machine switched itself off ({shutdown_reason})")
        return failure("reset", "the machine reset itself: a triple fault, most likely")
    port = qemu_status >> 1
    if port in BOOT_ERRORS:
        return failure("boot", f"the kernel did not boot: {BOOT_ERRORS[port]}")
    if qemu_status == 1:
        return failure("nostart", f"QEMU could not start: {qemu_errors}")
    missing = transcript.missing()
    if port == PORT_PANIC:
        # A panic may strike in the middle of a control line, so the exit port is enough.
        return failure("panic", "the kernel panicked")
    if missing:
        return failure("lost", f"the machine ended, but {missing}")
    if port == PORT_RESTART:
        return failure("reset", "a program restarted the machine")
    started = transcript.start is not None or transcript.ending
    if not started and port in (PORT_END, PORT_TESTS_FAILED):
        return Result("tests", int(port == PORT_TESTS_FAILED))
    if transcript.ending is None and port == PORT_END:
        return failure("reset", "a program switched the machine off")
    if PORT_OF_ENDING.get(transcript.ending) != port:
        said = f"the control line says {transcript.ending}, the exit port {port:#x}"
        return failure("lost", said)
    return _ended(transcript, modules)


def _signal_name(number):
    """A signal in words. The names are Quire's, which this system may give to other numbers."""
    name = SIGNALS[number - 1 : number]
    return f"signal {number} (SIG{name[0]})" if name else f"signal {number}"


def _ended(transcript, modules):
    ending, values = transcript.ending, transcript.values
    if ending == "exit":
        return Result("exit", *values)
    if ending == "signal":
        (number,) = values
        return Result("signal", 128 + number, f"{_signal_name(number)} ended it", number)
    if ending == "oom":
        message = f"{_signal_name(SIGKILL)} ended it: out of memory"
        return Result("signal", 128 + SIGKILL, message, SIGKILL)
    if ending == "nostart":
        message = f"the kernel could not start the program: {_error(*values)}"
        return failure("nostart", message)
    if ending == "unpack":
        module, entry, error = values
        message = f"the kernel could not unpack {_entry(modules, module, entry)}: {_error(error)}"
        return failure("nostart", message)
    if ending == "unwritten":
        lab, exercise = values
        message = f"exercise {lab}.{exercise} is not written yet"
        return replace(failure("unwritten", message), exercise=f"{lab}.{exercise}")
    return failure("deadlock", "every process waits, and nothing is left to wake one")


def _error(number):
    return f"{os.strerror(number)} ({number})"


def _entry(modules, module, number):
    """What to call an entry of an archive that the machine was given."""
    content = modules[module] if module < len(modules) else b""
    archive = f" of {content}" if isinstance(content, str) else ""
    try:
        if archive:
            with open(content, "rb") as file:
                content = file.read()
        return visible(cpio.entries(content)[number][0] + archive)
    except (IndexError, OSError, ValueError):  # the archive is damaged there
        return visible(f"entry {number}{archive or f' of module {module}'}")
