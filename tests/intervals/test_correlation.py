"""The correlation inside clusters, as the beta-binomial likelihood sees it."""

import numpy as np
import pytest
from scipy.stats import betabinom

from mlops.intervals.correlation import RHO, Correlation


def mean_of(hits: list[int], sizes: list[int], rate: float) -> float:
    """Return the posterior mean of the correlation."""
    return float(Correlation(np.array(hits), np.array(sizes)).posterior(rate) @ RHO)


@pytest.mark.parametrize("rate", [0.3, 0.9])
def test_the_posterior_is_that_of_the_beta_binomial_distribution(rate: float) -> None:
    hits, sizes = np.array([3, 5, 0, 1, 1, 40]), np.array([4, 5, 2, 1, 1, 45])
    concentration = (1 - RHO) / RHO
    likelihood = [np.prod(betabinom.pmf(hits, sizes, rate * c, (1 - rate) * c)) for c in concentration]
    width = RHO ** (2 / 3)  # of the cell around a node: the nodes are cubes of even steps
    expected = np.array(likelihood) / np.sqrt(RHO) * width
    assert Correlation(hits, sizes).posterior(rate) == pytest.approx(expected / expected.sum())


def test_the_nodes_are_dense_near_zero() -> None:
    assert len(RHO) == 24
    assert RHO[0] == pytest.approx((1 / 48) ** 3)
    assert RHO[-1] == pytest.approx((47 / 48) ** 3)


def test_without_rows_that_share_a_cluster_nothing_is_learned() -> None:
    prior = Correlation(np.array([], dtype=int), np.array([], dtype=int)).posterior(0.5)
    assert Correlation(np.array([1, 1, 0]), np.array([1, 1, 1])).posterior(0.7) == pytest.approx(prior)
    assert float(prior @ RHO) == pytest.approx(1 / 3, abs=0.01)  # the mean of Beta(1/2, 1)


def test_errors_that_come_singly_say_that_there_is_no_correlation() -> None:
    assert mean_of([4] * 40 + [5] * 40, [5] * 80, 0.9) < 0.03


def test_errors_that_come_by_whole_clusters_say_that_there_is() -> None:
    assert mean_of([0] * 8 + [5] * 72, [5] * 80, 0.9) > 0.85


def test_a_huge_cluster_without_an_error_is_surprising_where_errors_are_due() -> None:
    assert mean_of([500], [500], 0.9) > 0.5
    assert mean_of([500], [500], 0.9) > mean_of([500], [500], 0.9999) + 0.1
    assert mean_of([450], [500], 0.9) < 0.15


def test_millions_of_rows_are_no_overflow() -> None:
    found = Correlation(np.array([990_000, 5]), np.array([1_000_000, 5])).posterior(0.99)
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1)
