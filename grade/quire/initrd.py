"""Builds the run module: a cpio archive that brings a program, its arguments and its files.

The kernel unpacks it over the initial archive and finds under /.run what to start:
    /.run/path   the program's path        /.run/args, /.run/env   strings, each ended by a NUL
    /.run/stdin  all the input, where it is given at the start
"""
import os
import stat

from tools.cpio import Archive

ENVIRONMENT = {"PATH": "/bin", "HOME": "/"}


def in_archive(program):
    """The path of a program in the archive; a bare name is one of /bin."""
    return program if "/" in program else "/bin/" + program


class RunModule:
    """What one run adds to the archive. Later files replace earlier ones of the same path."""

    def __init__(self):
        self.archive = Archive()
        self.skipped = []  # paths of --root trees that are neither file, directory nor link

    def add_file(self, path, content, mode=0o644):
        """A regular file at `path`, with the directories above it."""
        path = path.strip("/")
        self.archive.directory(os.path.dirname(path))
        self.archive.entry(path, stat.S_IFREG | mode, content)

    def add_host_file(self, path, source):
        """A copy of the host's file `source`, with its permissions."""
        with open(source, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(f"{source} is a directory; --root adds trees")
            self.add_file(path, file.read(), stat.S_IMODE(mode))

    def add_tree(self, top):
        """Everything below the directory `top`, in a fixed order; links stay links."""
        if not os.path.isdir(top):
            raise NotADirectoryError(f"{top} is not a directory")
        self._add_children(top, "")

    def add_run(self, path, args, env, stdin=None):
        """What to start. `stdin` None: the input arrives over the serial line."""
        self.add_file(".run/path", os.fsencode(path))
        self.add_file(".run/args", _strings(args))
        self.add_file(".run/env", _strings(f"{name}={value}" for name, value in env.items()))
        if stdin is not None:
            self.add_file(".run/stdin", stdin)

    def finish(self):
        """The archive's bytes; call it once, last."""
        self.archive.finish()
        return self.archive.data

    def _add_children(self, folder, guest):
        for name in sorted(os.listdir(folder)):
            self._add_any(os.path.join(folder, name), f"{guest}/{name}" if guest else name)

    def _add_any(self, source, guest):
        mode = os.lstat(source).st_mode
        if stat.S_ISDIR(mode):
            self.archive.directory(guest, stat.S_IMODE(mode))
            self._add_children(source, guest)
        elif stat.S_ISLNK(mode):
            self.archive.entry(guest, stat.S_IFLNK | 0o777, os.fsencode(os.readlink(source)))
        elif stat.S_ISREG(mode):
            self.add_host_file(guest, source)
        else:
            self.skipped.append(source)


def _strings(texts):
    return b"".join(os.fsencode(text) + b"\0" for text in texts)
