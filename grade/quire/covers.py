"""Which tests enter a function of the kernel, and which functions a test enters.

QEMU writes down each block of instructions that it translates (`-d in_asm`), which it does when the
block is about to be executed for the first time. The kernel's debug information says to which
functions an address belongs: the one whose code it is, and those that the compiler put there
inline. The index of all tests is made once for each kernel, and kept in obj/covers.
"""
import argparse
import bisect
import functools
import hashlib
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from elftools.dwarf.ranges import BaseAddressEntry, RangeEntry
from elftools.elf.elffile import ELFFile

from quire import build, guest, ktap, user_tests

KERNEL_RANGE = "0xc0000000+0x38000000"  # the linear map: all of the kernel's code lies there
ADDRESS = re.compile(rb"^0x([0-9a-f]{8}):", re.MULTILINE)
FEW = 4  # tests that need not be announced
KEPT = 200  # tests: after so many the index is saved, and says how far it is
BASELINES = {"program": ("baseline", "normal"), "in-kernel": ("baseline", "debug")}
PLACES = ("DW_TAG_subprogram", "DW_TAG_inlined_subroutine")


@functools.cache
def functions_of(kernel):
    """The Functions of a kernel; reading them takes seconds."""
    return Functions(kernel)


class Functions:
    """The functions of one kernel, by the addresses of their code.

    Several files may have a static function of the same name: here `name@file` is one function.
    """

    def __init__(self, kernel):
        self.where = {}  # "choose_slot@kern/fs/pipe.c": 159, the line
        self._ranges = []  # (start, end, function)
        with open(kernel, "rb") as file:
            dwarf = ELFFile(file).get_dwarf_info()
            for unit in dwarf.iter_CUs():
                self._add_unit(dwarf, unit)
        self._ranges.sort()

    def entered(self, addresses):
        """The functions that have code at one of these addresses."""
        ordered = sorted(addresses)
        found = set()
        for start, end, function in self._ranges:
            if function not in found:
                at = bisect.bisect_left(ordered, start)
                if at < len(ordered) and ordered[at] < end:
                    found.add(function)
        return sorted(found)

    def _add_unit(self, dwarf, unit):
        base = _value(unit.get_top_DIE(), "DW_AT_low_pc", 0)
        for die in unit.iter_DIEs():
            if die.tag in PLACES:
                spans = list(_spans(dwarf, unit, die, base))
                if spans:
                    function = self._function(dwarf, die)
                    self._ranges += [(start, end, function) for start, end in spans]

    def _function(self, dwarf, die):
        while "DW_AT_abstract_origin" in die.attributes:
            die = die.get_DIE_from_attribute("DW_AT_abstract_origin")
        declared = die
        if "DW_AT_specification" in die.attributes:
            declared = die.get_DIE_from_attribute("DW_AT_specification")
        name = declared.attributes["DW_AT_name"].value.decode()
        function = f"{name}@{_file(dwarf, declared)}"
        self.where[function] = _value(declared, "DW_AT_decl_line", 0)
        return function


def _value(die, attribute, default):
    found = die.attributes.get(attribute)
    return found.value if found else default


def _spans(dwarf, unit, die, base):
    """(start, end) of each piece of code that belongs to this entry of the debug information."""
    low, high = die.attributes.get("DW_AT_low_pc"), die.attributes.get("DW_AT_high_pc")
    if low and high:
        end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
        yield low.value, end
    elif "DW_AT_ranges" in die.attributes:
        offset = die.attributes["DW_AT_ranges"].value
        for entry in dwarf.range_lists().get_range_list_at_offset(offset, unit):
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            elif isinstance(entry, RangeEntry):
                start = 0 if getattr(entry, "is_absolute", False) else base
                yield start + entry.begin_offset, start + entry.end_offset


def _file(dwarf, die):
    """The source file in which the entry's name was declared, from the top of the tree."""
    header = dwarf.line_program_for_CU(die.cu).header
    index = _value(die, "DW_AT_decl_file", 0)
    if header["version"] < 5:
        index -= 1
    entry = header["file_entry"][index]
    name = entry.name.decode()
    directories = header["include_directory"]
    if header["version"] >= 5:
        directory = directories[entry.dir_index].decode() if entry.dir_index else ""
    else:
        directory = directories[entry.dir_index - 1].decode() if entry.dir_index else ""
    return os.path.normpath(os.path.join(directory, name))


def run(test):
    """The addresses of the kernel's instructions that a test executes."""
    kind, name = test
    with tempfile.NamedTemporaryFile(prefix="covers-") as log:
        machine = {
            "audit": False,
            "extra": ["-d", "in_asm", "-D", log.name, "-dfilter", KERNEL_RANGE],
        }
        if kind == "in-kernel":
            guest.boot(f"ktest={name}", kernel=kernel_of(test), limit=10, **machine)
        elif kind == "baseline":
            guest.run("/bin/true", kernel=kernel_of(test), **machine)
        else:
            program = user_tests.program(name)
            guest.run(
                f"/tests/{program.name}", *program.args, stdin=program.input, limit=program.limit,
                mem=program.mem, options=program.append, **machine,
            )
        return {int(found, 16) for found in ADDRESS.findall(log.read())}


def kernel_of(test):
    """The kernel on which a test runs."""
    debug = test[0] == "in-kernel" or test == BASELINES["in-kernel"]
    return build.debug_kernel() if debug else build.path("quire.elf")


def tests():
    """[(kind, name)] of all that the index covers."""
    programs = [("program", p.name) for p in user_tests.programs() if not p.helper and p.kernel != "debug"]
    return programs + [("in-kernel", name) for _, name in ktap.listed(build.debug_kernel())]


class Index:
    """What is known of the tests of these kernels, in a file."""

    def __init__(self):
        kernels = [build.path("quire.elf"), build.debug_kernel()]
        digest = hashlib.sha256()
        for kernel in kernels:
            with open(kernel, "rb") as file:
                digest.update(file.read())
        self._path = build.path("covers", f"{digest.hexdigest()[:16]}.json")
        self._functions = {}
        self.where, self.entered = {}, {}
        if os.path.exists(self._path):
            with open(self._path, encoding="utf-8") as file:
                self.where, self.entered = json.load(file)

    def add(self, wanted):
        """Run those of the tests that the index does not have yet."""
        wanted = [*BASELINES.values(), *wanted]
        missing = [test for test in wanted if "/".join(test) not in self.entered]
        if not missing:
            return
        for kernel in {kernel_of(test) for test in missing}:
            self._functions[kernel] = functions_of(kernel)
            self.where = {**self._functions[kernel].where, **self.where}
        if len(missing) > FEW:
            print(f"{len(missing)} tests run once on this kernel, which takes minutes; what they enter is kept", file=sys.stderr)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for done, (test, addresses) in enumerate(zip(missing, pool.map(run, missing)), 1):
                self.entered["/".join(test)] = self._functions[kernel_of(test)].entered(addresses)
                if done % KEPT == 0:
                    print(f"{done} of {len(missing)} tests", file=sys.stderr)
                    self._save()
        self._save()

    def beyond(self, test):
        """The functions that a test enters and a program that only exits does not."""
        every = self.entered["/".join(BASELINES[test[0]])]
        return sorted(set(self.entered["/".join(test)]) - set(every))

    def _save(self):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        new = f"{self._path}.{os.getpid()}"
        with open(new, "w", encoding="utf-8") as file:
            json.dump([self.where, self.entered], file)
        os.replace(new, self._path)


def place(index, function):
    """As in "kern/fs/pipe.c:159"."""
    return f"{function.split('@')[1]}:{index.where[function]}"


def show_function(index, name):
    """Print the tests that enter the function `name`."""
    index.add(tests())
    named = [function for function in index.where if function.split("@")[0] == name]
    if not named:
        sys.exit(f"the kernel has no function {name} (or none of its code was left)")
    for function in sorted(named):
        print(f"{name} ({place(index, function)})")
        if function in index.entered["/".join(BASELINES["program"])]:
            print("Every program enters it, from boot to exit.")
            continue
        for kind, title in (("program", "user/tests"), ("in-kernel", "in-kernel tests")):
            names = [test for k, test in tests() if k == kind and function in index.beyond((k, test))]
            print(f"{title}, {len(names)}:")
            print("".join(f"    {name}\n" for name in names), end="")


def show_test(index, name):
    """Print the functions that the test `name` enters, by layer."""
    found = [test for test in tests() if test[1] == name]
    if not found:
        sys.exit(f"no program of user/tests and no in-kernel test is called {name}")
    index.add(found)
    for test in found:
        layers = {}
        for function in index.beyond(test):
            layers.setdefault(os.path.dirname(function.split("@")[1]), []).append(function)
        print(f"{name} ({test[0]}) enters, beyond what every program enters:")
        for layer in sorted(layers):
            print(f"{layer}:")
            for function in layers[layer]:
                print(f"    {function.split('@')[0]} ({place(index, function)})")


def main():
    """The command line of grade/covers."""
    parser = argparse.ArgumentParser(prog="grade/covers", description=__doc__.split("\n", maxsplit=1)[0])
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--function", metavar="NAME", help="the tests that enter this function")
    chosen.add_argument("--test", metavar="NAME", help="the functions that this test enters")
    options = parser.parse_args()
    if not build.debug_kernel():
        parser.error("the debug kernel is not built; `make covers` builds it")
    index = Index()
    if options.function:
        show_function(index, options.function)
    else:
        show_test(index, options.test)
