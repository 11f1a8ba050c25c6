"""The part of docs/benchmarks.md about bounds and decisions where the truth is known."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from benchmarks.markdown import percent, table
from benchmarks.simulations.results import Average, Coverage, Decisions, Simulations
from mlops import documents

_LOW, _HIGH = 0.93, 0.97
_MOST_FALSE: Final = 0.06

_HOW: Final = """\
Samples are drawn whose true rate is known, and bounded by the function that stands behind every number in
`metrics.json`. *Lower* and *upper* are the one-sided 95 % bounds: the share of samples in which the bound lies on the
right side of the truth. Where `lower` fails, a model passes a threshold that is exactly its true rate, so `100 - lower`
is the false-pass rate. *Both* is the two-sided 95 % interval between the 97.5 % bounds. *Wilson* is Wilson's lower
bound with rows counted as if they were independent and of equal weight: what a gate without clusters would report."""

_READING: Final = """\
What to read into it: whole counts make single points jump, most of all at few rows and rates near 1, where a lower
bound can only be too careful (all of 50 rows right shows 95 %, whatever the truth above); *worst lower* is the lowest
single point, which chance moves, too. Where few entities hold most of the rows, a sample cannot tell a model with rare
errors from one that happened to get its big entities right: the lower bound then errs on the side of too low, most of
all where their rows are independent after all, and the price is an inconclusive verdict, not a false pass. Upper bounds
near 1 are a little less sure than they say, as Wilson's are: an upper bound only turns `inconclusive` into `fail`, and
both block."""


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``simulations.json`` gives.

    Raises:
        InputRefusedError: The value is not what the simulation writes.
    """
    found = documents.loads(documents.canonical_json(results), Simulations, file="benchmarks/results/simulations.json")
    parts = [
        "## Bounds and decisions where the truth is known",
        _answer(found.coverage),
        _HOW,
        _coverage(found.coverage),
        _outside(found.coverage),
        _READING,
        "### By the number of rows",
        _by_rows(found.coverage),
        "### What the gate decides",
        _decisions(found.decisions),
        "### Circumstances",
        _circumstances(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _answer(coverage: Sequence[Coverage]) -> str:
    kinds = {"independent": "independent rows", "clustered": "clustered rows", "heavy": "rows of few huge entities"}
    said = []
    for group, words in kinds.items():
        averages = [one.average for one in coverage if one.group == group]
        if averages:
            both = [average.both for average in averages]
            false_pass = max(1 - average.lower for average in averages)
            said.append(
                f"{words}: {percent(min(both))} to {percent(max(both))} % (false-pass rate at most "
                f"{percent(false_pass)} %)"
            )
    return "Coverage of a nominal 95 % interval, average of each scenario. " + "; ".join(said).capitalize() + "."


def _coverage(coverage: Iterable[Coverage]) -> str:
    return table(
        ["Scenario", "Both", "Lower", "Upper", "Worst lower", "Wilson"],
        (
            [
                one.name,
                percent(one.average.both),
                percent(one.average.lower),
                percent(one.average.upper),
                percent(one.average.worst_lower),
                percent(one.average.naive),
            ]
            for one in coverage
        ),
    )


def _outside(coverage: Sequence[Coverage]) -> str:
    """Say which scenarios do not cover within 93 to 97 %, and on which side."""
    wide = [one.name for one in coverage if one.average.both > _HIGH]
    narrow = [one.name for one in coverage if one.average.both < _LOW]
    false_pass = [one.name for one in coverage if 1 - one.average.lower > _MOST_FALSE]
    return "\n".join(
        (
            f"- Wider than 97 %, which is safe: {_names(wide)}.",
            f"- Narrower than 93 %, which is not: {_names(narrow)}.",
            f"- A false-pass rate above 6 %: {_names(false_pass)}.",
        )
    )


def _names(names: Sequence[str]) -> str:
    return "; ".join(names) or "none"


def _by_rows(coverage: Sequence[Coverage]) -> str:
    sizes = [average.n for average in coverage[0].by_n] if coverage else []
    head = ["Lower / both", *(f"{n:,} rows" for n in sizes if n is not None)]
    return table(head, ([one.name, *map(_cell, one.by_n)] for one in coverage))


def _cell(average: Average) -> str:
    return f"{percent(average.lower)} / {percent(average.both)}"


def _decisions(found: Decisions) -> str:
    exact = table(
        ["True precision", "Predicted positives", "Passes on `point`", "Passes on `lower_bound`"],
        ([f"{one.truth:g}", f"{one.n:,}", percent(one.point), percent(one.lower_bound)] for one in found.exact),
    )
    needed = table(
        ["True precision", "Predicted positives", "From there on always"],
        ([f"{one.truth:g}", f"{one.first:,}", f"{one.always:,}"] for one in found.needed),
    )
    false_pass = table(
        ["Scenario", "Rows", "`point`", "`lower_bound`", "Wilson"],
        (
            [one.name, f"{one.n:,}", percent(one.point), percent(one.lower_bound), percent(one.naive)]
            for one in found.false_pass
        ),
    )
    threshold = f"{found.exact[0].threshold:g}" if found.exact else "the threshold"
    power = percent(found.needed[0].power) if found.needed else ""
    return "\n\n".join(
        (
            f"How often, in per cent, a model passes that must reach a precision of {threshold} (independent rows):",
            exact,
            f"Predicted positives with which the lower bound clears {threshold} in {power} % of cases:",
            needed,
            f"How often a model passes falsely whose true precision is exactly {threshold}:",
            false_pass,
        )
    )


def _circumstances(found: Simulations) -> str:
    versions = found.machine.versions
    chance = 100 * (0.05 * 0.95 / found.samples) ** 0.5
    changes = " with changes" if found.code.dirty else ""
    return (
        f"`python -m benchmarks.simulations` (`make simulate`): {found.samples} samples at each of "
        f"{len(found.rates)} true rates ({', '.join(f'{rate:g}' for rate in found.rates)}) and {len(found.sizes)} "
        f"sizes (standard error of a point near 95 %: {chance:.1f}), {found.decided:,} samples a row of false passes, "
        f"{found.replicates} bootstrap replicates each (the gate takes 10,000). {found.seconds / 60:.0f} minutes on "
        f"one core of {found.machine.cpu}, Python {versions.get('python', 'unknown')}, commit "
        f"`{found.code.commit[:12]}`{changes}."
    )
