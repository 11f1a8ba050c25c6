"""``mlops docs``: the documents that tell how data grows and models fare."""

from datetime import date
from difflib import unified_diff
from pathlib import Path

import click

from mlops import documents
from mlops import manifest as manifests
from mlops.certification import keeping
from mlops.cli import outputs
from mlops.cli.certify_asked import rules_of
from mlops.cli.common import all_manifests, emit_json, load_settings, newest_manifest, repository_root
from mlops.config import Settings
from mlops.errors import ExitCode, InputRefusedError
from mlops.ids import parse_date, utc_today
from mlops.progress import Facts, lineage_of, rendered
from mlops.progress.marking import marked

_DIFF_LINES = 60


@click.command(epilog="Example: mlops docs claims --check")
@click.argument("task")
@click.option(
    "--write/--check", default=True, help="Write the documents (the default), or tell whether they are current."
)
@click.option(
    "--as-of", metavar="YYYYMMDD",
    help="The day of the tier that is told; by default that of the newest manifest or run, never today.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(task: str, write: bool, as_of: str | None, as_json: bool) -> int:
    """Render TASK's tracker of data, results and dashboard of certification from manifests and ledger.

    They stand in data_manifests/TASK and model_cards/TASK, with a chart each; what people write outside of the markers
    stays. With --check nothing is written: exit 0 if they are current, 1 with the difference if not.
    """
    root = repository_root()
    settings = load_settings(root)
    day = None if as_of is None else parse_date(as_of, field="--as-of", today=utc_today())
    stale: dict[str, str] = {}
    for path, body in rendered(_facts(task, settings, root, day)).items():
        target = root / path
        old = _read(target)
        new = marked(path, body, old)
        if new != old:
            stale[path.as_posix()] = _difference(path, old or "", new)
            if write:
                documents.write_bytes(target, new.encode())
    status = "current" if not stale else "written" if write else "stale"
    outputs.tell("docs", {"status": status, "documents": " ".join(stale)})
    if as_json:
        emit_json({"status": status, "documents": sorted(stale)})
    else:
        _print(task, stale, write=write)
    return int(ExitCode.FAIL if stale and not write else ExitCode.DONE)


def _facts(task: str, settings: Settings, root: Path, day: date | None) -> Facts:
    rules = rules_of(task, settings)
    newest_manifest(root, task)  # refuses a task without data
    lineage = lineage_of([manifests.load(path) for path in all_manifests(root, task)])
    ledger = keeping.read(root / keeping.path_of(task))
    known = [lineage[-1].as_of, *(date.fromisoformat(line.date) for line in ledger.lines)]
    weekly = settings.task(task).collection.weekly_rows
    return Facts(task, lineage, weekly, ledger, rules, day or max(known))


def _read(path: Path) -> str | None:
    if path.is_symlink():
        raise InputRefusedError(
            "The document is a symbolic link.", file=path, expected="a regular file", found="a link",
            fix="Replace the link by a file of its own, or remove it.",
        )  # fmt: skip
    return documents.read_bytes(path).decode("utf-8", "replace") if path.exists() else None


def _difference(path: Path, old: str, new: str) -> str:
    lines = unified_diff(old.splitlines(), new.splitlines(), f"{path} (committed)", f"{path} (rendered)", lineterm="")
    return "\n".join(list(lines)[:_DIFF_LINES])


def _print(task: str, stale: dict[str, str], *, write: bool) -> None:
    if not stale:
        click.echo("The documents are current.")
    for path, difference in stale.items():
        click.echo(f"{path}  written" if write else difference)
    if stale and not write:
        click.echo(f"Render them again and commit them: mlops docs {task}", err=True)
