"""`make explain`: runs a machine once more, and explains from outside how it broke.

QEMU logs each exception, and stops the machine where it would reset instead of ending it. So its registers and
its memory remain to be read: the page tables, the gates of exceptions, the kernel's stack. Nothing of this
needs a kernel that works. `again` does so for the grader, whose machine reset itself or hung.
"""
import argparse
import mmap
import os
import shlex
import sys
import tempfile
import threading
from dataclasses import dataclass

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(sys.path[0])  # grade/, where the package is

from quire import arguments, build, exceptions, guest, ktap, lab_machine, user_tests
from quire.exceptions import name
from quire.known_tests import NoTest, ktests_like, unknown
from quire.initrd import ENVIRONMENT, RunModule, in_archive
from quire.machine import Setup
from quire.places import place
from quire.machine_run import MachineRun
from quire.nonblocking import Log

KERNBASE, LINEAR_END = 0xC0000000, 0xF8000000
PRESENT, WRITE, USER, LARGE = 1, 2, 4, 0x80
KEPT = 1 << 22  # bytes of the end of QEMU's log: 2,500 exceptions
SHOWN = 8  # exceptions of a report
FRAMES = 12  # callers of a backtrace
MESSAGES = 15  # lines of the console
NEWLINE = "\n"
LIMIT = 2  # guest seconds, where a test has no limit of its own
BROKEN = {"reset", "timeout", "deadlock", "lost"}  # verdicts that say little by themselves


class Tail:
    """The end of what QEMU writes into its log, which may be long: a pipe, read by a thread."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "log")
        os.mkfifo(self.path)
        self._data = bytearray()
        self._open = os.open(self.path, os.O_RDWR)  # so that neither side waits for the other to open
        self._thread = threading.Thread(target=self._read, args=[open(self.path, "rb", 0)], daemon=True)
        self._thread.start()

    def text(self):
        """Call when QEMU has ended."""
        os.close(self._open)
        self._thread.join()
        return self._data.decode(errors="replace")

    def _read(self, pipe):
        with pipe:
            while data := pipe.read(1 << 16):
                self._data += data
                if len(self._data) > 2 * KEPT:
                    del self._data[:-KEPT]


@dataclass
class Remains:
    """What is left of a machine that has stopped: its registers, its memory, the end of QEMU's log."""

    kernel: str
    path: str = ""  # of the memory
    registers: exceptions.Registers = None
    memory: mmap.mmap = None
    log: str = ""

    def keep(self, machine):
        """Called by the MachineRun while QEMU still lives."""
        self.registers = exceptions.registers(machine.qmp.monitor("info registers"))
        self.map(machine.memory)

    def map(self, file):
        """Read the memory in this open file."""
        self.memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def word(self, address):
        """The 32-bit word at a physical address; None where there is no memory."""
        if not 0 <= address <= len(self.memory) - 4:
            return None
        return int.from_bytes(self.memory[address : address + 4], "little")

    def entries(self, cr3, address):
        """[(what, entry)] of both levels of the page tables for an address; the second is left out where
        the first leads to no table."""
        directory = cr3 & ~0xFFF
        pde = self.word(directory + 4 * (address >> 22))
        found = [(f"directory entry {address >> 22}, at {directory + 4 * (address >> 22):#x}", pde)]
        if pde is not None and pde & PRESENT and not pde & LARGE:
            index = address >> 12 & 0x3FF
            at = (pde & ~0xFFF) + 4 * index
            found.append((f"table entry {index}, at {at:#x}", self.word(at)))
        return found

    def virtual(self, cr3, address):
        """The word at a virtual address: by the page tables, or where they are broken by the linear map."""
        entry = self.entries(cr3, address)[-1][1]
        if entry is not None and entry & PRESENT:
            size = 4 << 20 if entry & LARGE and len(self.entries(cr3, address)) == 1 else 4096
            return self.word((entry & ~(size - 1) & 0xFFFFFFFF) + (address & (size - 1)))
        return self.word(address - KERNBASE) if KERNBASE <= address < LINEAR_END else None

    def callers(self, state):
        """The return addresses on the kernel's stack, the innermost first."""
        ebp, found = state.ebp, []
        while ebp >= KERNBASE and ebp % 4 == 0 and len(found) < FRAMES:
            following, address = self.virtual(state.cr3, ebp), self.virtual(state.cr3, ebp + 4)
            if not address or address < KERNBASE:
                break
            found.append(address)
            if following is None or following <= ebp:
                break
            ebp = following
        return found


    def arguments(self, state):
        """{(address, function): arguments} of the functions on the kernel's stack, as it is at the end."""
        return arguments.of_frames(self.kernel, self.path, state.general) if self.path else {}


def entry_words(entry):
    """The flags of an entry."""
    if entry is None:
        return "(no memory there)"
    if not entry & PRESENT:
        return f"{entry:#010x}, {'not present' if entry else 'empty'}"
    return ", ".join([f"{entry:#010x}", "user" if entry & USER else "kernel only",
                      "writable" if entry & WRITE else "read-only"])


def translation(remains, state):
    """Lines about cr2: the place, if it is code, and both levels of its entries."""
    shown = f"    cr2 {state.cr2:#010x}"
    if state.cr2 >= KERNBASE and "," in (found := place(remains.kernel, state.cr2)):
        shown += f": {found}"
    entries = [f"        {what}: {entry_words(entry)}" for what, entry in remains.entries(state.cr3, state.cr2)]
    return [shown, *entries]


def shown(known, address):
    """The arguments of the function that has an address, in brackets, if they are known. Of functions that the
    compiler put there from others the outermost counts: it comes last."""
    found = [text for (at, _), text in known.items() if at == address]
    return f" ({found[-1]})" if found else ""


def code(remains, state, user=False, with_arguments=False):
    """Lines about eip, and for the kernel the functions that called."""
    if user:
        return [f"    eip {state.eip:#010x}, of a program"]
    known = remains.arguments(state) if with_arguments else {}
    lines = [f"    eip {state.eip:#010x}: {place(remains.kernel, state.eip)}{shown(known, state.eip)}"]
    callers = [place(remains.kernel, address - 1) + shown(known, address) for address in remains.callers(state)]
    for caller, count in folded(callers):
        lines.append(f"        called from {caller}{times(count)}")
    return lines


def folded(items):
    """[(item, count)]: equal neighbours once."""
    found = []
    for item in items:
        if found and found[-1][0] == item:
            found[-1][1] += 1
        else:
            found.append([item, 1])
    return found


def times(count):
    """How often, where it is more than once."""
    return f", {count} times" if count > 1 else ""


def entering(remains, state, handler, failure):
    """Why the processor could not enter a handler."""
    gate = state.idt + 8 * handler
    text = f"entering the handler of {name(handler)} failed with a {name(failure)}"
    if 8 * handler + 7 > state.idt_limit:
        return f"{text}: the table of gates at {state.idt:#x} ends before its gate (limit {state.idt_limit:#x})"
    if failure == exceptions.PAGE_FAULT:
        if gate <= state.cr2 < gate + 8:
            return f"{text}: its gate at {gate:#x} could not be read"
        if 0 <= state.esp - state.cr2 <= 64:
            return f"{text}: the stack at {state.esp:#x} could not take the registers"
        return f"{text} at {state.cr2:#x}"
    words = [remains.virtual(state.cr3, gate + i) for i in (0, 4)]
    return f"{text}; its gate at {gate:#x} is {' '.join('?' if w is None else f'{w:08x}' for w in words)}"


def chain(remains):
    """Lines about the last exceptions, in order."""
    raised = exceptions.read(remains.log)
    groups = []
    for one in raised:
        key = one.vector, one.registers.eip, one.registers.cr2, one.interrupted
        if groups and groups[-1][0] == key:
            groups[-1][2] += 1
        else:
            groups.append([key, one, 1])
    lines = []
    fatal_one = next((one for _, one, _ in reversed(groups) if one.interrupted is None and not one.user), None)
    for number, (_, one, count) in enumerate(groups[-SHOWN:], 1):
        state = one.registers
        lines.append(f"{number:3} {one.words}{times(count)}")
        if one.interrupted is not None:
            lines.append(f"    {entering(remains, state, one.interrupted, one.failure)}")
            if one.failure == exceptions.PAGE_FAULT:
                lines += translation(remains, state)
            continue
        lines += code(remains, state, one.user, one is fatal_one)
        if one.vector == exceptions.PAGE_FAULT and not one.user:
            lines += translation(remains, state)
    fatal = exceptions.triple_fault(remains.log)
    if fatal and remains.registers:
        lines.append(f"{len(groups[-SHOWN:]) + 1:3} triple fault: the machine resets")
        lines.append(f"    {entering(remains, remains.registers, *fatal)}")
    return lines


def report(result, remains, messages):
    """The explanation, as text."""
    failed = failures(messages) if result.kind == "tests" and result.status else []
    ending = "tests inside the kernel failed" if failed else f"well ({result.kind})"
    lines = [f"How it ended: {result.message or ending}", *failed]
    if not result.message and not failed:
        lines.append("Nothing failed that the kernel can see. Is a result wrong? `make gdb` stops where the program begins.")
    if remains.registers and result.kind in BROKEN:
        lines += ["", "The last exceptions, in order; the page tables are as they were at the end:"]
        lines += chain(remains) or ["    none"]
        if not exceptions.triple_fault(remains.log):
            lines += ["", "Where the processor was at the end:"]
            lines += code(remains, remains.registers, remains.registers.eip < KERNBASE, True)
    if messages.strip():
        last = guest.indent(guest.last_lines(messages, MESSAGES))
        if remains.path and result.kind == "panic":
            last = arguments.annotate(last, remains.kernel, remains.path)
        lines += ["", "The last messages:", last]
    return "\n".join(lines)


def failures(messages):
    """Lines about the tests inside the kernel that failed, each with its first complaints."""
    report = ktap.parse(messages)
    if not report.planned:
        return ["    no test inside the kernel has such a name"]
    return [f"    {name} failed{''.join(f'{NEWLINE}        {note}' for note in report.notes[name])}"
            for name in sorted(report.failed)]


def exceptions_only(result, remains, _):
    """Of a triple fault the exceptions in order, as text; else an empty text."""
    return "\n".join(chain(remains)) if result.kind == "reset" else ""


def again(setup, limit=LIMIT, describe=report):
    """Run the machine of `setup` once more under icount and return the explanation, as `describe` makes it."""
    with tempfile.TemporaryDirectory(prefix="quire-explain-") as folder:
        tail, remains, log = Tail(folder), Remains(setup.kernel, os.path.join(folder, "memory")), Log()
        setup.icount, setup.audit, setup.dump = True, False, remains.path
        setup.extra = [*setup.extra, "-no-shutdown", "-d", "int,cpu_reset", "-D", tail.path]
        result = MachineRun(setup, log=log, limit=limit, on_stop=remains.keep).run()
        remains.log = tail.text()
        return describe(result, remains, log.text())


def add_machine_options(add):
    """What machine_of reads, for a command line."""
    add("--program", default="", metavar="FILE", help="run this program of your own")
    add("--arguments", default="", metavar="WORDS", help="for it")
    add("--append", default="", metavar="TEXT", help="kernel options")
    add("--mem", type=int, default=128, metavar="MIB")
    add("--cpu", default="max", metavar="NAME")


def machine_of(options):
    """The Setup of the machine that the command line names, and its limit in guest seconds."""
    setup = Setup(kernel=options.kernel, mem=options.mem, cpu=options.cpu, options=options.append)
    setup.modules, limit = [build.path("archive.cpio")], LIMIT
    test = options.test and next((p for p in user_tests.programs() if p.name == options.test), None)
    check = options.test and not test and lab_machine.find(options.test, options.lab)
    if check:
        return lab_machine.setup_of(check, options), LIMIT
    if options.test and not test:
        if not ktests_like(options.test):
            raise unknown(options.test)
        setup.options += f" ktest={options.test}"
        return setup, 10 * LIMIT
    module = RunModule()
    program = getattr(options, "program", "")
    if program:
        if not os.path.isfile(program):
            raise NoTest(f"there is no program {program}; `make cc F={program}.c` compiles one")
        path, text = in_archive(os.path.basename(program)), b""
        words = shlex.split(options.arguments)
        module.add_host_file(path, program)
    elif test:
        path, words, text, limit = in_archive(f"tests/{test.name}"), test.args, test.input, test.limit
        setup.mem, setup.options = test.mem, f"{setup.options} {test.append}"
    else:
        path, words, text = in_archive("sh"), [], f"{options.commands}\n".encode()
    module.add_tests([path, *words] if test or program else options.commands.split())
    module.add_run(path, [path, *words], ENVIRONMENT, text)
    setup.modules.append(module.finish())
    setup.options = f"seed=1 stdio=serial {setup.options}"
    return setup, limit


def main():
    """The command line of `make explain`."""
    parser = argparse.ArgumentParser(prog="explain", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--kernel", default=build.path("debug", "quire.elf"), metavar="FILE")
    add("--test", metavar="NAME", help="a program of user/tests, a test inside the kernel, or a lab's test")
    add("--lab", default="", metavar="N", help="of the test, where two labs have one of this name")
    add("--seed", type=int, default=1, help="of what a lab's test draws at random")
    add("--at", type=int, metavar="N", help="of a lab's test: perform operations 0 to N only")
    add("--commands", default="", metavar="TEXT", help="what the shell does, without --test")
    add("--short", action="store_true", help="only the exceptions before a triple fault")
    add_machine_options(add)
    options = parser.parse_args()
    try:
        text = again(*machine_of(options), exceptions_only if options.short else report)
    except NoTest as error:
        print(f"make explain: {error}", file=sys.stderr)
        return 1
    print(text, end="\n" if text else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
