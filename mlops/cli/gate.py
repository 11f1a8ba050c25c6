"""``mlops gate``: judge an artifact by the policy."""

from os import environ
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from mlops import provenance
from mlops.artifact import TRAINING
from mlops.cli import champion as champions
from mlops.cli import publishing
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.cli.holdout import Ledger, record_option
from mlops.cli.judge import EXIT, Evidence, judge, read_evidence, write_report
from mlops.cli.parameters import RATE, SLICE
from mlops.cli.ratchet import Ratcheted, base_option, ratchet_settings
from mlops.cli.report import print_report, print_slice
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import parse_sha256
from mlops.ids import utc_today
from mlops.policy import tighten

if TYPE_CHECKING:
    from mlops.cli import confirming

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
@click.option(
    "--rescore",
    is_flag=True,
    help="First score the pinned test rows again from the model, and refuse an artifact whose rows do not follow from "
    "it; --champion may then be any artifact, which scores the same rows.",
)
@click.option("--dataset-hash", metavar="SHA256", help="The dataset that is meant; an artifact of another is refused.")
@base_option
@record_option
@click.option("--out", type=_FOLDER, help="Where gate.json is written; by default into ARTIFACT.")
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the verdict as Markdown here too, as a job's summary shows it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print gate.json on stdout instead of the table.")
def command(
    artifact: Path,
    evaluation: Path | None,
    champion: Path | None,
    min_precision: float | None,
    min_recall: float | None,
    min_f1: float | None,
    slice_name: str | None,
    rescore: bool,
    dataset_hash: str | None,
    base: Path | None,
    record: bool,
    out: Path | None,
    summary: Path | None,
    as_json: bool,
) -> int:
    """Judge ARTIFACT by the policy of mlops.toml: pass (exit 0), fail (1) or inconclusive (4).

    Every metric is measured again from evaluation.parquet; the verdict is bound to the bytes it is about and written
    to gate.json before anything is shown. With --rescore the rows of evaluation.parquet are judged after the model
    has confirmed them: the verdict is bound to the file that checksums.txt lists.
    """
    root = repository_root()
    wanted = None if dataset_hash is None else parse_sha256(dataset_hash, field="--dataset-hash")
    _refuse_two_scorings(rescore, evaluation)
    ratcheted = ratchet_settings(load_settings(root), root, base)
    ledger = Ledger.read(root, base)
    evidence = read_evidence(artifact, settings=ratcheted.settings, evaluation_file=evaluation)
    _refuse_other_data(wanted, evidence, artifact)
    overrides = {"precision": min_precision, "recall": min_recall, "f1": min_f1}
    tighten(evidence.declared, overrides)  # refuses a looser minimum before anything is scored
    confirmed = _confirm(artifact, evidence, champion, ratcheted, root) if rescore else None
    rival = _read(champion) if confirmed is None else confirmed.champion
    facts = champions.facts_about(evidence, rival, ratcheted.declared_in)
    facts = ratcheted.tell(evidence.training.task, facts)
    facts = ledger.tell(evidence.metrics, evidence.declared.holdout, facts)
    report = judge(evidence, overrides=overrides, run_url=provenance.run_url(environ), facts=facts)
    if confirmed is not None:
        report = confirmed.explain(report)
    path = write_report(out or artifact, report)
    if record:
        ledger.record(report, today=utc_today())
    publishing.publish(report, evidence, path, root=root, summary=summary)
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        console = Console()
        print_report(report, console)
        if slice_name is not None:
            print_slice(evidence.metrics, slice_name, console)
    click.echo(f"The verdict stands in {shown_path(path)}", err=True)
    return int(EXIT[report.verdict])


def _read(champion: Path | None) -> champions.Champion | None:
    return None if champion is None else champions.read_champion(champion)


def _confirm(
    artifact: Path, evidence: Evidence, champion: Path | None, ratcheted: Ratcheted, root: Path
) -> "confirming.Confirmed":
    from mlops.cli import confirming  # noqa: PLC0415  # imports a learner, which plain judging does without

    confirmed = confirming.confirm(
        artifact, evidence, champion, settings=ratcheted.settings, root=root, declared_in=ratcheted.declared_in
    )
    rows, furthest = len(evidence.evaluation), confirmed.largest_difference
    click.echo(f"{rows:,} test rows scored again; the record holds (largest difference {furthest:.1g}).", err=True)
    if confirmed.champion is not None and confirmed.champion.note:
        click.echo(confirmed.champion.note, err=True)
    return confirmed


def _refuse_two_scorings(rescore: bool, evaluation: Path | None) -> None:
    if rescore and evaluation is not None:
        raise UsageRefusedError(
            "The rows are scored again here, and scores from elsewhere were named too.",
            field="--rescore, --evaluation",
            expected="one of them",
            found="both",
            fix="Leave --evaluation out.",
        )


def _refuse_other_data(wanted: str | None, evidence: Evidence, artifact: Path) -> None:
    found = evidence.training.dataset_sha256
    if wanted not in (None, found):
        raise InputRefusedError(
            "The artifact was trained on other data than the dataset that is meant.",
            file=artifact / TRAINING,
            field="dataset_sha256",
            expected=wanted,
            found=found,
            fix="Pass the hash of the dataset that it was trained on, or the artifact of the dataset that is meant.",
        )
