"""Mounts and the file systems that they show (kern/fs/mount.h)."""
from quire import audit_files

FIELDS = "refs parent point root volume"


class Mounts:
    """Reads the mounts that are attached, and those that something uses although they are not."""

    def __init__(self, audit):
        self.audit = audit
        self.read = audit.memory.record("mount", FIELDS)
        self.volume = audit.memory.record("volume", "refs root")
        self.covers = {}  # inode: how many mounts cover it

    def attached(self):
        """All mounts on the list."""
        audit = self.audit
        head = audit.memory.variable("mounts")[0]
        for at in audit.entries("names", head, "mount", "link"):
            audit.refer(at, head)
            self.add(at, "a mount")
            if not self.read(at).point:
                audit.report("names", f"the mount at {at:#x} is on the list, but covers nothing")

    def add(self, at, who):
        """A mount has been reached, called `who`."""
        audit = self.audit
        while at and audit.claim(at, "mount", "{}", who):
            mount = self.read(at)
            for inode, what in ((mount.root, "the root of a mount"), (mount.point, "what a mount covers")):
                if inode:
                    audit.refer(inode, at)
                    audit_files.add_inode(audit, inode, what)
            if mount.point:
                self.covers[mount.point] = self.covers.get(mount.point, 0) + 1
            self._add_volume(mount.volume, at)
            if mount.parent:
                audit.refer(mount.parent, at)
            at, who = mount.parent, "the mount below another"

    def _add_volume(self, at, mount):
        audit = self.audit
        if not at:
            return
        audit.refer(at, mount)
        if audit.claim(at, "volume", "a file system"):
            root = self.volume(at).root
            audit.refer(root, at)
            audit_files.add_inode(audit, root, "the root of a file system")

    def check_covered(self):
        """Each inode knows how many mounts cover it."""
        audit = self.audit
        for at in audit.of_kind["inode"]:
            stated, found = audit.memory.value_at("inode", at, "covered"), self.covers.get(at, 0)
            if stated != found:
                audit.report("names", f"{audit.called(at)} says that {stated} mounts cover it; found {found}")
