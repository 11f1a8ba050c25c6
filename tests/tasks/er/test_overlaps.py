"""The overlap features are what a person would compute by hand."""

import numpy as np
import pytest

from mlops.tasks.er import overlaps
from mlops.tasks.er.overlaps import OVERLAP_FEATURES, overlap, overlap_features
from mlops.tasks.er.tokens import token_keys
from mlops.tasks.er.vocabulary import TokenRows, Vocabulary

TRAINING = [["acme", "gmbh"], ["acme", "inc"], ["acme", "gmbh"], ["bolt", "gmbh"], ["acme"], ["gmbh"]]
VALUES = [["acme", "gmbh", "x1"], ["acme", "y2", "z3", "gmbh"], [], ["acme", "gmbh", "x1"]]


@pytest.fixture
def rows() -> TokenRows:
    return Vocabulary.fit(token_keys(TRAINING)).rows(token_keys(VALUES))


def _named(rows: TokenRows, left: int, right: int) -> dict[str, float]:
    columns = overlap_features(rows, np.array([left]), np.array([right]))
    return {feature.__name__: float(column[0]) for feature, column in zip(OVERLAP_FEATURES, columns, strict=True)}


def test_features_of_a_pair_are_those_of_its_two_sets(rows: TokenRows) -> None:
    vocabulary = Vocabulary.fit(token_keys(TRAINING))
    acme, gmbh = (float(vocabulary.rows(token_keys([[token]])).sums[0]) for token in ("acme", "gmbh"))
    rare = vocabulary.rare_weight
    dot, left, right = acme**2 + gmbh**2, acme**2 + gmbh**2 + rare**2, acme**2 + gmbh**2 + 2 * rare**2
    assert _named(rows, 0, 1) == pytest.approx(
        {
            "jaccard": 2 / 5,
            "containment": 2 / 3,
            "cosine": dot / np.sqrt(left * right),
            "shared_sum": acme + gmbh,
            "shared_max": max(acme, gmbh),
            "left_only_sum": rare,
            "left_only_max": rare,
            "right_only_sum": 2 * rare,
            "right_only_max": rare,
        },
        rel=1e-5,
    )


def test_a_value_beside_itself_shares_everything(rows: TokenRows) -> None:
    found = _named(rows, 0, 3)
    assert found["jaccard"] == found["containment"] == 1
    assert found["left_only_max"] == found["right_only_max"] == 0
    assert found["cosine"] == pytest.approx(1)


def test_a_side_without_tokens_is_missing_not_different(rows: TokenRows) -> None:
    assert np.isnan(list(_named(rows, 0, 2).values())).all()


def test_pieces_bound_the_memory_and_change_nothing(rows: TokenRows, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = np.array([0, 1, 2, 3, 0]), np.array([1, 0, 3, 3, 2])
    searched = overlap(rows, left, right)
    monkeypatch.setattr(overlaps, "FEW", 0)
    whole = overlap(rows, left, right)
    monkeypatch.setattr(overlaps, "_MAX_ENTRIES", 5)
    pieces = overlap(rows, left, right)
    for other in (searched, pieces):
        assert all(np.array_equal(getattr(whole, name), getattr(other, name)) for name in vars(whole))


def test_no_pairs_have_no_overlap(rows: TokenRows) -> None:
    none = np.array([], dtype=np.intp)
    assert all(len(column) == 0 for column in overlap_features(rows, none, none))
