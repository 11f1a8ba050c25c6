"""``mlops validate``: is a batch of data what its contract says?"""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from mlops import dataset, documents, validation
from mlops import manifest as manifests
from mlops.cli import outputs
from mlops.cli.common import (
    EXIT,
    all_manifests,
    cache_folder,
    emit_json,
    find_manifest,
    load_settings,
    printable,
    repository_root,
    shown_path,
)
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.contract.reading import Typed, load_contract, typed
from mlops.dataset import Dataset
from mlops.errors import UsageRefusedError
from mlops.gate.report import CriterionResult
from mlops.ids import parse_date, utc_today
from mlops.validation import Batch, Limits, Occasion, Outcome, Validation
from mlops.validation.columns import check_columns
from mlops.validation.criteria import shown
from mlops.validation.report import Origin

_FILE = click.Path(path_type=Path, dir_okay=False)
_OUTPUT = Path("dist", "validation", "validation.json")
_QUARANTINE = "quarantine.parquet"


class _Files(NamedTuple):
    """Where the results go; the pages stand beside the report under its name."""

    report: Path
    quarantine: Path

    @property
    def markdown(self) -> Path:
        return self.report.with_suffix(".md")

    @property
    def html(self) -> Path:
        return self.report.with_suffix(".html")


@click.command(epilog="Example: mlops validate claims --data-path new.csv --output validation_report.json")
@click.argument("task")
@click.option("--data-path", required=True, type=_FILE, metavar="FILE", help="The batch: .csv or .parquet.")
@click.option(
    "--contract",
    metavar="NAME|FILE.json",
    help="What the batch must be: a profile's name or a file; by default the task's.",
)
@click.option("--base", metavar="ID|MANIFEST", help="A pinned dataset whose keys are known already.")
@click.option(
    "--as-of",
    metavar="YYYYMMDD",
    help="The day of the data: later days are in the future. Default: from the manifest that pins these bytes, else "
    "from a file name like claims_20251013.csv, else today in UTC.",
)
@click.option(
    "--output", "--validation-report", "output", type=_FILE, metavar="FILE.json", default=_OUTPUT, show_default=True,
    help="Where the report is written; its pages for people stand beside it as .md and .html.",
)  # fmt: skip
@click.option("--quarantine", type=_FILE, metavar="FILE.parquet", help=f"Default: {_QUARANTINE} beside the report.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of the table.")
def command(
    task: str,
    data_path: Path,
    contract: str | None,
    base: str | None,
    as_of: str | None,
    output: Path,
    quarantine: Path | None,
    as_json: bool,
) -> int:
    """Validate a batch of TASK's data by its contract: pass (exit 0), fail (1) or inconclusive (4).

    Six dimensions, each with a floor, and five blockers that fail alone. The rows that break a rule are written to the
    quarantine with their key, the rule and the reason; the others can go on.
    """
    root = repository_root()
    settings = load_settings(root)
    rules = load_contract(contract or _contract_of(task, settings), root)
    files = _files(output, quarantine, data_path)
    known, base_id = _read_base(base, rules, settings, root)
    data = dataset.read_file(data_path, settings=settings.storage)
    rows = read_by(rules, data, data_path)
    day, origin = day_of_batch(task, data_path, data.sha256, as_of, root)
    batch = Batch(data.table, rows, rules, np.datetime64(day), known)
    occasion = Occasion(task, data_path.name, data.sha256, origin, base_id)
    outcome = validation.validate(batch, occasion, Limits.under(rules))
    page = validation.markdown_of(outcome.report)
    _write(files, outcome, batch, page)
    _tell_runner(files, outcome.report, page)
    if as_json:
        emit_json(outcome.report.model_dump(mode="json"))
    else:
        _print(outcome.report, Console())
    click.echo(f"The report stands in {shown_path(files.report)}, for people in {shown_path(files.html)}", err=True)
    if outcome.report.quarantined:
        click.echo(f"{outcome.report.quarantined:,} bad rows stand in {shown_path(files.quarantine)}", err=True)
    return int(EXIT[outcome.report.verdict])


def _contract_of(task: str, settings: Settings) -> str:
    """Return the contract that the task declares."""
    declared = settings.task(task).contract
    if declared:
        return declared
    raise UsageRefusedError(
        "The data of this task has no contract.",
        field=f"tasks.{task}.contract",
        expected="a profile's name or the path of a contract",
        found="nothing",
        fix="Name one with --contract, or as contract under the task's table in mlops.toml.",
    )


def _files(output: Path, quarantine: Path | None, data_path: Path) -> _Files:
    """Return where the results go; refuse, before any work, places that would write over the data or each other."""
    files = _Files(output, quarantine or output.with_name(_QUARANTINE))
    targets = [files.report, files.markdown, files.html, files.quarantine]
    places = [path.resolve() for path in (data_path, *targets)]
    if len(set(places)) < len(places) or output.suffix != ".json":
        raise UsageRefusedError(
            "The results need a file each, and none may be the data.",
            field="--output, --quarantine",
            expected="a report that ends in .json, and another file for the quarantine",
            found=f"{output} and {files.quarantine}",
            fix="Leave --quarantine out, and name the report: --output validation_report.json",
        )
    return files


def _read_base(name: str | None, rules: Contract, settings: Settings, root: Path) -> tuple[Typed | None, str | None]:
    """Return the rows that are known already, and the id of their dataset."""
    if name is None:
        return None, None
    pinned = manifests.load(find_manifest(root, name))
    data = dataset.read_pinned(pinned, settings=settings.storage, root=root, cache=cache_folder(root))
    return read_by(rules, data, pinned.id), pinned.id


def read_by(rules: Contract, data: Dataset, file: object) -> Typed:
    """Return a table as its contract reads it; refuses one with other columns than the contract's."""
    rows = typed(data.table, rules)
    check_columns(rows, file=file)
    return rows


def day_of_batch(task: str, path: Path, sha256: str, text: str | None, root: Path) -> tuple[date, Origin]:
    """Return the day of a batch and what said so: option, manifest of these bytes, file's name, or today."""
    if text is not None:
        return parse_date(text, field="--as-of", today=utc_today()), "option"
    pinned = (manifests.load(found) for found in all_manifests(root, task))
    for manifest in pinned:
        if manifest.sha256 == sha256:
            return manifest.as_of, "manifest"
    named = re.fullmatch(rf"{re.escape(task)}_(?:[a-z]+_)?([0-9]{{8}})\.\w+", path.name, re.ASCII)
    if named:
        return parse_date(named[1], field=f"the date in {path.name}", today=utc_today()), "file name"
    return utc_today(), "today"


def _write(files: _Files, outcome: Outcome, batch: Batch, page: str) -> None:
    """Write the bad rows first and the report last: a report that is there is complete."""
    bad = validation.quarantine_of(batch, outcome.findings)
    documents.write_bytes(files.quarantine, validation.to_parquet(bad))
    documents.write_bytes(files.html, validation.html_of(outcome.report).encode())
    documents.write_bytes(files.markdown, page.encode())
    documents.write(files.report, outcome.report)


def _tell_runner(files: _Files, report: Validation, page: str) -> None:
    outputs.summarise(page)
    outputs.tell(
        "validate",
        {
            "verdict": report.verdict,
            "score": f"{report.score:.6f}",
            "report": shown_path(files.report).as_posix(),
            "quarantine": shown_path(files.quarantine).as_posix(),
            "rows": str(report.rows),
        },
    )


def _print(report: Validation, console: Console) -> None:
    """Print the verdict, its reason, and every criterion."""
    click.echo(f"{report.verdict}: {printable(report.file)}, {report.rows:,} rows, score {report.score:.4f}")
    click.echo(printable(report.reason))
    table = Table(box=None, pad_edge=False)
    for name in ("criterion", "value", "required", "n", "verdict"):
        table.add_column(name, justify="right" if name in {"value", "n"} else "left")
    for result in (*report.criteria, *report.blockers):
        table.add_row(*_cells(result))
    console.print(table)


def _cells(result: CriterionResult) -> tuple[str, str, str, str, str]:
    value, bound = (shown(result.metric, number, result.threshold) for number in (result.value, result.threshold))
    sign = ">=" if result.direction == "min" else "<="
    return result.metric, value, f"{sign} {bound}", f"{result.n:,}", result.verdict
