"""grade/run, as other people's test suites use it, with programs that bring another C library."""
import hashlib
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import termios
from subprocess import DEVNULL, PIPE

import pytest

from quire import build, foreign

RUN = build.source("grade", "run")
PROBE = build.source("grade", "system", "probe.c")
PATIENCE = 120  # seconds: a backstop for a grader that hangs


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
        return str(getattr(foreign, library)(PROBE, output))
    except foreign.Unavailable as reason:
        pytest.skip(str(reason))


def run(*command, stdin=b""):
    command = [RUN, "--audit", *command]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE)


@pytest.fixture(params=[[], ["--icount"]], ids=["wall", "icount"])
def clock(request):
    return request.param


def test_arguments_and_status(probe, clock):
    done = run(*clock, probe, "args", "two words", "", "--mem", "*")
    expected = ["0: /run/probe", "1: args", "2: two words", "3: ", "4: --mem", "5: *"]
    assert (done.returncode, done.stdout.decode().splitlines()) == (7, expected)
    assert done.stderr == b""


def test_input_reaches_its_end(probe, clock):
    done = run(*clock, probe, "cat", stdin=b"one\ntwo")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"one\ntwo", b"")


def test_no_input(glibc_probe, clock):
    assert run(*clock, glibc_probe, "cat").stdout == b""


def test_closed_input(glibc_probe, clock):
    command = ["sh", "-c", 'exec "$@" <&-', "sh", RUN, *clock, glibc_probe, "cat"]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, b"")


def test_input_that_nobody_reads(glibc_probe):
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run([RUN, glibc_probe, "args"], stdin=endless, timeout=PATIENCE)
    assert done.returncode == 7


def test_every_byte_passes(glibc_probe, clock):
    data = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(8000)) + bytes(range(256))
    done = run(*clock, glibc_probe, "cat", stdin=data)
    assert done.returncode == 0
    assert done.stdout == data


def test_errors_stay_apart(probe):
    done = run(probe, "echo", "word")
    assert (done.stdout, done.stderr) == (b"out word\n", b"err word\n")


def test_floating_point(probe):
    assert run(probe, "float", "2").stdout == b"0.667\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_death_by_signal(glibc_probe, number, tmp_path):
    verdict = tmp_path / "verdict"
    done = run("--result", verdict, glibc_probe, "raise", str(int(number)))
    assert done.returncode == 128 + number
    found = json.loads(verdict.read_text())
    assert (found["kind"], found["signal"], found["status"]) == ("signal", number, 128 + number)
    assert found["message"] == f"signal {int(number)} ({signal.Signals(number).name}) ended it"
    assert done.stderr == b""


def test_death_for_want_of_memory(tmp_path):
    verdict = tmp_path / "verdict"
    done = run("--mem", "20", "--result", verdict, "--guest", "sort", "/dev/zero")
    assert (done.returncode, done.stderr) == (128 + signal.SIGKILL, b"")
    assert json.loads(verdict.read_text())["message"].endswith("ended it: out of memory")


def test_null_pointer(probe):
    assert run(probe, "null").returncode == 128 + signal.SIGSEGV


def test_plain_pipes_are_no_terminal(glibc_probe):
    not_tty = b"Inappropriate ioctl for device"
    assert run(glibc_probe, "terminal").stdout == b"0: %b\n1: %b\n2: %b\n" % ((not_tty,) * 3)


def test_tty(glibc_probe):
    lines = run("--tty", glibc_probe, "terminal").stdout.split(b"\r\n")
    assert lines[:2] == [b"0: terminal", b"1: terminal"]


def test_a_terminal_is_passed_through():
    """Every key goes to the shell in the machine, ^C too; the terminal is as before afterwards."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    command = [RUN, "--tty", "--guest", "sh"]
    shell = subprocess.Popen(command, stdin=theirs, stdout=theirs, start_new_session=True)
    read_until(ours, b"$ ")
    os.write(ours, b"cat\r")
    read_until(ours, b"cat\r\n")
    os.write(ours, b"word\r")
    read_until(ours, b"word\r\nword\r\n")
    os.write(ours, b"\x03")
    shown = read_until(ours, b"$ ")
    assert shown.startswith(b"^C")
    os.write(ours, b"exit 3\r")
    assert shell.wait(PATIENCE) == 3
    assert termios.tcgetattr(theirs) == before


def read_until(descriptor, end):
    """What comes from a terminal, up to `end`."""
    shown = b""
    while end not in shown:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ready, shown
        shown += os.read(descriptor, 4096)
    return shown


def test_environment(glibc_probe):
    assert run("--env", "A=b c", glibc_probe, "env", "A").stdout == b"b c\n"
    assert run(glibc_probe, "env", "USER").stdout == b"(not set)\n"


def test_files(glibc_probe, tmp_path):
    source = tmp_path / "data"
    source.write_text("here")
    source.chmod(0o640)
    assert run("--file", source, glibc_probe, "show", "/data").stdout == b"640 here\n"
    guest = run("--file", f"{source}:/deep/down/x", glibc_probe, "show", "/deep/down/x")
    assert guest.stdout == b"640 here\n"


def test_root(glibc_probe, tmp_path):
    (tmp_path / "folder").mkdir(mode=0o750)
    (tmp_path / "folder" / "file").write_text("inside")
    (tmp_path / "folder" / "file").chmod(0o604)
    (tmp_path / "link").symlink_to("folder/nowhere")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "motd").write_text("replaced")
    os.mkfifo(tmp_path / "fifo")
    root = ["--root", tmp_path, glibc_probe, "show"]
    done = run(*root, "/folder/file")
    assert done.stdout == b"604 inside\n"
    assert b"left out" in done.stderr and b"fifo" in done.stderr
    assert run(*root, "/link").stdout == b"link to folder/nowhere\n"
    assert run(*root, "/etc/motd").stdout.endswith(b" replaced\n")


def test_names_of_any_bytes(glibc_probe, tmp_path, clock):
    """Names need not be UTF-8; the audit, which run() asks for, reads them as the kernel does."""
    name = os.fsdecode(b"f\xff\n\x1b\xc3\xa9")
    (tmp_path / name).mkdir()
    (tmp_path / name / name).write_text("inside")
    (tmp_path / name / "link").symlink_to(name)
    program = tmp_path / os.fsdecode(b"\xfe\xff")
    shutil.copy(glibc_probe, program)
    root = [*clock, "--root", tmp_path, "--file", f"{tmp_path}/{name}/{name}:/{name}.copy"]
    done = run(*root, program, "show", f"/{name}/{name}")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"644 inside\n", b"")
    done = run(*root, program, "show", f"/{name}/link")
    assert done.stdout == b"link to " + os.fsencode(name) + b"\n"
    done = run(*root, program, "show", f"/{name}.copy")
    assert (done.stdout, done.stderr) == (b"644 inside\n", b"")
    done = run(*clock, program, "args", name)
    shown = b"0: /run/%b\n1: args\n2: %b\n" % (os.fsencode(program.name), os.fsencode(name))
    assert (done.returncode, done.stdout, done.stderr) == (7, shown, b"")


def test_guest_program():
    done = run("--guest", "echo", "from", "inside")
    assert (done.returncode, done.stdout) == (0, b"from inside\n")
    assert run("--guest", "/bin/echo", "x").stdout == b"x\n"
    missing = run("--guest", "/bin/no-such-program")
    assert missing.returncode == 126 and b"No such file" in missing.stderr


@pytest.mark.parametrize("mem", [16, 64, 1024])
def test_memory(glibc_probe, mem):
    assert run("--mem", str(mem), glibc_probe, "args").returncode == 7


def test_smp(glibc_probe):
    assert run("--smp", "2", glibc_probe, "args").returncode == 7


def test_timeout_by_the_wall(glibc_probe, tmp_path):
    verdict = tmp_path / "verdict"
    done = run("--timeout", "1", "--result", verdict, glibc_probe, "spin")
    assert done.returncode == 124
    assert json.loads(verdict.read_text())["kind"] == "timeout"


def test_timeout_by_instructions(glibc_probe, tmp_path):
    verdict = tmp_path / "verdict"
    done = run("--icount", "--timeout", "0.1", "--result", verdict, glibc_probe, "spin")
    assert done.returncode == 124
    assert json.loads(verdict.read_text())["kind"] == "timeout"
    # The same limit leaves a program in peace that ends within it; sleep counts as time.
    assert run("--icount", "--timeout", "0.1", glibc_probe, "args").returncode == 7
    assert run("--icount", "--timeout", "1.5", glibc_probe, "sleep", "1").returncode == 0
    assert run("--icount", "--timeout", "0.5", glibc_probe, "sleep", "1").returncode == 124


def test_icount_repeats_exactly(glibc_probe, tmp_path):
    counts = []
    for name in ("first", "second"):
        run("--icount", "--result", tmp_path / name, glibc_probe, "args", stdin=b"abc")
        found = json.loads((tmp_path / name).read_text())
        assert found["boot_instructions"] < found["instructions"]
        counts.append((found["boot_instructions"], found["instructions"]))
    assert counts[0] == counts[1]


def test_log(glibc_probe, tmp_path):
    log = tmp_path / "log"
    done = run("--log", log, glibc_probe, "args")
    assert done.returncode == 7
    assert log.stat().st_size > 0


def test_side_by_side(glibc_probe):
    machines = [
        subprocess.Popen([RUN, glibc_probe, "echo", str(i)], stdin=DEVNULL, stdout=PIPE)
        for i in range(4)
    ]
    outputs = [machine.communicate(timeout=PATIENCE)[0] for machine in machines]
    assert outputs == [b"out %d\n" % i for i in range(4)]


def test_reader_that_goes_away(glibc_probe):
    """The run ends as a pipe's writer does, and leaves no machine behind."""
    machine = subprocess.Popen([RUN, glibc_probe, "cat"], stdin=PIPE, stdout=PIPE)
    machine.stdin.write(b"x\n")
    machine.stdin.flush()
    assert machine.stdout.readline() == b"x\n"
    machine.stdout.close()
    try:
        machine.communicate(b"y\n" * 1000, timeout=PATIENCE)
    except BrokenPipeError:
        machine.wait(PATIENCE)
    assert machine.returncode == -signal.SIGPIPE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_machine_outlives_its_run(glibc_probe, number):
    command = [RUN, glibc_probe, "cat"]
    run_ = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    run_.stdin.write(b"ready\n")
    run_.stdin.flush()
    assert run_.stdout.readline() == b"ready\n"
    (qemu,) = children(run_.pid)
    os.kill(run_.pid, number)
    run_.communicate(timeout=PATIENCE)
    assert run_.returncode == -number
    gone(qemu)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def gone(pid):
    """Wait for the end of a process that is not ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([descriptor], [], [], PATIENCE)
    os.close(descriptor)
    assert ready, f"process {pid} lives on"
