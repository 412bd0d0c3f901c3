"""The handouts: what their directives show, what is refused, and the pages' links."""
import re
import shutil
from pathlib import Path

import pytest

from quire import build, handout, lab_toml

ROOT = Path(build.source())


def page(tmp_path, text, lab=2):
    """A handout with this text."""
    path = tmp_path / "handout.md"
    path.write_text(text, encoding="utf-8")
    return handout.Page(path, handout.Tree(ROOT), lab_toml.read(lab, ROOT))


def test_the_handouts_name_only_what_exists():
    assert handout.check(ROOT) == []


def test_an_exercise_shows_the_contract_of_each_function(tmp_path):
    later = page(tmp_path, "{{exercise 2.1}}\n").expand()
    assert "\n*Later:* `walk_create` passes only when exercise 2.3 is written too.\n" in later
    text = page(tmp_path, "{{exercise 2.2}}\n").expand()
    for wanted in ("## Exercise 2.2: Asking what is mapped", "15 points", "page_t *page_lookup(pde_t *pgdir",
                   "// Returns what the page tables allow at `va`", "`kern/mem/pgdir.h`"):
        assert wanted in text


def test_a_static_function_has_its_contract_from_its_definition(tmp_path):
    text = page(tmp_path, "{{contract map_linear}}\n").expand()
    assert "// Build the linear map" in text and "static void map_linear(void);" in text


@pytest.mark.parametrize("line, complaint", [
    ("{{exercise 2.99}}", "2.99"),
    ("{{contract no_such_function}}", "no file defines no_such_function"),
    ("{{read kern/mem/nothing.c}}", "there is no kern/mem/nothing.c"),
    ("{{drawing kern/mem/page.h}}", "no comment has a drawing"),
    ("{{surprise}}", "no directive is called surprise"),
    ("{{machine everything ls}}", "a machine shows memory, tables, terminal, not everything"),
    ("{{machine memory no_such_program}}", "user/ has no program no_such_program"),
])
def test_a_directive_that_shows_nothing_is_refused(tmp_path, line, complaint):
    with pytest.raises(handout.HandoutError, match=re.escape(complaint)) as caught:
        page(tmp_path, f"text\n{line}\n").expand()
    assert "handout.md:2: " in str(caught.value)


def test_a_machine_is_a_picture_where_nothing_runs(tmp_path):
    handout_page = page(tmp_path, "{{machine tables steps fork}}\n")
    text = handout_page.expand()
    assert '::: {.machine data-view="tables" data-run="steps fork"}\n![' in text and "(memory.svg)" in text
    assert handout_page.plain().count("Run `steps fork` in a machine") == 1 and ":::" not in handout_page.plain()


def test_a_goal_that_make_does_not_have_is_named(tmp_path):
    path = tmp_path / "x.md"
    path.write_text("Type `make grade T=x`.\nThen `make no-such-goal`.\n", encoding="utf-8")
    assert list(handout.wrong_goals(path, handout.goals(ROOT))) == [f"{path}:2: make has no goal no-such-goal"]


@pytest.mark.skipif(not (shutil.which("pandoc") and shutil.which("weasyprint")),
                    reason="pandoc or weasyprint is missing: `make setup HANDOUTS=1`")
def test_no_page_has_a_broken_link(tmp_path):
    handout.render(ROOT, tmp_path, staff=True)
    handouts = [html for html in tmp_path.rglob("*.html") if html.parent.name != "machine"]  # that is the site's page
    assert handouts
    for html in handouts:
        assert html.with_suffix(".pdf").stat().st_size > 1000
    for html in tmp_path.rglob("*.html"):
        text = html.read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), f"{html.name} asks another machine"
        for link in re.findall(r'(?:src|href)="(?!data:)([^"]+)"', text):
            path, _, anchor = link.partition("#")
            target = (html.parent / path).resolve() if path else html
            assert target.exists(), f"{html.name}: {link}"
            if anchor:
                assert f'id="{anchor}"' in target.read_text(encoding="utf-8"), f"{html.name}: {link}"
