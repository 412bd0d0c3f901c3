"""Lab 2's checks of the linear map, exercise 7: the operations that the kernel performs.
quire/lab_linear.py judges what they return."""
from quire.lab_check import Checks, op
from quire.lab_linear import Linear
from quire.trace import Machine

CHECKS = Checks(2, Linear)
check = CHECKS.add


def linear(rng):
    """The kernel's half of its directory, and accesses through it."""
    return [("pgdir", [op("linear"), op("small_pages", 0xC0000000), op("probes")])]


for _mem in (16, 18, 64, 256):
    check(f"the linear map with {_mem} MiB: all memory, the kernel's text read-only, and nothing else",
          Machine(_mem), f"linear_map_{_mem}")(linear)
check("the linear map of a machine with holes in memory ends where memory ends",
      Machine(64, "0x800000-0x900000,0x3000000-0x3fe0000"), "linear_map_holes")(linear)
