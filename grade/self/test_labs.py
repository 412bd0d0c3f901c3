"""The graders of labs: the reference has all points, and a wrong result is noticed and explained.
"""
import json
import xml.etree.ElementTree as xml
from types import SimpleNamespace

import pytest

from quire import (
    build, lab_bytes, lab_grade, lab_page_init, lab_pages, lab_program, lab_report, lab_signatures, lab_tables, lab_toml,
    lab_user, trace,
)
from quire.lab_area import Area
from quire.lab_check import Check, Wrong, op
from quire.lab_run import FAILED, PASSED, UNWRITTEN, Outcome, Runner
from quire.lab_space_words import area_difference
from quire.lab_words import error
from quire.trace import FAULTED, PANICKED, RETURNED, Machine, Op, Report

GRADED = [lab for lab in lab_toml.labs() if lab.tests]


class NoSymbols:
    """For a model that has no kernel."""

    kernel = ""

    @staticmethod
    def place(address):
        return f"{address:#x}"


@pytest.mark.parametrize("lab", GRADED, ids=lambda lab: f"lab{lab.number}")
def test_reference_has_all_points(lab, complain):
    checks = lab_grade.selected(lab, "")
    result = lab_grade.run(lab, checks, 1, 1, lab_toml.places(lab))
    if result["points"] != 100:
        complain(lab_report.text(result, False))


def returned(*values, more=()):
    return Report(RETURNED, list(values), list(more))


def judged(model, steps):
    """Let a model judge operations with their reports; what is wrong with the last one."""
    *before, (operation, report) = steps
    for each in before:
        model.judge(*each)
    with pytest.raises(Wrong) as found:
        model.judge(operation, report)
    return found.value


POOL = [(op("pool", 0, 10, 14), returned(0))]
ALLOC = [*POOL, (op("page_alloc", 0), returned(0, 12))]


@pytest.mark.parametrize("steps, key", [
    ([*ALLOC, (op("page_alloc", 1), returned(0, 12))], "page_alloc: a page that is not free"),
    ([*POOL, (op("page_alloc", 1), returned(-12 & 0xFFFFFFFF, 0xFFFFFFFF))], "page_alloc: -ENOMEM for 0"),
    ([*ALLOC, (op("page", 0), returned(6, 1, 0, 0))], "pages[] afterwards: the struct of page 0xc: count"),
    ([*ALLOC, (op("page_free", 0), returned()), (op("page_free", 0), returned())], "page_free: no panic"),
    ([*ALLOC, (op("page_free", 0), returned()), (op("page_free", 0), Report(FAULTED, vector=14))],
     "page_free: no panic"),
    ([*ALLOC, (op("page_free", 0), Report(PANICKED, text="x"))], "page_free: panicked"),
    ([*ALLOC, (op("page_decref", 0), returned())], "page_decref: no panic"),
    ([*ALLOC, (op("free_list"), returned(4, 4, 0, 13, more=[[10, 14]]))], "on the free list: too many: one page"),
    ([*POOL, (op("free_list"), returned(3, 3, 0, 13, more=[[10, 13]]))], "on the free list: too few: the last of each run"),
    ([*POOL, (op("free_list"), returned(4, 4, 2, 13, more=[[10, 14]]))], "free list: 2"),
    ([*POOL, (op("take", 9), returned(10, 14, more=[[4, -12 & 0xFFFFFFFF, 12]]))], "page_alloc: a page twice"),
    ([*POOL, (op("page_alloc_specific", 0, 14), returned(0, 14))], None),
])
def test_model_of_pages(steps, key):
    assert judged(lab_pages.Pages(NoSymbols), steps).key == (key or "page_alloc_specific: 0 for -EINVAL")


GAPS = [(op("usable", 0x1800, 0x9000), returned()), (op("taken", 0x4FFF, 0x5001), returned())]


@pytest.mark.parametrize("found", [(0, 0, 0), (1, 0x1000, 0x4000), (1, 0x2000, 0x5000), (1, 0x6000, 0x9000)])
def test_model_of_gaps(found):
    assert judged(lab_pages.Pages(NoSymbols), [*GAPS, (op("boot_next_gap", 0x1000), returned(*found))])
    model = lab_pages.Pages(NoSymbols)
    for each in [*GAPS, (op("boot_next_gap", 0x1000), returned(1, 0x2000, 0x4000))]:
        model.judge(*each)


MAPPED = [
    (op("pool", 0, 10, 20), returned(0)),
    (op("pgdir_create", 0), returned(0, 10)),
    (op("pgdir_load", 0), returned()),
    (op("page_alloc", 0), returned(0, 11)),
    (op("page_alloc", 1), returned(0, 12)),
    (op("fill", 1, 5), returned(0)),
    (op("page_insert", 0, 0, 0x400000, 6), returned(0)),
    (op("entry", 0, 0x400000), returned(0xD007, 0xB027, 1, 13)),
]


@pytest.mark.parametrize("steps, key", [
    ([(op("entry", 0, 0x400000), returned(0xD007, 0xB005, 1, 13))], "PTE_W"),
    ([(op("entry", 0, 0x400000), returned(0xD003, 0xB007, 1, 13))], "directory entry"),
    ([(op("entry", 0, 0x400000), returned(0xD007, 0xB007, 0, 13))], "entries in use"),
    ([(op("page_insert", 0, 0, 0x400000, 4), returned(0)), (op("write", 0x400000, 1), returned(0, 1))], "stale TLB"),
    ([(op("page_insert", 0, 1, 0x400000, 6), returned(0)), (op("read", 0x400000), returned(0, 7))], "another page"),
    ([(op("page_remove", 0, 0x400000), returned()), (op("read", 0x400000), returned(0, 7))], "stale TLB"),
    ([(op("page_remove", 0, 0x800000), Report(FAULTED, vector=14))], "page_remove: faulted"),
    ([(op("page_lookup", 0, 0x401000, 1), returned(11, 0xC000D004))], "page_lookup: a page that is not present"),
    ([(op("page_perms", 0, 0x400000), returned(5))], "page_perms: other permissions"),
    ([(op("pgdir_walk", 0, 0x400000, 0), returned(0xC000D004, 0))], "pgdir_walk: another address"),
    ([(op("page_insert_in_range", 0, 1, 0x400000, 0x401000, 6), returned(0, 0x401000))], "0 for -ENOSPC"),
    ([(op("tlb_batch_unmap", 0, 0x400000), returned(0, 0, 0, 0, 0, 0, 0))], "freed before the flush"),
    ([(op("tlb_batch_unmap", 0, 0x400000), returned(0, 6, 0, 0, 6, 0, 0))], "tlb_batch_unmap: not freed"),
    ([(op("tlb_batch_unmap", 0, 0x400000), returned(0, 6, 1, 0, 6, 1, 0))], "tlb_batch_unmap: count"),
    ([(op("page_pin", 0), returned(0)), (op("tlb_batch_unmap", 0, 0x400000), returned(0, 6, 0, 1, 0, 0, 1))],
     "freed in use"),
])
def test_model_of_tables(steps, key):
    wrong = judged(lab_tables.Tables(NoSymbols), MAPPED + steps)
    assert key in wrong.key, wrong


def test_machine_that_ends_is_explained():
    """A panic that nobody expects, an unknown operation, and an exception, in real machines."""
    ends = {}
    for name, ops in {
        "panic": [Op("boot_range", (0, 0, 0)), Op("boot_alloc", (1, 1)), Op("clear_map")],
        "unknown": [Op("no_such_operation"), Op("clear_map")],
        "exception": [Op("boot_range", (0, 0, 0x40000000)), Op("world"), Op("crash"), Op("clear_map")],
    }.items():
        done = trace.run([("start", ops)], Machine())
        ends[name] = [report.state for report in done.reports]
    assert ends["panic"] == [RETURNED, PANICKED, trace.MISSING]
    assert ends["unknown"] == [trace.MISSING, trace.MISSING]
    assert ends["exception"] == [RETURNED, RETURNED, FAULTED, trace.MISSING]


def outcome(name, status=PASSED, **more):
    check = next(check for lab in GRADED for check in lab_grade.checks_of(lab.number) if check.name == name)
    return Outcome(check, status, **more)


def test_report_and_its_files(tmp_path):
    lab = lab_toml.read(1)
    wrong = Wrong("page_free(page 0x900)", "a panic", "that it returned", "page_free: no panic")
    outcomes = [outcome("page_free_twice", FAILED, wrong=wrong, performed=["pool", "page_free"], begun=True), outcome("page_free_returns"),
                outcome("decref_last", UNWRITTEN, unwritten="1.7", log="page_decref: exercise 1.7 is not written yet\n")]
    result = lab_report.record(lab, outcomes, 7, lab_toml.places(lab))
    exercises = {exercise["id"]: exercise for exercise in result["exercises"]}
    assert (exercises["1.5"]["points"], exercises["1.5"]["max"]) == (7, 15)
    assert (exercises["1.7"]["points"], exercises["1.7"]["max"]) == (0, 15)
    text = lab_report.text(result, False)
    assert "make grade LAB=1 T=page_free_twice SEED=7" in text and "page_alloc.c:" in text
    assert "make rewind LAB=1 T=page_free_twice SEED=7 AT=1" in text and "make explain" not in text
    assert "exercise 1.7 (Counting references) is not written yet (page_decref): test decref_last waits for it" in text
    assert "\ndecref_last" not in text  # nothing else is said of a test that waits
    lab_report.write(result, str(tmp_path / "x" / "lab1.json"))
    assert json.loads((tmp_path / "x" / "lab1.json").read_text()) == result
    suite = xml.parse(tmp_path / "x" / "lab1.xml").getroot()
    assert suite.get("failures") == "2" and len(suite.findall("testcase")) == 3


def failed_at(name, *performed, **more):
    return outcome(name, FAILED, wrong=Wrong("it", "a", "b", "it: b"), performed=list(performed), **more)


def test_causes_come_before_consequences():
    """A failure of an exercise whose needs fail too names them, and comes last; a circle names
    nobody.
    """
    lab = lab_toml.read(2)
    outcomes = [failed_at("walk_create", "pgdir_walk", "entry"), failed_at("insert_maps", "page_insert", "entry"),
                failed_at("store_counts", "pte_store_page", "counts")]
    text = lab_report.text(lab_report.record(lab, outcomes, 1, lab_toml.places(lab)), False)
    assert text.index("\nstore_counts") < text.index("\nwalk_create") < text.index("\ninsert_maps")
    assert text.count("exercise 2.3 has failed tests, and this test needs it: mend it first") == 2
    tests = [SimpleNamespace(name="a", covers=["1"], needs=["2"]), SimpleNamespace(name="b", covers=["2"], needs=["1"])]
    assert lab_report.causes(tests) == {"a": [], "b": []}
    # A test of 2 that does not need 1, and passes, clears 2.
    assert lab_report.causes(tests, [SimpleNamespace(name="c", covers=["2"], needs=[])]) == {"a": [], "b": ["1"]}


def test_the_function_of_the_last_operation_is_named_first():
    lab = lab_toml.read(2)
    places = lab_toml.places(lab)
    test = next(test for test in lab.tests if test.name == "invalidate_kernel")
    for performed, wanted in ((["pool", "tlb_invalidate", "read"], ["tlb_invalidate", "pte_store", "pde_store"]),
                              (["pool", "pte_store_page", "read"], ["pte_store", "tlb_invalidate", "pde_store"]),
                              (["pool", "tlb_invalidate"], ["tlb_invalidate"]),
                              (["pool", "page_insert", "entry"], ["pte_store", "pde_store", "tlb_invalidate", "page_insert"]),
                              (["linear"], ["pde_store", "tlb_invalidate", "pte_store", "map_linear"]),
                              ([], ["pte_store", "pde_store", "tlb_invalidate"])):
        shown = lab_report.look_at(lab, test, failed_at("invalidate_kernel", *performed), places)
        assert [each.partition(",")[0] for each in shown.split("; ")] == wanted


def test_a_machine_that_ended_before_the_test_is_explained():
    lab = lab_toml.read(2)
    model = lab_tables.Tables(NoSymbols)
    model.ended = "the processor reset itself: a triple fault"
    with pytest.raises(Wrong, match="the processor reset itself: a triple fault; this was before"):
        model.judge(op("page_alloc", 0), Report())
    result = lab_report.record(lab, [failed_at("linear_map_64", "linear", ended="reset")], 1, lab_toml.places(lab))
    text = lab_report.text(result, False)
    assert "make explain LAB=2 T=linear_map_64 SEED=1" in text and "AT=" not in text


INVENTED = [(op("usable", 0, 0x5000), returned()), (op("usable", 0x8000, 0x20800), returned()),
            (op("taken", 0x1F000, 0x20000), returned())]


@pytest.mark.parametrize("steps, key", [
    ([(op("page_init", 0x8000, 0x1000), returned(0, 0xC0008000, 0x21, 0xFFFFFFFF, 0))], "page_total"),
    ([(op("page_init", 0x8000, 0x1000), returned(0, 0xC0009000, 0x20, 0xFFFFFFFF, 0))], "pages[] elsewhere"),
    ([(op("page_init", 0x8000, 0x1000), returned(0, 0xC0008000, 0x20, 0x1F, 0xA5))], "page_init: page_t not written"),
    ([(op("page_init", 0x8000, 0x1000), returned(0, 0xC0008000, 0x20, 0x1F, 1))], "page_t not written, but the kind"),
    *[([(op("page_init", 0x8000, 0x1000), returned(0, 0xC0008000, 0x20, 0xFFFFFFFF, 0)),
        (op("kinds"), returned(*runs))], key) for runs, key in (
            ((0, 5, 9, 0x1F), "marked PAGE_FREE: too many: page 0"),
            ((1, 5, 8, 0x1F), "marked PAGE_FREE: too many: one page"),
            ((1, 7, 9, 0x1F), "marked PAGE_FREE: too many: reserved, since that memory is not usable"),
            ((1, 4, 9, 0x1E), "marked PAGE_FREE: too few: the last of each run"),
            ((1, 5), "marked PAGE_FREE: too few: whole runs"),
            ((1, 5, 9, 0x10), "marked PAGE_FREE: too few: parts of runs"))],
    ([(op("boot_range", 0x201000, 0x201001, 0x203000), returned()), (op("boot_alloc", 0, 0x1000), returned(0xC0203000))],
     "next address"),
    ([(op("boot_range", 0x201000, 0x201001, 0x203000), returned()), (op("boot_alloc", 1, 1), returned(0x201001))],
     "not in the linear map"),
    ([(op("boot_range", 0x201000, 0x201001, 0x203000), returned()), (op("boot_alloc", 0x1FFF, 0x1000), returned(0xC0202000))],
     "boot_alloc: no panic"),
    ([(op("boot_range", 0x201000, 0x201001, 0x203000), returned()),
      (op("boot_alloc", 0x2000, 1), Report(PANICKED, text="boot_alloc: 8192 bytes asked for, 8191 left")),
      (op("boot_alloc", 0x2000, 1), Report(PANICKED, text="boot_alloc: 8192 bytes asked for"))], "without the sizes"),
])
def test_model_of_boot(steps, key):
    assert key in judged(lab_page_init.Invented(NoSymbols), INVENTED + steps).key


@pytest.mark.parametrize("operation, report, words", [
    (op("page_alloc", 0), returned(0, 12), "0, page 0xc"),
    (op("page_alloc", 0), returned(-12 & 0xFFFFFFFF, 0xFFFFFFFF), "-ENOMEM"),
    (op("page", 0), returned(6, 1, 2, 0), "anonymous, 1 reference, 2 pins, flags 0"),
    (op("page_lookup", 0, 0, 0), returned(0xFFFFFFFF, 0), "no page (NULL)"),
    (op("page_lookup", 0, 0, 0), returned(0xC17EC000, 0), "a pointer to 0xc17ec000, where there is no page_t"),
    (op("page_insert_in_range", 0, 0, 0, 0, 0), returned(-28 & 0xFFFFFFFF, 0), "-ENOSPC"),
    (op("entry", 0, 0), returned(0x903007, 0x901206, 1, 0x903),
     "the directory's entry 0x903007 (page 0x903, PTE_P | PTE_W | PTE_U), the table's 0x901206 "
     "(PROT_NONE: not present, keeps page 0x901; PTE_W | PTE_U), entries in use: 1"),
    (op("fill", 0, 0), returned(0), ""),
    (op("page", 0), returned(6), "6"),
    (op("something", 0), returned(-17 & 0xFFFFFFFF, 12, 3), "-EEXIST, 0xc, 3"),
])
def test_results_in_words(operation, report, words):
    assert lab_tables.Tables(NoSymbols).results(operation, report) == words


@pytest.mark.parametrize("operation, report, words", [
    (op("areas", 0), returned(2, 3, 0, more=[[0x1000, 0x3000, 3, 0, 0, 0], [0x5000, 0x6000, 1, 6, 2, 0x2000]]),
     "[0x1000, 0x3000) rw-; [0x5000, 0x6000) r-- stack locked object 0 from 0x2000"),
    (op("fault", 0, 0x1000, 1), returned(4, 1), "FAULT_NO_MEMORY, after 1 call of vm_no_memory_hook"),
    (op("mapping", 0, 0x1000), returned(0x29067, 0x29, 0, 1, 4096), "page 0x29, 1 reference, writable"),
    (op("mapping", 0, 0x1000), returned(0x1025, 1, 1, 2, 4096), "the zero page, read-only"),
    (op("mapping", 0, 0x1000), returned(0), "nothing is mapped"),
    (op("map", 0, 0, 0x1000), returned(-12 & 0xFFFFFFFF, 0xDEADBEEF), "-ENOMEM"),
    (op("room", 0, 0, 0, 0x1000), returned(0, 0x40000000), "0, and the address 0x40000000"),
    (op("user_trap", 0x1000, 4), returned(0, 1, 1, 0x1000, 0, 1, 1), "a signal for FAULT_NO_AREA at 0x1000"),
    (op("kernel_trap", 1, 0x1000, 0), returned(0, 0, 0, 0, 0, 1), "the kernel continues at the fixup"),
    (op("copyin", 0, 0, 0x1000, 9), returned(-14 & 0xFFFFFFFF, 1, 2, 3, 4), "-EFAULT"),
    (op("user_mem_check", 0, 0x1000, 9, 4, 1), returned(-14 & 0xFFFFFFFF, 0x1004), "-EFAULT, and the address 0x1004"),
    (op("area", 0, 0x1000, 0x2000), returned(0), ""),
])
def test_results_of_operations_on_spaces(operation, report, words):
    assert lab_user.User(NoSymbols).results(operation, report) == words


def test_only_areas_that_differ_are_shown():
    low, high, other = Area(0x1000, 0x2000, 3, 0, 0), Area(0x3000, 0x4000, 3, 0, 0), Area(0x3000, 0x5000, 3, 0, 0)
    assert area_difference([low, high], [low, other]) == ("[0x3000, 0x4000) rw-", "[0x3000, 0x5000) rw- (and 1 area that is right)")
    assert area_difference([low, high], [low]) == ("[0x3000, 0x4000) rw-", "no such area (and 1 area that is right)")
    assert area_difference([low], [low, high]) == ("no area but 1 that is right", "[0x3000, 0x4000) rw- (and 1 area that is right)")
    assert area_difference([low, high], [high, low])[0] == "the areas in the order of their addresses, each once"


def test_a_call_in_the_history_does_not_repeat_the_areas():
    model = lab_user.User(NoSymbols)
    model.judge(op("space", 0), returned(0))
    model.judge(op("area", 0, 0x1000, 0x2000, 3), returned(0))
    call = op("split", 0, 0x1000, 0x2000)
    assert model.words(call) == "areas_split_at(0x1000, 0x2000) in space 0 with [0x1000, 0x2000) rw-"
    assert model.briefly(call) == "areas_split_at(0x1000, 0x2000) in space 0"


def test_a_panic_under_a_program_has_its_text_and_its_place():
    log = "Quire\npanic: page_free: page 7 is free already\n  [c0101234] page_free+0x12 kern/mem/page_alloc.c:88\n  [c0105678] other+0x1\n"
    result = SimpleNamespace(kind="panic", message="the kernel panicked")
    assert lab_program.ending(result, log) == \
        "a panic: page_free: page 7 is free already, in page_free (kern/mem/page_alloc.c:88)"
    assert lab_program.ending(result, "Quire\n") == "the kernel panicked"


def test_lines_of_a_programs_output_stay_lines():
    lab = lab_toml.read(3)
    wrong = Wrong("the program", "what its record says", "line 2 is not that:\n      a line before\n    got:      another", "program: exit")
    text = lab_report.text(lab_report.record(lab, [outcome("first_program", FAILED, wrong=wrong)], 1, lab_toml.places(lab)), False)
    assert "line 2 is not that:\n                    a line before\n                  got:      another\n" in text


def test_diagnosis_of_the_nearest_mutant():
    wrong = Wrong("page_free(page 0x900)", "a panic", "that it returned", "page_free: no panic")
    outcomes = [outcome("page_free_twice", FAILED, wrong=wrong), outcome("page_free_returns")]
    near = {"diagnosis": "page_free accepts a free page", "failures": {"page_free_twice": "page_free: no panic"}}
    far = {"diagnosis": "another", "failures": {"page_free_returns": "free list: 2"}}
    assert lab_signatures.diagnoses(1, outcomes, [far, near]) == {"page_free_twice": near["diagnosis"]}
    assert lab_signatures.diagnoses(1, outcomes, [far]) == {}
    assert lab_signatures.diagnoses(1, [outcome("page_free_returns")], [near]) == {}


def test_operations_decide_between_mutants_that_are_equally_near():
    """A test fails in the same way at two operations; the tests' other failures are the same."""
    wrong = Wrong("page_free(page 0x900)", "a panic", "that it returned", "page_free: no panic")
    failed = outcome("page_free_twice", FAILED, wrong=wrong, performed=["pool", "page_alloc", "page_free"])
    assert failed.key == "page_free: no panic @3"
    one, other = ({"diagnosis": text, "failures": {"page_free_twice": f"page_free: no panic @{at}"}}
                  for text, at in (("the first", 3), ("the second", 7)))
    assert lab_signatures.diagnoses(1, [failed], [one, other]) == {"page_free_twice": "the first"}
    assert lab_signatures.diagnoses(1, [failed], [other]) == {"page_free_twice": "the second"}
    assert lab_signatures.diagnoses(1, [failed], [one, one | {"diagnosis": "a third"}]) == {}


class Refused(lab_tables.Tables):
    """A model that accepts no page_insert."""

    def do_page_insert(self, *args, report):
        raise Wrong(self.call, "another result", error(report.values[0]), "page_insert")


@pytest.mark.skipif(not build.debug_kernel(), reason="the debug kernel is not built")
def test_message_of_the_debug_kernel_is_added():
    """page_insert into the linear map: the normal kernel returns an error, the debug kernel's
    assertion panics.
    """
    ops = [op("pool", 0x800000, 0x900, 0x910), op("early_pgdir"), op("pgdir_create", 0), op("page_alloc", 0),
           op("page_insert", 0, 0, 0xC8000000, 2)]
    check = Check(2, "insert_replaces", "x", lambda rng: [("start", ops)], Refused)
    lab = lab_toml.read(2)
    result = lab_grade.run(lab, [check], 1, 1, lab_toml.places(lab))
    test, = (test for exercise in result["exercises"] for test in exercise["tests"])
    assert test["got"] == "-EEXIST" and "assertion failed: va < 0xC0000000" in test["debug"], test
    assert "with the debug kernel: a panic at page_insert" in " ".join(lab_report.text(result, False).split())


def test_unwritten_exercise_stops_only_its_tests():
    """Once an exercise is known to be missing, no machine is started for the tests that need it."""
    lab = lab_toml.read(1)
    checks = lab_grade.selected(lab, "page_free")
    runner = Runner(1, 1, {check.name: ["1.5"] for check in checks[1:]})
    runner.missing.add("1.5")
    statuses = [found.status for found in runner.run(checks)]
    assert statuses == [PASSED] + [UNWRITTEN] * (len(checks) - 1)
    assert runner.machines == 1


@pytest.mark.parametrize("hole", ["0x800000-0x900001", "0x900000-0x800000", "0x800000", "x"])
def test_hole_that_is_no_list_of_ranges(hole):
    done = trace.run([("start", [Op("clear_map")])], Machine(hole=hole))
    assert done.result.kind == "boot" and "hole=" in done.log


def test_hole_in_memory():
    ops = [op("boot_state")]
    done = trace.run([("boot_alloc", ops)], Machine(16, "0x800000-0x900000,0xa00000-0xb00000"))
    lines = done.reports[0].more + [done.reports[0].values]
    ranges = [(start, end) for kind, start, end in lines[1:] if kind == 1]
    assert (0x100000, 0x800000) in ranges and (0x900000, 0xA00000) in ranges
    assert all(end <= 0x800000 or start >= 0x900000 for start, end in ranges)


def test_the_first_byte_that_differs_is_found():
    """In real machines: a pattern in user memory, and in the kernel's buffer after a copy."""
    va = 0x10000000
    ops = [op("spaces"), op("space", 0), op("area", 0, va, va + 0x2000, 3), op("enter", 0), op("fault", 0, va, 1), op("fault", 0, va + 0x1000, 1),
           op("user_fill", 0, va, 0x2000, 7), op("buffer", 0x80), op("copyin", 0, 5, va, 0x1800)]
    user = bytearray(lab_user.pattern(7, i) for i in range(0x2000))
    buffer = bytearray(lab_user.pattern(0x80, i) for i in range(5)) + user[:0x1800]

    def first(where):
        return lab_bytes.first_difference([("vm", ops)], where, Machine(), build.path("quire.elf"))

    assert first(lab_bytes.UserBytes(0, va, bytes(user))) == ""
    right, user[0x1234] = user[0x1234], 0
    assert first(lab_bytes.UserBytes(0, va, bytes(user))) == f"the first that differs is at 0x10001234: {right:#04x}, not 0x00"
    right, buffer[5 + 0x777] = buffer[5 + 0x777], 0
    assert first(lab_bytes.BufferBytes(5, bytes(buffer))) == f"the first that differs is at offset 0x777 of the destination: {right:#04x}, not 0x00"
