"""What follows from the rows: medians and spread over seeds, requirements, and the mean beside Ditto's."""

from collections.abc import Iterable, Sequence
from statistics import fmean, median

from benchmarks.er_quality.results import (
    DatasetRow,
    Mean,
    ModelRun,
    Requirement,
    SplitRuns,
    Spread,
    Summary,
    TrainingCost,
)
from benchmarks.published import FIGURES, REQUIRED, TRAINING_LIMITS

_SLACK = 1e-9


def summarise(rows: Sequence[DatasetRow]) -> Summary:
    """Summarise the rows of all datasets; what was not measured is left out."""
    ours = _spreads((row.name, f1_of(row.published)) for row in rows)
    theirs = _spreads((row.name, baseline_f1_of(row.published)) for row in rows)
    return Summary(
        f1=ours,
        resplit_f1=_spreads((row.name, f1_of(row.resplit)) for row in rows),
        baseline_f1=theirs,
        requirements={name: _requirement(name, ours.get(name)) for name in REQUIRED},
        training={
            row.name: _cost(row.name, runs) for row in rows if (runs := runs_of(row.published) or runs_of(row.resplit))
        },
        mean=_mean(ours, theirs),
    )


def runs_of(split: SplitRuns | None) -> tuple[ModelRun, ...]:
    """Return the runs of a split; none where it was not run."""
    return () if split is None else split.runs


def f1_of(split: SplitRuns | None) -> list[float]:
    """Return our F1 of every run, where defined."""
    return [run.rates.f1 for run in runs_of(split) if run.rates.f1 is not None]


def baseline_f1_of(split: SplitRuns | None) -> list[float]:
    """Return the baseline's F1 of every run, where defined."""
    return [run.baseline.rates.f1 for run in runs_of(split) if run.baseline.rates.f1 is not None]


def spread(values: Sequence[float]) -> Spread | None:
    """Return median and range; None of nothing."""
    if not values:
        return None
    return Spread(median=round(median(values), 6), lowest=min(values), highest=max(values), seeds=len(values))


def _spreads(named: Iterable[tuple[str, list[float]]]) -> dict[str, Spread]:
    found = ((name, spread(values)) for name, values in named)
    return {name: one for name, one in found if one is not None}


def _requirement(name: str, measured: Spread | None) -> Requirement:
    required, aim = REQUIRED[name]
    f1 = None if measured is None else round(100 * measured.median, 4)
    return Requirement(
        required=required,
        aim=aim,
        f1=f1,
        met=f1 is not None and f1 >= required - _SLACK,
        aim_met=f1 is not None and f1 >= aim - _SLACK,
    )


def _cost(name: str, runs: Sequence[ModelRun]) -> TrainingCost:
    ours = round(median(run.fit_seconds for run in runs), 3)
    theirs = round(median(run.baseline.feature_seconds + run.baseline.fit_seconds for run in runs), 3)
    ratio = round(ours / theirs, 2) if theirs > 0 else None
    limit = TRAINING_LIMITS.get(name)
    met = None if limit is None else ratio is not None and ratio <= limit
    return TrainingCost(ours=ours, baseline=theirs, ratio=ratio, limit=limit, met=met)


def _mean(ours: dict[str, Spread], theirs: dict[str, Spread]) -> Mean:
    names = tuple(REQUIRED)
    mine, plain = (_mean_of(found, names) for found in (ours, theirs))
    ditto = round(fmean(FIGURES[name]["Ditto"].f1 for name in names), 3)
    return Mean(datasets=names, ours=mine, baseline=plain, ditto=ditto, above_ditto=mine is not None and mine > ditto)


def _mean_of(found: dict[str, Spread], names: Sequence[str]) -> float | None:
    if not set(names) <= found.keys():
        return None
    return round(fmean(100 * found[name].median for name in names), 3)
