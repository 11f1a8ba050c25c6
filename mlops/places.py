"""On which line of a TOML or JSON text a key stands, so that an annotation can point at it (pure)."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]:\n]')


def toml_line(text: str, keys: Sequence[str]) -> int:
    """Return the line on which the statement begins that first gives the path ``keys``.

    That is a header such as ``[a.b]``, a line such as ``b.c = 1``, or the line of an inline table that holds the key.
    A path that is not there gives the line of the nearest table above it.

    Args:
        text: A TOML document.
        keys: The names on the way, outermost first.

    Returns:
        The line, counted from 1; 0 where nothing of the path is there, or the text is no TOML.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    for length in range(len(keys), 0, -1):
        wanted = keys[:length]
        if _holds(lines, len(lines), wanted):
            return _first_line(lines, wanted)
    return 0


def json_line(text: str, key: str) -> int:
    """Return the line of the outermost object's ``key``, counted from 1; 0 where it has none."""
    depth, line, last = 0, 1, ""
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part == "\n":
            line += 1
        elif part == ":" and depth == 1 and last == f'"{key}"':
            return line
        elif part in "{[":
            depth += 1
        elif part in "}]":
            depth -= 1
        last = part if part != "\n" else last
    return 0


def _first_line(lines: Sequence[str], keys: Sequence[str]) -> int:
    """Return the least number of lines that holds a path. What lines say, further ones never take back: bisection."""
    least, most = 0, len(lines)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if _holds(lines, middle, keys) else (middle, most)
    return most


def _holds(lines: Sequence[str], end: int, keys: Sequence[str]) -> bool:
    """Tell whether the first ``end`` lines hold a path, the rest of a statement that they begin included."""
    found: Any = None
    for stop in range(end, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:stop]))
        except tomllib.TOMLDecodeError:
            continue
        break
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def keys_of(tables: object, place: Sequence[int | str]) -> Iterator[str]:
    """Yield the keys that lead to a wrong value, without what a validator adds, such as which alternative failed.

    Args:
        tables: What was validated.
        place: Where the validator says that it is wrong; the last key may be one that is missing.
    """
    for part in place:
        inside = isinstance(tables, dict) and part in tables
        missing = isinstance(tables, dict) and part == place[-1] and part != "[key]"
        if isinstance(tables, dict):
            tables = tables.get(part, tables)
        elif isinstance(tables, list) and isinstance(part, int):
            tables, inside = tables[part], True
        if inside or missing:
            yield str(part)
