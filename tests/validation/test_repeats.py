"""Keys that stood before: a revision is welcome, anything else is one row too many."""

import pytest

from tests.validation.batches import Cells, claims, defects, judge, not_met


def row(cells: Cells, at: int, **changed: str | None) -> Cells:
    """Return one row, some of its cells changed."""
    return {name: [changed.get(name, values[at])] for name, values in cells.items()}


def plus(cells: Cells, more: Cells) -> Cells:
    return {name: values + more[name] for name, values in cells.items()}


def undecided(cells: Cells, at: int) -> Cells:
    labels = list(cells["claimable"])
    labels[at] = None
    return {**cells, "claimable": labels}


@pytest.mark.parametrize("where", ["batch", "base"])
@pytest.mark.parametrize(
    ("changed", "kind", "rule"),
    [
        ({}, "identical", "repeated row"),
        ({"claimable": "0"}, "flipped", "flipped label"),
        ({"claimable": None}, "flipped", "flipped label"),
        ({"amount": "11.00"}, "changed", "repeated key"),
        ({"amount": "11.00", "claimable": "0"}, "changed", "repeated key"),
    ],
)
def test_a_known_key_blocks(where: str, changed: dict[str, str | None], kind: str, rule: str) -> None:
    known = claims()
    again = row(known, 3, **changed)
    outcome = judge(plus(known, again)) if where == "batch" else judge(plus(claims(first=1000), again), base=known)
    assert outcome.report.verdict == "fail"
    assert not_met(outcome) == {"uniqueness", "duplicate_keys"}
    assert defects(outcome) == {rule: 1}
    keys = outcome.report.keys.model_dump()
    assert keys == {"revised": 0, "identical": 0, "flipped": 0, "changed": 0, kind: 1}


@pytest.mark.parametrize("where", ["batch", "base"])
def test_a_claim_that_comes_back_with_its_decision_is_a_revision(where: str) -> None:
    known = undecided(claims(), 3)
    again = row(known, 3, claimable="1")
    outcome = judge(plus(known, again)) if where == "batch" else judge(plus(claims(first=1000), again), base=known)
    assert (outcome.report.verdict, outcome.report.keys.revised, defects(outcome)) == ("pass", 1, {})
    assert any("1 claims came back" in warning for warning in outcome.report.warnings)


def test_a_decision_that_comes_and_then_flips_is_a_revision_and_a_conflict() -> None:
    known = undecided(claims(), 3)
    outcome = judge(plus(plus(known, row(known, 3, claimable="1")), row(known, 3, claimable="0")))
    keys = outcome.report.keys
    assert (keys.revised, keys.flipped) == (1, 1)
    assert defects(outcome) == {"flipped label": 1}


def test_a_label_that_is_none_is_not_an_undecided_one() -> None:
    cells = claims()
    known = {**cells, "claimable": ["perhaps", *cells["claimable"][1:]]}
    outcome = judge(plus(known, row(cells, 0, claimable="1")))
    assert (outcome.report.keys.revised, outcome.report.keys.changed) == (0, 1)


def test_a_row_without_a_key_repeats_nothing() -> None:
    cells = claims()
    outcome = judge({**cells, "claim_id": [None, "-", *cells["claim_id"][2:]]})
    assert defects(outcome) == {"missing claim_id": 2}


def test_the_same_claim_from_another_file_is_the_same_row() -> None:
    cells = {**claims(), "source_file": ["a.csv"] * 200}
    outcome = judge(plus(cells, row(cells, 5, source_file="b.csv")))
    assert defects(outcome) == {"repeated row": 1}
