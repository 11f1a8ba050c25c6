"""The part of docs/benchmarks.md about the quality of matching: the table, how it was made, what it does not say."""

from collections.abc import Sequence
from typing import Any

from benchmarks.er_quality.results import CrossRow, DatasetRow, ErQuality, ModelRun
from benchmarks.er_quality.summary import baseline_f1_of, f1_of, runs_of, spread
from benchmarks.er_quality_words import HOW, LIMITS
from benchmarks.markdown import NONE, flat, listed, percent, percent_spread, table
from benchmarks.published import FIGURES, QUOTED, SOURCES, SYSTEMS
from mlops import documents

_GROUPS = ("both", "one", "neither")


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``er_quality.json`` gives.

    Raises:
        InputRefusedError: The value is not what the benchmark writes.
    """
    found = documents.loads(documents.canonical_json(results), ErQuality, file="benchmarks/results/er_quality.json")
    parts = [
        "## Quality of matching",
        _answer(found),
        _table(found),
        _sources(found),
        "### Is it honest?",
        _honesty(found),
        "### Records that training never showed",
        _resplit(found),
        "### Judged on another domain",
        _cross(found.cross),
        "### What it costs",
        _cost(found),
        "### How often the test rows were looked at",
        _variants(found),
        "### How it was measured",
        HOW,
        _circumstances(found),
        "### What these numbers do not say",
        LIMITS,
    ]
    return "\n\n".join(part for part in parts if part)


def _answer(found: ErQuality) -> str:
    asked = {name: one for name, one in found.summary.requirements.items() if one.f1 is not None}
    mean = found.summary.mean
    said = []
    if mean.ours is not None and mean.baseline is not None:
        side = "above" if mean.above_ditto else "not above"
        said.append(
            f"Mean F1 over {len(mean.datasets)} public datasets: **ours {mean.ours:.2f}**, {side} Ditto's "
            f"{mean.ditto:.2f} (a fine-tuned BERT on a GPU); the baseline of this run {mean.baseline:.2f}."
        )
    if asked:
        missed = [name for name, one in asked.items() if not one.met]
        short = [name for name, one in asked.items() if one.met and not one.aim_met]
        said.append(
            f"The required F1 is met on {len(asked) - len(missed)} of {len(asked)} datasets"
            + (f"; **not met: {', '.join(missed)}**" if missed else "")
            + (f"; met, but short of the aim: {', '.join(short)}" if short else "")
            + "."
        )
    said.append(
        "F1 x 100 on the published test rows, every threshold chosen without them: median over seeds, and the range."
    )
    return " ".join(said)


def _table(found: ErQuality) -> str:
    head = ["dataset", "test pairs (matches)", "ours", "required", "aim", "similarity table + forest", *SYSTEMS]
    rows = []
    for row in found.datasets:
        if row.refusal or (row.published is not None and row.published.refusal):
            reason = row.refusal or (row.published.refusal if row.published else "")
            rows.append([f"`{row.name}`", "refused: " + flat(reason), *[NONE] * (len(head) - 2)])
        elif row.published is not None:
            rows.append(_published_row(found, row))
        else:
            own = percent_spread(found.summary.resplit_f1.get(row.name))
            rows.append([f"`{row.name}`", "no published split", f"own split: {own}", *[NONE] * (len(head) - 3)])
    mean = found.summary.mean
    if mean.ours is not None:
        cells = [f"**mean of {len(mean.datasets)}**", "", f"**{mean.ours:.2f}**", "", "", f"{mean.baseline:.2f}"]
        rows.append([*cells, "", "", f"{mean.ditto:.2f}"])
    return table(head, rows)


def _published_row(found: ErQuality, row: DatasetRow) -> list[str]:
    run = runs_of(row.published)[0]
    asked = found.summary.requirements.get(row.name)
    ours = percent_spread(found.summary.f1.get(row.name))
    mark = "" if asked is None or asked.f1 is None else (" ✓" if asked.met else " ✗")
    figures = FIGURES.get(row.name, {})
    return [
        f"`{row.name}`",
        f"{run.test_pairs:,} ({run.test_positives:,})",
        f"{ours}{mark}",
        f"{asked.required:.1f}" if asked else NONE,
        f"{asked.aim:.1f}" if asked else NONE,
        percent_spread(found.summary.baseline_f1.get(row.name)),
        *(f"{figures[name].f1:g} [{figures[name].read}]" if name in figures else NONE for name in SYSTEMS),
    ]


def _sources(found: ErQuality) -> str:
    known = [row for row in found.datasets if row.name in FIGURES]
    if not known:
        return "No figures of other systems are known for these datasets."
    papers = " ".join(f"{paper}." for paper in SOURCES.values())
    read = "; ".join(f"[{letter}] {where}" for letter, where in QUOTED.items())
    return (
        f"Published figures are of these papers: {papers} Where each was read: {read}. Ditto's paper quotes a later "
        "DeepMatcher with 70.7 on amazon_google and 73.6 on walmart_amazon. A dash is a figure that we found nowhere."
    )


def _honesty(found: ErQuality) -> str:
    rows = []
    for row in found.datasets:
        runs = runs_of(row.published)
        if runs:
            cells = [f"`{row.name}`"]
            cells += [_median([run.rates.precision for run in runs]), _median([run.rates.recall for run in runs])]
            cells += [_median([run.rates.f1 for run in runs]), _median([run.out_of_fold_f1 for run in runs])]
            cells += [_median([run.best_test_f1 for run in runs]), _median([run.honesty_gap for run in runs])]
            rows.append(cells)
    head = ["dataset", "precision", "recall", "F1", "F1 out of fold", "best on test (tuned on test, no result)", "gap"]
    return (
        "The gap is what tuning the threshold on the test rows would flatter. F1 out of fold is what training rows "
        "promised.\n\n" + table(head, rows)
    )


def _resplit(found: ErQuality) -> str:
    rows = []
    for row in found.datasets:
        own, published = runs_of(row.resplit), runs_of(row.published)
        if not own and not published:
            continue
        cells = [f"`{row.name}`", percent_spread(spread(f1_of(row.published)))]
        cells += [_group(published, name) for name in _GROUPS]
        cells += [percent_spread(spread(f1_of(row.resplit))), _median(baseline_f1_of(row.resplit)), _training(own)]
        rows.append(cells)
    head = ["dataset", "published split", *(f"… records seen: {name}" for name in _GROUPS)]
    head += ["own split", "own split, forest", "training pairs left"]
    return (
        "Published splits show most test records in training. On our own split a test pair's left record, and every "
        "record that matches it, stands in no training pair; what would show them is purged. F1 (matches of the "
        "group) for pairs of which training shows both, one or neither record.\n\n" + table(head, rows)
    )


def _cross(rows: Sequence[CrossRow]) -> str:
    cells = []
    for row in rows:
        title = [f"`{row.train}`", f"`{row.test}`"]
        if row.refusal:
            cells.append([*title, "refused: " + flat(row.refusal), "", "", "", ""])
            continue
        said = {one.metric: f"{percent(one.value)} {one.verdict}" for one in row.criteria}
        metrics = [said.get(metric, NONE) for metric in ("precision", "recall", "f1")]
        cells.append([*title, *metrics, row.verdict, row.expected or NONE])
    if not cells:
        return "Not measured."
    head = ["trained on", "judged on", "precision", "recall", "F1", "verdict", "expected to fail"]
    return (
        "A model that meets data of another origin must not pass, and the gate must name what fails. Verdicts are of "
        "this repository's own policy, on one-sided bounds.\n\n" + table(head, cells)
    )


def _cost(found: ErQuality) -> str:
    rows = []
    for row in found.datasets:
        cost = found.summary.training.get(row.name)
        if cost is not None:
            run = (runs_of(row.published) or runs_of(row.resplit))[0]
            ratio = NONE if cost.ratio is None else f"{cost.ratio:.1f}"
            asked = NONE if cost.limit is None else f"{cost.limit:g} {'✓' if cost.met else '✗'}"
            cells = [f"`{row.name}`", f"{run.training_pairs:,}", str(run.features)]
            rows.append([*cells, f"{cost.ours:.1f}", f"{cost.baseline:.1f}", ratio, asked])
    head = ["dataset", "training pairs", "features", "ours, s", "forest, s", "ratio", "at most"]
    return (
        "CPU seconds on one core from pairs to a fitted model: features and fit, ours with folds and threshold.\n\n"
        + table(head, rows)
    )


def _variants(found: ErQuality) -> str:
    rows = [
        [f"`{name}`", str(one.recorded), f"about {one.before}" if one.before else NONE]
        for name, one in found.variants.items()
    ]
    head = ["dataset", "variants in the ledger", "before the ledger"]
    return (
        "No variant was chosen by its test score, but each look makes the next number worth a little less. The ledger "
        "counts every state of the matcher's source code that was judged on a dataset, whether it was better or "
        "worse; before it began nobody counted, and the figure is an estimate.\n\n" + table(head, rows)
    )


def _circumstances(found: ErQuality) -> str:
    codes = {row.matcher_sha256 for row in found.datasets}
    commits = sorted({row.code.commit[:12] + (" with changes" if row.code.dirty else "") for row in found.datasets})
    days = sorted({f"{row.measured_at:%Y-%m-%d}" for row in found.datasets})
    versions = ", ".join(f"{name} {version}" for name, version in sorted(found.machine.versions.items()))
    mixed = " **The rows come from more than one state of the matcher.**" if len(codes) > 1 else ""
    return (
        f"{' and '.join(days)}, commit {', '.join(commits)}. {found.machine.cpu}, {found.machine.cores} cores, "
        f"{found.jobs} dataset{'s' if found.jobs > 1 else ''} at a time. {versions}. Seeds "
        f"{listed(found.seeds)}; of our own splits {listed(found.resplit_seeds)}.{mixed}"
    )


def _median(values: Sequence[float | None]) -> str:
    found = spread([value for value in values if value is not None])
    return percent(None if found is None else found.median)


def _group(runs: Sequence[ModelRun], name: str) -> str:
    groups = [run.seen[name] for run in runs if name in run.seen]
    found = spread([group.f1 for group in groups if group.f1 is not None])
    return NONE if found is None else f"{percent(found.median)} ({groups[0].positives:,})"


def _training(runs: Sequence[ModelRun]) -> str:
    found = spread([run.training_pairs for run in runs])
    return NONE if found is None else f"{found.median:,.0f}"
