#!/usr/bin/env python3
"""Build a cpio archive ("newc", as Linux's initramfs) whose files' data start on pages.

Usage: cpio.py [--strip] OUTPUT ENTRY...
  PATH/            a directory
  PATH/=MODE       a directory with these permissions, in octal
  PATH=FILE        a regular file with the contents of FILE; executable where FILE is
  --strip          leave out what no program needs to run: symbols and debug information

The kernel uses page-aligned data in place, without a copy. The alignment comes from NULs after
an entry's name: the length of the name counts them, and readers stop at the first. A file keeps
its time. Owners, inode numbers and the times of directories are fixed, so equal input gives an
equal archive.
"""
import os
import stat
import struct
import sys

PAGE = 4096
BLOCK = 512  # an archive's size is a multiple of it
HEADER = 110  # "070701" and thirteen numbers of eight hexadecimal digits


def padding(size, unit):
    return -size % unit


def stripped(content):
    """A 32-bit ELF file without its sections: up to the end of the last segment. Other files as they are."""
    if content[:6] != b"\x7fELF\x01\x01":
        return content
    start, = struct.unpack_from("<I", content, 28)  # e_phoff
    size, count = struct.unpack_from("<HH", content, 42)
    end = start + size * count
    for at in range(start, end, size):
        offset, _, _, length = struct.unpack_from("<4I", content, at + 4)
        end = max(end, offset + length)
    content = bytearray(content[:end])
    struct.pack_into("<I", content, 32, 0)  # e_shoff
    struct.pack_into("<HH", content, 48, 0, 0)  # e_shnum, e_shstrndx
    return bytes(content)


class Archive:
    """The archive so far, in `data`."""

    def __init__(self, strip=False):
        self.strip = strip
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
            content = stripped(file.read()) if self.strip else file.read()
        mode = 0o755 if os.access(source, os.X_OK) else 0o644
        self.entry(path, stat.S_IFREG | mode, content, os.path.getmtime(source))

    def finish(self):
        """Add the entry that ends an archive; it has no inode number and one link."""
        name = b"TRAILER!!!\0"
        fields = (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.data += bytes(padding(len(self.data), BLOCK))


def build(entries, strip=False):
    """The bytes of an archive with these entries ("PATH/", "PATH/=MODE" or "PATH=FILE")."""
    archive = Archive(strip)
    for entry in entries:
        path, equals, source = entry.partition("=")
        if equals and path.endswith("/"):
            archive.directory(path.strip("/"), int(source, 8))
        elif equals:
            archive.file(path.strip("/"), source)
        else:
            archive.directory(path.strip("/"))
    archive.finish()
    return bytes(archive.data)


def entries(archive):
    """[(path, mode, content)] of the bytes of an archive, or of several in a row, without the entries that end them.
    """
    found, at = [], 0
    while archive[at : at + 6] == b"070701":
        fields = [int(archive[i : i + 8], 16) for i in range(at + 6, at + HEADER, 8)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = os.fsdecode(bytes(archive[at + HEADER : at + HEADER + name_size]).split(b"\0")[0])
        data = at + HEADER + name_size + 3 & ~3
        at = data + size + 3 & ~3
        if name == "TRAILER!!!":
            at += padding(at, BLOCK)
        else:
            found.append((name, mode, archive[data : data + size]))
    return found


def main():
    strip = sys.argv[1:2] == ["--strip"]
    words = sys.argv[1 + strip:]
    if not words:
        sys.exit(__doc__)
    output, *entries = words
    data = build(entries, strip)
    with open(output, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
