"""Builds the run module: a cpio archive that brings a program, its arguments and its files.

The kernel unpacks it over the initial archive and finds under /.run what to start:
    /.run/path   the program's path        /.run/args, /.run/env   strings, each ended by a NUL
    /.run/stdin  all the input, where it is given at the start
"""
import os
import re
import stat

from quire import build
from tools.cpio import Archive, stripped

RUN = ".run"
PATH_MAX, NAME_MAX = 4096, 255  # inc/abi/limits.h: with the NUL, without
TIME_MAX = 0xFFFFFFFF
FILE_MAX = 0xFFFFFFFF  # bytes; what an archive's header can say

TEST = re.compile(r"\btests/(\w+)")  # a program of user/tests, in a command

ENVIRONMENT = {"PATH": "/bin", "HOME": "/"}


def in_archive(program):
    """The path of a program in the archive; a bare name is one of /bin."""
    return program if "/" in program else "/bin/" + program


class Refused(Exception):
    """The run cannot be started, and why."""


def archive_path(path):
    """Where `path`, from a command line or a tree, lies in the archive. Raises Refused."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise Refused(f"{path!r} is no path of a file in the machine")
    if parts[0] == RUN:
        raise Refused(f"/{RUN} is grade/run's own: nothing else can be put there")
    if max(len(os.fsencode(part)) for part in parts) > NAME_MAX:
        raise Refused(f"{_start(path)}: a name in it is longer than {NAME_MAX} bytes")
    found = "/".join(parts)
    if len(os.fsencode(found)) >= PATH_MAX:
        raise Refused(f"{_start(path)}: the path is longer than {PATH_MAX - 1} bytes")
    return found


def _start(path):
    return path if len(path) < 80 else f"{path[:60]}..."


class RunModule:
    """What one run adds to the archive. Later files replace earlier ones of the same path."""

    def __init__(self):
        self.archive = Archive()
        self.skipped = []  # paths of --root trees that are neither file, directory nor link

    def add_file(self, path, content, mode=0o644, mtime=0):
        """A regular file at `path`, with the directories above it."""
        self._add(archive_path(path), content, mode, mtime)

    def add_host_file(self, path, source):
        """A copy of the host's file `source`, with its permissions and its time."""
        with open(source, "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(f"{source} is a directory; --root adds trees")
            self.add_file(path, file.read(), stat.S_IMODE(status.st_mode), _archive_time(status))

    def add_tests(self, words):
        """The programs of user/tests that the words of a command name, such as /tests/brk. The archive is without
        them; nothing is added where `make` has not built one."""
        for name in sorted({name for word in words for name in TEST.findall(word)}):
            source = build.path("user", "tests", name)
            if os.path.isfile(source):
                with open(source, "rb") as file:
                    self._add(f"tests/{name}", stripped(file.read()), 0o755, _archive_time(os.stat(source)))

    def add_tree(self, top):
        """Everything below the directory `top`, in a fixed order; links stay links."""
        if not os.path.isdir(top):
            raise NotADirectoryError(f"{top} is not a directory")
        waiting = _children(top, "")
        while waiting:
            source, guest = waiting.pop()
            if self._add_any(source, archive_path(guest)):
                waiting += _children(source, f"{guest}/")

    def add_run(self, path, args, env, stdin=None):
        """What to start. `stdin` None: the input arrives over the serial line."""
        self._add(f"{RUN}/path", os.fsencode(path))
        self._add(f"{RUN}/args", _strings(args))
        self._add(f"{RUN}/env", _strings(f"{name}={value}" for name, value in env.items()))
        if stdin is not None:
            self._add(f"{RUN}/stdin", stdin)

    def finish(self):
        """The archive's bytes; call it once, last."""
        self.archive.finish()
        return self.archive.data

    def _add(self, path, content, mode=0o644, mtime=0):
        if len(content) > FILE_MAX:
            raise Refused(f"{_start(path)} is too large for the machine")
        self.archive.directory(os.path.dirname(path))
        self.archive.entry(path, stat.S_IFREG | mode, content, mtime)

    def _add_any(self, source, guest):
        """Add what `source` is, without what is in it. Returns whether it is a directory."""
        status = os.lstat(source)
        mode, mtime = status.st_mode, _archive_time(status)
        if stat.S_ISDIR(mode):
            self.archive.directory(guest, stat.S_IMODE(mode))
        elif stat.S_ISLNK(mode):
            self.archive.entry(guest, stat.S_IFLNK | 0o777, os.fsencode(os.readlink(source)), mtime)
        elif stat.S_ISREG(mode):
            self.add_host_file(guest, source)
        else:
            self.skipped.append(source)
        return stat.S_ISDIR(mode)


def tests_module(*words):
    """A module with the programs of user/tests that the words name; see RunModule.add_tests."""
    module = RunModule()
    module.add_tests(words)
    return module.finish()


def _children(folder, guest):
    """What is in a folder: [(source, path in the machine)], the last of which comes first."""
    names = sorted(os.listdir(folder), reverse=True)
    return [(os.path.join(folder, name), f"{guest}{name}") for name in names]


def _archive_time(status):
    """A file's time in whole seconds, as far as an archive's header can say it."""
    return min(max(int(status.st_mtime), 0), TIME_MAX)


def _strings(texts):
    return b"".join(os.fsencode(text) + b"\0" for text in texts)
