"""``mlops feedback``: what came of predictions, as data, as numbers, and as rows for people to label."""

from datetime import date, timedelta
from pathlib import Path

import click

from mlops.cli.common import emit_json
from mlops.cli.feedback_join import join
from mlops.cli.parameters import DAY
from mlops.ids import utc_today

log_option = click.option(
    "--log", "log_file", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The log of `mlops serve`, or a snapshot of it. It is only read, also while a server writes.",
)  # fmt: skip
task_option = click.option("--task", required=True, metavar="NAME", help="Predictions of this task.")
from_option = click.option(
    "--from", "start", type=DAY, metavar="DAY", help="First day of predictions.  [the log's first]"
)
until_option = click.option(
    "--until", type=DAY, metavar="DAY", help="The day after the last one.  [the day after --as-of]"
)
as_of_option = click.option(
    "--as-of", type=DAY, metavar="DAY", help="Labels that came later are not read.  [today in UTC]"
)
maturity_option = click.option(
    "--maturity", "maturity", type=click.IntRange(0, 3650), metavar="DAYS",
    help="Days that a label gets to come; younger predictions wait.  [the settings', else the contract's, else 0]",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")


@click.group()
def command() -> None:
    """Turn logged predictions and their labels into data, and see how labels come.

    Days are YYYY-MM-DD or YYYYMMDD, in UTC; windows hold their first day and not their last.
    """


@command.command(epilog="Example: mlops feedback export --log serving.sqlite --task claims --records claims.csv")
@log_option
@task_option
@from_option
@until_option
@as_of_option
@maturity_option
@click.option(
    "--records", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Columns that the contract requires and no model reads, by the contract's key: .csv or .parquet.",
)  # fmt: skip
@click.option(
    "--audit", "audits", multiple=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A draw of `mlops feedback audit` beside those in audits/TASK/; repeat for more.",
)  # fmt: skip
@click.option("--only-audited", is_flag=True, help="Only rows of draws: a probability sample.")
@click.option(
    "--keep", multiple=True, type=click.Choice(["revised", "same_inputs"]),
    help="Let these conflicts into the data; by default they are held out.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE|FOLDER",
    help="The data file, or its folder.  [data/TASK/]",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="For manifest, held.csv and rows.csv.  [dist/feedback/TASK_DAY]",
)  # fmt: skip
@json_option
def export(
    log_file: Path,
    task: str,
    start: date | None,
    until: date | None,
    as_of: date | None,
    maturity: int | None,
    records: Path | None,
    audits: tuple[Path, ...],
    only_audited: bool,
    keep: tuple[str, ...],
    out: Path | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Write labelled predictions as data of the task, with a manifest and the rows that were held out.

    The same log and the same days give the same bytes. Nothing is ever overwritten: the same content again changes
    nothing, other content is a conflict (exit 6).
    """
    from mlops.cli import feedback_export as exporting  # noqa: PLC0415  # help needs no table
    from mlops.cli.feedback_asked import Asked  # noqa: PLC0415  # the same

    asked = Asked(log_file, task, start, until, as_of, maturity)
    wishes = exporting.Wishes(records, audits, keep, out, output, only_audited=only_audited)
    done = exporting.export(asked, wishes)
    if as_json:
        emit_json(done.as_json())
    else:
        click.echo(done.page())
    return 0


@command.command(epilog="Example: mlops feedback report --log serving.sqlite --task claims")
@log_option
@task_option
@from_option
@until_option
@as_of_option
@maturity_option
@json_option
def report(
    log_file: Path,
    task: str,
    start: date | None,
    until: date | None,
    as_of: date | None,
    maturity: int | None,
    as_json: bool,
) -> None:
    """Tell how labels come: days from prediction to decision, how many are overdue, and counts by role and model."""
    from mlops.cli import feedback_report as reporting  # noqa: PLC0415  # help needs no table
    from mlops.cli.feedback_asked import Asked  # noqa: PLC0415  # the same

    reporting.report(Asked(log_file, task, start, until, as_of, maturity), as_json=as_json)


@command.command(epilog="Example: mlops feedback audit --log serving.sqlite --task claims --size 200 --seed 1")
@log_option
@task_option
@from_option
@until_option
@as_of_option
@click.option("--size", type=click.IntRange(1, 100_000), required=True, help="How many predictions are drawn.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), required=True, help="Of chance: another one for each draw.")
@click.option("--model", metavar="ID", help="Predictions of this model.  [the one that answered last]")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="For the file that people fill in.  [dist/audits]",
)  # fmt: skip
@json_option
def audit(
    log_file: Path,
    task: str,
    start: date | None,
    until: date | None,
    as_of: date | None,
    size: int,
    seed: int,
    model: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draw predictions for a person to label, each with a known probability: most near the threshold, some of all.

    The draw goes to audits/TASK/, to be committed: it holds ids and probabilities alone. What people need to decide,
    and no score, goes to a CSV in dist/audits. `mlops feedback label` sends back what they filled in.
    """
    from mlops.cli import feedback_audit as auditing  # noqa: PLC0415  # help needs no table
    from mlops.cli.feedback_asked import Asked  # noqa: PLC0415  # the same

    asked = Asked(log_file, task, start, until, as_of, None)
    auditing.audit(asked, size=size, seed=seed, model=model, output=output, as_json=as_json)


@command.command(
    epilog="Example: mlops feedback snapshot --log serving.sqlite --to s3://acme-models/logs/serving.sqlite"
)
@log_option
@click.option("--to", "place", required=True, metavar="URI", help="s3://, gs://, az:// or a path: the copy's name.")
def snapshot(log_file: Path, place: str) -> None:
    """Copy the log as it stands to another place, while the server writes; what stood there is replaced at once.

    The copy is as confidential as the log: it holds what was sent.
    """
    from mlops.feedback.snapshots import put  # noqa: PLC0415  # help needs no storage

    size, rows = put(log_file, place, Path.cwd())
    click.echo(f"{place}: {rows:,} predictions, {size:,} bytes")


@command.command(epilog="Example: mlops feedback prune --log serving.sqlite --older-than 180 --exported 2026-01-01")
@click.option(
    "--log", "log_file", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The log of `mlops serve`, which may be writing to it.",
)  # fmt: skip
@click.option(
    "--older-than", "days", type=click.IntRange(1, 36_500), required=True, metavar="DAYS",
    help="Predictions that were answered more days ago are removed.",
)  # fmt: skip
@click.option(
    "--exported", type=DAY, metavar="DAY",
    help="Labelled ones from before this day are exported: remove them, too.  [every labelled one is kept]",
)  # fmt: skip
@json_option
def prune(log_file: Path, days: int, exported: date | None, as_json: bool) -> None:
    """Remove old predictions from a log, a few at a time, while the server writes; what is removed cannot come back.

    Nothing is removed by itself: a log grows until this is run. Labels that come for a removed prediction are refused.
    """
    from mlops.feedback import pruning  # noqa: PLC0415  # help needs no log

    before = utc_today() - timedelta(days=days)
    done = pruning.prune(log_file, before, exported)
    if as_json:
        emit_json({"before": before.isoformat(), **done._asdict()})
    else:
        click.echo(
            f"{log_file}: {done.predictions:,} predictions from before {before} and {done.labels:,} labels removed, "
            f"{done.kept:,} labelled ones kept"
        )


@command.command(
    epilog="Example: MLOPS_SERVE_TOKEN=... mlops feedback label dist/audits/er_20260315-s1.csv --server http://HOST:8000"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--server", required=True, metavar="URL", help="Of `mlops serve`; its token stands in MLOPS_SERVE_TOKEN.")
@click.option("--decided", type=DAY, metavar="DAY", help="When rows were decided that name no day.")
@click.option("--revises", is_flag=True, help="Labels may contradict those that the server has.")
@json_option
def label(file: Path, server: str, decided: date | None, revises: bool, as_json: bool) -> None:
    """Send what people decided in FILE, a sheet of `mlops feedback audit` (.csv or .parquet), to the server.

    The columns prediction_id, label and decided are read; rows without a label wait. All are checked before the first
    is sent, and sending a sheet once more changes nothing.
    """
    from mlops.cli import feedback_label as labelling  # noqa: PLC0415  # help needs no table

    day = decided.isoformat() if decided else ""
    labelling.label(file, server, decided=day, revises=revises, as_json=as_json)


command.add_command(join)
