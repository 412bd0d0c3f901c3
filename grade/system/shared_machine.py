"""Programs of user/tests that run one after the other in one machine (user/tests/sys/run_each.c).

To boot a machine costs more than most programs do in it. Whatever differs from its record in a
shared machine, and whatever cannot share one, runs in a machine of its own, and that is what
counts.
"""
import re

import pytest

from quire import guest

TOGETHER = 20  # programs of one machine
MARKED = re.compile(rb"^== (\w+)\n(.*?^status: [^\n]*\n)(?=^== )", re.MULTILINE | re.DOTALL)
STARTED = re.compile(rb"^== (\w+)\n", re.MULTILINE)
MACHINES = 3  # for programs that should share one
# They end, or kill, all that runs in their machine.
ALONE = {"evil_fork_many", "evil_kill_all", "evil_reboot_magic", "evil_shared_ends"}
ALONE |= {"evil_signal_storm", "evil_sleepers"}


def can_share(program):
    """Whether a program needs no machine of its own."""
    own = program.args or program.input or program.append or program.mem != 128
    return not own and program.name not in ALONE


def params(kind, programs):
    """Parameters (machine, program) of a test. Programs of one machine stay in one process."""
    found, shared = [], 0
    for program in programs:
        machine, marks = None, []
        if can_share(program):
            machine = f"{kind}-{shared // TOGETHER}"
            marks = [pytest.mark.xdist_group(machine)]
            shared += 1
        found.append(pytest.param(machine, program, id=program.name, marks=marks))
    return found


def chosen(request):
    """The programs that share the machine of the test that asks, and are to be tested in this run.
    """
    machine = request.node.callspec.params["machine"]
    values = [getattr(item, "callspec", None) for item in request.session.items]
    return [v.params["program"] for v in values if v and machine and v.params.get("machine") == machine]


class Shared:
    """What programs did in machines that they shared. `limit`: of each (guest.run); `machine` as
    for guest.run.

    A program that ends the machine, or does not come to its end, is the last in its machine. Those
    after it run in a new one. Where MACHINES were not enough, the rest have no text here.
    """

    def __init__(self, programs, limit, **machine):
        self.texts = {}
        self.ended = {}  # {name: outcome of the machine that ended badly during it}
        left = [program.name for program in programs]
        for _ in range(MACHINES):
            paths = [f"/tests/{name}" for name in left]
            outcome = guest.run("/tests/run_each", *paths, limit=limit, step=b"\n== ", **machine)
            texts = {name.decode(): text for name, text in MARKED.findall(outcome.stdout)}
            if outcome.result.kind == "audit":
                texts = {}  # it may be any program's fault
            self.texts.update(texts)
            if (outcome.result.kind, outcome.result.status) == ("exit", 0):
                break
            began = [name.decode() for name in STARTED.findall(outcome.stdout)]
            last = ([name for name in began if name in left] or left)[-1 if began else 0]
            self.ended[last] = outcome
            left = left[left.index(last) + 1 :]
            if not left:
                break

    def agrees(self, program):
        """Whether a program did what its record says."""
        return self.texts.get(program.name) == program.record.read_bytes()


_machines = {}  # what was run in this process, by the machine's name


def of_test(request, slower, **machine):
    """The Shared in which the program of this test runs, or None where it has a machine to itself.

    slower: how many times the program's limit it may take.
    """
    name = request.node.callspec.params["machine"]
    programs = chosen(request)
    if len(programs) < 2:
        return None
    if name not in _machines:
        limit = slower * max(program.limit for program in programs)
        _machines[name] = Shared(programs, limit, **machine)
    return _machines[name]
