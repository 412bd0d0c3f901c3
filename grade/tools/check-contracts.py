#!/usr/bin/env python3
"""Check that a contract about locks is an assertion too: where the comment above a function of
kern/ says "Caller: holds ...", the function's definition has an assert_ line.

The comment stands above a declaration of a header, or above a static definition. It speaks of all
declarations that follow it without an empty line. Pointers to functions have no definition, so what
their comments say is left out.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from quire import source

# Functions that cannot assert what their contracts say, and why.
EXCEPTIONS = {
    "change_interrupts": "the port's lock is taken only where the port is shared",
    "context_switch": "it is assembly",
    "cputime_switch": "its header is for all layers, and sched_lock is thread's alone",
    "file_held_bytes": "what it calls takes the pipe's lock, and checks the rank",
    "has_children": "only the process's own thread may call it without the lock",
    "lost_ticks": "its state does not name the lock that guards it",
    "mutex_lock": "lock_rank_check asserts it",
    "page_link_run": "page_init runs before there are locks",
    "pgdir_walk": "only with `create`: pgdir_add_table and pte_store assert it",
    "pte_grant": "it does not get the directory",
    "rwlock_read_lock": "lock_rank_check asserts it",
    "rwlock_read_unlock": "lock_rank_released asserts it",
    "rwlock_write_lock": "lock_rank_check asserts it",
    "sigqueue_add": "a queue does not name its process",
    "sigqueue_discard": "a queue does not name its process",
    "sigqueue_take": "a queue does not name its process",
    "sinks_write": "in a panic nobody takes the lock",
    "spin_unlock": "spin_debug_unlock asserts it",
}

# "Caller: may hold ..." is no duty.
CONTRACT = re.compile(r"\bCaller\b[^:]*:(?:[^.]|\.(?=\S))*\bholds\b")
ASSERTION = re.compile(r"\bassert_\w+\(|\bassert\(\w+_held\(")
NAME = re.compile(r"(\w+)\(")


def contracts(lines):
    """Yield (line number, name) of each function under a comment that has such a contract."""
    comment, bound = [], False
    for number, line in enumerate(lines, 1):
        if line.startswith("//"):
            comment.append(line[2:].strip())
            continue
        if comment:
            bound = bool(CONTRACT.search(" ".join(comment)))
            comment = []
        if not line:
            bound = False
        head = NAME.search(line) if bound and line[0].isalpha() else None
        if head and not line.startswith(("extern ", "typedef ")):
            yield number, head[1]


def definitions(texts, names):
    """The bodies of all functions of these names, by file and name. A header's declarations find
    those
    that are not static by the name alone."""
    found = {}
    for path, text in texts.items():
        wanted = {name for name in names if re.search(rf"^[^\s/#].*\b{name}\(", text, re.MULTILINE)}
        if not wanted:
            continue
        lines = text.splitlines()
        for function in source.functions(path):
            body = "\n".join(lines[function.first:function.end])
            if function.name in wanted:
                found[path, function.name] = body
                if not body.startswith("static"):
                    found[function.name] = body
    return found


def main():
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(pathlib.Path("kern").rglob("*.[ch]"))
             if "test" not in path.parts}
    bound = [(path, *contract) for path, text in texts.items() for contract in contracts(text.splitlines())]
    bodies = definitions(texts, {name for _, _, name in bound})
    complaints = 0
    for path, number, name in bound:
        body = bodies.get((path, name)) or bodies.get(name) or ""
        if name in EXCEPTIONS or ASSERTION.search(body):
            continue
        print(f"{path}:{number}: {name} does not assert what its contract says of locks")
        complaints += 1
    for name in EXCEPTIONS.keys() - {name for _, _, name in bound}:
        print(f"grade/tools/check-contracts.py: {name} is an exception without such a contract")
        complaints += 1
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
