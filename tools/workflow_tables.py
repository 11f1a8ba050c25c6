#!/usr/bin/env python3
"""Write the tables of docs/workflows.md from the workflows themselves, so that neither can drift from the other.

``python tools/workflow_tables.py`` writes, ``--check`` tells whether the page is what the workflows say.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "workflows.md"
WORKFLOWS = ROOT / ".github" / "workflows"

_BLOCK = re.compile(r"<!-- permissions of (?P<name>[\w.-]+) -->\n.*?<!-- end -->", re.DOTALL)
_JOB = re.compile(r"^  (?P<id>[\w-]+):\n(?P<body>(?:    .*\n|\n)+)", re.MULTILINE)
_NAME = re.compile(r"^    name: (?P<name>.+)$", re.MULTILINE)
_ENVIRONMENT = re.compile(r"^    environment: (?P<name>[^#\n]+?)(?: # (?P<why>.+))?$", re.MULTILINE)
_PERMISSION = re.compile(r"^      (?P<scope>[\w-]+): (?P<level>read|write) # (?P<why>.+)$", re.MULTILINE)


def render(page: str) -> str:
    """Return ``page`` with every block between its markers written again."""
    return _BLOCK.sub(lambda found: _block(found["name"]), page)


def _block(name: str) -> str:
    rows = "\n".join(_rows((WORKFLOWS / name).read_text(encoding="utf-8")))
    table = f"| job | permission or environment | why |\n| --- | --- | --- |\n{rows}"
    return f"<!-- permissions of {name} -->\n{table}\n<!-- end -->"


def _rows(text: str) -> Iterator[str]:
    """Yield a row for each permission and environment of each job, in the order of the file."""
    for job in _JOB.finditer(text.partition("\njobs:\n")[2]):
        named = _NAME.search(job["body"])
        title = named["name"] if named else job["id"]
        environment = _ENVIRONMENT.search(job["body"])
        granted = [
            (f"`{found['scope']}: {found['level']}`", found["why"]) for found in _PERMISSION.finditer(job["body"])
        ]
        if environment:
            granted.append((f"environment `{environment['name']}`", environment["why"] or ""))
        for scope, why in granted or [("none", "")]:
            yield f"| {title} | {scope} | {why} |"
            title = ""


def main() -> int:
    """Write the page, or with ``--check`` compare it; 1 when it is out of date."""
    before = PAGE.read_text(encoding="utf-8")
    after = render(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            sys.stderr.write("docs/workflows.md is not what the workflows say: python tools/workflow_tables.py\n")
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
