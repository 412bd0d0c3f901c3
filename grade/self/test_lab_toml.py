"""quire.lab_toml reads the labs, and refuses with file and line what does not fit."""
import pytest

from quire import lab_toml

FIRST = """title = "Pages"
reading = 1.5

[[exercise]]
id = "1.1"
title = "One"
functions = ["one", "two"]
files = ["a.c", "a.h"]
points = 100
hours = 2
"""
SECOND = """title = "Tables"

[[exercise]]
id = "2.1"
title = "Three"
functions = ["three"]
files = ["a.c"]
points = 60
hours = 1.5

[[exercise]]
id = "2.2"
title = "Four"
functions = ["four"]
files = ["a.c"]
points = 40
hours = 0.5

[[test]]
name = "first"
covers = ["2.1"]
needs = ["1.1", "2.2"]

[[test]]
name = "second"
covers = ["2.1", "2.2"]
hidden = true
"""
A_C = "int one(void)\n{\n\treturn 1;\n}\n\nvoid three(void)\n{\n}\n\nvoid four(void)\n{\n}\n"
A_H = "static inline int two(void)\n{\n\treturn 2;\n}\n"


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    """A tree with two labs."""
    for name, text in {"grade/lab1/lab.toml": FIRST, "grade/lab2/lab.toml": SECOND, "a.c": A_C, "a.h": A_H}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_labs_are_read(tree):
    first, second = lab_toml.labs(tree)
    assert (first.number, first.title, second.number, second.title) == (1, "Pages", 2, "Tables")
    assert [(e.id, e.number, e.points, e.hours) for e in second.exercises] == [("2.1", 1, 60, 1.5), ("2.2", 2, 40, 0.5)]
    assert [(t.name, t.covers, t.needs, t.hidden) for t in second.tests] == [
        ("first", ["2.1"], ["1.1", "2.2"], False), ("second", ["2.1", "2.2"], [], True)]
    assert lab_toml.places(first, tree) == {"one": "a.c", "two": "a.h"}
    assert second.exercise("2.2").functions == ["four"]
    assert (first.hours, second.hours) == (3.5, 2)
    with pytest.raises(lab_toml.LabError, match="grade/lab3/lab.toml: there is no such lab"):
        lab_toml.read(3, tree)


@pytest.mark.parametrize("old, new, complaint", [
    ('["four"]', '["fore"]', "14: exercise 2.2: a.c define fore 0 times, not once"),
    ('files = ["a.c"]\npoints = 40', 'files = ["a.c", "b.c"]\npoints = 40', "15: exercise 2.2: there is no b.c"),
    ('files = ["a.c"]\npoints = 40', 'files = ["a.c", "a.h"]\npoints = 40',
     "15: exercise 2.2: a.h defines none of its functions"),
    ('["four"]', '["three"]', "14: exercise 2.2: exercise 2.1 has three already"),
    ('["four"]', "[]", "14: exercise 2.2 has no functions"),
    ('["four"]', "[4]", "14: functions is a list of strings"),
    ("points = 40", "points = 41", "16: the exercises have 101 points, not 100"),
    ("points = 40", "points = 0", "16: exercise 2.2: points and hours are more than 0"),
    ("points = 40", 'points = "40"', "16: the value of points has a wrong type"),
    ("points = 40", "point = 40", "16: unknown key point"),
    ("points = 40\n", "", "11: there is no points"),
    ('id = "2.2"', 'id = "2.3"', "12: exercise 2.3 stands where 2.2 belongs"),
    ('covers = ["2.1"]', "covers = []", "21: test first covers nothing"),
    ('covers = ["2.1"]\n', "", "19: there is no covers"),
    ('covers = ["2.1"]', 'covers = ["1.1"]', "21: test first covers 1.1: lab 2 has no such exercise"),
    ('"1.1", "2.2"', '"2.1"', "22: test first covers 2.1, so it needs it"),
    ('"1.1", "2.2"', '"3.1"', "22: test first needs 3.1: no such exercise"),
    ('"1.1", "2.2"', '"1.2"', "22: test first needs 1.2: no such exercise"),
    ('"second"', '"first"', "25: there is a test first already"),
    ("hidden = true", "hidden = 1", "27: the value of hidden has a wrong type"),
    ('title = "Tables"', 'title = "Tables"\nreading = -1', "2: the hours of reading are not negative"),
    ("hidden = true", "hidden = ", "27: .*at line 27"),
])
def test_what_does_not_fit_is_refused(tree, old, new, complaint):
    assert SECOND.count(old) == 1
    (tree / "grade/lab2/lab.toml").write_text(SECOND.replace(old, new))
    with pytest.raises(lab_toml.LabError, match=rf"^grade/lab2/lab.toml:{complaint}"):
        lab_toml.places(lab_toml.read(2, tree), tree)


def test_the_labs_of_this_tree_fit():
    for lab in lab_toml.labs():
        assert set(lab_toml.places(lab)) == {name for exercise in lab.exercises for name in exercise.functions}
