"""Runs a program of the archive on this machine's Linux, in a world like Quire's.

A process and mount namespace of its own, the archive as the root, few processes, the same pids: the
first program is pid 2. What it changes is gone with the namespace.
"""
import contextlib
import ctypes
import os
import select
import signal
import stat
import tempfile
from pathlib import Path

from quire.initrd import ENVIRONMENT
from tools import cpio

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
DEVICES = ("null", "zero", "tty")
POOL = Path("/proc/sys/vm/nr_hugepages")

_libc = ctypes.CDLL(None, use_errno=True)


def run(archive, job):
    """Run a linux.Job in the archive (bytes); (standard output, standard error, how it ended).

    The last is as in a record: "exit 0", "signal 11", or "timeout" after the job's limit.
    """
    with _large_pages(job.pool):
        return _run(archive, job)


@contextlib.contextmanager
def _large_pages(wanted):
    """While the program runs, Linux has so many large pages that nobody has reserved.

    Some may be reserved for ever: Linux loses reservations when a part of a private mapping moves.
    """
    if not wanted:
        yield
        return
    wanted += _reserved()
    before = POOL.read_text(encoding="ascii")
    try:
        POOL.write_text(str(wanted), encoding="ascii")
        if int(POOL.read_text(encoding="ascii")) != wanted:
            raise OSError(f"this Linux does not have {wanted} large pages to reserve")
        yield
    finally:
        POOL.write_text(before, encoding="ascii")


def _reserved():
    """How many large pages are reserved, also by those who have ended."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("HugePages_Rsvd:"):
            return int(line.split()[1])
    return 0


def _run(archive, job):
    with tempfile.TemporaryDirectory() as root:
        source, sink = os.pipe()
        os.set_blocking(sink, False)
        assert os.write(sink, job.stdin) == len(job.stdin)
        os.close(sink)
        pipes = [os.pipe() for _ in range(3)]
        child = os.fork()
        if child == 0:
            _in_child(lambda: _world(archive, root, job, source, [w for _, w in pipes]))
        for end in (source, *(writer for _, writer in pipes)):
            os.close(end)
        readers = [reader for reader, _ in pipes]
        outputs = _read_all(readers, job.limit)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for reader in readers:
            os.close(reader)
    stdout, stderr, ending = outputs
    return stdout, stderr, ending.decode() or "timeout"


def _in_child(work):
    """Do the work in a forked child, which must not return into its parent's code."""
    status = 127
    try:
        status = work()
    except OSError as error:
        os.write(2, f"oracle: {error}\n".encode())
    finally:
        os._exit(status)


def _world(archive, root, job, stdin, outputs):
    """Make the namespaces; the child in them is pid 1."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    _check(_libc.unshare(flags | (CLONE_NEWUSER if user else 0)))
    if user:
        _tell("setgroups", "deny")
        _tell("uid_map", f"0 {user} 1")
        _tell("gid_map", f"0 {group} 1")
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    first = os.fork()
    if first == 0:
        _libc.prctl(1, signal.SIGKILL)
        _in_child(lambda: _first(archive, root, job, stdin, outputs))
    for output in outputs:
        os.close(output)
    os.waitpid(first, 0)
    return 0


def _tell(file, text):
    with open(f"/proc/self/{file}", "w", encoding="ascii") as handle:
        handle.write(text)


def _first(archive, root, job, stdin, outputs):
    """Pid 1: unpack the root, start the program, reap until it ends, and say how."""
    _unpack(archive, root)
    os.chroot(root)
    os.chdir("/")
    program = os.fork()
    if program == 0:
        _in_child(lambda: _become(job, stdin, outputs))
    while True:
        pid, status = os.wait()
        if pid == program:
            break
    code = os.waitstatus_to_exitcode(status)
    os.write(outputs[2], (f"exit {code}" if code >= 0 else f"signal {-code}").encode())
    return 0


def _become(job, stdin, outputs):
    os.dup2(stdin, 0)
    os.dup2(outputs[0], 1)
    os.dup2(outputs[1], 2)
    os.closerange(3, 256)
    os.umask(0o022)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python, and exec would pass that on
        signal.signal(ignored, signal.SIG_DFL)
    _libc.personality(job.personality)
    os.execve(job.path, job.words, ENVIRONMENT)


def _unpack(archive, root):
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _check(_libc.mount(b"quire", os.fsencode(root), b"tmpfs", 0, b"mode=755"))
    for name, mode, content in cpio.entries(archive):
        path = os.path.join(root, name)
        if stat.S_ISDIR(mode):
            os.makedirs(path, exist_ok=True)
        elif stat.S_ISLNK(mode):
            os.symlink(content, path)
            continue
        else:
            with open(path, "wb") as file:
                file.write(content)
        os.chmod(path, stat.S_IMODE(mode))
    for name in DEVICES:
        target = os.path.join(root, "dev", name)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        _check(_libc.mount(f"/dev/{name}".encode(), target.encode(), None, MS_BIND, None))
    _check(_libc.mount(b"proc", os.path.join(root, "proc").encode(), b"proc", 0, None))
    terminals = os.path.join(root, "dev", "pts")
    os.makedirs(terminals, exist_ok=True)
    _check(_libc.mount(b"devpts", terminals.encode(), b"devpts", 0, b"newinstance,mode=620,ptmxmode=666"))
    os.symlink("pts/ptmx", os.path.join(root, "dev", "ptmx"))


def _read_all(readers, limit):
    """What comes from each descriptor until all end, or for `limit` seconds."""
    outputs = {reader: b"" for reader in readers}
    poll = select.poll()
    for reader in readers:
        poll.register(reader, select.POLLIN)
    waiting = len(readers)
    while waiting:
        ready = poll.poll(limit * 1000)
        if not ready:
            return [outputs[reader] for reader in readers[:2]] + [b""]
        for reader, _ in ready:
            data = os.read(reader, 65536)
            outputs[reader] += data
            if not data:
                poll.unregister(reader)
                waiting -= 1
    return list(outputs.values())


def _check(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
