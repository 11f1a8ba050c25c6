"""Errors are letters: every part labelled, nothing in them acts on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import errors
from mlops.errors import ExitCode, InputRefusedError, MlopsError


def test_a_letter_names_what_where_and_what_to_do() -> None:
    error = InputRefusedError(
        "The hash does not hold.",
        file="data.parquet",
        field="sha256",
        expected="aa",
        found="bb",
        why="The file changed.",
        fix="Run `mlops verify`.",
    )
    assert error.letter().splitlines() == [
        "The hash does not hold.",
        "  file: data.parquet",
        "  field: sha256",
        "  expected: aa",
        "  found: bb",
        "  why: The file changed.",
        "  do now: Run `mlops verify`.",
    ]


def test_parts_that_are_not_known_are_left_out() -> None:
    assert str(MlopsError("Only this.")) == "Only this."


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.MlopsError, 70),
        (errors.UsageRefusedError, 2),
        (errors.InputRefusedError, 3),
        (errors.UnavailableError, 5),
        (errors.ConflictError, 6),
    ],
)
def test_each_class_knows_its_exit_code(kind: type[MlopsError], code: int) -> None:
    assert int(kind("x").exit_code) == code


def test_no_two_outcomes_share_an_exit_code() -> None:
    assert sorted(map(int, ExitCode)) == [0, 1, 2, 3, 4, 5, 6, 70]
    assert len(ExitCode.__members__) == len(set(ExitCode))


@given(st.text())
def test_a_letter_shows_control_characters_instead_of_sending_them(text: str) -> None:
    letter = InputRefusedError("x", found=text).letter()
    assert all(character.isprintable() or character == "\n" for character in letter)


def test_an_escape_sequence_is_spelled_out() -> None:
    assert r"\x1b[2J\u202e" in MlopsError("\x1b[2J\u202e").letter()


def test_a_very_long_part_is_cut() -> None:
    assert len(MlopsError("x" * 100_000).letter()) < 3_000
