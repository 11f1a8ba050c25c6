"""Two folders compared: contents count, line ends do not, nothing is followed out, and what is unknown is said."""

import os
from pathlib import Path

import pytest

from mlops import trees
from mlops.trees import Difference, compare, scan

ALL = ("**",)


def tree(folder: Path, **files: bytes) -> Path:
    """Write ``files``, whose names have ``__`` for ``/`` and ``_`` for ``.``, into a new ``folder``."""
    folder.mkdir()
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def difference(old: Path, new: Path, *globs: str) -> Difference:
    return compare(scan(old, globs or ALL), scan(new, globs or ALL))


def test_equal_contents_are_equal_whatever_their_times(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", a__b_py=b"x = 1\n"), tree(tmp_path / "new", a__b_py=b"x = 1\n")
    os.utime(new / "a" / "b.py", (1, 1))
    assert difference(old, new) == Difference((), (), (), {})


def test_added_removed_changed_and_renamed_files_are_told(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", kept_py=b"1", changed_py=b"1", name_py=b"2")
    new = tree(tmp_path / "new", kept_py=b"1", changed_py=b"3", other_py=b"2")
    assert difference(old, new) == Difference(("other.py",), ("name.py",), ("changed.py",), {})


def test_only_what_the_globs_mean_is_looked_at(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", a__x_py=b"1", b__x_py=b"1"), tree(tmp_path / "new", a__x_py=b"1", b__x_py=b"2")
    assert difference(old, new, "a") == Difference((), (), (), {})
    assert difference(old, new, "b/*.py").changed == ("b/x.py",)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (b"a\nb\n", b"a\r\nb\r\n", True),
        (b"a\nb\n", b"a\rb\n", False),
        (b"a\r\r\nb", b"a\r\nb", False),
        (b"a\r", b"a\n", False),
        (b"a\r", b"a\r", True),
        (b"\0\n", b"\0\r\n", False),
        (b"\0", b"", False),
        (b"", b"", True),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
def test_line_ends_of_texts_do_not_count_and_bytes_of_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, old: bytes, new: bytes, same: bool, chunk: int
) -> None:
    monkeypatch.setattr(trees, "CHUNK", chunk)
    found = difference(tree(tmp_path / "old", x_txt=old), tree(tmp_path / "new", x_txt=new))
    assert (found.changed == ()) is same


def test_a_link_is_what_it_names_and_what_that_holds(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", real_py=b"1"), tree(tmp_path / "new", real_py=b"1")
    (old / "link.py").symlink_to("real.py")
    (new / "link.py").symlink_to("real.py")
    assert difference(old, new, "link.py") == Difference((), (), (), {})
    (new / "real.py").write_bytes(b"2")
    assert difference(old, new, "link.py").changed == ("link.py",)
    (new / "link.py").unlink()
    (new / "link.py").write_bytes(b"1")
    assert difference(old, new, "link.py").changed == ("link.py",)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/etc/passwd", "out of the tree"),
        ("../old/a/x.py", "out of the tree"),
        ("nothing", "no file"),
        ("a", "no file"),
    ],
)
def test_a_link_to_something_else_than_a_file_of_the_tree_is_unknown_on_both_sides(
    tmp_path: Path, target: str, why: str
) -> None:
    old, new = tree(tmp_path / "old", a__x_py=b"1"), tree(tmp_path / "new", a__x_py=b"1")
    for folder in (old, new):
        (folder / "link.py").symlink_to(target)
    assert why in difference(old, new, "link.py").unknown["link.py"]


def test_a_link_in_a_circle_is_unknown(tmp_path: Path) -> None:
    new = tree(tmp_path / "new")
    (new / "link.py").symlink_to("link.py")
    found = difference(tree(tmp_path / "old"), new)
    assert found.unknown.keys() == {"link.py"}
    assert difference(tree(tmp_path / "third"), new, "link.py/x") == Difference((), (), (), {})


def test_a_linked_folder_in_which_files_are_meant_is_unknown(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", real__x_py=b"1"), tree(tmp_path / "new", real__x_py=b"1")
    for folder in (old, new):
        (folder / "code").symlink_to("real")
    assert difference(old, new, "code/*.py").unknown.keys() == {"code"}
    assert difference(old, new, "real/*.py").unknown == {}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    new = tree(tmp_path / "new")
    os.mkfifo(new / "x.py")
    assert difference(tree(tmp_path / "old"), new).unknown == {"x.py": "no regular file"}


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    new = tree(tmp_path / "new")
    with (new / "x.bin").open("wb") as stream:
        stream.truncate(1 << 40)
    assert "larger than" in difference(tree(tmp_path / "old"), new).unknown["x.bin"]


def test_a_file_or_folder_that_may_not_be_read_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tree(tmp_path / "old", a__x_py=b"1"), tree(tmp_path / "new", a__x_py=b"1")
    whole = os.open

    def refuse(path: Path, flags: int) -> int:
        if Path(path).name == "x.py":
            raise PermissionError(13, "Permission denied")
        return whole(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    assert difference(old, new).unknown == {"a/x.py": "Permission denied"}

    def refuse_folder(path: Path) -> object:
        raise PermissionError(13, f"Permission denied: {path}")

    monkeypatch.setattr(os, "scandir", refuse_folder)
    assert difference(old, new).unknown


def test_a_change_of_a_file_of_which_one_side_is_unknown_is_unknown(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", x_py=b"1"), tree(tmp_path / "new")
    (new / "x.py").symlink_to("nowhere")
    assert difference(old, new) == Difference((), (), (), {"x.py": "a link that leads to no file"})
    assert difference(new, old).unknown.keys() == {"x.py"}


def test_what_git_keeps_and_another_checkout_inside_are_no_part_of_the_tree(tmp_path: Path) -> None:
    new = tree(tmp_path / "new", a_py=b"1")
    tree(new / "base", a_py=b"1")
    (new / ".git").mkdir()
    (new / ".git" / "index").write_bytes(b"1")
    assert scan(new, ALL, leave_out=[new / "base"]).keys() == {"a.py"}
    assert scan(new, ALL).keys() == {"a.py", "base/a.py"}


def test_what_python_wrote_when_it_ran_is_no_code_unless_it_could_hold_other_code(tmp_path: Path) -> None:
    new = tree(tmp_path / "new")
    (new / "__pycache__").mkdir()
    for name, flags in (("dated", 0), ("unchecked", 1), ("hashed", 3)):
        (new / "__pycache__" / f"{name}.cpython-311.pyc").write_bytes(
            b"\xa7\r\r\n" + flags.to_bytes(4, "little") + b"code"
        )
    (new / "__pycache__" / "short.pyc").write_bytes(b"1")
    (new / "__pycache__" / "x.txt").write_bytes(bytes(8))
    (new / "dated.pyc").write_bytes(bytes(8))
    assert scan(new, ALL).keys() == {
        "__pycache__/unchecked.cpython-311.pyc",
        "__pycache__/hashed.cpython-311.pyc",
        "__pycache__/short.pyc",
        "__pycache__/x.txt",
        "dated.pyc",
    }
