"""``mlops gate``: judge an artifact by the policy."""

from os import environ
from pathlib import Path

import click
from rich.console import Console

from mlops import provenance
from mlops.cli import champion as champions
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.cli.holdout import Ledger, record_option
from mlops.cli.judge import EXIT, judge, read_evidence, write_report
from mlops.cli.parameters import RATE, SLICE
from mlops.cli.ratchet import base_option, ratchet_settings
from mlops.cli.report import print_report, print_slice
from mlops.ids import utc_today

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("gate")
@click.argument("artifact", type=_FOLDER, metavar="ARTIFACT")
@click.option(
    "--evaluation",
    type=click.Path(path_type=Path),
    help="The same test rows scored again (`mlops evaluate --out`); by default the artifact's own.",
)
@champions.option
@click.option("--min-precision", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-recall", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-f1", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--slice", "slice_name", type=SLICE, help="Show the metrics of one slice too, by its name.")
@base_option
@record_option
@click.option("--out", type=_FOLDER, help="Where gate.json is written; by default into ARTIFACT.")
@click.option("--json", "as_json", is_flag=True, help="Print gate.json on stdout instead of the table.")
def command(
    artifact: Path,
    evaluation: Path | None,
    champion: Path | None,
    min_precision: float | None,
    min_recall: float | None,
    min_f1: float | None,
    slice_name: str | None,
    base: Path | None,
    record: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Judge ARTIFACT by the policy of mlops.toml: pass (exit 0), fail (1) or inconclusive (4).

    Every metric is measured again from evaluation.parquet; the verdict is bound to the bytes it is about and written
    to gate.json before anything is shown.
    """
    root = repository_root()
    ratcheted = ratchet_settings(load_settings(root), root, base)
    ledger = Ledger.read(root, base)
    evidence = read_evidence(artifact, settings=ratcheted.settings, evaluation_file=evaluation)
    overrides = {"precision": min_precision, "recall": min_recall, "f1": min_f1}
    rival = champions.read_champion(champion) if champion else None
    facts = champions.facts_about(evidence, rival, ratcheted.declared_in)
    facts = ratcheted.tell(evidence.training.task, facts)
    facts = ledger.tell(evidence.metrics, evidence.declared.holdout, facts)
    report = judge(evidence, overrides=overrides, run_url=provenance.run_url(environ), facts=facts)
    path = write_report(out or artifact, report)
    if record:
        ledger.record(report, today=utc_today())
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        console = Console()
        print_report(report, console)
        if slice_name is not None:
            print_slice(evidence.metrics, slice_name, console)
    click.echo(f"The verdict stands in {shown_path(path)}", err=True)
    return int(EXIT[report.verdict])
