"""What the grader says when something fails is short, and in words."""
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from quire import audit_dwarf, guest, ktap, user_tests
from quire.machine import CLOCK_BASE
from quire.machine_timeout import GUEST_SECOND, Watch


def test_ten_differing_lines_of_a_record():
    expected = b"".join(b"line %d\n" % n for n in range(100))
    text = user_tests.difference(expected, expected.replace(b"5", b"five"), "r")
    assert text.startswith("line 6 is not that of r:\n      line 2\n      line 3\n      line 4\n")
    assert 8 < text.count("got: ") <= user_tests.SHOWN
    assert text.endswith("and more lines differ")
    assert user_tests.difference(b"a\nb\nc\n", b"a\nc\n", "r") == \
        "line 2 is not that of r:\n      a\n    expected: b\n    got:      (nothing)"
    assert len(user_tests.difference(b"a\n", b"b" * 10**6, "r")) < 1000


def test_complaints_of_an_in_kernel_test():
    lines = [f"# kern/a.c:{n}: x: got {n} ({n:#x}), expected 0 (0)" for n in range(1, 16)]
    report = ktap.parse("1..1\n" + "\n".join(lines) + "\nnot ok 1 test\n")
    assert report.notes["test"][0] == "# kern/a.c:1: x: got 1, expected 0"
    assert report.notes["test"][10:] == ["# and 5 more"]


def test_values_in_words():
    assert ktap.in_words("x: got -14 (0xfffffff2), expected 0 (0)") == "x: got -EFAULT, expected 0"
    assert ktap.in_words("x: got 1073741824 (0x40000000), expected 5 (0x5)") == "x: got 0x40000000, expected 5"
    assert ktap.in_words("x: got -536870912 (0xe0000000), expected 7 (0x7)") == "x: got 0xe0000000, expected 7"


def test_log_from_the_panic_on():
    log = "Quire: a teaching kernel\npanic: stack\n  one+0x6\n" + "  two+0x12\n" * 118 + "  three+0x1\n"
    assert guest.telling(log).splitlines() == [
        "panic: stack", "  one+0x6", "  two+0x12, 118 times", "  three+0x1"]
    assert guest.telling("a\n" + "b\nc\n" * 20).splitlines() == ["b", "c"] * (guest.MESSAGES // 2)


def watch(**limits):
    """A Watch, and what it sees: `retired` instructions, `cpu` seconds."""
    seen = SimpleNamespace(retired=0, cpu=0, clock=CLOCK_BASE)
    qmp = SimpleNamespace(retired=lambda: seen.retired, clock=lambda: seen.clock)
    machine = SimpleNamespace(icount=True, qmp=qmp, cpu_seconds=lambda: seen.cpu, output=lambda: seen.retired)
    watching = Watch(machine, 5, **limits)
    watching._dead = lambda: None
    watching._interval = lambda: 0

    def look():
        watching.next = 0
        return watching.look()

    return seen, look


def test_limit_of_instructions():
    seen, look = watch(instructions=GUEST_SECOND)
    seen.retired = GUEST_SECOND
    assert look() is None
    seen.retired += 1
    assert (look().kind, look().message) == ("timeout", "it did not end within 1000 million instructions")
    seen.retired, seen.clock = 10, CLOCK_BASE + 6
    assert look().message == "it did not end within 5 guest seconds"


def test_limit_is_for_each_step():
    step = [0]
    seen, look = watch(instructions=GUEST_SECOND, progress=lambda: step[0])
    for step[0] in range(1, 10):
        seen.retired += GUEST_SECOND
        seen.clock += 5
        assert look() is None
    seen.retired += GUEST_SECOND + 1
    assert look().kind == "timeout"


def test_slow_host_is_not_judged():
    seen, look = watch(instructions=GUEST_SECOND)
    seen.cpu, seen.retired = 49, 10**8
    assert look() is None
    seen.cpu, seen.retired = 51, 3 * 10**8
    assert (look().kind, look().message[:10]) == ("lost", "not judged")


def test_debug_information_is_read_once(monkeypatch, tmp_path):
    """By the first of several processes that want it; the others wait for what it keeps."""
    monkeypatch.setenv("QUIRE_OBJ", str(tmp_path))
    reads = []

    def read(path):
        reads.append(path)
        time.sleep(0.2)  # the others come meanwhile
        return {"structs": {}}

    monkeypatch.setattr(audit_dwarf, "read", read)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: audit_dwarf.layout("quire.elf", b"one kernel"), range(8)))
    assert (len(reads), found) == (1, [{"structs": {}}] * 8)
