"""``mlops site``: the history page for GitHub Pages."""

from pathlib import Path

import click

from mlops import documents, provenance, site
from mlops import manifest as manifests
from mlops.cli import live, outputs
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.config import FILE_NAME
from mlops.errors import ConflictError, UsageRefusedError
from mlops.registry import FOLDER as CARDS
from mlops.words import utc

PAGE = "index.html"
_RECORDS = (FILE_NAME, CARDS.as_posix(), manifests.FOLDER.as_posix())
_HEAD = 4_096
_TOLD = 5


@click.group()
def command() -> None:
    """Make a static page of what is committed: models, verdicts, what is live, datasets, certificates."""


@command.command(epilog="Example: mlops site build --out dist/site")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Where index.html is written; dist/site of the repository by default.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def build(out: Path | None, as_json: bool) -> None:
    """Write the history page: one file without script, for GitHub Pages or any web server.

    Every fact comes from a committed record, and a record that does not hold stops the build: exit 3 names its file and
    the page that stands there stays. Times are those of the records and commits. A shallow clone is enough; the page
    then says what it does not know.
    """
    root = repository_root()
    facts = site.read(root, load_settings(root), _history(root), outputs.links().address)
    _warn_of_clocks(facts)
    target = (root / "dist" / "site" if out is None else out) / PAGE
    _refuse_another(target)
    page = site.render_page(facts).encode()
    documents.write_bytes(target, page)
    models = sum(len(task.models) for task in facts.tasks)
    if as_json:
        emit_json({"page": str(shown_path(target)), "bytes": len(page), "models": models, "tasks": len(facts.tasks)})
    else:
        click.echo(f"{shown_path(target)}  {models:,} models, {len(page):,} bytes")
        if facts.history.unknown:
            click.echo(
                f"Git could not be asked, so nothing is told of what was live: {facts.history.unknown}", err=True
            )


def _history(root: Path) -> site.History:
    try:
        latest = provenance.latest(root, *_RECORDS)
        if latest is not None and latest.time > live.until():  # it tells no day of anything
            click.echo(
                f"warning: commit {latest.commit[:10]} claims to be of {latest.time:%Y-%m-%d}, by a wrong clock; the "
                "page goes by its records alone.", err=True,
            )  # fmt: skip
            latest = None
        return site.History(tuple(live.switches(root)), provenance.horizon(root), latest, until=live.until())
    except UsageRefusedError as error:
        return site.History(unknown=error.found, until=live.until())


def _warn_of_clocks(facts: site.SiteFacts) -> None:
    """Name the records whose day is not believed: on the page they stand in no axis and make nothing the newest."""
    late = live.until()
    told = [
        f"{model.record.id} (trained {utc(model.record.trained_at):%Y-%m-%d})"
        for task in facts.tasks
        for model in task.models
        if utc(model.record.trained_at) > late
    ]
    told += sorted({f"commit {one.commit[:10]}" for one in facts.history.switches if one.doubted})
    if told:
        click.echo(
            f"warning: times that a wrong clock told are not believed: {', '.join(told[:_TOLD])}"
            f"{', …' if len(told) > _TOLD else ''}. Train again by a right one, or leave them: the page says so.",
            err=True,
        )


def _refuse_another(target: Path) -> None:
    """Refuse to replace a page that this verb did not write.

    Raises:
        ConflictError: Another file stands there.
    """
    if not target.exists():
        return
    if target.is_file():
        with target.open("rb") as stream:
            if site.GENERATOR.encode() in stream.read(_HEAD):
                return
    raise ConflictError(
        "Another page stands there.", file=target, expected=f"nothing, or a page of {site.GENERATOR}",
        found="a file that it did not write" if target.is_file() else "no file",
        fix="Name a folder of its own: mlops site build --out dist/site",
    )  # fmt: skip
