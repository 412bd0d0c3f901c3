"""What operations cost, in guest instructions, beside the peers' figures and our ceilings.

grade/peers.json holds both, and how the peers were measured. Where a ceiling is missed, and why is
known, the reason stands there under "missed".
"""
import argparse
import json
import re
import sys

from quire import build, guest

MEM = 512  # MiB; the boot budget is promised for this size
LINE = re.compile(r"^bench (\S+) ([0-9.]+)$", re.MULTILINE)


class BenchError(Exception):
    """The benchmark did not run to its end."""


def measure():
    """{operation: instructions}, "boot" in millions."""
    outcome = guest.run("bench", mem=MEM, limit=60)
    if (outcome.result.kind, outcome.result.status) != ("exit", 0):
        raise BenchError(outcome.explain("user/bench failed"))
    values = {name: float(value) for name, value in LINE.findall(outcome.stdout.decode())}
    values["boot"] = round(outcome.result.boot_instructions / 1e6, 3)
    return values


def rows(values):
    """The table's operations, each with Quire's value (None where it was not measured)."""
    with open(build.source("grade", "peers.json"), encoding="utf-8") as file:
        operations = json.load(file)["operations"]
    return [{**operation, "quire": values.get(operation["name"])} for operation in operations]


def missed(row):
    """Whether a row's ceiling does not hold."""
    return row["quire"] is None or row["quire"] > row["at_most"]


def table(found):
    """The rows as text."""
    heads = ("operation", "xv6", "JOS", "Linux", "Quire", "at most")
    keys = ("xv6", "jos", "linux", "quire", "at_most")
    cells = [[row["what"], *(number(row[key]) for key in keys)] for row in found]
    widths = [max(map(len, column)) for column in zip(heads, *cells)]
    text = [aligned(heads, widths)]
    for row, line in zip(found, cells):
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


def main():
    parser = argparse.ArgumentParser(prog="grade/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args()
    try:
        found = rows(measure())
    except BenchError as error:
        sys.exit(str(error))
    if options.json:
        json.dump(found, sys.stdout, indent=1)
        print()
    else:
        print(table(found))
    return any(missed(row) and not row.get("missed") for row in found)
