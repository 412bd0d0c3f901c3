"""The programs of /bin, where what they say is for people."""
import pytest

from quire import build, compile_for_linux, guest


def test_no_named_areas():
    outcome = guest.run("areas")
    assert outcome.stdout == b"no named areas\n", outcome.explain("something else is shown")


@pytest.mark.parametrize("option", [["-2"], ["-n", "2"], ["-n2"]])
def test_first_lines(option):
    outcome = guest.run("head", *option, stdin=b"1\n2\n3\n")
    assert outcome.stdout == b"1\n2\n", outcome.explain("two lines expected")


def test_first_bytes():
    outcome = guest.run("head", "-c", "5", stdin=b"1\n\0\xff\r\n3\n")
    assert outcome.stdout == b"1\n\0\xff\r", outcome.explain("five bytes expected")
    assert guest.run("head", "-c", "5", stdin=b"1\n").stdout == b"1\n"


@pytest.mark.parametrize("name", ["dmesg", "grep", "head", "ls", "mkdir", "reboot", "rm", "sort", "tail", "tee", "touch", "wc"])
def test_usage_after_a_wrong_option(name):
    outcome = guest.run(name, "--help")
    complaint, usage = outcome.stderr.decode().splitlines()
    assert "invalid option" in complaint and usage.startswith(f"usage: {name} ")
    assert (outcome.result.kind, outcome.result.status) == ("exit", 2)


def sh(script, **machine):
    """What a script prints, with its errors, and its exit status."""
    outcome = guest.run("sh", "-c", f"exec 2>&1; {script}", **machine)
    return outcome.stdout.decode(), outcome.result.status


@pytest.mark.parametrize("script, shown, status", [
    ("cd /tmp; touch a; touch -c b; ls; touch /nosuch/x", "a\ntouch: /nosuch/x: No such file or directory\n", 1),
    ("seq 3; seq 5 6; seq 9 -4 1; seq 2 1; seq 1 0 2", "1\n2\n3\n5\n6\n9\n5\n1\nseq: the step is 0\n", 2),
    ("seq 2147483646 2147483647; seq x", "2147483646\n2147483647\nseq: x: not a whole number\n", 2),
    ("echo a | tee /tmp/t; echo b | tee -a /tmp/t; cat /tmp/t; echo c | tee /x/y",
     "a\nb\na\nb\ntee: /x/y: No such file or directory\nc\n", 1),
    ("which ls; which nosuch", "/bin/ls\nwhich: nosuch: not found\n", 1),
    ("mkdir -p /tmp/d/e; touch /tmp/d/e/x.c; find /tmp -name '*.?'; find /tmp -type d; find /none",
     "/tmp/d/e/x.c\n/tmp\n/tmp/d\n/tmp/d/e\nfind: /none: No such file or directory\n", 1),
    ("find /etc -name", "usage: find [PATH...] [-name PATTERN] [-type f|d|l]\n", 2),
    ("clear", "\x1b[H\x1b[J", 0),
    ("time nosuch | cat; stty", "time: nosuch: No such file or directory\n", None),
    ("seq 2 > /tmp/n; less /tmp/n; less /none", "1\n2\nless: /none: No such file or directory\n", 1),
    ("edit; edit /tmp/t </dev/null", "usage: edit FILE\nedit: standard input: Inappropriate ioctl for device\n", 1),
])
def test_tools(script, shown, status):
    text, ended = sh(script)
    if status is None:
        assert text.startswith(shown)
    else:
        assert (text, ended) == (shown, status)


def test_time():
    text, status = sh("time sh -c 'sleep 2; exit 3'")
    assert status == 3 and [line.split()[0] for line in text.splitlines()] == ["real", "user", "sys"]
    assert text.startswith("real 2.0")


def test_dmesg():
    """The log from its first line on, also of a program that died; cleared, it has only what comes then."""
    text, _ = sh("dmesg; echo --; dmesg -cr; echo --; /tests/fault_privileged; dmesg; dmesg -C; dmesg")
    whole, raw, new = text.split("--\n")
    assert whole.startswith("Quire: ") and "\nmem: 127 MiB usable" in whole
    assert [line[3:] for line in raw.splitlines()] == whole.splitlines()
    assert all(line[0] == "<" and line[1].isdigit() and line[2] == ">" for line in raw.splitlines())
    assert "fault_privilege[" in new and "Quire" not in new


def test_floats_are_printed_as_by_another_library(tmp_path):
    """The program lib_float, with Quire's library and with musl: the same bytes. (glibc 2.36 prints 999999.5 wrongly for %#g.)"""
    source = build.source("user", "tests", "lib", "lib_float.c")
    try:
        other = compile_for_linux.musl(source, tmp_path / "other", "-I", build.source("user", "tests"))
    except compile_for_linux.Unavailable as reason:
        pytest.skip(str(reason))
    theirs = guest.run("/other", files=[("/other", other)], limit=4).stdout.decode().splitlines()
    ours = guest.run("/tests/lib_float", limit=4).stdout.decode().splitlines()
    assert len(ours) > 1500 and ours == theirs


@pytest.mark.parametrize("scene, steps, said", [
    ("zero", 3, "Each entry names a page of its own."), ("fork", 4, "Its 16 copies are free again."),
    ("table", 4, "It has a table of its own now"), ("file", 3, "nothing was copied"), ("free", 2, "the pages are free"),
    ("stack", 2, "Each call has touched the next page"), ("memory", 2, "The child was ended by signal 9."),
])
def test_scenes_of_memory(scene, steps, said):
    outcome = guest.run("steps", scene, stdin=b"\n" * steps, mem=32)
    text = outcome.stdout.decode()
    assert text.count("[Enter] ") == steps and said in text, outcome.explain("the scene is another one")
    assert outcome.result.status == 0
