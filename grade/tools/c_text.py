"""The text of the tree's C and assembly files, taken apart into code and comments."""
import pathlib
import re
import subprocess

C_SUFFIXES = (".c", ".h", ".S")

# A comment, or a string or character constant, in which `//` begins no comment.
COMMENT_OR_STRING = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def tree():
    """The paths of all files of the tree, as strings: those that git knows or could be given."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in set(output.split("\0")) if path and pathlib.Path(path).is_file())


def read(path):
    """The text of a file of the tree."""
    return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")


def line_of(text, position):
    """The number of the line in which `position` lies."""
    return text.count("\n", 0, position) + 1


def blank(text):
    """Spaces in the place of `text`; its lines remain."""
    return re.sub(r"[^\n]", " ", text)


def code(text):
    """A C or assembly file without its comments. Positions and lines remain."""
    return COMMENT_OR_STRING.sub(lambda m: m[0] if m[0][0] in "\"'" else blank(m[0]), text)


def comments(text):
    """Yield (position, comment) of each comment of a C or assembly file."""
    for match in COMMENT_OR_STRING.finditer(text):
        if match[0][0] == "/":
            yield match.start(), match[0]


def comment_blocks(text):
    """Like comments, but comments on successive lines are one."""
    start, block = 0, ""
    for position, comment in comments(text):
        between = text[start + len(block):position]
        if block and not between.strip() and between.count("\n") == 1:
            block += between + comment
            continue
        if block:
            yield start, block
        start, block = position, comment
    if block:
        yield start, block


def c_files(*houses):
    """A dictionary: path -> text of each C and assembly file of these directories of the tree."""
    return {path: read(path) for path in tree()
            if path.endswith(C_SUFFIXES) and path.split("/")[0] in houses}
