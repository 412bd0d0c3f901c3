"""A picture of a machine's memory, as SVG: what each physical page is used for, and below, each
process's areas with the pages that are there.

    grade/picture                   boots a machine, starts programs in it, and draws it
    grade/picture --dump FILE       draws what `grade/run --dump FILE` has kept
"""
import argparse
import mmap
import os
import tempfile

from quire import build, console, memory_map
from quire.initrd import tests_module
from quire.machine import Setup
from quire.plot import FAINT, GRID, INK, Picture

MEM = 16  # MiB of the machine that is drawn
COMMANDS = ["sleep 100000 &", "cd /tmp", "cat /bin/* > all"]
SCENE = "/tests/picture_scene &"

WIDTH, MARGIN = 1000, 32
COLUMNS, CELL = 128, 6  # of the map of physical memory
MAP_WIDTH = COLUMNS * CELL
MINI, MINI_ROWS, MINI_CELLS = 5, 8, 640  # a page of an area; above so many a cell is several

KERNEL = {
    "free": ("#eeece6", "free"),
    "reserved": ("#8f8c84", "kernel and firmware"),
    "heap": ("#e34948", "kernel's heap"),
    "stack": ("#8c1f1f", "kernel stacks"),
    "table": ("#eda100", "page tables"),
    "directory": ("#a86f00", "page directories"),
    "object": ("#cfbf94", "files, shared memory"),
    "large": ("#4fb3bf", "large pages"),
    memory_map.SHARED: ("#26324a", "of several processes"),
    "anonymous": ("#ffffff", "in transit"),
}
PROGRAMS = ("#2a78d6", "#1baf7a", "#e87ba4", "#4a3aa7", "#eb6834", "#008300", "#7aa7e0")
ABSENT, ZERO = "#e4e2da", "#b9d3f2"


class Colours:
    """Which colour stands for which use of a page."""

    def __init__(self, found):
        self.zero = found.zero
        self._of = {use: colour for use, (colour, _) in KERNEL.items()}
        for i, process in enumerate(found.processes):
            self._of[process] = PROGRAMS[i % len(PROGRAMS)]

    def of(self, use):
        return self._of[use]


def draw(found):
    """The picture as text."""
    colours = Colours(found)
    rows = -(-len(found.uses) // COLUMNS)
    top = 96
    picture = Picture(WIDTH, 0, "Physical memory")
    picture.text(MARGIN, 38, "Physical memory", 20, INK, more=' font-weight="bold"')
    mib = len(found.uses) * 4096 / 2**20
    note = f"{len(found.uses):,} pages, {mib:.0f} MiB; a square is a page of 4 KiB, read by rows"
    picture.text(MARGIN, 58, note, 12, FAINT)
    draw_pages(picture, found, colours, top - 20)
    legend_end = draw_legend(picture, found, colours, top - 20)
    below = draw_processes(picture, found, colours, top + rows * CELL + 28, legend_end)
    picture.set_height(max(below, legend_end) + 20)
    return picture.finish()


def draw_pages(picture, found, colours, top):
    """The map: neighbours of one use in a row are one rectangle."""
    for start in range(0, len(found.uses), COLUMNS):
        y = top + start // COLUMNS * CELL
        if start % (8 * COLUMNS) == 0:
            picture.text(MARGIN + MAP_WIDTH + 6, y + 8, f"{start * 4 // 1024} MiB", 9, FAINT)
        row = found.uses[start : start + COLUMNS]
        i = 0
        while i < len(row):
            end = next((j for j in range(i, len(row)) if row[j] is not row[i]), len(row))
            hint = f"{called(row[i])}: page {start + i:#x}"
            x = MARGIN + i * CELL
            picture.rect(x, y, (end - i) * CELL, CELL - 1, colours.of(row[i]), hint)
            i = end
    for column in range(8, COLUMNS, 8):  # a grid to count by
        x = MARGIN + column * CELL - 0.5
        picture.line(x, top, x, top + -(-len(found.uses) // COLUMNS) * CELL - 1, "#ffffff")


def called(use):
    """What a use is called in the picture."""
    return KERNEL[use][1] if isinstance(use, str) else f"{use.name} ({use.pid})"


def draw_legend(picture, found, colours, top):
    """What the colours mean, and how many pages there are of each. Returns where it ends."""
    counts = found.counts()
    x, y = MARGIN + MAP_WIDTH + 44, top + 10
    for use in [*KERNEL, *found.processes]:
        if not counts[use] and use == "anonymous":
            continue
        if use is (found.processes or [None])[0]:
            y += 12
        picture.rect(x, y - 9, 11, 11, colours.of(use))
        picture.text(x + 17, y, called(use), 10)
        picture.text(x + 17, y + 12, f"{counts[use]:,}", 10, FAINT, more=f' class="{ident(use)}"')
        y += 29
    return y


def ident(use):
    """A name for a count, for whoever reads the picture with a program."""
    return use if isinstance(use, str) else f"pid{use.pid}"


def draw_processes(picture, found, colours, top, legend_end):
    """Each process's areas, in the order of their addresses, beside the legend where that still
    goes on. Returns where they end."""
    picture.text(MARGIN, top + 6, "Address spaces", 20, INK, more=' font-weight="bold"')
    note = "each box an area; a square is a page, in the colour of what is there:"
    picture.text(MARGIN, top + 26, note, 12, FAINT)
    x = MARGIN + 430
    for colour, text in ((ABSENT, "nothing yet"), (ZERO, "the page of zeroes")):
        picture.rect(x, top + 16, 11, 11, GRID)
        picture.rect(x + 1, top + 17, 9, 9, colour)
        picture.text(x + 17, top + 26, text, 12, FAINT)
        x += 34 + 7 * len(text)
    y = top + 54
    for process in found.processes:
        resident = sum(len(area.pages) for area in process.areas)
        size = sum(area.end - area.start for area in process.areas) // 4096
        picture.rect(MARGIN, y - 10, 11, 11, colours.of(process))
        picture.text(MARGIN + 17, y, process.name, 13, INK, more=' font-weight="bold"')
        text = f"process {process.pid}: {resident:,} of {size:,} pages are there"
        picture.text(MARGIN + 25 + 9 * len(process.name), y, text, 12, FAINT)
        right = WIDTH - MARGIN if y > legend_end else MARGIN + MAP_WIDTH
        y = draw_areas(picture, found, colours, process, y + 10, right) + 26
    return y - 26


def draw_areas(picture, found, colours, process, top, right):
    """The boxes of one process, in as many rows as they need. Returns where they end."""
    x = MARGIN
    for area in process.areas:
        pages = (area.end - area.start) // 4096
        each = -(-pages // MINI_CELLS)
        columns = -(-(-(-pages // each)) // MINI_ROWS)
        width = max(columns * MINI + 4, 74)
        if x + width > right and x > MARGIN:
            x, top = MARGIN, top + MINI_ROWS * MINI + 40
        hint = f"{area.start:08x}-{area.end:08x} {area.protection} {area.what}, {pages} pages"
        picture.rect(x, top, width, MINI_ROWS * MINI + 4, GRID, hint)
        picture.rect(x + 1, top + 1, width - 2, MINI_ROWS * MINI + 2, "#ffffff")
        for cell in range(-(-pages // each)):
            start = area.start + cell * each * 4096
            colour = area_colour(found, colours, area, range(start, start + each * 4096, 4096))
            left = x + 2 + cell // MINI_ROWS * MINI
            y = top + 2 + cell % MINI_ROWS * MINI
            picture.square(left, y, MINI - 1, colour)
        below = top + MINI_ROWS * MINI + 15
        picture.text(x, below, f"{area.start:08x}", 9, INK)
        kind = f"{area.protection} {area.what}" + (f", {each} a square" if each > 1 else "")
        picture.text(x, below + 11, kind[: width // 5 + 4], 9, FAINT)
        x += width + 14
    return top + MINI_ROWS * MINI + 30


def area_colour(found, colours, area, addresses):
    """The colour of the first page there is at some addresses of an area."""
    for va in addresses:
        number = area.pages.get(va)
        if number == found.zero:
            return ZERO
        if number is not None:
            return colours.of(found.uses[number])
    return ABSENT


def running_machine(kernel):
    """Boot a machine with programs in it; its memory as bytes."""
    with tempfile.NamedTemporaryFile(dir=build.path()) as dump:
        setup = Setup(kernel=kernel, mem=MEM, options="seed=1", dump=dump.name)
        setup.modules = [build.path("archive.cpio"), tests_module(SCENE)]
        with console.SerialConsole(setup) as line:
            line.wait_for(console.PROMPT)
            for command in COMMANDS:
                line.command(command)
            line.type(SCENE + "\n")
            line.wait_for(r"ready\r?\n")
            line.machine.qmp.command("stop")
            with open(dump.name, "rb") as file:
                return file.read()


def main():
    parser = argparse.ArgumentParser(prog="grade/picture", description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default=build.path("quire.elf"), help="what runs (obj/quire.elf)")
    parser.add_argument("--dump", metavar="FILE", help="a memory that grade/run --dump has kept")
    parser.add_argument("-o", metavar="FILE", default=build.path("picture.svg"), help="the picture")
    options = parser.parse_args()
    if options.dump:
        with open(options.dump, "rb") as file:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                found = memory_map.read(content, options.kernel)
    else:
        found = memory_map.read(running_machine(options.kernel), options.kernel)
    with open(options.o, "w", encoding="utf-8") as file:
        file.write(draw(found))
    print(f"{os.path.relpath(options.o)}: {len(found.processes)} processes, {len(found.uses):,} pages")
    return 0
