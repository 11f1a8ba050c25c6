"""Agreement of annotators equals published and hand-computed examples."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.manifest import LabelQuality
from mlops.quality import cohen_kappa, krippendorff_alpha, label_quality, observed_agreement


def _labels(text: str) -> list[str | None]:
    return [None if label == "." else label for label in text.split()]


MEG, OWEN = _labels("0 1 0 0 0 0 0 0 1 0"), _labels("1 1 1 0 0 1 0 0 0 0")
BEN, GERRY = _labels("a a b b d c c c e d d a"), _labels("b a b b b c c c e d d d")
FOUR = [
    _labels("1 2 3 3 2 1 4 1 2 . . ."),
    _labels("1 2 3 3 2 2 4 1 2 5 . 3"),
    _labels(". 3 3 3 2 3 4 2 2 5 1 ."),
    _labels("1 2 3 3 2 4 4 1 2 5 1 ."),
]


@pytest.mark.parametrize(("ratings", "alpha"), [((MEG, OWEN), 0.095), ((BEN, GERRY), 0.692), (FOUR, 0.743)])
def test_alpha_equals_krippendorffs_worked_examples(ratings: list[list[str | None]], alpha: float) -> None:
    """Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, sections A, B and C."""
    computed = krippendorff_alpha(ratings)
    assert computed is not None
    assert round(computed, 3) == alpha


def test_kappa_equals_the_hand_computed_value() -> None:
    """Of 50 rows 20 are yes-yes, 5 yes-no, 10 no-yes, 15 no-no: p_o = 0.7, p_e = 0.5, kappa = 0.4."""
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4, abs=1e-12)
    assert observed_agreement([first, second]) == pytest.approx(0.7, abs=1e-12)


def test_kappa_skips_rows_that_one_did_not_label() -> None:
    assert cohen_kappa(["a", "b", None, "a"], ["a", "b", "b", None]) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("a a a", "a a a"), (". . .", "a b a"), ("a . .", ". b a"), ("", "")], ids=str
)
def test_what_is_undefined_is_none(first: str, second: str) -> None:
    assert cohen_kappa(_labels(first), _labels(second)) is None
    assert krippendorff_alpha([_labels(first), _labels(second)]) is None


def test_perfect_agreement_is_one_and_opposition_is_negative() -> None:
    assert krippendorff_alpha([["a", "b"], ["a", "b"]]) == 1
    assert cohen_kappa(["a", "b"], ["b", "a"]) == -1
    assert (krippendorff_alpha([["a", "b"], ["b", "a"]]) or 0) < 0


def test_observed_agreement_counts_pairs_of_labels() -> None:
    assert observed_agreement([["a", "a"], ["a", "b"], ["b", None]]) == pytest.approx(1 / 4)
    assert observed_agreement([["a", None], [None, "b"]]) is None


LABEL = st.sampled_from(["a", "b", "c", None])


@given(st.lists(st.tuples(LABEL, LABEL, LABEL), max_size=15))
def test_coefficients_keep_to_their_range_and_ignore_the_order(rows: list[tuple[str | None, ...]]) -> None:
    ratings = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    alpha = krippendorff_alpha(ratings)
    assert alpha is None or alpha <= 1
    assert krippendorff_alpha(ratings[::-1]) == pytest.approx(alpha)
    kappa = cohen_kappa(ratings[0], ratings[1])
    assert kappa is None or -1 <= kappa <= 1
    assert cohen_kappa(ratings[1], ratings[0]) == pytest.approx(kappa)


def test_a_table_without_two_annotators_is_not_measured() -> None:
    assert label_quality(pa.table({"annotator_1": ["a"], "label": ["a"]})) is None


def test_two_annotators_agree_across_types() -> None:
    """A column with gaps became floating-point on its way; 1 and 1.0 are the same label."""
    table = pa.table({
        "annotator_1": pa.array([1, 0, 1, 1], pa.int8()),
        "annotator_2": pa.array([1.0, 0.0, None, 0.0]),
    })  # fmt: skip
    assert label_quality(table) == LabelQuality(
        annotators=("annotator_1", "annotator_2"), rows=3, agreement=0.666667, kappa=0.4, alpha=0.444444
    )


def test_kappa_is_for_two() -> None:
    quality = label_quality(pa.table({f"annotator_{i}": ["a", "b"] for i in range(3)}))
    assert quality is not None
    assert (quality.kappa, quality.alpha, quality.agreement) == (None, 1, 1)
