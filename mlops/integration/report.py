"""``integration.json``: what became of each row of a batch, and how the model in production fared on it before."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mlops.documents import Document, Part
from mlops.formatting import format_rate
from mlops.gate.report import Verdict
from mlops.hashing import Sha256
from mlops.manifest import SplitRecord
from mlops.metrics import Count
from mlops.render import inert

Share = Annotated[float, Field(ge=0, le=1)]


class ScoreBound(Part):
    """An estimate with one-sided bounds, and its rows."""

    value: Share
    lower: Share
    upper: Share
    n: Count


class ChampionScore(Part):
    """The model in production on rows that it has never seen, before they can train any model (prequential).

    A. P. Dawid, Journal of the Royal Statistical Society A 147 (1984) 278-292: a forecaster is judged by what comes.

    Attributes:
        model_id: The model.
        rows: Settled rows of the batch: decided, and old enough for their label to be final.
        positives: Those of class 1.
        accuracy: None without such rows.
        auc: None where they have one class only.
        log_loss: Mean log loss in nats; None without rows.
        own: Its accuracy on its own test rows.
        finding: One sentence that compares the two by their bounds.
    """

    model_id: str
    rows: Count
    positives: Count
    accuracy: ScoreBound | None
    auc: ScoreBound | None
    log_loss: float | None
    own: ScoreBound | None
    finding: str


class Integration(Document):
    """``integration.json``.

    Attributes:
        status: ``integrated``; ``known`` where the batch had been integrated before; ``nothing new`` where every row
            was known; ``refused`` where gate 1 did not let it through.
        dataset_id: The new dataset; the one that holds the batch already where it is ``known``.
        parent: The base: it stays as it was, and is the backup.
        backup_sha256: What the base's bytes were verified to be; None where they were not read.
        batch: The batch's file.
        received: Its rows.
        identical: Rows that were known.
        added: New claims.
        revised: Claims that got their label.
        conflicts: Rows whose key was known with other content: in quarantine.
        quarantined: Rows in quarantine, conflicts included.
        verdict: Of gate 1 on what was not known.
        accepted: What was not met and a person accepted, by the names of criteria.
        rows: Rows of the new dataset.
        data: Its file, in the repository.
        champion: None without one.
        split: The new boundaries; None where none were asked for.
        notes: What a person should know.
    """

    task: str
    status: Literal["integrated", "known", "nothing new", "refused"]
    reason: str
    dataset_id: str
    parent: str
    backup_sha256: Sha256 | None
    batch: str
    batch_sha256: Sha256
    as_of: date
    received: Count
    identical: Count
    added: Count
    revised: Count
    conflicts: Count
    quarantined: Count
    verdict: Verdict
    score: Share
    accepted: tuple[str, ...] = ()
    rows: Count
    data: str
    dataset_sha256: Sha256 | None
    champion: ChampionScore | None = None
    split: SplitRecord | None = None
    notes: tuple[str, ...] = ()


def to_markdown(report: Integration) -> str:
    """Return the page for people: counts, the champion, where the blocks begin."""
    lines = [
        f"## Integration of {inert(report.batch)}: {report.status}",
        "",
        report.reason,
        "",
        "| rows | |",
        "|---|--:|",
        f"| received | {report.received:,} |",
        f"| known already, dropped | {report.identical:,} |",
        f"| new claims | {report.added:,} |",
        f"| claims that got their label | {report.revised:,} |",
        f"| in quarantine | {report.quarantined:,} |",
        f"| of these, conflicts with what is known | {report.conflicts:,} |",
        "",
        f"Gate 1: {report.verdict}, score {report.score:.4f}.",
    ]
    if report.backup_sha256 is not None:
        lines.append(
            f"The base {inert(report.parent)} stays as it was and is the backup; its bytes were verified (sha256 "
            f"{report.backup_sha256[:12]}…)."
        )
    lines += _champion(report.champion)
    split = report.split
    if split is not None:
        lines += [
            "",
            (
                f"Blocks by date: {split.train:,} rows train, {split.valid:,} from {split.valid_from} are set aside, "
                f"{split.test:,} from {split.test_from} test, {split.held:,} are held back; {split.released:,} rows "
                "that tested the base do not test any more."
            ),
        ]
    lines += [f"\n> {note}" for note in report.notes]
    return "\n".join(lines) + "\n"


def _champion(found: ChampionScore | None) -> list[str]:
    if found is None:
        return []
    lines = ["", f"**The model in production on this batch** ({inert(found.model_id)}): {found.finding}"]
    if found.accuracy is not None:
        lines += [
            "",
            "| measure | value | bounds | n |",
            "|---|--:|--:|--:|",
            *(
                f"| {name} | {format_rate(one.value)} | {format_rate(one.lower)} to {format_rate(one.upper)} "
                f"| {one.n:,} |"
                for name, one in (("accuracy", found.accuracy), ("AUC", found.auc), ("accuracy at its test", found.own))
                if one is not None
            ),
        ]
    return lines
