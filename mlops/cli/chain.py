"""What ``mlops run`` does: each verb of the chain in its turn, on the same rows, into one folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

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
from mlops.cli.common import declared_contract, emit_json, shown_path
from mlops.cli.holdout import Ledger
from mlops.cli.judge import judge, read_evidence, write_report
from mlops.cli.pin import day_of
from mlops.cli.ratchet import Ratcheted
from mlops.cli.reasons import explain_errors
from mlops.cli.report import Describe, print_report
from mlops.cli.talk import Talk
from mlops.cli.train import DIST, model_id_for
from mlops.cli.transfer import score_champion
from mlops.config import Settings
from mlops.gate import GateReport
from mlops.ids import DatasetId, utc_today
from mlops.manifest import Manifest
from mlops.pinning import make_manifest
from mlops.registry import FOLDER as CARDS
from mlops.task import Examples, Task

_NEXT = {
    "pass": "Next: publish the card with `mlops card {folder}`, and commit it.",
    "uncommitted": "Next: commit or ignore what was named at the start, then run again: this model cannot be deployed.",
    "trial": "Next: this was a trial. Pin the file with `mlops pin {task} FILE`, then run again without --data.",
    "fail": "Next: do what is listed under `What to do`, then run again. Nothing was published.",
    "inconclusive": "Next: label more rows as said above, pin the new file, and run again. Nothing was published.",
}


class Asked(NamedTuple):
    """What is asked of the chain.

    Attributes:
        task: The task.
        source: The manifest of a pinned dataset; for a trial, a file that is not pinned.
        trial: Whether this is a trial, whose model is never deployed.
        out: Folder for everything; by default that of the model below ``dist``.
        sample_size: Training rows at most; the settings' by default.
        seed: Of everything that chance decides; the settings' by default.
        model_id: Of a further model on the same data.
        overrides: By metric a higher minimum than the policy's, or None.
        champion: Artifact of the model in production.
        record: Whether the ledgers get a line.
        profile: Of a certified task: the profile that judges; the settings' by default.
        as_json: Whether JSON is printed in place of words.
    """

    task: str
    source: Path
    trial: bool
    out: Path | None
    sample_size: int | None
    seed: int | None
    model_id: str | None
    overrides: Mapping[str, float | None]
    champion: Path | None
    record: bool
    profile: str | None
    as_json: bool


def run(asked: Asked, root: Path, ratcheted: Ratcheted, ledger: Ledger) -> int:
    """Verify, train, evaluate, judge and document a model; return the exit code of its verdict.

    Args:
        asked: What is asked.
        root: The repository.
        ratcheted: The settings that judge.
        ledger: What the test rows have judged already.
    """
    settings = ratcheted.settings
    declared = settings.task(asked.task)
    plug = plugs.open_task(asked.task)
    talk = Talk(Console(stderr=True, quiet=asked.as_json, highlight=False))
    with talk.step("verify") as said:
        pinned, table = _data(asked, settings, root)
        name = model_id_for(pinned.id, asked.model_id)
        folder = asked.out if asked.out is not None else root / DIST / name
        training.refuse_foreign_folder(folder)
        examples = plug.examples(table, steps.declared_for(pinned, settings), as_of=pinned.as_of, root=root)
        said.append(f"{pinned.id}: {pinned.rows:,} rows, sha256 {pinned.sha256[:12]}…")
    known = steps.circumstances(root, code_commit=None, required=False)
    if not asked.trial:
        steps.warn_of_uncommitted(name, known.code, root)
    rival = None
    if asked.champion is not None:
        with talk.step("champion") as said:
            rival = score_champion(
                plug, asked.champion, examples, settings, pinned, root=ratcheted.declared_in, output=folder
            )
            said.append(f"{rival.metrics.model_id}: {rival.metrics.rows:,} test rows scored. {rival.note}".rstrip())
    chosen = declared.seed if asked.seed is None else asked.seed
    way = Certifying.of(
        plug, settings, root, pinned, profile=asked.profile, seed=chosen, champion=asked.champion,
        trial=asked.trial,
    )  # fmt: skip
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
            sample_size=asked.sample_size or declared.sample_size,
            folder=folder,
        )
        if asked.trial:
            documents.write(folder / f"{pinned.id}.json", pinned)
        said.append(f"{trained.training.trained_rows:,} rows, {len(trained.training.features)} features")
    with talk.step("evaluate") as said:
        scored = steps.rescore(plug, folder, examples, settings, pinned)
        said.append(f"{scored.metrics.rows:,} test rows scored again from model.skops")
    if gates is not None:
        gates.write(folder)
    report, card, certified = _judge_and_document(
        ledger, folder, gates, pinned, ratcheted, asked, talk, champion=rival,
        explain=lambda judged: explain_errors(judged, steps.load_model(plug, folder)[1], examples),
    )  # fmt: skip
    if asked.as_json:
        emit_json(_answer(report, folder, card, talk.seconds) | as_answer(certified))
    else:
        _summary(
            report, folder, card, _describer(plug, examples),
            following=_following(verdict_of(report, certified), report, trial=asked.trial),
        )  # fmt: skip
    return int(finish(certified, pinned, report, folder, quiet=asked.as_json))


def _judge_and_document(
    ledger: Ledger,
    folder: Path,
    gates: Gates | None,
    pinned: Manifest,
    ratcheted: Ratcheted,
    asked: Asked,
    talk: Talk,
    *,
    champion: Champion | None,
    explain: Callable[[GateReport], GateReport],
) -> tuple[GateReport, Path, Certified | None]:
    """Judge the artifact in ``folder``, certify it, and write its card beside it; return what came of it."""
    with talk.step("gate") as said:
        evidence = read_evidence(folder, settings=ratcheted.settings)
        facts = ratcheted.tell(pinned.task, champions.facts_about(evidence, champion, ratcheted.declared_in))
        facts = ledger.tell(evidence.metrics, evidence.declared.holdout, facts)
        report = judge(evidence, overrides=asked.overrides, run_url=evidence.training.run_url, facts=facts)
        if report.diagnosis is not None:
            report = explain(report)
        write_report(folder, report)
        if asked.record:
            ledger.record(report, today=utc_today())
        said.append(report.verdict)
    certified = None
    if gates is not None:
        certified = gates.certify(folder, talk, record=asked.record, run_url=evidence.training.run_url)
    with talk.step("card") as said:
        declared = ratcheted.settings.task(pinned.task)
        given = None if gates is None else submitted(folder, report.model_id, pinned, ledger.root, ledger.root / CARDS)
        card = cards.publish(cards.collect(folder, pinned, declared, ledger.root / CARDS, given), folder / CARDS).path
        said.append(str(shown_path(card)))
    return report, card, certified


def _data(asked: Asked, settings: Settings, root: Path) -> tuple[Manifest, pa.Table]:
    """Read the pinned dataset, or the file of a trial."""
    if asked.trial:
        return _unpinned(asked.source, asked.task, settings, root)
    pinned = manifests.load(asked.source)
    return pinned, steps.read_table(pinned, settings, root)


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
