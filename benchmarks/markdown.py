"""Tables and numbers as the page shows them."""

from collections.abc import Iterable, Sequence

from benchmarks.er_quality.results import Spread

NONE = "-"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def percent(rate: float | None) -> str:
    """Return a rate x 100 with one digit."""
    return NONE if rate is None else f"{100 * rate:.1f}"


def percent_spread(found: Spread | None) -> str:
    """Return the median of rates x 100, and their range unless all are equal."""
    if found is None:
        return NONE
    if found.lowest == found.highest:
        return percent(found.median)
    return f"{percent(found.median)} ({percent(found.lowest)} to {percent(found.highest)})"


def flat(text: str) -> str:
    """Return a text of several lines as one that cannot break a table."""
    return " ".join(text.split()).replace("|", "\\|")


def listed(values: Iterable[object]) -> str:
    """Return values with commas between them."""
    return ", ".join(map(str, values)) or "none"
