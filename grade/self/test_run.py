"""grade/run, as other people's test suites use it, with programs that bring another C library."""
import calendar
import fcntl
import hashlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from subprocess import DEVNULL, PIPE

import pytest

from quire import build

RUN = build.source("grade", "run")
PATIENCE = 120  # seconds: a backstop for a grader that hangs


def run(*command, stdin=b""):
    command = [RUN, "--audit", *command]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE)


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


def test_errors_and_output_in_one_file(tmp_path, clock):
    """Where both are one file, their bytes keep the program's order."""
    script = "for i in 1 2 3; do echo out $i; echo err $i >&2; done"
    with open(tmp_path / "both", "w+b") as both:
        command = [RUN, "--audit", *clock, "--guest", "sh", "-c", script]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=both, stderr=both, check=True)
        both.seek(0)
        assert both.read() == b"".join(b"out %d\nerr %d\n" % (i, i) for i in (1, 2, 3))


def date(*options):
    return run(*options, "--guest", "date").stdout


def test_clock_starts_at_the_time_of_the_host():
    before = time.time()
    shown = date().decode().split(None, 1)[1]
    seen = calendar.timegm(time.strptime(shown, "%Y-%m-%d %H:%M:%S UTC\n"))
    assert before - 2 <= seen <= time.time() + 2


def test_clock_starts_as_asked():
    assert date("--icount") == b"Wed 2025-01-01 00:00:00 UTC\n"
    assert date("--icount", "--rtc", "2001-02-03T04:05:06") == b"Sat 2001-02-03 04:05:06 UTC\n"
    assert date("--rtc", "2001-02-03T04:05:06").startswith(b"Sat 2001-02-03 04:05:")
    done = run("--rtc", "yesterday", "--guest", "date")
    assert done.returncode == 126 and b"--rtc" in done.stderr


def test_files_keep_their_times(tmp_path):
    (tmp_path / "tree").mkdir()
    for path, seconds in ("tree/file", 86400), ("single", 2 * 86400), ("early", -5):
        (tmp_path / path).write_bytes(b"x")
        os.utime(tmp_path / path, (seconds, seconds))
    files = ["--root", tmp_path, "--file", f"{tmp_path}/single:/tmp/copy"]
    shown = run(*files, "--guest", "ls", "-l", "/tree", "/", "/tmp").stdout.decode()
    times = {words[-1]: words[-3] for words in map(str.split, shown.splitlines()) if len(words) > 6}
    found = [times[name] for name in ("file", "single", "copy", "early")]
    assert found == ["1970-01-02", "1970-01-03", "1970-01-03", "1970-01-01"]


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
    assert json.loads(verdict.read_text())["message"].startswith("signal 9 (SIGKILL) ended it: out of memory: ")


def test_console_gives_no_cause(glibc_probe, tmp_path):
    """A program writes to the console what the kernel would; the verdict does not repeat it."""
    verdict = tmp_path / "verdict"
    line = "out of memory: killed pid 2 (probe), 30000 pages resident"
    done = run("--result", verdict, glibc_probe, "shout", line, "9")
    assert (done.returncode, done.stderr) == (128 + signal.SIGKILL, b"")
    assert json.loads(verdict.read_text())["message"] == "signal 9 (SIGKILL) ended it"


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


def test_a_terminal_that_nobody_reads(glibc_probe, tmp_path):
    """Writers to ttyS1 sleep while the line is full, and others run: one dies meanwhile, which the log
    says. Nothing is lost."""
    log = tmp_path / "log"
    log.touch()
    script = "seq 1 60000 & sleep 1; /probe null; wait"
    command = [RUN, "--tty", "--log", log, "--file", f"{glibc_probe}:/probe", "--guest", "sh", "-c", script]
    with subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE) as machine:
        deadline = time.monotonic() + PATIENCE
        while b"probe" not in log.read_bytes():
            assert time.monotonic() < deadline, log.read_bytes()
            time.sleep(0.05)
        shown, _ = machine.communicate(timeout=PATIENCE)
    lines = [line for line in shown.decode().split("\r\n") if line.isdigit()]
    assert lines == [str(number) for number in range(1, 60001)]


def test_the_size_of_the_window_is_passed_through():
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, 132))
    command = [RUN, "--tty", "--guest", "sh"]
    shell = subprocess.Popen(command, stdin=theirs, stdout=theirs, preexec_fn=lambda: own(theirs))
    read_until(ours, b"$ ")
    os.write(ours, b"stty size\r")
    read_until(ours, b"\r\n50 132\r\n$ ")
    termios.tcsetwinsize(ours, (20, 70))
    os.write(ours, b"until stty size | grep '20 70'; do true; done\r")
    read_until(ours, b"\r\n20 70\r\n$ ")
    os.write(ours, b"exit\r")
    assert shell.wait(PATIENCE) == 0


def own(terminal):
    """In a new process: make it the controlling terminal, whose changes of size are signals."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


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
    assert re.search(rb"guest seconds: probe \(2\) runs its own code at 0x\w+ \(main\+0x\w+", done.stderr)
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


def test_output_kept_under_icount_is_bounded(glibc_probe, tmp_path):
    """A slow reader stops the machine, which does not notice."""
    size = 3 << 20
    command = [RUN, "--icount", "--result", tmp_path / "slow", glibc_probe, "fill", str(size >> 20)]
    slow = subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE)
    wait_for(lambda: any(state(child) == "T" for child in children(slow.pid)))
    (qemu,) = children(slow.pid)
    assert kept(qemu) < size / 2
    output, _ = slow.communicate(timeout=PATIENCE)
    assert (slow.returncode, output.count(b"x")) == (0, size)
    command[3] = tmp_path / "fast"
    assert subprocess.run(command, stdin=DEVNULL, stdout=DEVNULL, timeout=PATIENCE).returncode == 0
    verdicts = [json.loads((tmp_path / name).read_text()) for name in ("slow", "fast")]
    assert verdicts[0]["instructions"] == verdicts[1]["instructions"]


def wait_for(condition):
    """What a condition on another process yields, once that is true."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


def kept(pid):
    """Bytes that a process's largest open file takes on its disk."""
    folder = f"/proc/{pid}/fd"
    return max(os.stat(f"{folder}/{fd}").st_blocks * 512 for fd in os.listdir(folder))


def test_log(glibc_probe, tmp_path):
    log = tmp_path / "log"
    log.touch()
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
