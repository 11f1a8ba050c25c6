"""The same training with other seeds, as the card shows it: side by side, and how far they lie apart."""

from typing import NamedTuple

from mlops.gate import GateReport, SeedResult
from mlops.metrics import Metrics
from mlops.render import Safe
from mlops.words import metric_name, metric_order, rate


class SeedRow(NamedTuple):
    """One seed, or the spread over all of them."""

    name: Safe
    cells: tuple[Safe, ...]
    verdict: Safe


class SeedTable(NamedTuple):
    """The seeds' metrics; ``explanations`` say why one of them is no pass."""

    metrics: tuple[str, ...]
    rows: tuple[SeedRow, ...]
    explanations: tuple[tuple[Safe, Safe, str], ...]


def seed_table(metrics: Metrics, gate: GateReport, seed: int) -> SeedTable | None:
    """Return the table of all seeds; None where the model was trained with one and nobody asked for more.

    Args:
        metrics: The measurement of the model itself.
        gate: The verdict; its ``seeds`` are the others.
        seed: The model's own seed.
    """
    if not gate.seeds:
        return None
    found = [result for result in gate.seeds if result.seed is not None]
    names = sorted(metrics.metrics, key=metric_order)
    columns = [[metrics.metrics[name].value, *(result.values.get(name) for result in found)] for name in names]
    labels = [f"{seed}, this model", *(str(result.seed) for result in found)]
    verdicts = ["", *(result.verdict for result in found)]
    rows = [
        SeedRow(Safe(label), tuple(map(rate, values)), Safe(verdict))
        for label, values, verdict in zip(labels, zip(*columns, strict=True), verdicts, strict=True)
    ]
    return SeedTable(
        metrics=tuple(map(metric_name, names)),
        rows=(*rows, SeedRow(Safe("Spread"), tuple(map(_spread, columns)), Safe(""))),
        explanations=tuple(
            (_name(result), Safe(result.verdict), result.reason) for result in gate.seeds if result.verdict != "pass"
        ),
    )


def _name(result: SeedResult) -> Safe:
    return Safe("Seeds" if result.seed is None else f"Seed {result.seed}")


def _spread(values: list[float | None]) -> Safe:
    known = [value for value in values if value is not None]
    return Safe(f"{100 * (max(known) - min(known)):.2f} points" if len(known) == len(values) else "not defined")
