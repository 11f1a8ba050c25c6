"""The grammar of slice names. A slice is a column of the evaluation, named; it is never an expression."""

import re

from mlops.errors import UsageRefusedError

OTHER = "other"
"""The value under which the rare values of a slice are gathered."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


def is_slice(text: str) -> bool:
    """Return whether ``text`` may name a slice: a lower-case ASCII letter, then letters, digits, underscores."""
    return _NAME.fullmatch(text) is not None


def parse_slice(text: str) -> str:
    """Return ``text`` if it may name a slice.

    Raises:
        UsageRefusedError: It is anything else; an expression above all, for none is ever evaluated.
    """
    if is_slice(text):
        return text
    raise UsageRefusedError(
        "This cannot be the name of a slice.",
        field="slice",
        expected="a lower-case ASCII letter, then at most 63 letters, digits or underscores",
        found=ascii(text[:100]),
        why="A slice is one column of the evaluation; expressions are not evaluated.",
        fix="Name one slice, for example `--slice entity_type`; metrics.json lists those that exist.",
    )
