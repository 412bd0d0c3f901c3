"""What the kernel says that measures how long it lets nobody else run (make STRETCH=1).

It panics on a stretch of more than 10^6 instructions, and at its end names the longest ones.
"""
import re

OPTION = "stretch"  # the kernel's option that turns the measure on
SAID = re.compile(r"^stretch: at most (\d+) instructions (?:in (\S+)|outside of calls)\r?$", re.M)


def longest(log):
    """(instructions, call) of the longest stretch that a log names; the call is "" outside of
    calls.
    """
    found = [(int(count), call) for count, call in SAID.findall(log)]
    return max(found, default=(0, ""))


def words(record):
    """A record as a line for people."""
    count, call = record
    where = f"in {call}" if call else "outside of calls"
    return f"the longest stretch without a yield: {count} instructions, {where}"
