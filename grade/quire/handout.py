"""Handouts: Markdown with directives, made into pages by pandoc and into PDF by weasyprint.

A directive is a line of its own. What it shows comes from the tree, so it cannot differ from it:

    {{exercises}}                   the lab's exercises with functions, points and hours
    {{exercise 2.4}}                a heading, the files, the contracts of the functions, the tests
    {{read kern/mem/page.h ...}}    these files in this order: length, and what each is for
    {{tests}}                       which test covers and needs which exercise
    {{contract page_insert}}        the comment above a function, and its declaration
    {{drawing kern/mem/pgdir.h}}    the drawing in a comment of this file, or in a page
    {{constants kern/cpu/paging.h PTE_}}  the #defines of this file that begin so, with their
                                          comments
    {{struct trapframe kern/cpu/trap.h}}  a struct with its comment
    {{errors EFAULT ENOMEM}}        errors with their numbers
    {{picture memory}}              a machine's memory, as `make picture` draws it
    {{machine tables steps fork}}   a machine in the page that runs this command, and shows its memory,
                                    tables or terminal; that picture on paper and without JavaScript
    {{labs}}                        all labs, with links to their handouts

The handouts are grade/labN/handout.md, answers and staff's notes grade/labN/staff.md, and the pages
of grade/handouts: index and quick reference.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from quire import build, lab_toml, source

DIRECTIVE = re.compile(r"\{\{(\w+)(?: ([^}]*))?\}\}$")
GOAL = re.compile(r"`[^`\n]*\bmake ((?:[A-Z]\w*=\S+ )*)([a-z][\w-]*)")
PROTOTYPE_END = re.compile(r"[;{]\s*(?://.*)?$")
DRAWN = re.compile(r"^.*(?:\+--|\|).*$", re.M)
HEADER_PATHS = "kern/*/*.h"
VIEWS = "memory", "tables", "terminal"  # of grade/site/page.js


class HandoutError(Exception):
    """A handout speaks of something that the tree does not have."""


def row(*cells):
    """One line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def code(names):
    """Names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def hours(number):
    """1, 1.5 or 2 as text."""
    return f"{number:g}"


class Tree:
    """What handouts take from the source at `root`."""

    def __init__(self, root):
        self.root = Path(root)

    def lines(self, path):
        """The lines of a file of the tree."""
        try:
            return (self.root / path).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise HandoutError(f"there is no {path}") from error

    def purpose(self, path):
        """The sentence at a file's head, without the file's name."""
        text = []
        for line in self.lines(path):
            if not line.startswith("//"):
                break
            text.append(line[2:].strip())
        return re.sub(r"^[\w.]+: ", "", re.split(r"\. (?=[A-Z])", " ".join(text))[0]).rstrip(".:")

    def contract(self, name, path):
        """(file, text) of a function's contract: the comment, and the declaration below it.

        `path`: the file that defines the function. The contract of a public function is in a
        header.
        """
        for header in sorted(self.root.glob(HEADER_PATHS)):
            lines = header.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines):
                if re.match(rf"(?!//|\t|#| ).*\b{name}\(", line):
                    text = self._declaration(lines, number)
                    if text:
                        return header.relative_to(self.root), text
        lines = self.lines(path)
        text = self._declaration(lines, source.function(self.root / path, name).first)
        if not text:
            raise HandoutError(f"{path}: {name} has no contract")
        return Path(path), text

    @staticmethod
    def _declaration(lines, first):
        """A declaration or the head of a definition, below its comment; None if it has no comment.

        One comment may stand above several declarations that follow each other.
        """
        end = first
        while not PROTOTYPE_END.search(lines[end]) and lines[end + 1] != "{":
            end += 1
        top = first
        while top > 0 and lines[top - 1] and not lines[top - 1].startswith(("//", "}", "#")):
            top -= 1
        start = source.comment_above(lines, top)
        if start == top:
            return None
        declaration = "\n".join(lines[first : end + 1]).rstrip(" {")
        declaration = declaration if declaration.endswith(";") else declaration + ";"
        return "\n".join(lines[start:top]) + "\n" + declaration

    def drawing(self, path):
        """The comment of a file that has a drawing in it: with boxes of +--- and |."""
        blocks, block = [], []
        start = "    " if path.endswith(".md") else "//"
        for line in self.lines(path) + [""]:
            if line.startswith(start):
                block.append(line)
            elif block:
                blocks.append(block)
                block = []
        for block in blocks:
            text = "\n".join(line[len(start) + (start == "//") :] for line in block)
            for paragraph in re.split(r"\n\s*\n", text):
                if len(DRAWN.findall(paragraph)) >= 3:
                    return paragraph
        raise HandoutError(f"{path}: no comment has a drawing")

    def constants(self, path, prefix):
        """(name, value, comment) of each #define with this prefix."""
        pattern = re.compile(rf"#define ({prefix}\w*) (?:UINT\()?(\w+)\)?(?:\s*// (.*))?$")
        found = [match.groups("") for match in map(pattern.match, self.lines(path)) if match]
        if not found:
            raise HandoutError(f"{path} defines no {prefix}")
        return found

    def struct(self, name, path):
        """A struct with the comment above it."""
        lines = self.lines(path)
        first = next((number for number, line in enumerate(lines) if line == f"struct {name} {{"), None)
        if first is None:
            raise HandoutError(f"{path} has no struct {name}")
        end = lines.index("};", first)
        return "\n".join(lines[source.comment_above(lines, first) : end + 1])


class Page:
    """One handout: its text with each directive replaced."""

    def __init__(self, path, tree, lab=None):
        self.path, self.tree, self.lab = Path(path), tree, lab
        self.places = lab_toml.places(lab, tree.root) if lab else {}

    def expand(self):
        """The Markdown that pandoc reads. Raises HandoutError, with the line."""
        result = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            directive = DIRECTIVE.match(line)
            if not directive:
                result.append(line)
                continue
            try:
                shown = getattr(self, f"_{directive[1]}", None)
                if not shown:
                    raise HandoutError(f"no directive is called {directive[1]}")
                result.append(shown(*(directive[2] or "").split()))
            except (HandoutError, source.SourceError, lab_toml.LabError, TypeError, StopIteration) as error:
                raise HandoutError(f"{self.path}:{number}: {line}: {error}") from error
        return "\n".join(result) + "\n"

    def plain(self):
        """The Markdown for a student's tree, which is read as text: without what only pandoc understands."""
        text = self.expand()
        title = re.match(r'---\ntitle: "(.*)"\n---\n', text)
        if title:
            text = f"# {title[1]}\n" + text[title.end() :]
        text = re.sub(r"(?m)^(#+ .*?) \{#[\w-]+\}$", r"\1", text)
        text = re.sub(r"(?m)^:::.*\n\n?", "", text)
        return re.sub(r"\[([^]\n]*)\]\(#[\w-]+\)", r"\1", text)

    def _exercises(self):
        lines = [row("exercise", "functions", "points", "hours"), "|---|---|---:|---:|"]
        for exercise in self.lab.exercises:
            lines.append(row(f"[{exercise.id} {exercise.title}](#exercise-{exercise.id.replace('.', '-')})",
                             code(exercise.functions), exercise.points, hours(exercise.hours)))
        if self.lab.reading:
            lines.insert(2, row("reading", "", "", hours(self.lab.reading)))
        lines.append(row("together", "", sum(exercise.points for exercise in self.lab.exercises), hours(self.lab.hours)))
        return "\n".join(["::: exercises", *lines, ":::"])

    def _exercise(self, which):
        exercise = self.lab.exercise(which)
        anchor = f"exercise-{which.replace('.', '-')}"
        lines = [f"## Exercise {which}: {exercise.title} {{#{anchor}}}", "",
                 f"*{exercise.points} points, about {hours(exercise.hours)} hour{'' if exercise.hours == 1 else 's'}.* "
                 f"Write {code(exercise.functions)} in {code(exercise.files)}.", ""]
        lines += [self._contract(*exercise.functions), ""]
        tests = [test.name for test in self.lab.tests if which in test.covers and not test.hidden]
        if tests:
            lines.append(f"*Tests:* {code(tests)}. Run one with `make grade LAB={self.lab.number} T={tests[0]}`.")
        for later, names in self._later(which, tests).items():
            lines += ["", f"*Later:* {code(names)} {'passes' if len(names) == 1 else 'pass'} only when exercise {later} is "
                          f"written too."]
        return "\n".join(lines)

    def _later(self, which, tests):
        """{exercise: tests of exercise `which` that need it}, of exercises after `which`: the last that a test needs."""
        order = [exercise.id for exercise in self.lab.exercises]
        found = {}
        for test in self.lab.tests:
            last = max((order.index(each) for each in (*test.covers, *test.needs) if each in order))
            if test.name in tests and last > order.index(which):
                found.setdefault(order[last], []).append(test.name)
        return found

    def _contract(self, *names):
        """The contracts of functions; those from one file that follow each other have its name once."""
        places = [self.tree.contract(name, self.places.get(name) or self._defined(name)) for name in names]
        lines = []
        for where, contracts in groupby(places, key=itemgetter(0)):
            lines.append(f"::: where\n`{where}`:\n:::")
            lines += [f"```c\n{text}\n```" for _, text in contracts]
        return "\n\n".join(lines)

    def _defined(self, name):
        """The file that defines a function which is in no exercise."""
        for path in sorted(self.tree.root.glob("kern/*/*.[ch]")):
            if f"{name}(" in path.read_text(encoding="utf-8"):
                if any(function.name == name for function in source.functions(path)):
                    return path.relative_to(self.tree.root)
        raise HandoutError(f"no file defines {name}")

    def _read(self, *paths):
        lines = [row("", "file", "lines", "what it is for"), "|---:|---|---:|---|"]
        for number, path in enumerate(paths, 1):
            lines.append(row(number, f"`{path}`", len(self.tree.lines(path)), self.tree.purpose(path)))
        return "\n".join(lines)

    def _labs(self):
        lines = [row("lab", "points", "hours", ""), "|---|---:|---:|---|"]
        for lab in lab_toml.labs(self.tree.root):
            if (self.tree.root / lab.path.parent / "handout.md").exists():
                name = f"lab{lab.number}"
                lines.append(row(f"[{lab.number} {lab.title}]({name}.html)", lab_toml.POINTS,
                                 hours(lab.hours), f"[PDF]({name}.pdf)"))
        return "\n".join(lines)

    def _tests(self):
        lines = [row("test", "exercise", "needs besides"), "|---|---|---|"]
        for test in self.lab.tests:
            if not test.hidden:
                lines.append(row(f"`{test.name}`", ", ".join(test.covers), ", ".join(test.needs) or "-"))
        return "\n".join(lines)

    def _drawing(self, path):
        return f"```\n{self.tree.drawing(path)}\n```\n\n(from `{path}`)"

    def _constants(self, path, prefix):
        lines = [row("", "", ""), "|---|---|---|"]
        for name, value, comment in self.tree.constants(path, prefix):
            lines.append(row(f"`{name}`", f"`{value}`", comment))
        return "\n".join(lines)

    def _struct(self, name, path):
        return f"```c\n{self.tree.struct(name, path)}\n```"

    def _errors(self, *names):
        numbers = {name: value for name, value, _ in self.tree.constants("inc/abi/errno.h", "E")}
        missing = [name for name in names if name not in numbers]
        if missing:
            raise HandoutError(f"inc/abi/errno.h does not define {missing[0]}")
        return ", ".join(f"`{name}` {numbers[name]}" for name in names)

    def _picture(self, name):
        if name != "memory":
            raise HandoutError(f"no picture is called {name}")
        return "![Physical memory, a cell a page, and below it the areas of each process.](memory.svg)"

    def _machine(self, view, program, *arguments):
        if view not in VIEWS:
            raise HandoutError(f"a machine shows {', '.join(VIEWS)}, not {view}")
        if not any((self.tree.root / "user" / name).exists() for name in (f"{program}.c", f"{program}/main.c")):
            raise HandoutError(f"user/ has no program {program}")
        command = " ".join((program, *arguments))
        return (f'::: {{.machine data-view="{view}" data-run="{command}"}}\n{self._picture("memory")}\n\n'
                f"Run `{command}` in a machine, and watch its memory.\n\n:::")


def goals(root):
    """The goals of make, in this tree or a student's: those that `make help` lists, and those of
    .PHONY.
    """
    students = Path(root, "grade/quire/student_tree.py").read_text(encoding="utf-8")
    found = set(re.findall(r"PHONY: (\w+)", students))
    for path in [Path(root, "Makefile"), *Path(root).glob("*/*.mk")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            help_line = re.match(r"## ([\w, -]+):", line)
            rule = re.match(r"(?:\.PHONY: )?([a-z][\w -]*?):?(?::|$)", line.removeprefix(".PHONY: "))
            for match in filter(None, (help_line, rule)):
                found.update(re.split(r"[ ,]+", match[1]))
    return found


def wrong_goals(path, known):
    """Complaints about `make GOAL` in a page where no goal has this name."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in GOAL.finditer(line):
            if match[2] not in known and not match[2].startswith(("run-", "qemu-")):
                yield f"{path}:{number}: make has no goal {match[2]}"


def pages(root, staff):
    """All Pages, and the name of each in the folder of the handouts."""
    tree = Tree(root)
    for lab in lab_toml.labs(root):
        folder = tree.root / lab.path.parent
        if (folder / "handout.md").exists():
            yield f"lab{lab.number}", Page(folder / "handout.md", tree, lab)
        if staff and (folder / "staff.md").exists():
            yield f"staff/lab{lab.number}", Page(folder / "staff.md", tree, lab)
    for path in sorted((tree.root / "grade/handouts").glob("*.md")):
        yield path.stem, Page(path, tree)


def check(root):
    """All that is wrong in the handouts, without making them."""
    known = goals(root)
    instructors = Path(root, "grade/INSTRUCTORS.md")
    wrong = list(wrong_goals(instructors, known)) if instructors.exists() else []
    for _, page in pages(root, staff=True):
        wrong += wrong_goals(page.path, known)
        try:
            page.expand()
        except HandoutError as error:
            wrong.append(str(error))
    return wrong


def render(root, out, staff):
    """Write HTML and PDF of all handouts to the folder `out`."""
    style = Path(root, "grade/handouts")
    out.mkdir(parents=True, exist_ok=True)
    (out / "staff").mkdir(exist_ok=True)
    shutil.copy(style / "style.css", out)
    subprocess.run([str(Path(root, "grade/picture")), "-o", str(out / "memory.svg")], check=True,
                   stdout=subprocess.DEVNULL)
    live = os.path.exists(build.path("site", "index.html"))  # of `make site`
    if live:
        shutil.copy(style / "machine.js", out)
        shutil.rmtree(out / "machine", ignore_errors=True)
        shutil.copytree(build.path("site"), out / "machine")
    for name, page in pages(root, staff):
        up = "../" * name.count("/")
        html = out / f"{name}.html"
        command = ["pandoc", "--from=markdown-tex_math_dollars", "--to=html5", "--standalone", "--toc",
                   "--toc-depth=2", "--columns=10000", "--no-highlight", f"--template={style / 'page.html'}", f"--variable=up:{up}",
                   f"--css={up}style.css", f"--output={html}", *(["--variable=live"] if live else [])]
        subprocess.run(command, input=page.expand(), text=True, check=True)
        subprocess.run(["weasyprint", "--quiet", str(html), str(out / f"{name}.pdf")], check=True)
        print(f"{html}, {name}.pdf")


def main():
    """The command line of grade/handouts/render."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only look whether all that is named exists")
    parser.add_argument("--staff", action="store_true", help="with answers and staff's notes, in staff/")
    parser.add_argument("--out", type=Path, metavar="DIR", help="(obj/handouts)")
    options = parser.parse_args()
    root = build.source()
    try:
        wrong = check(root)
        if wrong:
            sys.exit("\n".join(wrong))
        if not options.check:
            for tool in ("pandoc", "weasyprint"):
                if not shutil.which(tool):
                    sys.exit(f"{tool} is missing; `make setup HANDOUTS=1` installs it")
            render(root, options.out or Path(build.path("handouts")), options.staff)
    except HandoutError as error:
        sys.exit(str(error))
