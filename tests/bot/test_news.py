"""What a comment has to say, and whether it is due, decided from what stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.bot.markers import Note, key_of_card, key_of_gate, marker, precedes
from mlops.bot.news import When, is_due, since
from mlops.gate import Verdict
from mlops.ids import ModelId
from mlops.reporting import Digest
from tests.bot import world
from tests.reporting.test_digest import DIGESTS

OLD, NEW, NEWER = "card:er_20251020", "card:er_20251020-2", "card:er_20251027"


def said(verdict: Verdict = "pass", precision: float = 0.976) -> Digest:
    return Digest(verdict, {"precision": precision})


@given(st.sampled_from(["gate:er", OLD, NEW]), st.none() | DIGESTS, st.none() | DIGESTS)
def test_a_note_is_read_back(key: str, digest: Digest | None, before: Digest | None) -> None:
    note = Note(key, digest, before if digest is not None else None)
    assert Note.of(f"{note}\nText") == note


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("no note", None),
        (f"> {marker('gate:er')}", None),
        ("<!-- mlops:gate:er", None),
        ("<!-- mlops:GATE x -->", None),
        ("<!-- mlops:gate:er \n-->", None),
        (marker("gate:er"), Note("gate:er")),
        (marker(OLD, f"card={'a' * 64}"), Note(OLD)),
        (marker("gate:er", f"{said()} | nonsense"), Note("gate:er", said())),
        (marker("gate:er", f"nonsense | {said()}"), Note("gate:er")),
    ],
)
def test_a_note_of_a_stranger_or_of_an_older_form_says_nothing(body: str, note: Note | None) -> None:
    assert Note.of(body) == note


@pytest.mark.parametrize("key", ["", "a b", "a-->", "a--b", "A"])
def test_a_key_cannot_end_its_note(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        str(Note(key))


@pytest.mark.parametrize(
    ("earlier", "key", "older"),
    [
        (OLD, NEWER, True),
        (OLD, NEW, True),
        (NEWER, OLD, False),
        (OLD, OLD, False),
        ("card:claims_20240101", OLD, False),
        ("gate:er", OLD, False),
        (OLD, "gate:er", False),
        ("card:er_2025", OLD, False),
    ],
)
def test_only_an_older_model_of_the_task_is_left_behind(earlier: str, key: str, *, older: bool) -> None:
    assert precedes(earlier, key) == older


def test_keys_are_of_models_and_tasks() -> None:
    assert (key_of_card(ModelId.parse("er_20251020-2")), key_of_gate("er")) == (NEW, "gate:er")


A, B, C = said(), said(precision=0.9), said(precision=0.8)


@pytest.mark.parametrize(
    ("standing", "others", "expected"),
    [
        (None, (), None),
        (Note("gate:er", B), (), B),
        (Note("gate:er", A, C), (), C),
        (Note("gate:er", A), (), None),
        (Note("gate:er"), (), None),
        (Note("gate:er", B), (Note(OLD, C),), B),
    ],
)
def test_numbers_are_compared_with_what_was_said_last(
    standing: Note | None, others: tuple[Note, ...], expected: Digest | None
) -> None:
    assert since(world.news("x"), standing, others) == expected


def test_a_first_announcement_is_compared_with_that_of_the_newest_older_model() -> None:
    others = (Note(OLD, B), Note(NEW, C), Note("card:er_20260101", A), Note("card:claims_20240101", A))
    assert since(world.news("x", key=NEWER), None, others) == C
    assert since(world.news("x", key=NEWER), None, (Note(OLD),)) is None


@pytest.mark.parametrize(
    ("when", "verdict", "standing", "due"),
    [
        ("always", "pass", Note("gate:er", said()), True),
        ("change", "pass", None, True),
        ("change", "pass", Note("gate:er", said()), False),
        ("change", "pass", Note("gate:er", said("fail")), True),
        ("change", "pass", Note("gate:er", said(precision=0.9)), True),
        ("change", "pass", Note("gate:er"), True),
        ("failure", "pass", None, False),
        ("failure", "fail", None, True),
        ("failure", "inconclusive", Note("gate:er", said()), True),
        ("failure", "pass", Note("gate:er", said("fail")), True),
        ("failure", "pass", Note("gate:er", said("inconclusive")), True),
        ("failure", "pass", Note("gate:er", said()), False),
        ("failure", "pass", Note("gate:er"), True),
    ],
)
def test_when_a_comment_is_due(when: When, verdict: Verdict, standing: Note | None, *, due: bool) -> None:
    assert is_due(world.news("x", verdict=verdict, when=when), standing) == due
