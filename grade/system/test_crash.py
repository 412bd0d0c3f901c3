"""Mistakes that the kernel makes on purpose (kern/debug/crash.c): each is noticed, and said
clearly.
"""
import re

import pytest

from quire import build, guest

SAID = {
    "lock": "panic: device lock taken twice by init: first at kern/debug/crash.c:",
    "null": "panic: page fault in the kernel: ",
    "overflow": "panic: kernel stack overflow: thread init (1) ran into its guard page at 0xf8",
    "smash": "panic: stack smashed: crash_smash+",
    "text": "panic: page fault in the kernel: ",
}
WHERE = {"smash": "__stack_chk_fail"}


@pytest.mark.parametrize("debug", [False, True], ids=["normal", "debug"])
@pytest.mark.parametrize("name", SAID)
def test_crash(name, debug, complain):
    kernel = build.debug_kernel() if debug else None
    if debug and not kernel:
        pytest.skip("there is no debug kernel")
    outcome = guest.boot(f"crash={name}", kernel=kernel, audit=False)
    if outcome.result.kind != "panic":
        complain(outcome.explain(f"crash={name} ended in {outcome.result.kind}, not in a panic"))
    place = WHERE.get(name, f"crash_{name}")
    for text in (SAID[name], place):
        if text not in outcome.log:
            complain(outcome.explain(f"crash={name}: the panic does not say {text!r}"))
    if name == "overflow":
        folded = re.search(r"crash_overflow\+0x\w+ kern/debug/crash\.c:(\d+), (\d+) times", outcome.log)
        if not folded or int(folded[2]) < 50 or "crash_if_asked+" not in outcome.log:
            complain(outcome.explain("crash=overflow: the backtrace is not folded, or ends early"))


@pytest.mark.parametrize("name, said", [
    ("unwritten", "crash_unwritten: exercise 3.4 is not written yet"),
    ("later_lab", "crash_later_lab: lab 2 ends here; exercise 3.4 writes this function"),
])
def test_functions_that_are_not_written(name, said, complain):
    outcome = guest.boot(f"crash={name}", audit=False)
    result = outcome.result
    if (result.kind, result.status, result.exercise) != ("unwritten", 125, "3.4"):
        complain(outcome.explain(f"crash={name} ended in {result.kind} ({result.message})"))
    for text in (said, f"crash_{name}+"):
        if text not in outcome.log:
            complain(outcome.explain(f"crash={name}: the console does not say {text!r}"))


def test_crash_reset(complain):
    """A triple fault is no restart: the verdict and the sentence of `make qemu` differ."""
    outcome = guest.boot("crash=reset", audit=False)
    if outcome.result.kind != "reset" or "triple fault" not in outcome.result.message:
        complain(outcome.explain(f"a triple fault gave the verdict {outcome.result.kind}"))


@pytest.mark.parametrize("debug", [False, True], ids=["normal", "debug"])
def test_a_time_out_says_where_the_kernel_spins(debug, complain):
    kernel = build.debug_kernel() if debug else None
    if debug and not kernel:
        pytest.skip("there is no debug kernel")
    outcome = guest.boot("crash=spin", kernel=kernel, limit=0.3)
    result = outcome.result
    if (result.kind, result.status) != ("timeout", 124):
        complain(outcome.explain(f"crash=spin ended in {result.kind}, not in a time-out"))
    if "init (1) runs in the kernel with interrupts off\n" not in result.message:
        complain(outcome.explain("the time-out does not say who spins"))
    places = [line.split()[1].split("+")[0] for line in result.backtrace or []]
    if places[:1] != ["crash_spin"] or "crash_if_asked" not in places:
        complain(outcome.explain(f"the backtrace of the time-out is {places}"))


def test_the_watchdog_stops_a_kernel_that_spins(complain):
    outcome = guest.boot("crash=spin", limit=10, audit=False)
    said = ": init (1) runs in the kernel with interrupts off"
    if outcome.result.kind != "panic" or said not in outcome.log or "crash_spin" not in outcome.log:
        complain(outcome.explain("the watchdog did not report crash=spin"))


def test_user_mem_assert(complain):
    outcome = guest.run("tests/signal_forced")
    said = "signal_forced (", "): frame of a signal: it may not write to 0x"
    lines = [line for line in outcome.log.splitlines() if all(text in line for text in said)]
    if len(lines) != 1:
        complain(outcome.explain(f"the log has {len(lines)} lines about a signal's frame, not 1"))
