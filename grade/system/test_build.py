"""What the build says, and what it removes: as a person sees it who has just fetched the tree."""
import os
import re
import subprocess

from quire import build, tree_copy

SKIPPED = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "V")


def make(*words):
    """The outcome of a make of its own."""
    environment = {key: value for key, value in os.environ.items() if key not in SKIPPED}
    return subprocess.run(["make", *words], cwd=build.TREE, env=environment, capture_output=True, text=True,
                          check=False)


def test_no_compiler(tmp_path):
    made = make(f"O={tmp_path}", "CC=compiler-of-nobody", "kernel")
    assert made.returncode and "tried: compiler-of-nobody. Run 'make setup'" in made.stderr
    assert "toolchain-found" not in made.stdout + made.stderr


def test_a_dry_run_lists_nothing_in_a_built_tree():
    made = make("-n", "all")
    assert (made.returncode, made.stdout) == (0, ""), made.stdout[:2000] + made.stderr


def test_a_dry_run_lists_what_would_be_built_and_its_steps(tmp_path):
    made = make("-n", f"O={tmp_path}", "kernel")
    assert re.search(r"^\S+ .*-c -o \S+/kobj/kern/main\.o kern/main\.c$", made.stdout, re.MULTILINE)
    assert not list(tmp_path.rglob("*.o"))
    assert len(re.findall(r"^\S+/quire\.elf: compiling \(\d+ files\)$", made.stdout, re.MULTILINE)) == 1
    silent = make("-n", "V=0", f"O={tmp_path}", "kernel").stdout
    assert "compiling (" not in silent


def test_objects_depend_on_their_command_and_on_no_makefile(tmp_path):
    """A makefile that changes costs nothing where all commands are as before; another command makes each object anew."""
    tree_copy.copy(tmp_path)
    for path in (tmp_path / "Makefile", *tmp_path.glob("*/*.mk")):
        path.touch()
    compiled = [make("-n", "-C", str(tmp_path), "O=obj", *more, "kernel").stdout.count(" -c -o ")
                for more in ([], ["CI=", "WERROR=" if os.environ.get("CI") == "true" else "WERROR=1"])]
    assert compiled[0] == 0 and compiled[1] > 200


def test_clean_leaves_what_was_fetched(tmp_path):
    folder = tmp_path / "obj"
    for name in ("musl", "linux", "kobj"):
        (folder / name).mkdir(parents=True)
    (folder / "quire.elf").touch()
    assert make(f"O={folder}", "clean").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["linux", "musl"]
    assert make(f"O={folder}", "distclean").returncode == 0
    assert not folder.exists()
    assert make(f"O={folder}", "clean").returncode == 0


def test_doctor():
    made = make("doctor")
    assert made.returncode == 0, made.stdout + made.stderr
    for label in ("compiler", "QEMU", "Python", "pytest", "gdb"):
        assert re.search(rf"^{label} +\S", made.stdout, re.MULTILINE), made.stdout
    assert re.search(r"^boot +works: \d+ instructions$", made.stdout, re.MULTILINE), made.stdout


def test_doctor_of_a_machine_without_qemu():
    made = make("doctor", "QEMU=qemu-of-nobody")
    assert made.returncode and "missing (qemu-of-nobody)" in made.stdout
    assert "'make setup' installs what is missing" in made.stdout


def test_a_second_processor_is_mentioned():
    assert "Quire uses one processor" in make("-n", "qemu-nox", "SMP=2").stdout
