"""``python -m benchmarks.render``: docs/benchmarks.md and the table of README.md from the committed results.

``--check`` compares instead of writing.

Each ``benchmarks/results/<name>.json`` is one part of the page, rendered by ``benchmarks/<name>_page.py`` with its
function ``render(results) -> str``. A ledger (``<name>_judged.json``) is no part of its own.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import readme
from benchmarks.machine import RESULTS, ROOT
from mlops import documents
from mlops.cli import faults
from mlops.errors import ConflictError, UsageRefusedError

PAGE = ROOT / "docs" / "benchmarks.md"
README = ROOT / "README.md"

_ORDER = ("er_quality", "er_speed", "claims_tsa", "serving", "simulations", "mutation")
_LEDGER = "_judged"
_TABLE = "er_quality"
_HEAD = """# Benchmarks

Every number below was written by a command that you can run again; none was typed. This page is rendered from
[the committed results](../benchmarks/results) by `python -m benchmarks.render`, and a test holds the two together.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 when done or equal, 6 when the page differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.render", description="Render docs/benchmarks.md.")
    parser.add_argument("--check", action="store_true", help="compare with the committed page and write nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page")
    parser.add_argument("--readme", type=Path, default=README, help="the file with the table")
    asked = parser.parse_args(arguments)
    try:
        for path, wanted in ((asked.page, page(asked.results)), (asked.readme, shown(asked.readme, asked.results))):
            if asked.check:
                check(path, wanted)
            else:
                documents.write_bytes(path, wanted.encode())
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    return 0


def page(results: Path = RESULTS) -> str:
    """Return the page that the results in a folder give.

    Raises:
        UsageRefusedError: Results are there that no module renders.
        InputRefusedError: A file is no JSON.
    """
    return "\n".join([_HEAD, *(_part(results / f"{name}.json") for name in _names(results))]).rstrip("\n") + "\n"


def shown(path: Path, results: Path = RESULTS) -> str:
    """Return the text of README.md at ``path`` with the table that the results give; as it is where there are none.

    Raises:
        InputRefusedError: The file has no place for the table, or the results are not acceptable.
    """
    text = documents.read_bytes(path).decode("utf-8")
    found = results / f"{_TABLE}.json"
    if not found.is_file():
        return text
    return readme.replace(text, documents.check_json(documents.read_bytes(found), file=found))


def check(path: Path, wanted: str) -> None:
    """Compare a page with what the results give.

    Raises:
        ConflictError: They differ.
    """
    if not path.is_file() or path.read_text(encoding="utf-8") != wanted:
        raise ConflictError(
            "The page does not show the committed results.",
            file=path,
            expected="what the results give",
            found="another text" if path.is_file() else "no file",
            fix="Render it again: python -m benchmarks.render",
        )


def _names(results: Path) -> list[str]:
    """Return the names of the results, the known ones in their order."""
    found = [path.stem for path in results.glob("*.json") if not path.stem.endswith(_LEDGER)]
    return sorted(found, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def _part(path: Path) -> str:
    module = f"benchmarks.{path.stem}_page"
    value = documents.check_json(documents.read_bytes(path), file=path)
    try:
        rendered = importlib.import_module(module).render(value)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise UsageRefusedError(
            "Nothing renders these results.",
            file=path,
            expected=f"a module {module} with a function render",
            found="none",
            fix="Add the module, or move the file out of the folder of results.",
        ) from error
    return str(rendered).strip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(main())
