"""Descriptors, open files, inodes and the tree of names (kern/fs)."""
from quire import audit_avl, audit_events, audit_mounts
from quire.audit_heap import count_pointers
from quire.audit_memory import PAGE_SIZE, Damage
from quire.text import encoded

TYPE, PIPE, DIRECTORY, REGULAR, LINK = 0o170000, 0o010000, 0o040000, 0o100000, 0o120000
CLOEXEC, RESERVED = 1, 2  # kern/fs/fdtable.h
COOKIE_END = 0x7FFFFFFF  # kern/fs/inode.h
FAR, FAR_CHUNKS, FAR_SLOTS = 1024, 1023, 1024  # FD_NEAR, FD_CHUNKS, FD_CHUNK_SLOTS


def descriptors(audit):
    """What each thread has open, and where it stands in the tree."""
    read = audit.memory.record("fs_context", "root=root.inode cwd=cwd.inode root_mount=root.mount cwd_mount=cwd.mount")
    audit.mounts = audit_mounts.Mounts(audit)
    audit.mounts.attached()
    reader = TableReader(audit)
    for at, thread in audit.threads.items():
        name = audit.called(thread.process if thread.process in audit.processes else at)
        if thread.files:
            audit.refer(thread.files, at)
            if audit.claim(thread.files, "fdtable", "the descriptors of {}", name):
                reader.read(thread.files, name)
        if thread.fs_context:
            audit.refer(thread.fs_context, at)
            if audit.claim(thread.fs_context, "fs_context", "root and directory of {}", name):
                context = read(thread.fs_context)
                for inode in (context.root, context.cwd):
                    audit.refer(inode, thread.fs_context)
                    add_inode(audit, inode, f"a directory of {name}")
                for mount in filter(None, (context.root_mount, context.cwd_mount)):
                    audit.refer(mount, thread.fs_context)
                    audit.mounts.add(mount, f"a mount that {name} uses")
    reader.add_held()


class TableReader:
    """Reads tables of descriptors and the files in them."""

    def __init__(self, audit):
        memory = audit.memory
        self.audit = audit
        self.table = memory.record("fdtable", "slots size end lowest_free far far_end")
        self.file = memory.record("file", "ops flags inode mount private write_open signals=async")
        self.followed = {memory.variable(f"{kind}_ops")[0] for kind in (*audit_events.KINDS, "uffd_file", "socket")}
        self.far_used, _ = memory.field("fd_far", "used")
        self.first_slots, (_, _, self.first_size) = memory.field("fdtable", "first_slots")

    def read(self, at, name):
        audit, table = self.audit, self.table(at)
        own = table.slots == at + self.first_slots
        if not own and not audit.claim(table.slots, "bytes", "the descriptors of {}", name):
            return
        room = self.first_size if own else audit.heap.size(table.slots) // 4
        if table.end > table.size or table.size > room or own and table.size != room:
            text = f"{table.end} of {table.size} slots are in use; there is room for {room}"
            audit.report("descriptors", f"{name}: {text}")
            return
        slots = audit.memory.word_list(table.slots, table.end)
        free = slots.index(0) if 0 in slots else table.end
        if table.lowest_free > free:
            text = f"{name}: lowest_free is {table.lowest_free}, but {free} is free"
            audit.report("descriptors", text)
        for number, slot in enumerate(slots):
            if slot not in (0, RESERVED):
                self._add_file(slot & ~CLOEXEC, at, number, name)
        if table.far and audit.claim(table.far, "fd_far", "the far descriptors of {}", name):
            self._read_far(table, at, name)

    def _read_far(self, table, at, name):
        """The descriptors from FAR on, chunk by chunk."""
        audit, memory = self.audit, self.audit.memory
        end = min(table.far_end, FAR_CHUNKS)
        chunks = memory.word_list(table.far, end)
        if table.far_end != end or chunks and not chunks[-1]:
            audit.report("descriptors", f"{name}: {table.far_end} chunks, but the last is not there")
        counts = memory.read(table.far + self.far_used, 2 * end)
        for index, chunk in enumerate(chunks):
            if not chunk or not audit.claim(chunk, "bytes", "some far descriptors of {}", name):
                continue
            slots = memory.word_list(chunk, FAR_SLOTS)
            used = int.from_bytes(counts[2 * index : 2 * index + 2], "little")
            found = sum(slot != 0 for slot in slots)
            if used != found or not found:
                text = f"{name}: chunk {index} counts {used} descriptors; {found} found"
                audit.report("descriptors", text)
            for number, slot in enumerate(slots, FAR + index * FAR_SLOTS):
                if slot not in (0, RESERVED):
                    self._add_file(slot & ~CLOEXEC, at, number, name)

    def add_held(self):
        """Files whose descriptors were closed while a thread is in a call on them: its stack names them."""
        audit, heap = self.audit, self.audit.heap
        kinds = {at for _, at, kind in audit.memory.variables() if kind == ["struct", "file_ops"]}
        words = {word for stack in audit.stacks for word in heap.inside(stack)}
        for at in {heap.block(word) for word in words} - {None, *audit.claims}:
            if heap.size(at) >= audit.memory.size_of("file") and self.file(at).ops in kinds:
                self.read_file(at, "a file that a call uses")

    def _add_file(self, at, table, number, name):
        self.audit.refer(at, table)
        self.read_file(at, f"descriptor {number} of {name}")

    def read_file(self, at, who):
        """An open file has been reached, called `who`."""
        audit = self.audit
        if not audit.claim(at, "file", "{}", who):
            return
        file = audit.files[at] = self.file(at)
        if not audit.memory.is_constant(file.ops):
            audit.report("descriptors", f"{audit.called(at)} has its operations at {file.ops:#x}")
        if file.ops not in self.followed:
            audit.loose.append(file.private)
        audit.refer(file.inode, at)
        add_inode(audit, file.inode, who)
        if file.mount:
            audit.refer(file.mount, at)
            audit.mounts.add(file.mount, f"the mount of {who}")


def add_inode(audit, at, who):
    """An inode has been reached, and may have no better name; the tree's walk will read it."""
    if at not in audit.inodes:
        audit.inodes[at] = who
        audit.unread.append(at)


def tree(audit):
    """Every inode reached: its names, its directory's entries, its contents."""
    root = audit.memory.value("tree_root")
    audit.refer(root, audit.memory.variable("tree_root")[0])
    walk = Walk(audit, root)
    audit.inodes[root] = "/"
    audit.unread.append(root)  # the last comes first, and with it all that has a path
    while audit.unread:
        audit.run("names", walk_inode, walk, audit.unread.pop())
    for at, inode in walk.seen.items():
        _check_links(audit, walk, at, inode)
    audit.mounts.check_covered()


class Walk:
    """The records that the walk reads, and what it has seen."""

    def __init__(self, audit, root):
        memory = audit.memory
        self.root = root
        self.inode = memory.record("inode", "refs mode nlink ops object private")
        self.entry = memory.record("entry", "parent inode cookie hash length linked")
        self.directory = memory.record("directory", "count next_cookie cookies_reused")
        self.text = memory.field("entry", "text")[0]
        self.names = memory.field("inode", "names")[0]
        self.dir = memory.field("inode", "dir")[0]
        self.entries = memory.field("directory", "entries")[0]
        self.by_name = memory.field("directory", "names")[0]
        self.seen = {}
        self.linked = {}  # inode: entries that name it, as found in directories
        self.aliases = {}  # inode: the same, as found in its list of names
        self.folders = {}  # inode: directories in it


def walk_inode(audit, walk, at):
    """Read one inode, and add those that it leads to."""
    if not audit.claim(at, "inode", "inode of {}", audit.inodes[at]):
        return
    inode = walk.seen[at] = walk.inode(at)
    kind = inode.mode & TYPE
    audit.loose.append(inode.private)
    if inode.ops and not audit.memory.is_constant(inode.ops):
        audit.report("names", f"{audit.inodes[at]} has its operations at {inode.ops:#x}")
    for link in audit.entries("names", at + walk.names, "entry", "alias"):
        _add_entry(audit, walk, link, audit.memory.string(link + walk.text, 256))
        walk.aliases.setdefault(at, []).append(link)
    if kind == DIRECTORY:
        _walk_directory(audit, walk, at)
    elif kind == REGULAR and inode.object:
        audit.refer(inode.object, at)
        audit.objects[inode.object] = audit.inodes[at]
    elif kind == LINK and inode.object:
        audit.claim(inode.object, "bytes", "the target of link {}", audit.inodes[at])
    elif kind == PIPE and inode.object:
        audit.claim(inode.object, "pipe", "pipe {}", audit.inodes[at])


def _add_entry(audit, walk, at, name):
    """An entry has been reached, or the label of a file that has no name any more."""
    if audit.claim(at, "entry", "the name {}", name):
        parent = walk.entry(at).parent
        audit.refer(parent, at)
        add_inode(audit, parent, f"the directory of {name}")


def _walk_directory(audit, walk, at):
    """The entries of a directory, by position; both of its trees have the same ones."""
    path = audit.inodes[at]
    directory = walk.directory(at + walk.dir)
    listed = audit_avl.entries(audit, "names", at + walk.dir + walk.entries, "entry", "order")
    last = 0
    for link in listed:
        entry = walk.entry(link)
        text = audit.memory.string(link + walk.text, 256)
        name = f"{path.rstrip('/')}/{text}"
        if len(encoded(text)) != entry.length:
            audit.report("names", f"{name} says it is {entry.length} bytes long")
        end = COOKIE_END if directory.cookies_reused else directory.next_cookie
        if not last < entry.cookie < end:
            text = f"{name} has position {entry.cookie}, after {last}; the next one"
            audit.report("names", f"{text} will have {directory.next_cookie}")
        last = entry.cookie
        _add_entry(audit, walk, link, name)
        if entry.parent != at or not entry.linked:
            audit.report("names", f"{name} stands in {path}, but does not say so")
        add_inode(audit, entry.inode, name)
        if not audit.inodes[entry.inode].startswith("/"):
            audit.inodes[entry.inode] = name
        audit.refer(entry.inode, link)
        walk.linked.setdefault(entry.inode, []).append(link)
        walk.folders.setdefault(at, []).append(entry.inode)
    if directory.count != len(listed):
        audit.report("names", f"{path}: count is {directory.count}; it has {len(listed)} entries")
    _check_names(audit, walk, at, set(listed))


def _check_names(audit, walk, at, listed):
    """The tree of a directory by name is in order, and leads to the entries that are listed."""
    path, last = audit.inodes[at], ()
    named = audit_avl.entries(audit, "names", at + walk.dir + walk.by_name, "entry", "by_name")
    for link in named:
        if link not in listed:
            raise Damage(f"the names of {path} lead to {link:#x}, which is no entry of it")
        entry = walk.entry(link)
        text = encoded(audit.memory.string(link + walk.text, 256))
        if not last < (entry.hash, entry.length, text):
            audit.report("names", f"{audit.called(link)} comes after its place in {path}")
        last = entry.hash, entry.length, text
    if len(named) != len(listed):
        text = f"{path}: {len(listed)} entries are listed, {len(named)} can be looked up"
        audit.report("names", text)


def _check_links(audit, walk, at, inode):
    """nlink is the number of names; a directory's counts itself and those in it."""
    path = audit.inodes[at]
    if inode.ops and at not in walk.linked:
        return  # of /proc, made for those who look at it
    aliases = [entry for entry in walk.aliases.get(at, ()) if walk.entry(entry).linked]
    for entry in set(aliases) ^ set(walk.linked.get(at, ())):
        text = "is on its list of names" if entry in aliases else "leads to it"
        audit.report("names", f"{path}: {audit.called(entry)} {text}, but not the other way round")
    linked = len(walk.linked.get(at, ()))
    wanted = linked
    if inode.mode & TYPE == DIRECTORY:
        inside = [walk.seen.get(child) for child in walk.folders.get(at, ())]
        folders = sum(1 for child in inside if child and child.mode & TYPE == DIRECTORY)
        nameless = audit.memory.word(at + walk.names) == at + walk.names  # a root
        wanted = 2 + folders if nameless else 2 * linked + folders
    elif not linked and audit.memory.word(at + walk.names) == at + walk.names:
        wanted = 1  # it never had a name
    if inode.nlink != wanted:
        audit.report("names", f"{path}: nlink is {inode.nlink}; its names make {wanted}")


def pipes(audit):
    """The pages of a pipe are its own, and hold what it says. Slots that are not taken hold no bytes."""
    memory = audit.memory
    read = memory.record("pipe", "oldest slots end used limit")
    slot = memory.record("pipe_slot", "page start end")
    few, size = memory.field("pipe", "few")[0], memory.size_of("pipe_slot")
    for at in audit.of_kind["pipe"]:
        pipe, name = read(at), audit.called(at)
        count, oldest = (pipe.end - pipe.slots) // size, (pipe.oldest - pipe.slots) // size
        if pipe.slots != at + few:
            audit.claim(pipe.slots, "bytes", "the slots of {}", name)
        if not (0 <= oldest < count and pipe.used <= count and pipe.limit <= count):
            text = f"{count} slots, {pipe.used} of {pipe.limit} taken from number {oldest} on"
            audit.report("pipes", f"{name} has {text}")
            continue
        for number in range(count):
            part = slot(pipe.slots + number * size)
            if part.page:
                audit.claim(part.page, "bytes", "a page of {}", name)
            taken = (number - oldest) % count < pipe.used
            if not part.start <= part.end <= PAGE_SIZE or taken == (part.start == part.end):
                text = f"slot {number} holds bytes {part.start} to {part.end}"
                audit.report("pipes", f"{name}: {text}")


def pipe_ends(audit):
    """A pipe counts its open ends; more only where a thread is just opening or closing one."""
    read = audit.memory.record("pipe", "readers writers")
    operations = audit.memory.variable("pipe_ops")[0]
    ends = {}
    for file in audit.files.values():
        if file.ops == operations:
            files, readers, writers = ends.get(file.private, (0, 0, 0))
            mode = file.flags + 1
            ends[file.private] = files + 1, readers + (mode & 1), writers + (mode >> 1 & 1)
    for at in audit.of_kind["pipe"]:
        pipe, (files, readers, writers) = read(at), ends.get(at, (0, 0, 0))
        if (pipe.readers, pipe.writers) == (readers, writers):
            continue
        more = count_pointers(audit, at) - files  # of the pointers, those that are no file's
        fits = (low <= count <= low + more for low, count in zip((readers, writers), pipe[1:]))
        if not all(fits):
            text = f"counts {pipe.readers} readers and {pipe.writers} writers"
            audit.report("pipes", f"{audit.called(at)} {text}; {readers} and {writers} are open")
