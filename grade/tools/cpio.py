#!/usr/bin/env python3
"""Build a cpio archive ("newc", as Linux's initramfs) whose files' data start on pages.

Usage: cpio.py OUTPUT ENTRY...
  PATH/            a directory
  PATH=FILE        a regular file with the contents of FILE; executable where FILE is

The kernel uses page-aligned data in place, without a copy. The alignment comes from NULs after
an entry's name: the length of the name counts them, and readers stop at the first. A file keeps
its time. Owners, inode numbers and the times of directories are fixed, so equal input gives an
equal archive.
"""
import os
import stat
import sys

PAGE = 4096
HEADER = 110  # "070701" and thirteen numbers of eight hexadecimal digits


def padding(size, unit):
    return -size % unit


class Archive:
    """The archive so far, in `data`."""

    def __init__(self):
        self.data = bytearray()
        self.inodes = 0
        self.directories = set()

    def entry(self, path, mode, content=b"", mtime=0):
        name = os.fsencode(path) + b"\0"
        if content and stat.S_ISREG(mode):
            name += bytes(padding(len(self.data) + HEADER + len(name), PAGE))
        self.inodes += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self.inodes, mode, 0, 0, links, int(mtime), len(content), 0, 0, 0, 0, len(name), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.data += bytes(padding(len(self.data), 4))
        self.data += content
        self.data += bytes(padding(len(self.data), 4))

    def directory(self, path, mode=0o755):
        """Add a directory and those above it, each once."""
        missing = []
        while path and path not in self.directories:
            missing.append(path)
            path = os.path.dirname(path)
        for path in reversed(missing):
            self.directories.add(path)
            self.entry(path, stat.S_IFDIR | (mode if path == missing[0] else 0o755))

    def file(self, path, source):
        self.directory(os.path.dirname(path))
        with open(source, "rb") as file:
            content = file.read()
        mode = 0o755 if os.access(source, os.X_OK) else 0o644
        self.entry(path, stat.S_IFREG | mode, content, os.path.getmtime(source))

    def finish(self):
        """Add the entry that ends an archive; it has no inode number and one link."""
        name = b"TRAILER!!!\0"
        fields = (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.data += bytes(padding(len(self.data), 512))


def build(entries):
    """The bytes of an archive with these entries ("PATH/" or "PATH=FILE")."""
    archive = Archive()
    for entry in entries:
        path, equals, source = entry.partition("=")
        if equals:
            archive.file(path.strip("/"), source)
        else:
            archive.directory(path.strip("/"))
    archive.finish()
    return bytes(archive.data)


def entries(archive):
    """[(path, mode, content)] of an archive's bytes, without the entry that ends it."""
    found, at = [], 0
    while archive[at : at + 6] == b"070701":
        fields = [int(archive[i : i + 8], 16) for i in range(at + 6, at + HEADER, 8)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = os.fsdecode(bytes(archive[at + HEADER : at + HEADER + name_size]).split(b"\0")[0])
        data = at + HEADER + name_size + 3 & ~3
        if name == "TRAILER!!!":
            break
        found.append((name, mode, archive[data : data + size]))
        at = data + size + 3 & ~3
    return found


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    output, *entries = sys.argv[1:]
    data = build(entries)
    with open(output, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
