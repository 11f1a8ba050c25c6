"""How likely the gate is to pass, as a person reads it."""

from rich.console import Console

from mlops.cli.policy_report import asked, rows_of
from mlops.cli.printing import heading, line, table
from mlops.formatting import format_rate
from mlops.gate.outcomes import GROWTH, CriterionTable, Outcome, Outlook
from mlops.gate.sample import Sample, Truth
from mlops.gate.simulating import error_of

_NAMES = {"precision": "precision", "recall": "recall", "f1": "F1"}
_LEAST_SHOWN = 0.001


def print_outlook(
    outlook: Outlook, sample: Sample, truth: Truth | None, console: Console, *, task: str, runs: int
) -> None:
    """Print how likely the gate is to pass.

    Args:
        outlook: The probabilities.
        sample: The test rows.
        truth: The model's true quality; None for tables over qualities.
        console: Where to; plain text unless it is a terminal.
        task: The task whose policy it is.
        runs: Passes in a row that were asked for.
    """
    if truth is None:
        line(console, f"{task}: how likely the gate is to pass a model, on the test rows {rows_of(sample)}.")
        _grid(outlook, console, runs)
    else:
        quality = ", ".join(f"{name} {format_rate(truth.of(metric))}" for metric, name in _NAMES.items())
        line(console, f"{task}: a model whose true quality is {quality}, on the test rows {rows_of(sample)}.")
        _model(outlook, console, runs)
    _explain(outlook, console, runs)


def _model(outlook: Outlook, console: Console, runs: int) -> None:
    header = ("criterion", "asked", "n", "worth", *_columns(runs))
    rows = [
        (found.metric, asked(found), f"{outcome.n:,}", f"{outcome.effective:,}", *_probabilities(outcome))
        for found in outlook.criteria
        for outcome in found.outcomes
    ]
    rows += [
        ("all together", "", f"{outcome.n:,}", f"{outcome.effective:,}", *_probabilities(outcome, drawn=True))
        for outcome in outlook.together
    ]
    table(console, header, rows, words=("criterion", "asked"))


def _grid(outlook: Outlook, console: Console, runs: int) -> None:
    for found in outlook.criteria:
        first = found.outcomes[0]
        heading(console, f"{found.metric}: {asked(found)}, n = {first.n:,}{_worth(first)}")
        rows = [
            (
                format_rate(outcome.truth[found.metric], found.threshold),
                *_probabilities(outcome),
                *map(_chance, outcome.passes_at),
            )
            for outcome in found.outcomes
        ]
        table(console, ("truth", *_columns(runs), *(f"pass at {times} n" for times in GROWTH)), rows)
    if outlook.together:
        _together(outlook.together, outlook.criteria, console, runs)


def _together(outcomes: tuple[Outcome, ...], criteria: tuple[CriterionTable, ...], console: Console, runs: int) -> None:
    thresholds = {found.metric: found.threshold for found in criteria}
    heading(console, f"All blocking criteria together: {outcomes[0].n:,} positive rows{_worth(outcomes[0])}")
    rows = [
        (
            *(format_rate(outcome.truth[metric], thresholds.get(metric)) for metric in _NAMES),
            *_probabilities(outcome, drawn=True),
        )
        for outcome in outcomes
    ]
    table(console, (*_NAMES.values(), *_columns(runs)), rows)


def _columns(runs: int) -> tuple[str, ...]:
    return ("pass", "inconclusive", "fail", f"{runs} in a row", "estimate alone")


def _worth(outcome: Outcome) -> str:
    return f", worth {outcome.effective:,} independent rows" if outcome.effective < outcome.n else ""


def _probabilities(outcome: Outcome, *, drawn: bool = False) -> tuple[str, ...]:
    numbers = (outcome.passes, outcome.inconclusive, outcome.fails, outcome.in_a_row, outcome.point_passes)
    return tuple(_chance(number, drawn=drawn) for number in numbers)


def _chance(probability: float, *, drawn: bool = False) -> str:
    """Return a probability as percent; one that was counted over drawn samples, or rounded, is never certain."""
    certain = probability in {0, 1} and not drawn
    if probability < _LEAST_SHOWN and not certain:
        return "< 0.1 %"
    if probability > 1 - _LEAST_SHOWN and not certain:
        return "> 99.9 %"
    return f"{100 * probability:.1f} %"


def _explain(outlook: Outlook, console: Console, runs: int) -> None:
    line(console, "")
    if outlook.together:
        error = error_of(0.5, outlook.draws)
        line(
            console,
            f"Each criterion alone is counted out exactly at its n (whole rows make it jump by a few points from n to "
            f"n + 1); all together are {outlook.draws:,} drawn samples (standard error at most {100 * error:.1f} "
            "points).",
        )
    line(console, "Estimate alone: the chance of a pass if decide_on were point everywhere.")
    if runs > 1:
        line(
            console,
            f"{runs} in a row: each run on fresh test rows. The same rows judged again repeat their luck and prove "
            "nothing new.",
        )
    if outlook.not_simulated:
        line(console, f"Not simulated: {', '.join(outlook.not_simulated)}. They can only make passes rarer.")
