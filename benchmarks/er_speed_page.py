"""The part of docs/benchmarks.md about speed: pairs per second and core, memory, growth, others beside us."""

from dataclasses import dataclass
from typing import Any

from benchmarks.er_speed.results import DatasetRow, ErSpeed, PeerRow, Rate, SizeRow
from benchmarks.markdown import NONE, flat, listed, table
from mlops import documents

FEATURES_TIMES = {"amazon_google": 20.0, "abt_buy": 15.0}
"""By dataset, how many times the loop's rate features must reach; of others the lower."""
SCORES_TIMES = 10.0
GROWTH = 1.2
TRAINING_TIMES = 3.0
TRAINING_ON = "abt_buy"
_MEGABYTE = 1e6
_RATIO_AT = 100_000

_HOW = """Candidate pairs are all true pairs and pairs of real records that share a word, drawn at random and sorted by
left record, as blocking leaves them. The loop over pairs is written by hand with dicts and sets, calls rapidfuzz for
strings, keeps the fitted IDF and nothing else from pair to pair, and gives the same numbers (a test compares both). The
model's estimator reads the loop's table in one go, as it does ours. Everything that a user waits for is inside our
time: reading cells, normalising, cutting tokens, comparing. Times are CPU seconds of one core, so that a busy neighbour
counts little; all of a round are taken one after another, and the table shows medians and ranges over rounds. Memory is
the resident peak of a fresh process while it scores, minus what was resident before (interpreter, model, the pairs)."""
_LIMITS = """Records repeat in candidate pairs, the more the larger the workload: these datasets have a few thousand
records, and what is prepared once per record weighs less at a million pairs than at ten thousand. Other libraries
compute other and fewer values; Splink's rate includes its match weight and, at this size, its fixed cost per query.
Ratios hold across machines better than rates."""


@dataclass(frozen=True)
class Requirement:
    """What was asked for, and whether it was met."""

    dataset: str
    what: str
    found: str
    met: bool


def requirements(found: ErSpeed) -> list[Requirement]:
    """Return what was asked for of each dataset, and what was measured."""
    return [one for row in found.datasets for one in _asked(row)]


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``er_speed.json`` gives.

    Raises:
        InputRefusedError: The value is not what the benchmark writes.
    """
    found = documents.loads(documents.canonical_json(results), ErSpeed, file="benchmarks/results/er_speed.json")
    parts = [
        "## Speed of matching",
        _answer(found),
        _rates(found),
        "### Beside other libraries",
        _peers(found),
        "### Training",
        _training(found),
        "### How speed was measured",
        _HOW,
        _circumstances(found),
        "### What these times do not say",
        _LIMITS,
    ]
    return "\n\n".join(parts)


def _asked(row: DatasetRow) -> list[Requirement]:
    least = FEATURES_TIMES.get(row.name, min(FEATURES_TIMES.values()))
    size = _compared(row)
    features = size.features.median / row.loop_features.median
    scores = size.scores.median / row.loop_scores.median
    asked = [
        Requirement(
            row.name,
            f"features at least {least:g} times the loop, {size.pairs:,} pairs",
            f"{features:.1f} times",
            features >= least,
        ),
        Requirement(
            row.name,
            f"features and score at least {SCORES_TIMES:g} times the loop, {size.pairs:,} pairs",
            f"{scores:.1f} times",
            scores >= SCORES_TIMES,
        ),
    ]
    first, last = row.sizes[0], row.sizes[-1]
    if last.pairs > first.pairs:
        said = f"time per pair from {first.pairs:,} to {last.pairs:,} pairs at most {GROWTH:g} times"
        for name, growth in (
            ("features", first.features.median / last.features.median),
            ("features and score", first.scores.median / last.scores.median),
        ):
            asked.append(Requirement(row.name, f"{name}: {said}", f"{growth:.2f} times", growth <= GROWTH))
    if row.name == TRAINING_ON:
        asked.append(
            Requirement(
                row.name,
                f"training at most {TRAINING_TIMES:g} times the baseline's",
                f"{_training_times(row):.1f} times",
                _training_times(row) <= TRAINING_TIMES,
            )
        )
    return asked


def _compared(row: DatasetRow) -> SizeRow:
    """Return the workload that is compared with the loop: the largest of at most ``_RATIO_AT`` pairs."""
    return [size for size in row.sizes if size.pairs <= _RATIO_AT or size is row.sizes[0]][-1]


def _answer(found: ErSpeed) -> str:
    said = [
        f"`{row.name}`: {row.feature_count} features at **{_compared(row).features.median:,.0f} pairs/s on one core**, "
        f"with score {_compared(row).scores.median:,.0f}; the loop over pairs makes {row.loop_features.median:,.0f}."
        for row in found.datasets
    ]
    asked = [[f"`{one.dataset}`", one.what, one.found, "✓" if one.met else "✗"] for one in requirements(found)]
    return "\n\n".join([" ".join(said), table(["dataset", "required", "found", ""], asked)])


def _rates(found: ErSpeed) -> str:
    head = [
        "workload",
        "records",
        "features, pairs/s",
        "times the loop",
        "with score, pairs/s",
        "times the loop",
        "memory, MB",
    ]
    rows = []
    for row in found.datasets:
        loop = [f"`{row.name}`, loop over {row.loop_pairs:,} pairs", NONE, _rate(row.loop_features), "1"]
        rows.append([*loop, _rate(row.loop_scores), "1", NONE])
        rows += [
            [
                f"`{row.name}`, {size.pairs:,} pairs",
                f"{size.records:,}",
                _rate(size.features),
                f"{size.features.median / row.loop_features.median:.1f}",
                _rate(size.scores),
                f"{size.scores.median / row.loop_scores.median:.1f}",
                f"{size.memory.above / _MEGABYTE:,.0f}",
            ]
            for size in row.sizes
        ]
    return table(head, rows)


def _peers(found: ErSpeed) -> str:
    head = [
        "library",
        "records of",
        "pairs/s",
        "values per pair",
        "ours, pairs/s",
        "our values per pair",
        "what it computes",
    ]
    return table(head, [_peer(row, peer) for row in found.datasets for peer in row.peers])


def _peer(row: DatasetRow, peer: PeerRow) -> list[str]:
    name = peer.name if peer.version is None else f"{peer.name} {peer.version}"
    if peer.rate is None or peer.ours is None:
        return [name, f"`{row.name}`", NONE, NONE, NONE, NONE, flat(peer.note)]
    numbers = [_rate(peer.rate), str(peer.comparisons), _rate(peer.ours), str(peer.our_features)]
    return [name, f"`{row.name}`", *numbers, flat(peer.note)]


def _training(found: ErSpeed) -> str:
    head = ["dataset", "training pairs", "ours, s", "baseline: table, s", "baseline: forest, s", "times the baseline"]
    rows = [
        [
            f"`{row.name}`",
            f"{row.training.pairs:,}",
            f"{row.training.ours:.1f}",
            f"{row.training.baseline_features:.1f}",
            f"{row.training.baseline_fit:.1f}",
            f"{_training_times(row):.1f}",
        ]
        for row in found.datasets
    ]
    why = (
        "Ours fits every model once per fold and once on all pairs, for a threshold and a calibration that no training "
    )
    return "\n\n".join([table(head, rows), f"{why}score flatters; the baseline fits one forest and takes 0.5."])


def _training_times(row: DatasetRow) -> float:
    return row.training.ours / (row.training.baseline_features + row.training.baseline_fit)


def _circumstances(found: ErSpeed) -> str:
    machine = found.machine
    versions = listed(f"{name} {version}" for name, version in sorted(machine.versions.items()))
    when = sorted({row.measured_at.date().isoformat() for row in found.datasets})
    commits = sorted({row.code.commit[:12] + (" with changes" if row.code.dirty else "") for row in found.datasets})
    return (
        f"Measured {listed(when)} at commit {listed(commits)}, {found.repeats} rounds, batches of {found.batch:,} "
        f"pairs, on one core of {machine.cores}: {machine.cpu}. {versions}."
    )


def _rate(found: Rate) -> str:
    return f"{found.median:,.0f} ({found.lowest:,.0f} to {found.highest:,.0f})"
