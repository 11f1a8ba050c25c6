"""Documents in Markdown: their tables, and their markers, around which what people wrote stays (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mlops.errors import InputRefusedError

BEGIN = "<!-- mlops:begin - rendered by `mlops docs`; what you write here is lost -->"
END = "<!-- mlops:end -->"
TITLES = {
    "DATA_COLLECTION_TRACKER.md": "# Data collection tracker",
    "PHASE3_RESULTS.md": "# Phase 3 results",
    "ML_CERTIFICATION_DASHBOARD.md": "# Certification dashboard",
}


def marked(path: Path, body: str, old: str | None) -> str:
    """Return the whole document: ``body`` between the markers of ``old``, or a new document.

    Args:
        path: Of the document; only Markdown has markers, a chart is rendered whole.
        body: What is rendered.
        old: What stands there; None for nothing.

    Raises:
        InputRefusedError: The document has no pair of markers, or several.
    """
    if path.suffix != ".md":
        return body
    block = f"{BEGIN}\n\n{body.rstrip()}\n\n{END}"
    if old is None:
        return f"{TITLES[path.name]}\n\n{block}\n"
    begin, end = old.find(BEGIN), old.find(END)
    if begin < 0 or end < begin or old.count(BEGIN) > 1 or old.count(END) > 1:
        raise InputRefusedError(
            "The document has lost its markers, so nothing says what may be replaced.",
            file=path,
            expected=f"one line {BEGIN} and one line {END} below it",
            fix="Put the two lines back around what was rendered, or remove the file to have it written anew.",
        )
    return f"{old[:begin]}{block}{old[end + len(END) :]}"


def table(header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table whose cells are Markdown already; the first column is of words."""
    yield f"| {' | '.join(header)} |"
    yield f"|---{'|--:' * (len(header) - 1)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
