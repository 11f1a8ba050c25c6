"""Auditing features of a pinned dataset, or of a batch against it, and telling what was found."""

from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from mlops.auditing import AuditReport, Parity, Subject, audit, different_scores, markdown_of, rows_of, tables_of
from mlops.cli import outputs, plugs, steps
from mlops.cli.common import printable, shown_path
from mlops.cli.validate import read_by
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.contract.reading import typed
from mlops.dataset import Dataset, read_file
from mlops.errors import InputRefusedError
from mlops.manifest import Manifest
from mlops.task import Examples, Model, Task

BLOCKS = 6
_PARITY_ROWS = 50


def audited(
    task: str, pinned: Manifest, settings: Settings, contract: Contract, root: Path, *, data_path: Path | None = None,
    seed: int | None = None, artifact: Path | None = None,
) -> AuditReport:  # fmt: skip
    """Read a pinned dataset, and a batch if there is one, and audit them; see :func:`audit_rows`."""
    table = steps.read_table(pinned, settings, root)
    plug, declared = plugs.open_task(task), steps.declared_for(pinned, settings)
    examples = plug.examples(table, declared, as_of=pinned.as_of, root=root)
    batch = None if data_path is None else read_file(data_path, settings=settings.storage)
    chosen = declared.seed if seed is None else seed
    model = None if artifact is None else steps.load_model(plug, artifact)[1]
    return audit_rows(table, plug, examples, pinned, contract, seed=chosen, batch=batch, file=data_path, model=model)


def audit_rows(
    table: pa.Table, plug: Task, examples: Examples, pinned: Manifest, contract: Contract, *, seed: int,
    batch: Dataset | None = None, file: object = "", model: Model | None = None,
) -> AuditReport:  # fmt: skip
    """Audit a pinned dataset, or a batch against it.

    Args:
        table: The dataset.
        plug: The task.
        examples: Of the dataset.
        pinned: Its manifest.
        contract: What its columns are for.
        seed: Of everything that chance decides.
        batch: The newest rows; None where the dataset's own are.
        file: What the user calls the batch.
        model: Whose scores of one row are compared with those of the dataset; None compares features alone.
    """
    subject = Subject(plug.name, pinned.id, pinned.sha256)
    if batch is not None:
        subject = Subject(plug.name, "", batch.sha256, pinned.id)
    new = None if batch is None else read_by(contract, batch, file)
    rows = rows_of(typed(table, contract), new, blocks=BLOCKS)
    day = contract.one("event_time").name
    if not len(rows.label) or (new is not None and np.isnat(new.columns[day]).all()):
        raise InputRefusedError(
            "There is no row to audit: rows are laid out in time, and none has a day.",
            file=pinned.id if new is None else file,
            field=day,
            expected="a day in some rows",
            found="none",
            fix="Validate the file first: `mlops validate` says what is wrong with it.",
        )
    some = np.random.default_rng(seed).choice(len(examples), size=min(_PARITY_ROWS, len(examples)), replace=False)
    scoring = None if model is None else Parity(different_scores(model, examples, np.sort(some)), len(some))
    return audit(
        rows, contract, subject, test_from=_test_from(examples), parity=_parity(plug, examples, np.sort(some)),
        seed=seed, scoring=scoring,
    )  # fmt: skip


def tell(report: AuditReport, path: Path) -> None:
    """Tell the runner of GitHub Actions."""
    outputs.summarise(markdown_of(report))
    outputs.tell("audit", {"verdict": report.verdict, "reason": report.reason, "report": shown_path(path).as_posix()})


def _test_from(examples: Examples) -> np.datetime64:
    return np.datetime64(str(examples.facts.get("split_test_from", "NaT")), "D")


def _parity(plug: Task, examples: Examples, some: NDArray[np.intp]) -> Parity:
    """Compare the features of some rows by themselves with those in a batch, where the task can tell."""
    measure = getattr(plug, "parity", None)
    if measure is None:
        return Parity(None, 0)
    return Parity(int(measure(examples, some)), len(some))


def show(report: AuditReport) -> None:
    """Print a report as tables."""
    console = Console(highlight=False)
    click.echo(f"{report.verdict}: audit of {report.dataset_id or 'the batch'}, {report.rows:,} rows")
    click.echo(printable(report.reason))
    for title, header, rows in tables_of(report):
        console.print()
        table = Table(box=None, pad_edge=False, title=title, title_justify="left")
        for at, column in enumerate(header):
            table.add_column(
                column, justify="left" if at == 0 or column in {"verdict", "role"} else "right", no_wrap=at == 0
            )
        for row in rows:
            table.add_row(*map(printable, row))
        console.print(table)
    for note in report.notes:
        click.echo(f"Note: {printable(note)}")
