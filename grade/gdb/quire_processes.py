"""Commands about processes and threads: ps, areas, kthread, user."""
import os

import gdb
from gdb.unwinder import Unwinder, register_unwinder

from quire_kernel import Command, each, process, processes, value, word

# How context_switch leaves a thread's stack (kern/thread/switch.S): from its stack pointer upwards.
SAVED = ("edi", "esi", "ebx", "ebp", "eip")
PROT = ((1, "r"), (2, "w"), (4, "x"))
AREA_SHARED = 1


def threads(proc):
    """The threads of a process."""
    return each(proc["threads"], "thread", "process_link")


def state(proc):
    """What a process does, in a word."""
    if proc["zombie"]:
        return "zombie"
    if proc["signals"]["job"] == value("JOB_STOPPED"):
        return "stopped"
    for thread in threads(proc):
        return thread_state(thread)
    return "no thread"


def thread_state(thread):
    """What a thread does, in a word."""
    if int(thread.address) == int(value("cpus[0].current")):
        return "running"
    states = gdb.lookup_type("enum thread_state")
    names = {f.enumval: f.name for f in states.fields()}
    return names[int(thread["state"])].replace("THREAD_", "").lower()


class Ps(Command):
    """ps: all processes."""

    def __init__(self):
        super().__init__("ps")

    def perform(self, _argument):
        """One line each, and one for each further thread."""
        print("  pid  ppid state        pages name")
        for proc in processes():
            parent = int(proc["parent"]["pid"]) if int(proc["parent"]) else 0
            pages = int(proc["aspace"]["pages"]) if int(proc["aspace"]) else 0
            print(f"{int(proc['pid']):5} {parent:5} {state(proc):10} {pages:7} {proc['name'].string()}")
            for thread in list(threads(proc))[1:]:
                print(f"{int(thread['tid']):5} {'':5} {thread_state(thread):10} {'thread':>7} {thread['name'].string()}")


class Areas(Command):
    """areas [PID]: the areas of a process's address space; without PID, of the running one."""

    def __init__(self):
        super().__init__("areas")

    def perform(self, argument):
        """One line each, as in /proc/PID/maps."""
        space = process(argument)["aspace"] if argument else value("cpus[0].current->aspace")
        if not int(space):
            raise gdb.GdbError("there is no address space")
        for area in each(space["areas"]["list"], "area", "link"):
            prot = "".join(c if int(area["prot"]) & bit else "-" for bit, c in PROT)
            shared = "s" if int(area["flags"]) & AREA_SHARED else "p"
            name = area["name"].string() if int(area["name"]) else area["ops"]["kind"].string()
            print(f"{int(area['start']):08x}-{int(area['end']):08x} {prot}{shared} {name}")


class SleepingThread(Unwinder):
    """Lets the innermost frame look as if the chosen thread had called it."""

    def __init__(self):
        super().__init__("quire-kthread")
        self.stack = None  # the chosen thread's stack pointer
        self.innermost = None  # the processor's own

    def __call__(self, pending_frame):
        if self.stack is None or int(pending_frame.read_register("esp")) != self.innermost:
            return None
        info = pending_frame.create_unwind_info(FrameId(self.stack, word(self.stack + 16)))
        unsigned = gdb.lookup_type("unsigned int")
        for i, register in enumerate(SAVED):
            saved = gdb.Value(word(self.stack + 4 * i)).cast(unsigned)
            info.add_saved_register(register, saved.cast(pending_frame.read_register(register).type))
        after = gdb.Value(self.stack + 4 * len(SAVED)).cast(pending_frame.read_register("esp").type)
        info.add_saved_register("esp", after)
        return info


class FrameId:
    """What gdb tells frames apart by."""

    def __init__(self, stack, code):
        self.sp = gdb.Value(stack)
        self.pc = gdb.Value(code)


class Kthread(Command):
    """kthread PID: let backtrace, up and down show the kernel stack of a process that does not run.

Frame 0 stays what the processor executes; frame 1 and those above it are the sleeping thread's.
`kthread` alone goes back. No register is changed."""

    def __init__(self, unwinder):
        super().__init__("kthread")
        self._unwinder = unwinder

    def perform(self, argument):
        """Choose a thread, or none."""
        if not argument:
            self._unwinder.stack = None
            gdb.invalidate_cached_frames()
            return
        thread = next(iter(threads(process(argument))), None)
        if thread is None:
            raise gdb.GdbError(f"process {argument} has ended: it has no thread")
        if int(thread.address) == int(value("cpus[0].current")):
            raise gdb.GdbError(f"process {argument} is the one that runs: `backtrace` shows it")
        self._unwinder.innermost = int(gdb.newest_frame().read_register("esp"))
        self._unwinder.stack = int(thread["kesp"])
        gdb.invalidate_cached_frames()
        gdb.execute("backtrace")


class UserProgram(Command):
    """user NAME|FILE: load the symbols of a program, as in `user ls`, or `user ./hello` for one of your own."""

    def __init__(self):
        super().__init__("user")

    def perform(self, argument):
        """Look where make puts programs, and for a file of that name."""
        if os.path.isfile(argument):
            gdb.execute(f"add-symbol-file {argument}", to_string=True)
            print(f"symbols of {argument}")
            return
        top = os.path.join(os.path.dirname(gdb.objfiles()[0].filename), "user")
        if os.path.basename(os.path.dirname(top)) == "debug":
            top = os.path.join(os.path.dirname(os.path.dirname(top)), "user")
        for folder, _, files in os.walk(top):
            if argument in files:
                gdb.execute(f"add-symbol-file {os.path.join(folder, argument)}", to_string=True)
                print(f"symbols of {os.path.relpath(os.path.join(folder, argument))}")
                return
        raise gdb.GdbError(f"make has built no program {argument}, and there is no file of that name here")

    def complete(self, _text, word_typed):
        """Names of programs."""
        top = os.path.join(os.path.dirname(gdb.objfiles()[0].filename), "user")
        names = {name for _, _, files in os.walk(top) for name in files}
        return sorted(name for name in names if name.startswith(word_typed or ""))


Ps()
Areas()
UserProgram()
SLEEPING = SleepingThread()
register_unwinder(None, SLEEPING, replace=True)
Kthread(SLEEPING)
