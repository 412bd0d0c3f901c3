"""quire.source and quire.patches: functions are found, and changed by what they say."""
import pytest

from quire import patches, source

C_FILE = """// one.c: a file.
#include "kern.h"

// Add one.
static int
add_one(int n)
{
	return n + 1;
}

struct point {
	int x;
};

// Twice.
int twice(int n)
{
	int sum = n;

	sum += n;
	return sum;
}
"""


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    """A tree of one file."""
    (tmp_path / "one.c").write_text(C_FILE)
    return tmp_path


def patch(tree, text):
    """A Patch with this text."""
    path = tree / "change.patch"
    path.write_text(text)
    return patches.read(path)


def test_functions_are_found(tree):
    found = source.functions(tree / "one.c")
    lines = C_FILE.splitlines()
    assert [f.name for f in found] == ["add_one", "twice"]
    assert [lines[f.first] for f in found] == ["static int", "int twice(int n)"]
    assert [lines[f.end - 1] for f in found] == ["}", "}"]
    assert lines[source.comment_above(lines, found[0].first)] == "// Add one."
    with pytest.raises(source.SourceError, match="does not define thrice"):
        source.function(tree / "one.c", "thrice")


def test_a_patch_changes_what_it_names(tree):
    change = patch(tree, "says: wrong\n@@ one.c twice\n-	sum += n;\n+	sum += 2 * n;\n 	return sum;\n")
    assert change.fields == {"says": "wrong"}
    patches.apply(change, tree)
    assert "	sum += 2 * n;\n	return sum;\n" in (tree / "one.c").read_text()
    with pytest.raises(patches.PatchError, match="twice has these lines 0 times"):
        patches.apply(change, tree)


def test_two_changes_of_one_file(tree):
    change = patch(tree, "@@ one.c add_one\n+	n++;\n 	return n + 1;\n"
                   "@@ one.c twice\n-	sum += n;\n")
    patches.apply(change, tree)
    assert "	n++;\n	return n + 1;\n" in (tree / "one.c").read_text()
    assert "sum += n" not in (tree / "one.c").read_text()


@pytest.mark.parametrize("text, complaint", [
    ("@@ two.c twice\n-	x\n", "there is no two.c"),
    ("@@ one.c thrice\n-	x\n", "does not define thrice"),
    ("@@ one.c twice\n-	sum = n;\n", "0 times"),
    ("@@ one.c twice\n 	return sum;\n", "changes nothing"),
    ("says: x\n", "changes nothing"),
    ("what is this\n@@ one.c twice\n-	x\n", "neither a field nor a change"),
])
def test_what_does_not_fit_is_refused(tree, text, complaint):
    with pytest.raises(patches.PatchError, match=complaint):
        patches.apply(patch(tree, text), tree)
    assert (tree / "one.c").read_text() == C_FILE
