"""The Linux that is booted where the host's cannot run i386 programs; see quire/linux_machine.py.
"""
import shutil

import pytest

from quire import build, linux_machine
from quire.linux import Job


def test_without_a_kernel_the_reason_is_given(monkeypatch, tmp_path):
    monkeypatch.setenv("QUIRE_LINUX", str(tmp_path))
    with pytest.raises(linux_machine.Unavailable, match="make setup ORACLE=1"):
        linux_machine.release()


def test_a_machine_runs_many_programs_apart_from_each_other():
    try:
        linux_machine.kernel()
    except linux_machine.Unavailable as error:
        pytest.skip(str(error))
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64")
    jobs = [
        Job("/bin/cat", ["-", "/proc/self/stat"], b"input, \0 and more\n"),
        Job("/bin/mkdir", ["/tmp/made"]),
        Job("/bin/ls", ["/tmp/made"]),
        Job("/bin/sleep", ["1000"], limit=1),
        Job("/bin/kill", ["-9", "2"]),
        Job("/bin/cat", ["/proc/version"]),
    ]
    with open(build.path("archive.cpio"), "rb") as file:
        cat, mkdir, ls, sleep, kill, version = linux_machine.run_all(file.read(), jobs)
    stdout, stderr, ending = cat
    assert stdout.startswith(b"input, \0 and more\n2 (cat) R 1 0 0 ") and ending == "exit 0", stderr
    assert mkdir == (b"", b"", "exit 0")
    assert ls[2] != "exit 0" and ls[1], "what one program makes must be gone for the next"
    assert sleep == (b"", b"", "timeout")
    assert kill[2] == "signal 9"
    assert f" {linux_machine.release().split()[0]} " in version[0].decode()
