"""Results that are kept until a file changes."""
from quire.file_cache import cached_by_file


def test_a_changed_file_is_read_again(tmp_path):
    reads = []

    @cached_by_file
    def length(path, extra):
        reads.append(extra)
        return len(path.read_text()) + extra

    file = tmp_path / "file"
    file.write_text("abc")
    assert [length(file, 0), length(file, 0), length(file, 1)] == [3, 3, 4]
    assert reads == [0, 1]
    file.write_text("abcd")
    assert length(file, 0) == 4
    file.unlink()
    file.write_text("x")
    assert length(file, 0) == 1


def test_a_missing_file_is_the_functions_matter(tmp_path):
    assert cached_by_file(lambda path: path.exists())(tmp_path / "none") is False
