"""Lint's own checks (grade/tools/check-*.py), each on a small tree with one mistake."""
import runpy
import subprocess
import sys

import pytest

from quire import build

LAYERS = runpy.run_path(f"{build.TREE}/grade/tools/layers.py")["LAYERS"]


@pytest.fixture(name="lint")
def fixture_lint(tmp_path):
    """A function: write these files, run a check of lint in their directory; what it complains of.
    """
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def lint(check, files, *arguments):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, f"{build.TREE}/grade/tools/check-{check}.py", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert not done.stderr, done.stderr
        lines = done.stdout.splitlines()
        assert done.returncode == (1 if [line for line in lines if not line.startswith("note:")] else 0)
        return lines

    return lint


def test_constants_that_nothing_uses(lint):
    assert lint("constants", {
        "kern/mem/a.h": "#define USED 1 // and UNUSED is not\n#define UNUSED 2\n"
                        "enum color { RED, GREEN = USED, };\n",
        "kern/mem/a.c": "int a = RED; // GREEN\n",
        "grade/audit.py": "",
    }) == ["kern/mem/a.h:2: UNUSED is used nowhere", "kern/mem/a.h:3: GREEN is used nowhere"]


def test_constants_that_are_defined_twice(lint):
    assert lint("constants", {
        "kern/layout.h": "#define SIZE 1\n",
        "kern/mem/a.c": "#define SIZE 1\n#define OWN SIZE\nint a = OWN;\n",
        "kern/mem/b.c": "#define OWN 2\nint b = OWN;\n#define X 1\nint c = X;\n#undef X\n",
    }) == ["kern/mem/a.c:1: SIZE is defined in kern/layout.h too"]


def test_members_of_programs_structs(lint):
    assert lint("user-pointers", {
        "kern/sys/a.c": "void a(struct s __user *user)\n{\n\tf(&user->x); // user->x\n}\n"
                        "void b(struct s *user)\n{\n\tuser->x = 1;\n}\n"
                        "void c(const void __user *at)\n{\n\tconst struct s __user *from = at;\n\n"
                        "\tg(from->text, at);\n}\n",
    }) == ["kern/sys/a.c:3: user-> on a program's pointer: use user_member()",
           "kern/sys/a.c:13: from-> on a program's pointer: use user_member()"]


@pytest.mark.parametrize("comment, wrong", [
    ("area_find and area_fond, page_ and _find", "there is no area_fond"),
    ("calls walk(), and area_find()", "there is no walk()"),
    ("see a.c, mem/a.c and vm/fault.c", "there is no file vm/fault.c"),
    ("a word, and/or two; user/NAME.c; path_resolution(7)", None),
    ("as vfs_read() of Linux's fs/read_write.c", None),
    ("as on Linux. vfs_read is not ours", "there is no vfs_read"),
])
def test_names_in_comments(lint, comment, wrong):
    found = lint("names", {"kern/mem/a.c": f"int page_count;\nvoid area_find(void); // {comment}\n"})
    assert found == ([f"kern/mem/a.c:2: {wrong}"] if wrong else [])


def test_names_in_strings_are_code(lint):
    assert lint("names", {"kern/mem/a.c": 'const char *a = "// no_comment"; // no_comment\n'}) == []


def test_letters_have_a_meaning(lint):
    assert lint("names", {"kern/mem/a.h": """// [l] lock   [-] none
struct a {
	int b; // [l]
	int c; // [c] constant
	int d; // [lock] and e[i]
	// [s] is not explained here
};
"""}) == ["kern/mem/a.h:4: the file does not explain [c]", "kern/mem/a.h:6: the file does not explain [s]"]


def test_names_in_pages(lint):
    assert lint("names", {
        "kern/mem/a.c": "int page_count;\n",
        "page.md": "`page_count`, `page_cont`, `drv`, `a word`, page_cont; `mem/b.c`\n",
    }) == ["page.md:1: there is no file mem/b.c", "page.md:1: there is no page_cont", "page.md:1: there is no drv"]


def test_layers_in_pages(lint):
    page = "## The layers\n\n" + "".join(f"        {layer:8} the layer\n" for layer in LAYERS[::-1])
    assert lint("names", {"README.md": page}) == []
    found = lint("names", {"README.md": page.replace("tty", "drv")})
    assert len(found) == 1 and found[0].startswith("README.md:1: the layers are sys ipc proc tty")


def c_function(head, lines):
    """A function with so many lines from brace to brace."""
    return head + "\n{\n" + "\twork();\n" * (lines - 2) + "}\n"


def test_lengths(lint):
    files = {
        "kern/mem/a.c": c_function("// One.\nstatic void\none(void)", 61) + c_function("static void two(void)", 11)
                        + c_function("static void three(void)", 12) + c_function("void four(int a, int b)", 12)
                        + c_function("void five(void)", 12) + c_function("SYSCALL1(six, int, a)", 12),
        "kern/mem/a.h": "// About both.\nint none(void);\nvoid four(int a,\n          int b);\n\nvoid five(void);\n",
        "kern/mem/test/test_a.c": c_function("KTEST(seven)", 12) + "\n" * 400,
    }
    assert lint("lengths", files, *files) == [
        "note: kern/mem/a.c:4: one has 61 lines",
        "note: kern/mem/a.c:78: three has 12 lines and no comment",
        "note: kern/mem/a.c:104: five has 12 lines and no comment",
        "note: kern/mem/a.c:117: six has 12 lines and no comment",
        "note: kern/mem/test/test_a.c has 413 lines",
        "note: 3 functions of 12 lines or more have no comment",
    ]


CALLS = {
    "kern/kern.h": "void panic(const char *message);\n",
    "kern/README.md": """# Page

## Circles

| files | why |
|---|---|
| `mem/a.c`, `mem/b.c` | a reason |

## Calls upward

| registration | who calls | who registers |
|---|---|---|
| `entry`, by name | `mem/a.c` | `vm/c.c` |
| `mem_hook` | `mem/a.c`: a reason | `vm/c.c` |
""",
    "kern/mem/a.h": "extern void (*mem_hook)(void);\n",
    "kern/mem/a.c": """void b(void), entry(void), panic(const char *message);
void (*mem_hook)(void);
void a(void)
{
	b();
	entry();
	panic("a");
	mem_hook();
}
""",
    "kern/mem/b.c": "void a(void);\nvoid b(void)\n{\n	a();\n}\n",
    "kern/vm/c.c": """void a(void), panic(const char *message);
extern void (*mem_hook)(void);
void entry(void)
{
	mem_hook = a;
}
""",
    "kern/vm/d.c": "extern void (*const e_ops[])(void);\nvoid d(void)\n{\n	e_ops[0]();\n}\n",
    "kern/vm/e.c": "void d(void);\nvoid (*const e_ops[])(void) = { d };\n",
    "kern/main.c": "void panic(const char *message)\n{\n	(void)message;\n}\n",
}


@pytest.fixture(name="lint_calls")
def fixture_lint_calls(lint, tmp_path):
    """A function: compile CALLS with some files changed, and run check-calls.py on the objects."""
    def lint_calls(**changed):
        files = CALLS | {f"kern/{name.replace('_', '/')}.c": text for name, text in changed.items()}
        sources = [name for name in files if name.endswith(".c")]
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        objects = [f"obj/{name.removesuffix('.c')}.o" for name in sources]
        for source, name in zip(sources, objects):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-O1", "-c", "-o", name, source], cwd=tmp_path, check=True)
        (tmp_path / "obj" / "objects").write_text(" ".join(objects))
        return lint("calls", files, "objdump", "obj")

    return lint_calls


def test_calls_that_go_as_listed(lint_calls):
    assert lint_calls() == []


def test_calls_upward(lint_calls):
    assert lint_calls(mem_b="void a(void), d(void);\nvoid b(void)\n{\n	a();\n	d();\n}\n") == [
        "kern/mem/b.c: refers to d of kern/vm/d.c, which stands higher"]


def test_circles(lint_calls):
    assert lint_calls(mem_b="void b(void)\n{\n}\n") == [
        "kern/README.md: circles: kern/mem/a.c kern/mem/b.c form none"]
    found = lint_calls(vm_e="void d(void), e(void);\nvoid (*const e_ops[])(void) = { d };\nvoid e(void)\n{\n	d();\n}\n",
                       vm_d="void e(void);\nvoid d(void)\n{\n	e();\n}\n")
    assert found == ["kern/vm/d.c kern/vm/e.c: a circle that kern/README.md does not list:",
                     "    kern/vm/d.c -> kern/vm/e.c: e", "    kern/vm/e.c -> kern/vm/d.c: d"]


def test_hooks_are_in_the_table(lint_calls):
    set_in_d = "void d(void);\nextern void (*mem_hook)(void);\nvoid d(void)\n{\n	mem_hook = d;\n}\n"
    assert lint_calls(vm_d=set_in_d) == [
        "kern/README.md: calls upward: kern/vm/d.c registers by mem_hook; the table has `vm/c.c`"]
    assert lint_calls(vm_c="void entry(void)\n{\n}\n") == [
        "kern/README.md: calls upward: vm/c.c has none of mem_hook"]
