#!/usr/bin/env python3
"""Write the tables of actions/*/README.md from each action.yml, so that neither can drift from the other.

``python tools/action_readmes.py`` writes, ``--check`` tells whether the pages are what the actions say.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ACTIONS = Path(__file__).resolve().parents[1] / "actions"

_BLOCK = re.compile(r"<!-- (?P<kind>inputs|outputs) -->\n.*?<!-- end -->", re.DOTALL)


def readmes() -> Iterator[tuple[Path, str]]:
    """Yield the README of every action as it should be."""
    for path in sorted(ACTIONS.glob("*/action.yml")):
        page = path.with_name("README.md")
        yield page, render(page.read_text(encoding="utf-8"), yaml.safe_load(path.read_text(encoding="utf-8")))


def render(page: str, action: Mapping[str, Any]) -> str:
    """Return ``page`` with the tables between its markers written again from ``action``."""
    return _BLOCK.sub(lambda found: f"<!-- {found['kind']} -->\n{_table(found['kind'], action)}\n<!-- end -->", page)


def _table(kind: str, action: Mapping[str, Any]) -> str:
    fields: Mapping[str, Mapping[str, Any]] = action.get(kind) or {}
    if kind == "outputs":
        return _rows(("output", "what it is"), ((name, _cell(field)) for name, field in fields.items()))
    return _rows(
        ("input", "default", "what it is"), ((name, _default(field), _cell(field)) for name, field in fields.items())
    )


def _rows(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *([f"`{name}`", *rest] for name, *rest in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(field: Mapping[str, Any]) -> str:
    return str(field["description"]).strip().replace("|", "\\|")


def _default(field: Mapping[str, Any]) -> str:
    if field.get("required"):
        return "required"
    return f"`{field['default']}`" if field.get("default") else "empty"


def main() -> int:
    """Write the pages, or with ``--check`` compare them; 1 when one is out of date."""
    stale = [(page, text) for page, text in readmes() if page.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for page, _ in stale:
            name = page.relative_to(ACTIONS.parent)
            sys.stderr.write(f"{name} is not what its action.yml says: python tools/action_readmes.py\n")
        return int(bool(stale))
    for page, text in stale:
        page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
