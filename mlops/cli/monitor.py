"""``mlops monitor``: is what is served still what was judged?"""

from datetime import date
from pathlib import Path

import click

from mlops.cli.parameters import DAY

_OUTPUT = Path("dist", "monitoring.json")


@click.command("monitor", epilog="Example: mlops monitor --log serving.sqlite --task claims --metrics monitoring.prom")
@click.option("--task", required=True, metavar="NAME", help="The task.")
@click.option("--log", "log", metavar="FILE|URI", help="The log, or a snapshot of it.  [tasks.TASK.monitoring.log]")
@click.option(
    "--reference", "references", multiple=True, metavar="ID|FILE",
    help="What to compare with: a pinned dataset for columns, an artifact or its evaluation.parquet for scores.  [the "
    "dataset of the model that answers; for scores its model on --target, on its own test rows]",
)  # fmt: skip
@click.option("--target", metavar="URI", help="Where the model stands.  [deploy.production.target]")
@click.option(
    "--audit", "audits", multiple=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A draw of `mlops feedback audit` beside those in audits/TASK/; repeat for more.",
)  # fmt: skip
@click.option("--as-of", type=DAY, metavar="DAY", help="The last day that is looked at.  [today in UTC]")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), default=_OUTPUT, show_default=True, metavar="FILE",
    help="Where the report is written; its page stands beside it as .md.",
)  # fmt: skip
@click.option("--metrics", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Prometheus text.")
@click.option(
    "--pushgateway", metavar="URL",
    help="Send the numbers there, too; by default MLOPS_METRICS_PUSHGATEWAY, then mlops.toml's.",
)  # fmt: skip
@click.option("--skip-unset", is_flag=True, help="Where no log is named, say so and end well.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    task: str,
    log: str | None,
    references: tuple[str, ...],
    target: str | None,
    audits: tuple[Path, ...],
    as_of: date | None,
    output: Path,
    metrics: Path | None,
    pushgateway: str | None,
    skip_unset: bool,
    as_json: bool,
) -> int:
    """Measure what the served model of TASK does: realised quality, shifts of what is asked, what scores foretell.

    Exit 0: ok; 1: alarm; 4: unknown: labels, predictions or a reference are too few, or the log is stale. Estimates
    from scores may alarm and never reassure. Nothing is written but reports; `mlops bot monitor` acts on them.
    """
    from mlops.cli import monitoring  # noqa: PLC0415  # help needs no table

    asked = monitoring.Asked(task, log, references, target, audits, as_of, output, metrics, pushgateway)
    return monitoring.monitor(asked, skip_unset=skip_unset, as_json=as_json)
