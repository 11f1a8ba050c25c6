"""Globs: one grammar, a folder means everything in it, and no glob is slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.globs import check_glob, matches, may_match_below


@pytest.mark.parametrize(
    ("path", "glob", "meant"),
    [
        ("a/b.py", "a/b.py", True),
        ("a/b.py", "a/*.py", True),
        ("a/c/b.py", "a/*.py", False),
        ("a/b.py", "a/**/*.py", True),
        ("a/c/d/b.py", "a/**/*.py", True),
        ("b.py", "**/*.py", True),
        ("a/b.txt", "**/*.py", False),
        ("a/b/c.txt", "a", True),
        ("a/b/c.txt", "a/*", True),
        ("ab/c.txt", "a", False),
        ("a", "a/b", False),
        ("a", "**", True),
        ("A/b.py", "a/*.py", False),
        ("a/b1.py", "a/b?.py", True),
    ],
)
def test_what_a_glob_means(path: str, glob: str, meant: bool) -> None:
    assert matches(path, [glob]) is meant
    assert matches(path, ["other", glob]) is meant


@pytest.mark.parametrize(
    ("folder", "glob", "could"),
    [
        ("a", "a/*.py", True),
        ("a/b", "a/*.py", False),
        ("b", "a/*.py", False),
        ("a/b/c", "a/**/d", True),
        ("a/b", "a", True),
        ("x", "**", True),
    ],
)
def test_where_a_glob_can_lead(folder: str, glob: str, could: bool) -> None:
    assert may_match_below(folder, [glob]) is could


@pytest.mark.parametrize(
    "text",
    ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "a b", "a\nb", "a/**b", "a\0"],
)
def test_what_is_no_glob(text: str) -> None:
    with pytest.raises(ValueError, match="a glob is a path"):
        check_glob(text)


NAMES = st.lists(st.sampled_from(["a", "b", "ab", "c.py"]), min_size=1, max_size=6).map("/".join)
GLOBS = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "*.py"]), min_size=1, max_size=6).map("/".join)


@given(NAMES, GLOBS)
def test_every_folder_above_a_file_that_is_meant_could_hold_it(path: str, glob: str) -> None:
    assert check_glob(glob) == glob
    if matches(path, [glob]):
        names = path.split("/")
        assert all(may_match_below("/".join(names[:length]), [glob]) for length in range(1, len(names)))


def test_a_glob_that_is_made_to_be_slow_is_not() -> None:
    assert not matches("/".join(["a"] * 200), ["/".join(["**", "a"] * 200) + "/b"])
