"""``mlops run``: the whole chain locally, from pinned data to a judged, documented model."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from rich.console import Console

from mlops import dataset, documents, training
from mlops import manifest as manifests
from mlops.card import evidence as cards
from mlops.cli import champion as champions
from mlops.cli import plugs, steps
from mlops.cli.card_certified import submitted
from mlops.cli.certified import Certifying, Gates, as_answer, finish, verdict_of
from mlops.cli.certify_recording import Certified
from mlops.cli.champion import Champion
from mlops.cli.choosing import choose_manifest
from mlops.cli.common import declared_contract, emit_json, load_settings, repository_root, shown_path
from mlops.cli.holdout import Ledger, record_option
from mlops.cli.judge import judge, read_evidence, write_report
from mlops.cli.parameters import RATE
from mlops.cli.pin import day_of
from mlops.cli.ratchet import Ratcheted, base_option, ratchet_settings
from mlops.cli.reasons import explain_errors
from mlops.cli.report import Describe, print_report
from mlops.cli.talk import Talk
from mlops.cli.train import DIST, model_id_for
from mlops.cli.transfer import artifact_option, score_champion
from mlops.config import Settings
from mlops.errors import UsageRefusedError
from mlops.gate import GateReport
from mlops.ids import DatasetId, utc_today
from mlops.manifest import Manifest
from mlops.pinning import make_manifest
from mlops.policy import tighten
from mlops.registry import FOLDER as CARDS
from mlops.task import Examples, Task

_NEXT = {
    "pass": "Next: publish the card with `mlops card {folder}`, and commit it.",
    "uncommitted": "Next: commit or ignore what was named at the start, then run again: this model cannot be deployed.",
    "trial": "Next: this was a trial. Pin the file with `mlops pin {task} FILE`, then run again without --data.",
    "fail": "Next: do what is listed under `What to do`, then run again. Nothing was published.",
    "inconclusive": "Next: label more rows as said above, pin the new file, and run again. Nothing was published.",
}


@click.command("run")
@click.argument("task", metavar="TASK")
@click.option(
    "--dataset", "dataset_id", metavar="ID", help="Dataset id or path of its manifest; the newest by default."
)
@click.option("--dataset-date", metavar="YYYYMMDD", help="The same by date.")
@click.option("--dataset-hash", metavar="SHA256", help="The same by hash; with another option, a check.")
@click.option("--data", type=click.Path(path_type=Path), help="A file that is not pinned, for a trial.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for everything; dist/<model id> by default.")
@click.option("--sample-size", type=click.IntRange(min=2), help="Training rows at most; mlops.toml's by default.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of everything that chance decides.")
@click.option("--model-id", metavar="ID", help="Id of a further model on the same data, such as er_20251020-2.")
@click.option("--min-precision", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-recall", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-f1", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@artifact_option
@base_option
@record_option
@click.option(
    "--profile", metavar="NAME", help="Of a certified task: the profile that judges; mlops.toml's by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was made and the verdict as JSON.")
def command(
    task: str,
    dataset_id: str | None,
    dataset_date: str | None,
    dataset_hash: str | None,
    data: Path | None,
    out: Path | None,
    sample_size: int | None,
    seed: int | None,
    model_id: str | None,
    min_precision: float | None,
    min_recall: float | None,
    min_f1: float | None,
    champion: Path | None,
    base: Path | None,
    record: bool,
    profile: str | None,
    as_json: bool,
) -> int:
    """Verify, train, evaluate, judge and document TASK's model on a pinned dataset, or on --data FILE.

    A task that knows a certificate also has its data validated, audited and cross-validated before, and is certified
    after; --record then adds a line to its ledger. Everything is written to one folder; nothing is published. Exit 0:
    pass, 1: fail, 4: inconclusive.
    """
    root = repository_root()
    ratcheted = ratchet_settings(load_settings(root), root, base)
    ledger = Ledger.read(root, base)
    settings = ratcheted.settings
    declared = settings.task(task)
    overrides = {"precision": min_precision, "recall": min_recall, "f1": min_f1}
    tighten(declared.policy, overrides)  # refused now, not after the training
    plug = plugs.open_task(task)
    talk = Talk(Console(stderr=True, quiet=as_json, highlight=False))
    with talk.step("verify") as said:
        if data is None:
            path = choose_manifest(root, task, dataset=dataset_id, date=dataset_date, sha256=dataset_hash)
            pinned = manifests.load(path)
            table = steps.read_table(pinned, settings, root)
        else:
            _refuse_both(dataset_id, dataset_date, dataset_hash)
            pinned, table = _unpinned(data, task, settings, root)
        name = model_id_for(pinned.id, model_id)
        folder = out if out is not None else root / DIST / name
        training.refuse_foreign_folder(folder)
        examples = plug.examples(table, steps.declared_for(pinned, settings), as_of=pinned.as_of, root=root)
        said.append(f"{pinned.id}: {pinned.rows:,} rows, sha256 {pinned.sha256[:12]}…")
    known = steps.circumstances(root, code_commit=None, required=False)
    if data is None:  # what is not pinned is never deployed
        steps.warn_of_uncommitted(name, known.code, root)
    rival = None
    if champion is not None:
        with talk.step("champion") as said:
            rival = score_champion(
                plug, champion, examples, settings, pinned, root=ratcheted.declared_in, output=folder
            )
            said.append(f"{rival.metrics.model_id}: {rival.metrics.rows:,} test rows scored. {rival.note}".rstrip())
    chosen = declared.seed if seed is None else seed
    way = Certifying.of(
        plug, settings, root, pinned, profile=profile, seed=chosen, champion=champion, trial=data is not None
    )
    gates = None if way is None else way.before(table, examples, talk)
    with talk.step("train") as said:
        trained = training.train(
            plug,
            examples,
            pinned,
            declared,
            known,
            model_id=name,
            seed=chosen,
            sample_size=sample_size or declared.sample_size,
            folder=folder,
        )
        if data is not None:
            documents.write(folder / f"{pinned.id}.json", pinned)
        said.append(f"{trained.training.trained_rows:,} rows, {len(trained.training.features)} features")
    with talk.step("evaluate") as said:
        scored = steps.rescore(plug, folder, examples, settings, pinned)
        said.append(f"{scored.metrics.rows:,} test rows scored again from model.skops")
    if gates is not None:
        gates.write(folder)
    report, card, certified = _judge_and_document(
        ledger, folder, gates, pinned, ratcheted, overrides, talk, champion=rival, record=record,
        explain=lambda judged: explain_errors(judged, steps.load_model(plug, folder)[1], examples),
    )  # fmt: skip
    if as_json:
        emit_json(_answer(report, folder, card, talk.seconds) | as_answer(certified))
    else:
        _summary(
            report, folder, card, _describer(plug, examples),
            following=_following(verdict_of(report, certified), report, trial=data is not None),
        )  # fmt: skip
    return int(finish(certified, pinned, report, folder, quiet=as_json))


def _judge_and_document(
    ledger: Ledger,
    folder: Path,
    gates: Gates | None,
    pinned: Manifest,
    ratcheted: Ratcheted,
    overrides: Mapping[str, float | None],
    talk: Talk,
    *,
    champion: Champion | None,
    record: bool,
    explain: Callable[[GateReport], GateReport],
) -> tuple[GateReport, Path, Certified | None]:
    """Judge the artifact in ``folder``, certify it, and write its card beside it; return what came of it."""
    with talk.step("gate") as said:
        evidence = read_evidence(folder, settings=ratcheted.settings)
        facts = ratcheted.tell(pinned.task, champions.facts_about(evidence, champion, ratcheted.declared_in))
        facts = ledger.tell(evidence.metrics, evidence.declared.holdout, facts)
        report = judge(evidence, overrides=overrides, run_url=evidence.training.run_url, facts=facts)
        if report.diagnosis is not None:
            report = explain(report)
        write_report(folder, report)
        if record:
            ledger.record(report, today=utc_today())
        said.append(report.verdict)
    certified = None
    if gates is not None:
        certified = gates.certify(folder, talk, record=record, run_url=evidence.training.run_url)
    with talk.step("card") as said:
        declared = ratcheted.settings.task(pinned.task)
        given = None if gates is None else submitted(folder, report.model_id, pinned, ledger.root, ledger.root / CARDS)
        card = cards.publish(cards.collect(folder, pinned, declared, ledger.root / CARDS, given), folder / CARDS).path
        said.append(str(shown_path(card)))
    return report, card, certified


def _refuse_both(*named: str | None) -> None:
    """Refuse a pinned dataset beside a file that is not pinned: which of them is meant?"""
    if any(named):
        raise UsageRefusedError(
            "A file that is not pinned was named, and a pinned dataset too.",
            field="--data",
            expected="--data FILE alone, or a dataset",
            found="both",
            fix="Leave one of them out.",
        )


def _unpinned(path: Path, task: str, settings: Settings, root: Path) -> tuple[Manifest, pa.Table]:
    """Read a file that has no manifest, and describe it in one as pinning would."""
    found = dataset.read_file(path, settings=settings.storage)
    day = day_of(task, path, None)
    manifest = make_manifest(
        found,
        dataset_id=DatasetId(task, day),
        as_of=day,
        uris=(path.name,),
        source=f"{path.name}, a file that is not pinned",
        contract=declared_contract(settings, task, root),
    )
    return manifest, found.table


def _answer(report: GateReport, folder: Path, card: Path, seconds: Mapping[str, float]) -> dict[str, object]:
    metrics = {
        result.metric: {"value": result.value, "lower": result.lower, "upper": result.upper, "n": result.n}
        for result in report.criteria
    }
    return {
        "verdict": report.verdict,
        "reason": report.reason,
        "model_id": report.model_id,
        "metrics": metrics,
        "artifact": str(folder),
        "card": str(card),
        "dataset_sha256": report.bindings.dataset_sha256,
        "model_sha256": report.bindings.model_sha256,
        "seconds": dict(seconds),
    }


def _summary(report: GateReport, folder: Path, card: Path, describe: Describe, *, following: str) -> None:
    console = Console(highlight=False)
    console.print()
    print_report(report, console, describe=describe)
    console.print()
    for name, path in (("Artifact", folder), ("Card", card)):
        console.print(f"{name:<9} {shown_path(path)}", soft_wrap=True, markup=False)
    console.print(_NEXT[following].format(folder=shown_path(folder), task=report.task), soft_wrap=True, markup=False)


def _following(worse: str, report: GateReport, *, trial: bool) -> str:
    """Return which of :data:`_NEXT` follows; ``worse`` is the verdict of gate and certificate together."""
    if trial and report.verdict == "pass":
        return "trial"
    return "uncommitted" if worse == "pass" and report.bindings.code_dirty else worse


def _describer(task: Task, examples: Examples) -> Describe:
    def describe(row_id: str) -> str:
        found = np.flatnonzero(examples.row_id == row_id)
        return task.describe_row(examples, int(found[0])) if found.size else ""

    return describe
