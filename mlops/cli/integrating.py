"""The steps of an integration: prepare everything in memory, refuse what must be refused, then write, manifest last."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mlops import dataset, documents, validation
from mlops import manifest as manifests
from mlops.cli.accepting import advice_on, lacking_in, with_their_like
from mlops.cli.common import cache_folder
from mlops.cli.dividing import Occasion, divide
from mlops.cli.prequential import score_batch
from mlops.cli.validate import read_by
from mlops.contract.reading import typed
from mlops.dataset import Dataset, writing
from mlops.errors import ConflictError, UnavailableError
from mlops.hashing import sha256_bytes
from mlops.integration import ChampionScore, Integration, Merged, Revision, merge, to_markdown
from mlops.manifest import Integrated, Manifest
from mlops.pinning import differing_fields, make_manifest
from mlops.validation import Batch, Limits, Outcome
from mlops.validation import Occasion as Seen
from mlops.validation.repeats import repeats_in


class Ready(NamedTuple):
    """What is to be written; ``data`` is None where nothing is, beside reports."""

    occasion: Occasion
    report: Integration
    outcome: Outcome
    batch: Batch
    revisions: tuple[Revision, ...]
    data: bytes | None
    manifest: Manifest | None


class Written(NamedTuple):
    """The final report, and where the files are, by what they are."""

    report: Integration
    files: Mapping[str, Path]


def already(known: Manifest, path: Path, data: Dataset, as_of: date) -> Integration:
    """Return the report on a batch that stands in a dataset already."""
    done = known.integrated
    if done is None:
        raise ValueError("a dataset without a batch cannot hold one")
    return Integration(
        schema_version=1, task=known.task, status="known",
        reason=f"These bytes stand in {known.id} already, as {done.batch}; nothing was changed.",
        dataset_id=known.id, parent=known.parent or known.id, backup_sha256=None, batch=path.name,
        batch_sha256=data.sha256, as_of=as_of, received=data.table.num_rows, identical=data.table.num_rows, added=0,
        revised=0, conflicts=0, quarantined=0, verdict=done.validation_verdict, score=done.validation_score,
        rows=known.rows, data=known.uris[0], dataset_sha256=known.sha256, split=known.split,
    )  # fmt: skip


def prepare(
    occasion: Occasion, path: Path, data: Dataset, *, champion: Path | None, accepted: tuple[str, ...], split: bool
) -> Ready:
    """Verify the base, judge the batch, and make the merged data and its manifest, without writing anything.

    Raises:
        InputRefusedError: The base's bytes are not the pinned ones, or the batch is none of the contract.
        UsageRefusedError: A criterion is accepted that gate 1 does not have.
    """
    parent, contract = occasion.parent, occasion.contract
    base = dataset.read_pinned(
        parent, settings=occasion.settings.storage, root=occasion.root, cache=cache_folder(occasion.root)
    )
    known, whole = read_by(contract, base, parent.id), read_by(contract, data, path)
    as_of = np.datetime64(occasion.wanted.day)
    identical = repeats_in(Batch(data.table, whole, contract, as_of, known)).identical
    batch = _taken(Batch(data.table, whole, contract, as_of, known), ~identical)
    seen = Seen(occasion.task.name, path.name, data.sha256, "option", parent.id)
    outcome = validation.validate(batch, seen, Limits.under(contract))
    lacking, met_by_hand = lacking_in(outcome, accepted)
    conflicts = repeats_in(batch).duplicates
    outcome = with_their_like(batch, outcome, conflicts)
    report = Integration(
        schema_version=1, task=occasion.task.name, status="refused", reason=outcome.report.reason,
        dataset_id=parent.id, parent=parent.id, backup_sha256=base.sha256, batch=path.name, batch_sha256=data.sha256,
        as_of=occasion.wanted.day, received=data.table.num_rows, identical=int(identical.sum()), added=0, revised=0,
        conflicts=int(conflicts.sum()), quarantined=int(outcome.bad.sum()), verdict=outcome.report.verdict,
        score=outcome.report.score, rows=parent.rows, data=parent.uris[0], dataset_sha256=parent.sha256,
    )  # fmt: skip
    if data.table.num_rows and identical.all():
        said = {
            "status": "nothing new",
            "reason": "Every row was known already; nothing was changed.",
            "verdict": "pass",
        }
        return Ready(occasion, report.model_copy(update=said), outcome, batch, (), None, None)
    if lacking:
        refused = report.model_copy(update={"notes": (advice_on(outcome, lacking),)})
        return Ready(occasion, refused, outcome, batch, (), None, None)
    good = _taken(batch, ~outcome.bad)
    if not good.rows:
        said = {"reason": "No row is left outside of quarantine; nothing was changed."}
        return Ready(occasion, report.model_copy(update=said), outcome, batch, (), None, None)
    merged = merge(base.table, known, good.table, good.typed)
    score = _champion(occasion, champion, merged)
    return _made(occasion, report, outcome, batch, base, merged, score=score, accepted=met_by_hand, split=split)


def _taken(batch: Batch, rows: validation.batch.Mask) -> Batch:
    """Return some rows of a batch."""
    table = batch.table.take(pa.array(np.flatnonzero(rows)))
    return Batch(table, typed(table, batch.contract), batch.contract, batch.as_of, batch.base)


def _champion(occasion: Occasion, champion: Path | None, merged: Merged) -> ChampionScore | None:
    if champion is None:
        return None
    rows = merged.table.take(pa.array(np.flatnonzero(merged.fresh)))
    declared = occasion.settings.task(occasion.task.name)
    return score_batch(occasion.task, champion, rows, declared, as_of=occasion.wanted.day, root=occasion.root)


def _made(
    occasion: Occasion, report: Integration, outcome: Outcome, batch: Batch, base: Dataset, merged: Merged, *,
    score: ChampionScore | None, accepted: tuple[str, ...], split: bool,
) -> Ready:  # fmt: skip
    """Make the new file's bytes and its manifest, and finish the report."""
    parent = occasion.parent
    data = writing.to_csv(merged.table) if parent.format == "csv" else writing.to_parquet(merged.table)
    sha256 = sha256_bytes(data)
    blocks = divide(occasion, base.table, merged.table, advance=split)
    manifest = make_manifest(
        Dataset(table=merged.table, format=parent.format, sha256=sha256, bytes=len(data)),
        dataset_id=occasion.wanted, as_of=occasion.wanted.day,
        uris=(f"{occasion.wanted}-{sha256[:12]}.{parent.format}",), parent=parent.id, source=parent.source,
        licence=parent.licence, limitations=parent.limitations, contract=occasion.contract,
    )  # fmt: skip
    right = None if score is None else score.accuracy
    integrated = Integrated(
        batch=report.batch, batch_sha256=report.batch_sha256, received=report.received, added=merged.added,
        identical=report.identical, revised=len(merged.revisions), conflicts=report.conflicts,
        quarantined=report.quarantined, validation_verdict=report.verdict, validation_score=report.score,
        accepted=accepted, champion=None if score is None else score.model_id,
        champion_accuracy=None if right is None else right.value, champion_n=None if score is None else score.rows,
    )  # fmt: skip
    reason = (
        "The sound rows were merged." if report.quarantined else "Every row that was new was sound, and was merged."
    )
    final = report.model_copy(update={
        "status": "integrated", "reason": reason, "dataset_id": str(occasion.wanted), "added": merged.added,
        "revised": len(merged.revisions), "accepted": accepted, "rows": merged.table.num_rows,
        "dataset_sha256": sha256, "champion": score, "split": blocks,
    })  # fmt: skip
    pinned = manifest.model_copy(update={"integrated": integrated, "split": blocks})
    return Ready(occasion, final, outcome, batch, merged.revisions, data, pinned)


def write(ready: Ready, folder: Path, data_folder: Path) -> Written:
    """Write reports, quarantine, data and at last the manifest; each by a rename, so that stopping anywhere is safe.

    Args:
        ready: What :func:`prepare` made.
        folder: For reports and quarantine.
        data_folder: For the new file, in the repository.

    Raises:
        ConflictError: The id is taken by other content.
        UnavailableError: The disk is full or a folder cannot be written; data and manifests are as they were.
    """
    report, root = ready.report, ready.occasion.root
    files = {
        "Report": folder / "integration.json", "Gate 1": folder / "validation.json",
        "Quarantine": folder / "quarantine.parquet", "Revisions": folder / "revisions.csv",
    }  # fmt: skip
    manifest, target = ready.manifest, None
    if manifest is not None and ready.data is not None:
        data_path = data_folder / manifest.uris[0]
        uri = data_path.resolve().relative_to(root.resolve()).as_posix()
        manifest = manifest.model_copy(update={"uris": (uri,)})
        report = report.model_copy(update={"data": uri})
        target = root / manifests.path_of(ready.occasion.wanted)
        refuse_other(target, manifest)
        files |= {"Data": data_path, "Manifest": target}
    documents.write_bytes(
        files["Quarantine"], validation.to_parquet(validation.quarantine_of(ready.batch, ready.outcome.findings))
    )
    documents.write_bytes(files["Revisions"], _log(ready.revisions))
    documents.write(files["Gate 1"], ready.outcome.report)
    documents.write_bytes(files["Gate 1"].with_suffix(".html"), validation.html_of(ready.outcome.report).encode())
    documents.write(files["Report"], report)
    documents.write_bytes(files["Report"].with_suffix(".md"), to_markdown(report).encode())
    if manifest is not None and ready.data is not None and target is not None:
        write_both(files["Data"], ready.data, target, manifest)
    return Written(report, files)


def write_both(path: Path, data: bytes, target: Path, manifest: Manifest) -> None:
    """Write data, then manifest; a file that no manifest names would only take room where the disk is full."""
    stood = path.exists()
    documents.write_bytes(path, data)
    try:
        documents.write(target, manifest)
    except UnavailableError:
        if not stood:
            path.unlink(missing_ok=True)
        raise


def _log(revisions: tuple[Revision, ...]) -> bytes:
    columns = {name: [getattr(one, name) or None for one in revisions] for name in Revision._fields}  # "" is no label
    return writing.to_csv(pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}))


def refuse_other(path: Path, manifest: Manifest) -> None:
    """Refuse to replace a dataset by another one."""
    if not path.exists():
        return
    fields = differing_fields(manifests.load(path), manifest)
    if fields:
        raise ConflictError(
            "This dataset id is taken; nothing was changed.", file=path, field=", ".join(fields),
            expected="what stands there", found="other values",
            why="Another batch of the same day was integrated before, or the same one in another way.",
            fix="Integrate this batch under another day with --as-of YYYYMMDD.",
        )  # fmt: skip


__all__ = ["Occasion", "Ready", "Written", "already", "prepare", "refuse_other", "write", "write_both"]
