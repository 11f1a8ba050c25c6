"""Filters of branches as GitHub reads them: ``*``, ``**``, ``?``, ``+``, ``[]``, and ``!`` to take back (pure).

Source: "Filter pattern cheat sheet" in "Workflow syntax for GitHub Actions", GitHub Docs.
"""

import re
from collections.abc import Iterable

_PIECE = re.compile(r"\*\*/?|\*|\[[^\]]*\]|\\.|.", re.DOTALL)


def selects(patterns: Iterable[str], name: str) -> bool:
    """Tell whether the patterns, read in their order, select a branch."""
    selected = False
    for pattern in patterns:
        taken_back = pattern.startswith("!")
        if _expression(pattern[taken_back:]).fullmatch(name):
            selected = not taken_back
    return selected


def _expression(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile("".join(map(_translated, _PIECE.findall(pattern))))
    except re.error:
        return re.compile(re.escape(pattern))


def _translated(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece == "**":
        return ".*"
    if piece == "*":
        return "[^/]*"
    if piece in {"?", "+"} or (piece.startswith("[") and piece.endswith("]")):
        return piece
    return re.escape(piece.removeprefix("\\") or piece)
