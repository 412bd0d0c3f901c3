"""A short run of the fuzzer of userfaultfd, against the record of what Linux does in it."""
import pytest

from quire import build, fuzz_uffd


@pytest.mark.parametrize("kernel", ["normal", "debug"])
def test_short_run_with_a_userfaultfd_is_as_on_linux(kernel, complain):
    path = build.debug_kernel() if kernel == "debug" else None
    if kernel == "debug" and not path:
        pytest.skip("no debug build; `make DEBUG=1` makes it")
    with open(fuzz_uffd.RECORD, encoding="ascii") as file:
        wanted = file.read().splitlines()
    operations = fuzz_uffd.SHORT_OPERATIONS * (10 if path else 1)
    got = fuzz_uffd.on_quire(fuzz_uffd.SHORT, operations, kernel=path, audit=True)
    assert len(wanted) >= fuzz_uffd.SHORT_OPERATIONS // 64
    if got != wanted:
        odd = next((line for line in got if line not in wanted), got[-1])
        complain(
            f"{odd!r} is not in {fuzz_uffd.RECORD}. `grade/fuzz-uffd --length 300 -n 3000` shows the"
            " operation; if the fuzzer itself has changed, `grade/fuzz-uffd --write` records what"
            " Linux does now"
        )
