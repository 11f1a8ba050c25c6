"""``mlops metrics``: numbers for Prometheus and Grafana, all of them from committed records."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from mlops import artifact, dashboard, documents, provenance
from mlops.artifact import Training
from mlops.cli.common import load_settings, repository_root, shown_path
from mlops.errors import ExitCode, UsageRefusedError
from mlops.formatting import printable
from mlops.ids import ModelId, id_in, parse_date
from mlops.metrics_settings import check_address
from mlops.series import exposition, files, names
from mlops.series.records import Reader
from mlops.series.sampling import Samples, by_model
from mlops.series.timeline import timeline
from mlops.storage import pushing

ADDRESS = "MLOPS_METRICS_PUSHGATEWAY"
FOLDER = Path("dashboards")
_HEAD = timedelta(hours=3)
"""Prometheus still writes to what is younger: it says not to fill anything in there."""
_TOLD = 3
_CAP = 300


@click.group()
def command() -> None:
    """Numbers for Prometheus: of a run or a model to a Pushgateway, of the past from git; Grafana's dashboard."""


@command.command(epilog="Example: mlops metrics push dist/er_20251020")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--pushgateway", envvar=ADDRESS, metavar="URL", help=f"Where to; by default {ADDRESS}, then mlops.toml's."
)
def push(models: tuple[str, ...], pushgateway: str | None) -> None:
    """Send what is known of each MODEL, the id of a committed one or the folder of a run; without one, of all.

    The whole call takes five seconds at most: what is declared goes first, then the newest. What cannot be sent is a
    warning and exit 0: a gate's verdict does not depend on it. A model's numbers take the place of those that were sent
    before; without a MODEL, those of models that no record names are removed.
    """
    root = repository_root()
    url = pushgateway or load_settings(root).metrics.pushgateway
    if not url:
        click.echo(f"No Pushgateway is named, so nothing was sent: {ADDRESS}, or pushgateway under [metrics].")
        return
    try:
        check_address(url)
    except ValueError as error:
        raise UsageRefusedError(
            "This is not the address of a Pushgateway; nothing was sent.", field="--pushgateway",
            expected="http://HOST:PORT or https://HOST/PATH", why=str(error), fix=f"Correct {ADDRESS} or mlops.toml.",
        ) from None  # fmt: skip
    reader, runs = Reader(), {_model_of(Path(name)): Path(name) for name in models if Path(name).is_dir()}
    wanted = runs.keys() | {_id_of(name) for name in models if not Path(name).is_dir()}
    known = by_model(reader.samples(files.of_tree(root, runs)))
    _warn_of(reader)
    _refuse_unknown(sorted(wanted - known.keys()))
    groups = {
        (exposition.JOB, model): exposition.text(samples)
        for model, samples in sorted(known.items(), key=_urgency)
        if not wanted or model in wanted
    }

    def outdated(group: pushing.Group) -> bool:
        return group[0] == exposition.JOB and group[1] not in known

    why = pushing.push(url, groups, content_type=exposition.TEXT, outdated=None if wanted else outdated)
    if why:
        click.echo(f"warning: the Pushgateway did not take everything. {why}\n  Nothing else is affected.", err=True)
        return
    click.echo(f"Pushed {', '.join(model for _, model in groups) or 'nothing: no model has been judged'}.")


@command.command(epilog="Example: mlops metrics backfill --output metrics.om")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@click.option("--since", metavar="YYYYMMDD", help="First day, UTC; by default the first commit's.")
@click.option("--until", metavar="YYYYMMDD", help="Last day, UTC; at most, and by default, three hours ago.")
def backfill(output: Path, since: str | None, until: str | None) -> None:
    """Write what the records said over time as OpenMetrics, from the history of the branch that is checked out.

    A record counts from the commit that brought it. promtool tsdb create-blocks-from openmetrics makes blocks of it.
    """
    root = repository_root()
    start = 0 if since is None else _midnight(parse_date(since, field="--since"))
    newest = int((datetime.now(UTC) - _HEAD).timestamp())
    end = newest if until is None else min(newest, _midnight(parse_date(until, field="--until")) + 86_399)
    if end < start:
        raise UsageRefusedError(
            "These days hold nothing.", field="--since", expected="a day that is not after --until, or over",
            found=f"{since} to {until or 'three hours ago'}", fix="Name an earlier day, or leave --since out.",
        )  # fmt: skip
    reader = Reader()
    doubted: list[str] = []
    states = ((time, reader.samples(found)) for time, found in files.of_history(root, doubted))
    series = timeline(states, since=start, until=end)
    data = exposition.openmetrics(series)
    documents.write_bytes(output, data)
    _warn_of(reader)
    if doubted:
        click.echo(
            f"warning: commits whose time does not fit those around them, by a wrong clock, count from the commit "
            f"before them: {', '.join(doubted[:_TOLD])}{', …' if len(doubted) > _TOLD else ''}", err=True,
        )  # fmt: skip
    if provenance.horizon(root):
        click.echo("warning: this clone is shallow and knows few commits: git fetch --unshallow", err=True)
    count = sum(map(len, series.values()))
    click.echo(
        f"Wrote {count:,} samples of {len(series):,} series to {shown_path(output)}. To fill them in:\n"
        f"  promtool tsdb create-blocks-from openmetrics {shown_path(output)} PROMETHEUS_DATA_FOLDER"
    )


@command.command("dashboard", epilog="Example: mlops metrics dashboard --check")
@click.option("--write/--check", default=True, help="Write the files (the default), or tell whether they are current.")
def dashboard_(write: bool) -> int:
    """Render Grafana's dashboard and Prometheus' alerts from mlops.toml's policies, or check the committed ones.

    With --check nothing is written: exit 0 if both are current, 1 if not.
    """
    root = repository_root()
    stale = []
    for name, data in dashboard.rendered(load_settings(root)).items():
        path = root / FOLDER / name
        if not path.exists() or documents.read_bytes(path) != data:
            stale.append(shown_path(path))
            if write:
                documents.write_bytes(path, data)
    if not stale:
        click.echo("The dashboard and the alerts are current.")
        return int(ExitCode.DONE)
    click.echo("\n".join(f"{'written' if write else 'stale'}: {path}" for path in stale))
    if write:
        return int(ExitCode.DONE)
    click.echo("They do not follow from mlops.toml. Render them, look, commit: mlops metrics dashboard", err=True)
    return int(ExitCode.FAIL)


def _model_of(run: Path) -> str:
    return documents.read(run / artifact.TRAINING, Training).model_id


def _id_of(text: str) -> str:
    """Return the id that ``text`` is; raises UsageRefusedError for anything else, for it is no folder either."""
    try:
        return str(ModelId.parse(text))
    except UsageRefusedError:
        alone = id_in(text)
        raise UsageRefusedError(
            "This is neither the id of a model nor the folder of a run; nothing was sent.", field="MODEL",
            expected="the id of a model in model_cards/, or the folder of a run", found=ascii(text[:100]),
            why="There is no such folder.",
            fix=f"Of its committed records: mlops metrics push {alone or 'ID'}. List the ids: mlops registry list",
        ) from None  # fmt: skip


def _urgency(one: tuple[str, Samples]) -> tuple[bool, float, str]:
    """Return the place of a model in what is sent: declared ones first, then by the day of their data, newest first."""
    model, samples = one
    declared = any(key.name == names.DECLARED.name and value for key, value in samples.items())
    newest = max((value for key, value in samples.items() if key.name == names.DATASET_TIME.name), default=0.0)
    return not declared, -newest, model


def _refuse_unknown(models: list[str]) -> None:
    """Refuse ids of which nothing is recorded: a misspelled one would send nothing, and nobody would know."""
    if models:
        raise UsageRefusedError(
            "Nothing is recorded of this model.", field="MODEL", found=", ".join(models),
            expected="the id of a model in model_cards/, or the folder of a run",
            fix="List the ids: mlops registry list",
        )  # fmt: skip


def _warn_of(reader: Reader) -> None:
    """Tell which documents were left out."""
    if reader.refused:
        first = sorted(reader.refused)[:_TOLD]
        click.echo(
            f"warning: {len(reader.refused)} documents are not valid and were left out: {', '.join(first)}", err=True
        )
        for path in first:
            error = reader.refused[path]
            found = f"{error.field}: {error.found}" if error.field else error.found
            click.echo(f"  {path}: {error.what} {printable(found, _CAP)}", err=True)
        click.echo("  Correct those that still stand; of those that were taken away nothing can be told.", err=True)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
