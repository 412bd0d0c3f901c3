"""The scenes that the tests of the audit break, and the program that tests of grade/run run."""
import pytest

from quire import audit, audit_dwarf, build, compile_for_linux
from quire.audit_memory import Memory
from quire.initrd import ENVIRONMENT, RunModule
from quire.machine import Setup
from quire.machine_run import MachineRun
from scene import Scene

PROBE = build.source("grade", "self", "probe.c")


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory):
    return memory_after("audit_scene", tmp_path_factory.mktemp("audit") / "memory")


@pytest.fixture(scope="session")
def left_waiting(tmp_path_factory):
    return memory_after("audit_scene_threads", tmp_path_factory.mktemp("audit") / "memory")


@pytest.fixture(scope="session")
def left_tracing(tmp_path_factory):
    return memory_after("audit_scene_ptrace", tmp_path_factory.mktemp("audit") / "memory")


def memory_after(name, dump):
    """What the machine of a program leaves: its memory, the kernel's layout and file, a clean audit."""
    program = f"/tests/{name}"
    module = RunModule()
    module.add_tests([program])
    module.add_run(program, [program], ENVIRONMENT, b"")
    kernel = build.path("quire.elf")
    setup = Setup(kernel=kernel, icount=True, mem=40, dump=dump, options="seed=1 stdio=serial hugepages=4")
    setup.modules = [build.path("archive.cpio"), module.finish()]
    result = MachineRun(setup, limit=10).run()
    assert (result.kind, result.status) == ("exit", 0), result.message
    with open(kernel, "rb") as file:
        elf = file.read()
    layout = audit_dwarf.layout(kernel, elf)
    content = dump.read_bytes()
    clean = audit.Audit(Memory(content, layout))
    clean.run_all(elf)
    assert not clean.findings, "\n".join(map(str, clean.findings))
    return content, layout, elf, clean


@pytest.fixture
def scene(left_behind):
    """A copy of it, to break something in."""
    return Scene(*left_behind)


@pytest.fixture
def waiting(left_waiting):
    """A copy of the memory in which processes and threads wait in all ways."""
    return Scene(*left_waiting)


@pytest.fixture
def tracing(left_tracing):
    """A copy of the memory in which a process traces others."""
    return Scene(*left_tracing)


@pytest.fixture(scope="session", params=["glibc", "musl"])
def probe(request, tmp_path_factory):
    """probe.c as a static program, once with each C library."""
    output = tmp_path_factory.mktemp(request.param) / "probe"
    return compiled(request.param, output)


@pytest.fixture(scope="session")
def glibc_probe(tmp_path_factory):
    return compiled("glibc", tmp_path_factory.mktemp("only") / "probe")


def compiled(library, output):
    try:
        return str(getattr(compile_for_linux, library)(PROBE, output))
    except compile_for_linux.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(params=[[], ["--icount"]], ids=["wall", "icount"])
def clock(request):
    return request.param
