"""The exact stratified test agrees with SciPy and with brute force, and p is never 0."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import fisher_exact, kstest

from mlops.intervals import permutation
from mlops.intervals.permutation import fixed_predictions, least_permutations, p_of, too_few_permutations

Flags = NDArray[np.bool_]


def rows_of(tables: list[tuple[int, int, int, int]]) -> tuple[Flags, Flags, NDArray[np.int64]]:
    """Return label, decision and stratum of tables (tp, fp, fn, tn)."""
    label, called, stratum = [], [], []
    for number, cells in enumerate(tables):
        for (of_label, of_call), count in zip([(1, 1), (0, 1), (1, 0), (0, 0)], cells, strict=True):
            label += [of_label] * count
            called += [of_call] * count
            stratum += [number] * count
    return np.array(label, dtype=bool), np.array(called, dtype=bool), np.array(stratum)


def test_one_stratum_is_fishers_exact_test() -> None:
    found = fixed_predictions(*rows_of([(9, 3, 4, 11)]))
    assert found.p == pytest.approx(fisher_exact(np.array([[9, 3], [4, 11]]), alternative="greater").pvalue)
    assert found.expected == pytest.approx(12 * 13 / 27)
    assert (found.statistic, found.method) == (9, "exact")


def test_strata_are_convolved_as_all_relabellings_would_be() -> None:
    """Two small strata, every relabelling of each counted."""
    label, called, stratum = rows_of([(2, 1, 0, 2), (2, 0, 1, 1)])
    parts = [
        [hits for bits in product([0, 1], repeat=int((stratum == s).sum())) if sum(bits) == label[stratum == s].sum()
         for hits in [int(np.dot(bits, called[stratum == s]))]]
        for s in (0, 1)
    ]  # fmt: skip
    sums = [a + b for a in parts[0] for b in parts[1]]
    assert fixed_predictions(label, called, stratum).p == pytest.approx(np.mean([total >= 4 for total in sums]))


def test_the_tail_keeps_its_digits_and_is_never_0() -> None:
    assert 0 < fixed_predictions(*rows_of([(200, 0, 0, 200)] * 12)).p < 1e-300


def test_the_normal_tail_stands_in_where_the_exact_one_costs_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of([(40, 30, 28, 42), (35, 25, 30, 40)])
    exact = fixed_predictions(*rows)
    monkeypatch.setattr(permutation, "EXACT_COST", 10)
    normal = fixed_predictions(*rows)
    assert (exact.method, normal.method) == ("exact", "normal")
    assert normal.p == pytest.approx(exact.p, rel=0.05)


@pytest.mark.parametrize("table", [(5, 5, 0, 0), (0, 0, 4, 6), (5, 0, 5, 0)])
def test_a_model_or_a_month_without_a_choice_proves_nothing(table: tuple[int, int, int, int]) -> None:
    found = fixed_predictions(*rows_of([table] * 3))
    assert (found.p, found.strata) == (1, 0)
    assert "nothing can be exchanged" in found.note


def test_a_p_of_pure_chance_is_uniform_or_larger() -> None:
    rng = np.random.default_rng(5)
    stratum = np.repeat(np.arange(6), 40)
    rates = np.linspace(0.2, 0.8, 6)[stratum]  # both depend on the month, and on nothing else together
    found = [fixed_predictions(rng.random(240) < rates, rng.random(240) < rates, stratum).p for _ in range(300)]
    assert kstest(found, "uniform", alternative="greater").pvalue > 0.01  # no more small ones than there should be
    assert np.mean(np.array(found) < 0.05) > 0.02


@pytest.mark.parametrize(("alpha", "least"), [(0.05, 20), (0.01, 100), (0.5, 2), (0.9, 1), (1 / 3, 3)])
def test_the_least_number_of_permutations_that_can_be_significant(alpha: float, least: int) -> None:
    assert least_permutations(alpha) == least
    assert p_of(0, least) < alpha
    assert least == 1 or p_of(0, least - 1) >= alpha


def test_19_permutations_can_never_be_significant_and_it_says_so() -> None:
    assert "19 permutations can never give p < 0.05" in too_few_permutations(19, 0.05)
    assert "at least 20 are needed" in too_few_permutations(19, 0.05)
    assert too_few_permutations(20, 0.05) == ""


@pytest.mark.parametrize(("as_extreme", "permutations"), [(-1, 9), (10, 9), (0, 0)])
def test_what_is_no_count_has_no_p(as_extreme: int, permutations: int) -> None:
    with pytest.raises(ValueError, match="no count"):
        p_of(as_extreme, permutations)
