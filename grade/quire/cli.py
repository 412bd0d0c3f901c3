"""grade/run: run one program in a fresh Quire machine.

Options stand before PROGRAM; everything after it belongs to the program. README.md, one folder up,
explains the verdicts.
"""
import argparse
import calendar
import os
import signal
import sys
import time

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import build, elfcheck, terminal
from quire.deaths import Describer
from quire.initrd import ENVIRONMENT, Refused, RunModule, in_archive
from quire.machine import Setup
from quire.result import CANNOT_START, KERNEL_FAILED, failure
from quire.machine_run import MachineRun
from quire.nonblocking import Feeder, Log, Outlet, read_all
from quire.text import visible

EPILOG = """\
exit status: the program's; 128+n if signal n ended it; 124 out of time (or nothing can run any
more); 125 the kernel panicked, reset or lost its voice; 126 it could not be started.
"""


class Interrupted(Exception):
    """A signal asks this process to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Parser(argparse.ArgumentParser):
    """Reports a wrong option with the status of what cannot be started."""

    def error(self, message):
        self.exit(CANNOT_START, f"{self.prog}: {message}\n(--help lists the options)\n")


def parser():
    """The command line. Other people's test suites depend on it."""
    result = Parser(
        prog="grade/run",
        usage="grade/run [OPTION...] PROGRAM [ARG...]",
        description="Run PROGRAM, a static i386 ELF file, as the only program of a fresh machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = result.add_argument
    add("--mem", type=int, default=128, metavar="MIB", help="memory of the machine (128); 16 is enough to boot")
    add("--smp", type=int, default=1, metavar="N", help="processors (1)")
    add("--cpu", default="max", metavar="NAME", help="the processor: one of QEMU's models (max)")
    add("--icount", action="store_true", help="deterministic: time is counted in instructions")
    add("--timeout", type=float, metavar="S", help="seconds; of 10^9 instructions under --icount")
    add("--rtc", type=clock_start, metavar="TIME", help="the clock starts at that UTC, as 2025-01-01T00:00:00 (the present time; --icount: this)")
    add("--root", action="append", default=[], metavar="DIR", help="add a tree to the archive")
    add("--file", action="append", default=[], metavar="HOST[:GUEST]", help="add a file")
    add("--guest", action="store_true", help="PROGRAM names a file in the archive")
    add("--tests", action="store_true", help="add all programs of user/tests, as /tests/NAME; one that the command names is always there")
    add("--env", action="append", default=[], metavar="K=V", help="an environment variable")
    add("--append", action="append", default=[], metavar="TEXT", help="more kernel options")
    add("--tty", action="store_true", help="standard input and output are a terminal (^A x ends)")
    add("--log", metavar="FILE", help="write the kernel's messages there")
    add("--result", metavar="FILE", help="write the verdict there, as JSON")
    add("--audit", action="store_true", help="check the machine's memory after its end")
    add("--dump", metavar="FILE", help="keep the machine's memory there, for grade/audit")
    add("--kernel", metavar="FILE", help="another kernel than obj/quire.elf")
    add("--archive", metavar="FILE", help="another archive than obj/archive.cpio")
    add("command", nargs=argparse.REMAINDER, metavar="PROGRAM [ARG...]", help=argparse.SUPPRESS)
    return result


def clock_start(text):
    """The seconds since 1970 that an argument of --rtc means. Raises ValueError."""
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))


def one_output():
    """Are standard output and standard error one file? Then the machine writes both to one line, so
    that their bytes keep their order."""
    return os.path.samestat(os.fstat(1), os.fstat(2))


def build_outputs(options):
    """The kernel and the archives to boot."""
    kernel = options.kernel or build.path("quire.elf")
    archive = options.archive or build.path("archive.cpio")
    archives = [archive, build.path("tests.cpio")] if options.tests else [archive]
    for path in (kernel, *archives):
        if not os.access(path, os.R_OK):
            raise Refused(f"{path} is not there; `make` builds it")
    return kernel, archives


def guest_path(options, program):
    """Where the program lies in the machine."""
    if not options.guest:
        return "/run/" + os.path.basename(program)
    return in_archive(program)


def run_module(options):
    """The module with the program and all that comes along."""
    program, *_ = options.command
    path = guest_path(options, program)
    module = RunModule()
    if not options.tests:
        module.add_tests(options.command if options.guest else options.command[1:])
    for tree in options.root:
        module.add_tree(tree)
    for entry in options.file:
        host, _, guest = entry.partition(":")
        module.add_host_file(guest or os.path.basename(host), host)
    if not options.guest:
        with open(program, "rb") as file:
            content = file.read()
        reason = elfcheck.refusal(content, alone=not (options.root or options.file))
        if reason:
            raise Refused(f"{program}: {reason}")
        module.add_file(path, content, 0o755)
    for name in module.skipped:
        print(f"grade/run: left out {visible(name)}: not a file, directory or link", file=sys.stderr)
    stdin = read_all(0) if options.icount else None
    module.add_run(path, [path, *options.command[1:]], environment(options), stdin)
    return module.finish()


def environment(options):
    """The program's environment: nothing of this process's but what --env says."""
    variables = dict(ENVIRONMENT)
    if options.tty:
        variables["TERM"] = os.environ.get("TERM", "linux")
    for entry in options.env:
        name, equals, value = entry.partition("=")
        if not name or not equals:
            raise Refused(f"--env {entry}: K=V expected")
        variables[name] = value
    return variables


def check(options):
    """Refuse what does not go together."""
    if not options.command:
        raise Refused("which program? (--help lists the options)")
    if options.tty and options.icount:
        raise Refused("--tty and --icount: a terminal is not deterministic")
    limit = 1 if options.timeout is None else options.timeout
    if not (options.mem > 0 and options.smp > 0 and limit > 0):
        raise Refused("--mem, --smp and --timeout must be positive")


def run(options, log_file):
    """The Result of the run that the command line asks for, and the kernel's messages."""
    check(options)
    kernel, archives = build_outputs(options)
    setup = Setup(
        kernel=kernel,
        modules=[*archives, run_module(options)],
        options=" ".join([stdio_options(options), *options.append]),
        mem=options.mem,
        smp=options.smp,
        cpu=options.cpu,
        icount=options.icount,
        rtc=options.rtc,
        audit=options.audit,
        dump=options.dump,
    )
    log = Log(log_file)
    with terminal.RawTerminal(0 if options.tty else None) as local:
        feeder = Feeder(0, terminal.Keys() if local.raw else None)
        if local.raw:
            terminal.follow_window(0, feeder)
        session = MachineRun(
            setup,
            stdout=Outlet(1),
            stderr=Outlet(2),
            log=log,
            feeder=feeder,
            limit=options.timeout,
            describe=Describer(given_files(options)),
            on_death=report_death if os.isatty(2) else None,
        )
        return session.run(), log


def stdio_options(options):
    """The kernel options for the standard files."""
    if options.tty:
        return "seed=1 stdio=serial tty"
    return "seed=1 stdio=serial,joined" if one_output() else "seed=1 stdio=serial"


def given_files(options):
    """The files of this system that become programs of the machine, as far as --root is not read.
    """
    files = [entry.partition(":")[0] for entry in options.file]
    return files if options.guest else [*files, options.command[0]]


def report_death(text):
    """Say on the terminal why a program dies, while others may run on. The terminal may be raw."""
    sys.stderr.write(f"\r\n{text}\r\n")
    sys.stderr.flush()


def report(result, log, logged):
    """Say on standard error what the exit status alone does not."""
    if result.kind in KERNEL_FAILED and log and not logged:
        sys.stderr.write(log.text())
    if result.message and result.kind != "signal":
        print(f"grade/run: {result.message}", file=sys.stderr)


def words(error):
    """An error as people read it."""
    if isinstance(error, OSError) and error.filename:
        return visible(f"{error.filename}: {error.strerror}")
    return visible(str(error))


def interrupted(number, _frame):
    raise Interrupted(number)


def open_standard():
    """Open each standard descriptor that is closed, before anything else gets its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def main():
    open_standard()
    options = parser().parse_args()
    if options.command[:1] == ["--"]:
        del options.command[0]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    result_file = log_file = log = None
    try:
        # Opened now: a verdict of an earlier run must not survive a run that fails.
        result_file = open(options.result, "w", encoding="utf-8") if options.result else None
        log_file = open(options.log, "wb") if options.log else None
        result, log = run(options, log_file)
    except (Refused, OSError) as error:
        if isinstance(error, BrokenPipeError):
            return end_by(signal.SIGPIPE)
        result = failure("refused", words(error))
    except Interrupted as error:
        return end_by(error.number)
    except terminal.Quit:
        return end_by(signal.SIGINT)
    report(result, log, bool(log_file))
    if result_file:
        with result_file:
            result.write(result_file)
    return result.status


def end_by(number):
    """End this process as the signal ends one."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:  # a mistake in these files must not look like the program's status
        sys.excepthook(*sys.exc_info())
        sys.exit(CANNOT_START)
