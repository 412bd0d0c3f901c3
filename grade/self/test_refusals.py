"""grade/run refuses what is no program for Quire, and says why; none of this starts a machine."""
import subprocess

import pytest

from quire import build, elfcheck

RUN = build.source("grade", "run")


def header(machine=3, kind=2, bits=1, order=1, segments=(1,), phentsize=32):
    """An ELF file with these properties and nothing else."""
    ident = b"\x7fELF" + bytes([bits, order, 1]) + bytes(9)
    fields = (ident, kind, machine, 1, 0x8048000, 52, 0, 0, 52, phentsize, len(segments), 0, 0, 0)
    return elfcheck.FILE_HEADER.pack(*fields) + b"".join(
        elfcheck.PROGRAM_HEADER.pack(segment, 0, 0, 0, 0, 0, 5, 4096) for segment in segments
    )


REFUSED = {
    "empty": (b"", "empty"),
    "text": (b"hello\n", "not an ELF file"),
    "script": (b"#!/bin/sh\n", "a script"),
    "cut short": (header()[:40], "cut short"),
    "64 bits": (header(machine=62, bits=2), "64-bit ELF file (x86_64)"),
    "big-endian": (header(order=2), "not a 32-bit little-endian"),
    "another machine": (header(machine=40), "for ARM"),
    "an object": (header(kind=1), "relocatable object"),
    "a core dump": (header(kind=4), "core dump"),
    "no segments": (header(segments=()), "program headers"),
    "odd segments": (header(phentsize=56), "program headers"),
    "segments outside": (header(segments=(1, 1))[:-1], "program headers"),
    "dynamic": (header(segments=(1, 3)), "dynamically linked"),
    "dynamic pie": (header(kind=3, segments=(1, 3)), "dynamically linked"),
    "nothing to load": (header(segments=(4,)), "nothing to load"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusal(case):
    content, reason = REFUSED[case]
    assert reason in elfcheck.refusal(content)


def test_no_refusal():
    assert elfcheck.refusal(header(segments=(1, 4))) is None
    assert elfcheck.refusal(header(kind=3)) is None  # static, but position-independent
    assert elfcheck.refusal(header(kind=3, segments=(1, 3)), alone=False) is None


def refuse(*command):
    done = subprocess.run([RUN, *command], input="", capture_output=True, text=True, timeout=60)
    assert done.returncode == 126 and done.stdout == ""
    return done.stderr


def test_reasons_are_shown(tmp_path):
    file = tmp_path / "program"
    file.write_bytes(header(machine=62, bits=2))
    assert "64-bit" in refuse(file)
    assert "No such file" in refuse(tmp_path / "missing")
    assert "irectory" in refuse(tmp_path)


def test_wrong_options(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(header())
    assert "which program?" in refuse()
    assert "not deterministic" in refuse("--tty", "--icount", program)
    assert "K=V" in refuse("--env", "A", program)
    assert "positive" in refuse("--mem", "0", program)
    assert "positive" in refuse("--timeout", "0", program)
    assert "positive" in refuse("--timeout", "nan", program)
    assert "--no-such-option" in refuse("--no-such-option", program)
    assert "make" in refuse("--kernel", tmp_path / "none", program)
    assert "No such file" in refuse("--file", tmp_path / "none", program)
    assert "not a directory" in refuse("--root", program, program)


def test_stale_verdict_is_removed(tmp_path):
    verdict = tmp_path / "verdict"
    verdict.write_text('{"kind": "exit", "status": 0}')
    refuse("--result", verdict, tmp_path / "missing")
    assert '"refused"' in verdict.read_text()
