"""Files that send signals when they are ready (kern/fs/async_file.h)."""


def files(audit):
    """What a file has for its signals names the file, and is in the set that counts it; no signal is due at rest."""
    memory = audit.memory
    read = memory.record("async_file", "file set")
    read_set = memory.record("async_set", "count")
    head = memory.field("async_set", "files")[0]
    members = {}  # {set: its files, as these say}
    for at, file in audit.files.items():
        if not file.signals or not audit.claim(file.signals, "async_file", "the signals of {}", audit.called(at)):
            continue
        signals = read(file.signals)
        if signals.file != at:
            audit.report("signals", f"{audit.called(file.signals)} are for the file at {signals.file:#x}")
        if signals.set:
            members.setdefault(signals.set, set()).add(file.signals)
    for at, found in members.items():
        listed = set(audit.entries("signals", at + head, "async_file", "link"))
        for each in sorted(listed ^ found):
            text = "is in no set of its own" if each in listed else "is not in the set that it names"
            audit.report("signals", f"{audit.called(each)} at {each:#x} {text}")
        if read_set(at).count != len(listed):
            audit.report("signals", f"a set counts {read_set(at).count} files; it has {len(listed)}")
    due = memory.variable("due_files")[0]
    if memory.word(due) != due:
        audit.report("signals", "signals of files are due at rest")
