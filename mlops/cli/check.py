"""``mlops check``: is what is committed consistent?"""

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import click

from mlops import consistency
from mlops.cli import outputs
from mlops.cli.common import emit_json, load_settings, repository_root
from mlops.consistency import Findings
from mlops.errors import ExitCode, MlopsError
from mlops.formatting import printable
from mlops.runner import annotate, fenced

_PARTS = ("what", "file", "field", "expected", "found", "why", "fix")


@click.command(epilog="Example: git worktree add ../base origin/main && mlops check --base ../base")
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A checkout of the base branch, of which no manifest, card, evidence or line of the ledger may be altered.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(base: Path | None, as_json: bool) -> int:
    """Say in seconds whether the committed state is consistent; tell everything that does not hold (exit 3).

    Manifests are valid and pin the bytes that lie here; cards are what their evidence renders to; the ledger can be
    read; every environment serves a model that passed. Nothing is parsed, fetched or trained.
    """
    started = perf_counter()
    root = repository_root()
    found = consistency.check(root, load_settings(root), base)
    seconds = perf_counter() - started
    line = _line(found, seconds)
    _tell_runner(found, line)
    if as_json:
        emit_json(_answer(found, seconds))
    else:
        for letter in found.problems:
            click.echo(f"{letter.letter()}\n", err=True)
        for note in found.notes:
            click.echo(f"Note: {printable(note)}")
        click.echo(line)
    return int(ExitCode.REFUSED if found.problems else ExitCode.DONE)


def _line(found: Findings, seconds: float) -> str:
    counts = ", ".join(_counted(name, count) for name, count in found.looked_at.items() if count) or "nothing yet"
    wrong = len(found.problems)
    verdict = (
        "Everything holds" if not wrong else "1 thing does not hold" if wrong == 1 else f"{wrong} things do not hold"
    )
    return f"{verdict}. Checked in {seconds:.1f} s: {counts}."


def _counted(plural: str, count: int) -> str:
    """Return a count with its noun: the plurals here are regular, and their first word has the ending."""
    word, space, rest = plural.partition(" of ")
    return f"{count:,} {word.removesuffix('s') if count == 1 else word}{space}{rest}"


def _answer(found: Findings, seconds: float) -> Mapping[str, object]:
    return {
        "consistent": not found.problems,
        "problems": [_parts(letter) for letter in found.problems],
        "notes": found.notes,
        "checked": found.looked_at,
        "seconds": round(seconds, 3),
    }


def _parts(letter: MlopsError) -> dict[str, str]:
    return {name: getattr(letter, name) for name in _PARTS}


def _tell_runner(found: Findings, line: str) -> None:
    """Annotate every problem at its file, and add what was found to the summary; foreign text stands in fences."""
    notes = "\n".join(f"Note: {printable(note)}" for note in found.notes)
    told = [*(letter.letter() for letter in found.problems), *filter(None, (notes,))]
    outputs.summarise("\n\n".join([line, *map(fenced, told)]) + "\n")
    page = outputs.here()
    if page is not None:
        for letter in found.problems:
            annotate(page, "error", letter.letter(), title="mlops check", file=letter.file)
