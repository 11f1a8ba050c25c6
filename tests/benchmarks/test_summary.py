"""What follows from the rows: medians, requirements, and a mean only where all of it was measured."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from benchmarks.er_quality.results import BaselineRun, DatasetRow, ModelRun, Rates, SplitRuns
from benchmarks.er_quality.summary import summarise
from benchmarks.published import FIGURES, QUOTED, REQUIRED, SOURCES
from mlops.hashing import sha256_bytes
from mlops.provenance import CodeVersion


def run(f1: float | None, seed: int = 0) -> ModelRun:
    """Return a run with this F1, of ours and of the baseline."""
    rates = Rates(precision=f1, recall=f1, f1=f1)
    return ModelRun(
        seed=seed,
        training_pairs=90,
        purged_pairs=0,
        test_pairs=30,
        test_positives=10,
        rates=rates,
        threshold=0.5,
        out_of_fold_f1=f1,
        best_test_f1=f1,
        best_test_threshold=0.4,
        honesty_gap=0.0,
        seen={},
        features=20,
        fit_seconds=2.0,
        baseline=BaselineRun(rates=rates, features=16, feature_seconds=0.5, fit_seconds=0.5),
    )


def row(name: str, f1: Sequence[float | None]) -> DatasetRow:
    """Return a row with one run a value of F1."""
    return DatasetRow(
        name=name,
        sha256=sha256_bytes(name.encode()),
        key=sha256_bytes(b"key"),
        matcher_sha256=sha256_bytes(b"matcher"),
        measured_at=datetime(2026, 1, 2, tzinfo=UTC),
        code=CodeVersion(commit="0" * 40, dirty=False),
        pairs=120,
        positives=40,
        attributes=2,
        published=SplitRuns(runs=tuple(run(value, seed) for seed, value in enumerate(f1))),
    )


def test_the_middle_seed_counts_and_the_range_is_shown() -> None:
    found = summarise([row("shop", [0.91, 0.95, 0.90])]).f1["shop"]
    assert (found.median, found.lowest, found.highest, found.seeds) == (0.91, 0.90, 0.95, 3)


def test_a_run_without_f1_is_no_zero() -> None:
    assert summarise([row("shop", [None, 0.9])]).f1["shop"].seeds == 1
    assert "shop" not in summarise([row("shop", [None])]).f1


@pytest.mark.parametrize(("f1", "met"), [(0.905, True), (0.90499, False)])
def test_a_requirement_is_met_from_its_number_on(f1: float, met: bool) -> None:
    assert summarise([row("abt_buy", [f1])]).requirements["abt_buy"].met is met


def test_a_requirement_that_nobody_measured_is_not_met() -> None:
    requirement = summarise([]).requirements["abt_buy"]
    assert (requirement.f1, requirement.met, requirement.aim_met) == (None, False, False)


def test_the_mean_needs_every_dataset() -> None:
    rows = [row(name, [0.95]) for name in REQUIRED]
    whole, part = summarise(rows).mean, summarise(rows[1:]).mean
    assert (whole.ours, whole.above_ditto) == (95.0, True)
    assert (part.ours, part.above_ditto) == (None, False)


def test_the_mean_of_ditto_is_over_the_same_datasets() -> None:
    assert summarise([]).mean.ditto == pytest.approx(sum(FIGURES[name]["Ditto"].f1 for name in REQUIRED) / 9, abs=1e-3)


def test_every_published_figure_has_a_paper_and_a_place_where_it_was_read() -> None:
    figures = [figure for systems in FIGURES.values() for figure in systems.values()]
    assert {figure.paper for figure in figures} <= SOURCES.keys()
    assert {figure.read for figure in figures} <= QUOTED.keys()
    assert all(40 < figure.f1 <= 100 for figure in figures)


@pytest.mark.parametrize(("name", "limit", "met"), [("abt_buy", 3.0, True), ("shop", None, None)])
def test_training_is_held_against_the_baseline_of_the_same_run(
    name: str, limit: float | None, met: bool | None
) -> None:
    cost = summarise([row(name, [0.9, 0.9])]).training[name]
    assert (cost.ours, cost.baseline, cost.ratio, cost.limit, cost.met) == (2.0, 1.0, 2.0, limit, met)


def test_training_that_takes_too_long_is_not_met() -> None:
    slow = run(0.9).model_copy(update={"fit_seconds": 3.01})
    found = row("abt_buy", []).model_copy(update={"published": SplitRuns(runs=(slow,))})
    assert summarise([found]).training["abt_buy"].met is False
