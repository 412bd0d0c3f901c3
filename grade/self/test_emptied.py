"""The functions that labs teach carry the kernel: if one is empty, the first program fails, or
another.

`make emptied` empties each of TAUGHT in turn; `make grade` does so with those that are quickly
built.
"""
import os
import re
from dataclasses import dataclass

import pytest

from quire import emptied, guest, user_tests

ALL = os.environ.get("EMPTIED") == "all"
PROGRAMS = {program.name: program for program in user_tests.programs()}


@dataclass
class Taught:
    """A function, and the program of user/tests that fails without it.

    says: what the console must say while the program runs, for what has no other effect.
    """

    name: str
    file: str
    program: str = "hello"
    says: str = ""
    quick: bool = False


TAUGHT = [
    Taught("page_alloc", "kern/mem/page_alloc.c"),
    Taught("page_free", "kern/mem/page_alloc.c"),
    Taught("page_decref", "kern/mem/page.h"),
    Taught("pgdir_walk", "kern/mem/pgdir.h"),
    Taught("pte_set_page", "kern/mem/pgdir.h"),  # page_insert and every fault
    Taught("page_lookup", "kern/mem/pgdir.c"),
    Taught("tlb_batch_unmap", "kern/mem/tlb.h", "madvise_remove"),  # page_remove, holes in objects
    Taught("tlb_batch_decref", "kern/mem/tlb.h"),  # every munmap
    Taught("tlb_invalidate", "kern/mem/tlb.c", "zero_page_replaced", quick=True),
    Taught("area_find", "kern/vm/area.c"),
    Taught("area_insert", "kern/vm/area.c"),
    Taught("area_find_gap", "kern/vm/area.c", "mmap_basic", quick=True),
    Taught("areas_split_at", "kern/vm/area_edit.c", "mprotect_pieces"),
    Taught("areas_merge_at", "kern/vm/area_edit.c", "mprotect_pieces", quick=True),
    Taught("copyin", "kern/vm/uaccess.h", "limit_rules"),
    Taught("copyout", "kern/vm/uaccess.h", "pipe_full"),
    Taught("copyinstr", "kern/vm/uaccess.h", "file_open"),
    Taught("user_mem_check", "kern/vm/user_mem_check.c", "evil_stack_signal", says="frame of a signal: it may not write to"),
]


def failure(program, outcome, says):
    """How the program failed, in words, or None."""
    if user_tests.text(outcome.stdout, outcome.result.ending()) != program.record.read_bytes():
        return outcome.result.message or "it printed something else"
    if says and not re.search(says, outcome.log):
        return "the console does not say the reason"
    return None


def run(taught, kernel):
    """How the program of `taught` fails on this kernel (None: the normal one), or None."""
    program = PROGRAMS[taught.program]
    outcome = guest.run(f"/tests/{program.name}", *program.args, stdin=program.input, limit=program.limit,
                        kernel=kernel, mem=program.mem, options=program.append)
    return failure(program, outcome, taught.says)


def chosen():
    """What is emptied today."""
    return [pytest.param(taught, id=taught.name) for taught in TAUGHT if ALL or taught.quick]


@pytest.mark.parametrize("taught", chosen())
def test_emptied(taught, tmp_path):
    assert run(taught, emptied.kernel(tmp_path, taught.file, taught.name)), \
        f"{taught.program} does not notice that {taught.name} does nothing"


@pytest.mark.parametrize("taught", [pytest.param(t, id=t.name) for t in TAUGHT if t.says])
def test_console_says_the_reason(taught):
    """Of the whole kernel it does, or the test above would always pass."""
    assert run(taught, None) is None


def test_emptying(tmp_path):
    path = tmp_path / "one.c"
    path.write_text("int one(int n)\n{\n\tint m = n;\n\n\treturn m;\n}\n\n"
                    "void two(int *p,\n         int n)\n{\n\t*p = n;\n}\n\nvoid *three(void)\n{\n\treturn p;\n}\n")
    for name in ("one", "two", "three"):
        emptied.empty(path, name)
    assert path.read_text() == ("int one(int n)\n{\n\treturn 0;\n}\n\nvoid two(int *p,\n         int n)\n{\n}\n\n"
                                "void *three(void)\n{\n\treturn 0;\n}\n")
