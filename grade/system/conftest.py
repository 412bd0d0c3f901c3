"""The scene that the tests of the audit break."""
import pytest

from quire import audit, audit_dwarf, build
from quire.audit_memory import Memory
from quire.initrd import ENVIRONMENT, RunModule
from quire.machine import Setup
from quire.session import Session
from scene import Scene

PROGRAM = "/tests/audit_scene"


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory):
    """What the machine leaves: its memory, the kernel's layout and file, a clean audit."""
    dump = tmp_path_factory.mktemp("audit") / "memory"
    module = RunModule()
    module.add_run(PROGRAM, [PROGRAM], ENVIRONMENT, b"")
    kernel = build.path("quire.elf")
    setup = Setup(kernel=kernel, icount=True, mem=40, dump=dump, options="seed=1 stdio=serial hugepages=4")
    setup.modules = [build.path("archive.cpio"), module.finish()]
    result = Session(setup, limit=10).run()
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
