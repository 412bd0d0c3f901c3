"""What operations cost, in guest instructions, beside the peers' figures and our ceilings.

grade/peers.json holds both, and how the peers were measured. Where a ceiling is missed, and why is
known, the reason stands there under "missed".

The table has two pages: what programs do most, and the long list. Besides it there are plots of cost
against size, in obj/bench.
"""
import argparse
import json
import os
import re
import sys

from quire import build, guest, plot

MEM = 512  # MiB; the boot budget is promised for this size
LINE = re.compile(r"^bench (\S+) ([0-9.]+)$", re.MULTILINE)
COLUMNS = {"xv6": "xv6", "JOS": "jos", "Linux": "linux", "Quire": "quire", "at most": "at_most"}
PAGES = ("operations", "long")  # of peers.json


class BenchError(Exception):
    """The benchmark did not run to its end."""


def measure(series=False):
    """{operation: instructions}, "boot" in millions; with `series` also costs against size."""
    outcome = measure_program("bench", *(["-s"] if series else []))
    values = figures(outcome.stdout.decode())
    values["boot"] = round(outcome.result.boot_instructions / 1e6, 3)
    values |= figures(measure_program("bench_long").stdout.decode())
    values |= measure_kernel()
    return values


def measure_program(name, *options):
    """The outcome of a program of user/ that measures."""
    outcome = guest.run(name, *options, mem=MEM, limit=60, audit=False)
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        raise BenchError(outcome.explain(f"user/{name} failed"))
    return outcome


def measure_kernel():
    """{function of the kernel: instructions}: what the kernel's own tests named cost_* print."""
    outcome = guest.boot("ktest=cost_*", mem=MEM, audit=False)
    if (outcome.result.kind, outcome.result.status) != ("tests", 0):
        raise BenchError(outcome.explain("the kernel's cost_* tests failed"))
    return figures(outcome.log)


def figures(text):
    return {name: float(value) for name, value in LINE.findall(text.replace("\r", ""))}


def rows(values, pages=PAGES):
    """The operations of the pages, each with Quire's value and its ceiling (None where there is none).
    """
    with open(build.source("grade", "peers.json"), encoding="utf-8") as file:
        peers = json.load(file)
    return [
        {
            **{key: operation.get(key) for key in COLUMNS.values()},
            **operation,
            "quire": values.get(operation["name"]),
            "at_most": ceiling(operation.get("at_most"), values),
        }
        for page in pages
        for operation in peers[page]
    ]


def ceiling(at_most, values):
    """A ceiling is a number, or {"times": N, "of": OPERATION}."""
    if not isinstance(at_most, dict):
        return at_most
    return at_most["times"] * values.get(at_most["of"], 0)


def missed(row):
    """Whether a row's ceiling does not hold."""
    return row["quire"] is None or row["at_most"] is not None and row["quire"] > row["at_most"]


def heads(found):
    """The heads of the columns in which a row has a figure."""
    return [head for head, key in COLUMNS.items() if any(row[key] is not None for row in found)]


def cells(found):
    """The cells of the table, from its heads on."""
    columns = heads(found)
    rest = [[row["what"], *(number(row[COLUMNS[head]]) for head in columns)] for row in found]
    return [["operation", *columns], *rest]


def table(found):
    """The rows as text."""
    first, *rest = cells(found)
    widths = [max(map(len, column)) for column in zip(first, *rest)]
    text = [aligned(first, widths)]
    for row, line in zip(found, rest):
        text.append(aligned(line, widths) + ("  missed" if missed(row) else ""))
        if missed(row) and row.get("missed"):
            text.append(f"    {row['missed']}")
    return "\n".join(text)


def aligned(line, widths):
    """One line of the table: names to the left, numbers to the right."""
    first, *others = widths
    return "  ".join([line[0].ljust(first), *map(str.rjust, line[1:], others)])


def number(value):
    if value is None:
        return "-"
    return f"{value:,.2f}" if value < 100 and value != int(value) else f"{value:,.0f}"


def markdown(found):
    """The rows as a table of a Markdown file."""
    first, *rest = cells(found)
    lines = [first, ("---", *["---:"] * (len(first) - 1)), *rest]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plots(values, found):
    """{file name: SVG}: the series that `values` holds, and peers' costs where they are known."""
    peers = {row["name"]: row for row in found}
    named = {"Quire": "quire", "Linux 6.1": "linux", "JOS": "jos", "xv6": "xv6"}

    mib = sizes(values, "fork_resident")
    forks = {"Quire": [values[f"fork_resident/{size}"] for size in mib]}
    for name, key in list(named.items())[1:]:
        known = {0: peers["fork_exit_wait"][key], 16: peers["fork_large"][key]}
        forks[name] = [known.get(size) for size in mib]

    areas = sizes(values, "areas_mmap")
    calls = {
        name: [values[f"areas_{name.split()[-1]}/{count}"] for count in areas]
        for name in ("mmap", "munmap", "mprotect", "page fault")
    }

    kinds = {
        "new, written": "fault_zero",
        "new, read": "fault_read",
        "copied on write": "copy_on_write",
        "last owner's": "last_owner",
        "a file's": "fault_file_shared",
        "a file's, copied": "fault_file_private",
    }
    faults = {
        name: [
            values[operation] if key == "quire" else peers.get(operation, {}).get(key)
            for operation in kinds.values()
        ]
        for name, key in named.items()
    }
    return {
        "fork.svg": plot.lines(
            "fork + exit + wait: instructions", "MiB of memory in use", mib, forks
        ),
        "areas.svg": plot.lines(
            "What many areas cost: instructions", "areas in the address space", areas, calls
        ),
        "faults.svg": plot.bars(
            "A page fault: instructions", "what the page is", list(kinds), faults
        ),
    }


def sizes(values, name):
    """The sizes for which there is a value of a series."""
    return sorted(int(key.split("/")[1]) for key in values if key.startswith(f"{name}/"))


def write(values, found):
    """The table and the plots as files. Returns their folder."""
    folder = build.path("bench")
    os.makedirs(folder, exist_ok=True)
    tables = "\n".join(markdown(rows(values, [page])) for page in PAGES)
    for name, text in {"table.md": tables, **plots(values, found)}.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def main():
    parser = argparse.ArgumentParser(prog="grade/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print the rows as JSON, write no files")
    options = parser.parse_args()
    try:
        values = measure(series=not options.json)
    except BenchError as error:
        sys.exit(str(error))
    found = rows(values)
    if options.json:
        json.dump(found, sys.stdout, indent=1)
        print()
    else:
        for page in PAGES:
            print(f"{table(rows(values, [page]))}\n")
        print(f"these tables and plots of cost against size: {os.path.relpath(write(values, found))}")
    return any(missed(row) and not row.get("missed") for row in found)
