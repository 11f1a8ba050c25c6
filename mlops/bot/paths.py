"""Paths of the API: names that a person chose, as one part of a path."""

from urllib.parse import quote


def in_path(name: str) -> str:
    """Return a name, whatever it holds, as one part of a path."""
    return quote(name, safe="")
