"""The table as it grows on a terminal, and its last lines."""

from benchmarks.er_quality.results import CrossRow, DatasetRow, ErQuality, SplitRuns
from benchmarks.er_quality.summary import baseline_f1_of, f1_of, runs_of, spread
from benchmarks.published import FIGURES, REQUIRED

_NONE = "-"
_COLUMNS = (
    ("dataset", 22),
    ("test", 6),
    ("F1 (min-max)", 19),
    ("prec", 6),
    ("rec", 6),
    ("gap", 5),
    ("best*", 5),
    ("resplit", 7),
    ("forest", 6),
    ("Mag.", 5),
    ("DeepM.", 6),
    ("Ditto", 5),
    ("asked", 5),
    ("sec", 5),
)
LEGEND = (
    "F1 x 100 on the test rows, median over seeds; threshold from training rows only. best*: threshold tuned on test, "
    "no result; gap: what that would flatter. resplit: our own split by entity. forest: baseline of this run. "
    "Mag., DeepM., Ditto: published. sec: CPU seconds to train once."
)


def heading() -> str:
    """Return the first line of the table."""
    return _line([name for name, _ in _COLUMNS])


def dataset_line(row: DatasetRow) -> str:
    """Return the line of one dataset, with one more for each refusal."""
    if row.refusal:
        return f"{row.name:<22} refused: " + row.refusal.replace("\n", "\n" + 24 * " ")
    runs = runs_of(row.published)
    figures = FIGURES.get(row.name, {})
    cells = [
        row.name,
        str(runs[0].test_pairs) if runs else _NONE,
        _spread(f1_of(row.published)),
        _median([run.rates.precision for run in runs]),
        _median([run.rates.recall for run in runs]),
        _median([run.honesty_gap for run in runs]),
        _median([run.best_test_f1 for run in runs]),
        _median(f1_of(row.resplit)),
        _median(baseline_f1_of(row.published)),
        *(f"{figures[name].f1:.1f}" if name in figures else _NONE for name in ("Magellan", "DeepMatcher", "Ditto")),
        f"{REQUIRED[row.name][0]:.1f}" if row.name in REQUIRED else _NONE,
        _seconds([run.fit_seconds for run in runs or runs_of(row.resplit)]),
    ]
    refusals = [_refusal(word, split) for word, split in (("published", row.published), ("own", row.resplit))]
    return "\n".join([_line(cells), *filter(None, refusals)])


def cross_line(row: CrossRow) -> str:
    """Return what the gate said of a model on other data than its own."""
    title = f"{row.train} -> {row.test}"
    if row.refusal:
        return f"{title}: refused: " + row.refusal
    said = ", ".join(
        f"{found.metric} {_NONE if found.value is None else f'{100 * found.value:.1f}'} {found.verdict}"
        for found in row.criteria
    )
    return f"{title}: {said}" + (f" (expected to fail: {row.expected})" if row.expected else "")


def closing(results: ErQuality) -> str:
    """Return the lines below the table: requirements and the mean."""
    asked = [one for one in results.summary.requirements.values() if one.f1 is not None]
    mean = results.summary.mean
    lines = [LEGEND]
    if asked:
        met, aims = sum(one.met for one in asked), sum(one.aim_met for one in asked)
        lines.append(f"Required F1 met on {met} of {len(asked)} datasets measured, the aim on {aims}.")
    lines += [
        f"Training {name}: {cost.ratio} times the forest's time, at most {cost.limit:g} asked."
        for name, cost in results.summary.training.items()
        if cost.limit is not None
    ]
    if mean.ours is not None:
        lines.append(f"Mean over {len(mean.datasets)}: ours {mean.ours:.2f}, Ditto's {mean.ditto:.2f}.")
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    first, *rest = zip(cells, _COLUMNS, strict=True)
    return f"{first[0]:<{first[1][1]}} " + " ".join(f"{cell:>{width}}" for cell, (_, width) in rest)


def _refusal(word: str, split: SplitRuns | None) -> str:
    return f"{'':<22} {word} split refused: {split.refusal}" if split is not None and split.refusal else ""


def _median(values: list[float | None] | list[float]) -> str:
    found = spread([value for value in values if value is not None])
    return _NONE if found is None else f"{100 * found.median:.1f}"


def _spread(values: list[float]) -> str:
    found = spread(values)
    if found is None:
        return _NONE
    return f"{100 * found.median:.1f} ({100 * found.lowest:.1f}-{100 * found.highest:.1f})"


def _seconds(values: list[float]) -> str:
    found = spread(values)
    return _NONE if found is None else f"{found.median:.0f}"
