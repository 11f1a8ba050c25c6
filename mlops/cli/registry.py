"""``mlops registry``: which models there are, what is live, what was live when, and whether targets follow."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console

from mlops import environments, registry
from mlops.cli import live
from mlops.cli.common import emit_json, repository_root
from mlops.cli.drifting import drift_of, trials_of
from mlops.cli.printing import line, table
from mlops.deploy.document import Trial
from mlops.errors import ExitCode, UsageRefusedError
from mlops.formatting import format_rate
from mlops.ids import ModelId, parse_date
from mlops.registry import Record

_METRICS = ("precision", "recall", "f1")
_WORDS = (
    "model",
    "verdict",
    "dataset",
    "live",
    "when (UTC)",
    "commit",
    "environment",
    "task",
    "before",
    "after",
    "state",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group()
def command() -> None:
    """Tell which models there are and which are live: cards and environments.json are the registry, git its history."""


@command.command("list", epilog="Example: mlops registry list --task er")
@click.option("--task", metavar="NAME", help="Only of this task.")
@json_option
def list_(task: str | None, as_json: bool) -> None:
    """List the models that have a card, oldest first, and where each is to be live.

    Targets are asked for the share of a model that is on trial; one that does not answer is told on stderr.
    """
    root = repository_root()
    records = [_read(root, model) for model in registry.model_ids(root / registry.FOLDER)]
    chosen = [record for record in records if task in {None, record.task}]
    where = _where(root)
    trials = _trials(root) if where else {}
    if as_json:
        places = {record.id: where.get(record.id, []) for record in chosen}
        emit_json({
            "models": [
                record.model_dump(mode="json")
                | {"live": places[record.id], "trials": _tried(record.id, places[record.id], trials)}
                for record in chosen
            ]
        })  # fmt: skip
        return
    if not chosen:
        click.echo("There is no card yet.")
        return
    rows = [
        (
            record.id, record.verdict, f"{record.trained_at:%Y-%m-%d}", record.dataset.id,
            *(_value(record, name) for name in _METRICS),
            _places(record.id, where.get(record.id, []), trials) or "-",
        )
        for record in chosen
    ]  # fmt: skip
    table(_console(), ("model", "verdict", "trained", "dataset", *_METRICS, "live"), rows, words=_WORDS)


@command.command(epilog="Example: mlops registry show er_20251020")
@click.argument("model", metavar="ID")
@json_option
def show(model: str, as_json: bool) -> None:
    """Show what the card of the model ID records, and when it was to be live."""
    root = repository_root()
    record = _read(root, ModelId.parse(model))
    changes = [one for one in live.switches(root) if model in {one.before, one.after}]
    where = _where(root).get(model, [])
    trials = _trials(root) if where else {}
    if as_json:
        said = {"live": where, "trials": _tried(model, where, trials), "history": [_switch(one) for one in changes]}
        emit_json(record.model_dump(mode="json") | said)
        return
    console = _console()
    line(console, f"{record.id}: {record.verdict}", style="bold")
    for name in record.metrics:
        found = record.metrics[name]
        line(
            console,
            f"  {name:<12} {format_rate(found.value)} ({format_rate(found.lower)} to {format_rate(found.upper)})",
        )
    for name, value in (
        ("dataset", f"{record.dataset.id}, {record.dataset.rows:,} rows, sha256 {record.dataset.sha256}"),
        ("trained", f"{record.trained_at:%Y-%m-%d %H:%M} UTC at commit {record.code_commit[:12]}"),
        ("artifact", record.artifact_sha256),
        ("previous", record.previous or "none"),
        ("live", _places(model, where, trials) or "nowhere"),
    ):
        line(console, f"  {name:<12} {value}")
    _print_switches(console, changes)


@command.command(epilog="Example: mlops registry history --environment production")
@click.option("--environment", metavar="NAME", help="Only of this environment.")
@click.option("--task", metavar="NAME", help="Only of this task.")
@json_option
def history(environment: str | None, task: str | None, as_json: bool) -> None:
    """Tell every change of what is to be live: by which commit, and when it was committed or merged."""
    found = [
        one
        for one in live.switches(repository_root())
        if environment in {None, one.environment} and task in {None, one.task}
    ]
    if as_json:
        emit_json({"history": [_switch(one) for one in found]})
        return
    if not found:
        click.echo("No change is known. A shallow clone knows few commits: git fetch --unshallow")
        return
    _print_switches(_console(), found)


@command.command(epilog="Example: mlops registry at 20251103")
@click.argument("date", metavar="DATE")
@json_option
def at(date: str, as_json: bool) -> None:
    """Tell what was to be live at the end of the day DATE (YYYYMMDD, UTC), or at a moment (2025-11-03T12:00:00Z)."""
    moment = _moment(date)
    found = live.at(repository_root(), moment)
    if as_json:
        emit_json({
            "at": moment.isoformat(),
            "live": [{"environment": name, "task": task, "model_id": model} for (name, task), model in found.items()],
        })  # fmt: skip
        return
    if not found:
        click.echo(f"Nothing was to be live at {moment:%Y-%m-%d %H:%M} UTC.")
        return
    rows = [(*key, found[key]) for key in sorted(found)]
    table(_console(), ("environment", "task", "model"), rows, words=_WORDS)


@command.command(epilog="Example: mlops registry drift --environment production")
@click.option("--environment", metavar="NAME", help="Only of this environment.")
@click.option("--github", is_flag=True, help="Ask GitHub's deployments, too; reads GITHUB_TOKEN and GITHUB_REPOSITORY.")
@json_option
def drift(environment: str | None, github: bool, as_json: bool) -> int:
    """Compare what environments.json declares with what the targets serve, every hash included; 1 if they differ.

    With --github also with the deployments that GitHub shows.
    """
    if github:
        from mlops.cli.bot.recorded import asking  # noqa: PLC0415  # the other verbs need no client of GitHub

        with asking() as recorded:
            found = drift_of(repository_root(), environment, recorded)
    else:
        found = drift_of(repository_root(), environment)
    if as_json:
        emit_json({"drift": [one._asdict() for one in found]})
    elif not found:
        click.echo("No model is declared, and none is served.")
    else:
        names = ("environment", "task", "declared", "served", *(("recorded",) if github else ()), "state")
        rows = [tuple(getattr(one, name) or "-" for name in names) for one in found]
        table(_console(), names, rows, words=(*_WORDS, "declared", "served", "recorded"))
        for one in found:
            if one.reason:
                click.echo(f"{one.environment}, {one.task}: {one.reason}")
    return int(ExitCode.FAIL if any(one.state != "same" for one in found) else ExitCode.DONE)


def _read(root: Path, model: ModelId) -> Record:
    return registry.read_record(registry.path_of(model, root / registry.FOLDER))


def _where(root: Path) -> dict[str, list[str]]:
    """Return by model where it is to be live."""
    found: dict[str, list[str]] = {}
    for (name, _), model in sorted(live.served(environments.read(root)).items()):
        found.setdefault(model, []).append(name)
    return found


def _trials(root: Path) -> dict[tuple[str, str], Trial]:
    """Return by environment and model how it is tried there; tell which targets could not be asked."""
    found, silent = trials_of(root)
    for one in silent:
        click.echo(f"warning: whether a model is only on trial is not known of {one}", err=True)
    return {(name, one.placed.model_id): one for (name, _), one in found.items()}


def _places(model: str, where: list[str], trials: dict[tuple[str, str], Trial]) -> str:
    """Return where a model is to be live, with its share where it is only on trial."""
    tried = {name: one for name in where if (one := trials.get((name, model))) is not None}
    words = {name: "shadow" if one.mode == "shadow" else f"canary, {one.share} %" for name, one in tried.items()}
    return ", ".join(f"{name} ({words[name]})" if name in words else name for name in where)


def _tried(model: str, where: list[str], trials: dict[tuple[str, str], Trial]) -> dict[str, dict[str, object]]:
    """Return the same as JSON values: by environment."""
    found = {name: trials[name, model] for name in where if (name, model) in trials}
    return {name: {"mode": one.mode, "share": one.share} for name, one in found.items()}


def _value(record: Record, name: str) -> str:
    return format_rate(record.metrics[name].value) if name in record.metrics else "-"


def _switch(one: live.Switch) -> dict[str, str | None]:
    return {
        "time": one.time.isoformat(), "commit": one.commit, "environment": one.environment, "task": one.task,
        "before": one.before or None, "after": one.after or None,
    }  # fmt: skip


def _print_switches(console: Console, found: list[live.Switch]) -> None:
    if not found:
        return
    rows = [
        (
            f"{'after ' if one.doubted else ''}{one.time:%Y-%m-%d %H:%M}",  # the commit's own clock was wrong
            *(one.commit[:12], one.environment, one.task, one.before or "-", one.after or "-"),
        )
        for one in found
    ]
    header = ("when (UTC)", "commit", "environment", "task", "before", "after")
    table(console, header, rows, words=_WORDS)


def _moment(text: str) -> datetime:
    try:
        if "T" not in text:
            day = parse_date(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
        found = datetime.fromisoformat(text)
    except (ValueError, UsageRefusedError):
        found = datetime.min  # noqa: DTZ901  # refused below, for it has no time zone
    if found.tzinfo is None:
        raise UsageRefusedError(
            "This is no moment.", field="DATE", expected="YYYYMMDD, or a time with its zone: 2025-11-03T12:00:00Z",
            found=ascii(text[:100]), fix="Name a day: mlops registry at 20251103",
        )  # fmt: skip
    return found.astimezone(UTC)


def _console() -> Console:
    return Console(highlight=False)
