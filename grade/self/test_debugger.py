"""`make gdb` and `make rewind`: the debugger's commands on a machine, on a dump, and backwards in time."""
import re
import shutil
import subprocess

import pytest

from quire import build

PATIENCE = 120  # seconds; only what hangs takes that long
pytestmark = pytest.mark.skipif(not shutil.which("gdb"), reason="gdb is not installed")


@pytest.fixture(name="debug")
def fixture_debug(tmp_path):
    """A function: make GOAL VARIABLE=..., with a script of gdb's commands. Returns what was shown."""

    def run(commands, *arguments):
        script = tmp_path / "script"
        script.write_text("".join(f"{line}\n" for line in commands))
        done = subprocess.run(
            ["make", *arguments, f"GDB_FLAGS=-batch -x {script}"], stdin=subprocess.DEVNULL,
            cwd=build.TREE, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )
        return done.stdout + done.stderr

    return run


def expect(shown, *patterns):
    """The patterns must come in this order."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern).search(shown, at)
        assert found, f"{pattern!r} did not come; shown was:\n{shown}"
        at = found.end()


def test_a_program_stops_at_its_main(debug):
    shown = debug(["ps", "areas", "pte main", "mappings", "kthread 1", "page 0x0", "print pages[0x0]", "print (pte_t)0x901007",
                   "mappings cpus[0].current->aspace->pgdir", "mappings $cr3", "pte main $cr3",
                   "help user-defined", "areas nobody"], "gdb", "T=mmap_basic")
    expect(
        shown,
        r"breakpoint 1, main .*mmap_basic\.c:\d+",
        r"    1     0 sleeping +0 init\n    2     1 running +\d+ mmap_basic\n",  # ps
        r"08048000-\w+ r-xp object\n(.*\n)*.* \[stack\]\n",  # areas
        r"table entry \d+: 0x\w{8}  user, read-only.*, at 0xc\w{7}\n  physical address",  # pte
        r"\n08048000-\w+ to \w{8} user, read-only",  # mappings
        r"#\d+ .*schedule \(\)",  # kthread
        r"physical page 0x0: reserved",  # page
        r"\$1 = page 0x0 \(reserved\), 0 references",
        r"\$2 = 0x00901007 \(user, writable\)",
        r"\n08048000-\w+ to \w{8} user, read-only(.*\n)*.*\n08048000-\w+ to \w{8} user, read-only",  # mappings DIRECTORY
        r"of pid 2 \(mmap_basic\)(.*\n)*  table entry \d+: 0x\w{8}  user",
        r"areas -- areas \[PID\]: the areas of a process",  # help user-defined
        r"pte -- pte ADDRESS",
        r"nobody is no number of a process",
    )


def test_a_kernels_test_stops_at_its_beginning(debug):
    shown = debug(["mappings", "pages", "print page_pool.free_count", "mappings 0xb0000000"], "gdb", "T=page_alloc_zeroed_clears_all_of_it")
    expect(shown, r"breakpoint 1, page_alloc_zeroed_clears_all_of_it \(\)",
           r"Nothing is mapped below 0xc0000000 in the directory at 0xc\w+ of the kernel\.\n`mappings PID`",
           r"\d+ free\n(.*\n)* +\d+ in all", r"\$1 = \d+", "there is no page directory at 0xb0000000")


def test_a_labs_test_stops_at_its_first_operation(debug):
    shown = debug(["print op->name"], "gdb", "T=walk_finds")
    expect(shown, "a test of lab 2. Its operations:\n   0 pool ", "breakpoint 1, perform ", r'"pool"')


def test_a_labs_test_stops_at_the_operation_that_failed(debug):
    """Nothing follows that operation, so a recording ends there too."""
    shown = debug(["print op->name", "page 0x901", "finish", "print *next_line"], "gdb", "LAB=2", "T=insert_again", "AT=7")
    expect(shown, "Its operations from number 2 on:", r"\n   7 entry 0 10000000\n", "breakpoint 1, perform ", r'"entry"',
           r"the entry for 0x10000000 in the loaded directory", r"= 0 ")


def test_a_labs_test_is_explained():
    done = subprocess.run(["make", "explain", "LAB=1", "T=page_free_twice", "AT=2"], cwd=build.TREE, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    expect(done.stdout, r"page_free_twice, a test of lab 1\. Its operations:\n", r"\n   2 page_free 0\n", "How it ended: .*")


def test_a_machine_with_a_shell(debug):
    shown = debug(["tbreak process_exec", "continue", "type echo in the $HOME of the machine", "break machine_end",
                   "type exit", "continue", "continue"], "gdb")
    expect(shown, r"breakpoint 1, kernel_main", "breakpoint 2, process_exec ", "Breakpoint 3, machine_end")
    # The debugger's message may come in the middle of the machine's line.
    expect(re.sub(r"\n+Breakpoint 3, .*\n\d+\t\{\n", "", shown), "in the / of the machine")


def test_a_dump(debug, tmp_path):
    memory = tmp_path / "memory"
    kernel = build.path("debug", "quire.elf")
    command = [build.source("grade", "run"), "--kernel", kernel, "--dump", memory, "--icount", "--guest", "/bin/true"]
    subprocess.run(command, timeout=PATIENCE, check=True)
    shown = debug(["ps", "pages", "pte kernel_main", "page 0x0", "mappings kernel"], "gdb", f"DUMP={memory}")
    expect(shown, r"    1     0 running +0 init\n", r"\d+ free\n", r"table entry .*kernel only, read-only",
           "page 0x0: reserved", r"\nc0\w{6}-\w{8} to ")


def test_a_dump_of_the_other_kernel(debug, tmp_path):
    """The debugger takes the kernel that ran, which is not the one that `make gdb` boots."""
    memory = tmp_path / "memory"
    command = [build.source("grade", "run"), "--dump", memory, "--icount", "--guest", "/bin/true"]
    subprocess.run(command, timeout=PATIENCE, check=True)
    shown = debug(["ps", "info files"], "gdb", f"DUMP={memory}")
    expect(shown, r"make gdb: .*memory is a memory of \S*\bobj/quire\.elf", r"    1     0 running +0 init\n",
           r'Symbols from ".*obj/quire\.elf"')


def test_no_dump(debug, tmp_path):
    (tmp_path / "memory").write_bytes(bytes(4096))
    expect(debug([], "gdb", f"DUMP={tmp_path}/memory"), "make gdb: .*memory is no memory of .*obj/debug/quire.elf or ")


def test_rewind_finds_who_last_wrote(debug):
    shown = debug(["watch *(unsigned int *)&kernel_pgdir", "reverse-continue", "frame", "reverse-stepi",
                   "print kernel_pgdir == 0"], "rewind", "T=page_alloc_zeroed_clears_all_of_it")
    expect(shown, r"\bHere the run ends", r"machine_end \(code=EXIT_NORMAL\)", r"\n#0 +pgdir_init \(\)", r"\$1 = 1")


def test_rewind_where_the_value_changes_often(debug):
    shown = debug(["watch page_pool.free_count", "reverse-continue", "backtrace"],
                  "rewind", "T=page_alloc_hands_out_every_page_once")
    expect(shown, r"\n#0 .* page_put ", r"\n#3 .* page_alloc_hands_out_every_page_once ")


def test_no_such_test(debug):
    shown = debug([], "gdb", "T=page_alloc_zeroed")
    expect(shown, "make gdb: there is no test page_alloc_zeroed; there are page_alloc_zeroed_")
    expect(debug([], "rewind"), "make rewind: which test")
