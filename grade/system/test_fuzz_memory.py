"""A short run of the fuzzer of operations on memory, against the record of what Linux does in it.
"""
import pytest

from quire import build, fuzz_log, fuzz_run


@pytest.mark.parametrize("kernel", ["normal", "debug"])
def test_short_run_is_as_on_linux(kernel, complain):
    path = build.debug_kernel() if kernel == "debug" else None
    if kernel == "debug" and not path:
        pytest.skip("no debug build; `make DEBUG=1` makes it")
    with open(fuzz_run.RECORD, encoding="ascii") as file:
        wanted = fuzz_log.sequences(file.read())
    # The debug kernel fills and checks what it frees: ten times the time.
    operations = fuzz_run.SHORT_OPERATIONS * (10 if path else 1)
    got, wrong = fuzz_run.on_quire(fuzz_run.SHORT, operations=operations, kernel=path)
    if wrong:
        complain(wrong)
    assert list(got) == list(wanted)
    for name, sequence in wanted.items():
        assert len(sequence.lines) >= 1000 // 64 and sequence.status == "0", name
        if not sequence.same(got[name]):
            complain(
                f"{name}: not the hashes of {fuzz_run.RECORD}. `grade/fuzz --length 1000 -n 5000`"
                " shows the operation; if the fuzzer itself has changed, `grade/fuzz --write` records"
                " what Linux does now"
            )
