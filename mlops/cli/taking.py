"""The steps of ``mlops intake``: what is committed, what is pending, and what the dataset would be."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mlops import dataset, intake, storage
from mlops import manifest as manifests
from mlops.certification import keeping
from mlops.cli import integrating
from mlops.cli.audited import audited
from mlops.cli.common import all_manifests, cache_folder, newest_manifest
from mlops.cli.integrate import contract_of
from mlops.cli.pending import data_folder, pending_batches
from mlops.cli.plugs import open_task
from mlops.cli.validate import day_of_batch
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.documents import read_bytes
from mlops.errors import ConflictError, InputRefusedError, MlopsError, UsageRefusedError
from mlops.gate.report import Verdict
from mlops.ids import DatasetId
from mlops.intake import BatchEntry, Found, IntakeReport
from mlops.integration import Integration
from mlops.manifest import Manifest
from mlops.task import Task
from mlops.trees import refuse_no_base

_CAP = 1_900
_REFUSALS = (ConflictError, InputRefusedError, UsageRefusedError)
"""What a change is to blame for; anything else ends the run without a verdict."""


class _Change(NamedTuple):
    """A change of a task's data, in a working tree."""

    task: Task
    settings: Settings
    root: Path
    contract: Contract
    champion: Path | None


def take(name: str, settings: Settings, root: Path, *, base: Path | None, champion: Path | None) -> IntakeReport:
    """Return what becomes of a change, after integrating its pending batches in the working tree.

    Raises:
        UsageRefusedError: The task has no contract or no dataset, or ``base`` is no folder.
        UnavailableError: Data cannot be read or written.
    """
    if base is not None:
        refuse_no_base(root, base, itself=True)
    change = _Change(open_task(name), settings, root, contract_of(settings, name, root), champion)
    before = manifests.load(newest_manifest(root, name))
    pending = pending_batches(name, None, settings, root)
    problems = [*_strays(change, before, pending), *_ledger(change, base), *_others(change, base)]
    entries: list[BatchEntry] = []
    parent = before
    for path in pending:
        parent, entry = _batch(change, parent, path)
        entries.append(entry)
        if entry.verdict != "pass":
            break
    audit = _audit(change, parent) if all(entry.verdict == "pass" for entry in entries) else None
    verdict, reason = intake.judge(Found(entries, audit, problems))
    return IntakeReport(
        task=name, verdict=verdict, reason=reason[:_CAP], base=before.id, dataset_id=parent.id,
        dataset_sha256=parent.sha256, rows=parent.rows, batches=tuple(entries), audit=audit[0] if audit else None,
        audit_reason=audit[1][:_CAP] if audit else "", problems=tuple(problems[:200]),
    )  # fmt: skip


def _batch(change: _Change, parent: Manifest, path: Path) -> tuple[Manifest, BatchEntry]:
    """Integrate one batch; return the dataset that results, the parent where the batch is refused, and its entry."""
    try:
        data = dataset.read_file(path, settings=change.settings.storage)
        as_of, _ = day_of_batch(parent.task, path, data.sha256, None, change.root)
        wanted = DatasetId(parent.task, as_of)
        occasion = integrating.Occasion(change.task, change.settings, change.root, change.contract, parent, wanted)
        ready = integrating.prepare(occasion, path, data, champion=change.champion, accepted=(), split=True)
        folder = change.root / "dist" / "integration" / str(wanted)
        done = integrating.write(ready, folder, data_folder(parent, None, change.settings, change.root)).report
    except _REFUSALS as error:
        return parent, BatchEntry(batch=path.name[:200], verdict="fail", reason=_told(error))
    grown = done.status == "integrated"
    return manifests.load(change.root / manifests.path_of(wanted)) if grown else parent, _entry(done)


def _entry(done: Integration) -> BatchEntry:
    verdict: Verdict = "pass" if done.status != "refused" else done.verdict if done.verdict != "pass" else "fail"
    return BatchEntry(
        batch=done.batch[:200], verdict=verdict, reason=done.reason[:_CAP], score=done.score, received=done.received,
        added=done.added, revised=done.revised, identical=done.identical, quarantined=done.quarantined,
        champion=f"{done.champion.model_id}: {done.champion.finding}"[:_CAP] if done.champion else "",
        notes=tuple(note[:_CAP] for note in done.notes),
    )  # fmt: skip


def _strays(change: _Change, before: Manifest, pending: Sequence[Path]) -> Iterator[str]:
    """Yield a sentence for each batch that is in no dataset and never will be: a late one, or one that was changed."""
    place = storage.locate(before.uris[0], settings=change.settings.storage, root=change.root).path
    known = {found.integrated.batch_sha256 for found in _datasets(change, before.task) if found.integrated is not None}
    waiting = set(pending)
    for path in sorted(place.parent.glob(f"{before.task}_batch_*")) if place is not None else ():
        if path not in waiting and _sha256(change, path) not in known:
            yield (
                f"{path.name} is in no dataset and its day is not after {before.id}: it comes late, or was changed "
                "after it was integrated. Hand its rows in under a later day."
            )


def _sha256(change: _Change, path: Path) -> str:
    return storage.hash_regular(path, limit=change.settings.storage.max_bytes, name=str(path))[0]


def _datasets(change: _Change, task: str) -> list[Manifest]:
    return [manifests.load(path) for path in all_manifests(change.root, task)]


def _ledger(change: _Change, base: Path | None) -> Iterator[str]:
    """Yield what does not hold in the ledger of certification: its chain, or that it only grows."""
    path = keeping.path_of(change.task.name, change.root / "model_cards")
    try:
        found = keeping.read(path)
        old = base / path.relative_to(change.root) if base is not None else None
        if old is not None and old.exists():
            keeping.check_extends(found, read_bytes(old), path.relative_to(change.root), "the base branch")
    except _REFUSALS as error:
        yield _told(error)


def _others(change: _Change, base: Path | None) -> Iterator[str]:
    """Yield what does not hold in datasets that the change adds: each is integrated again and must be the same."""
    for found in _datasets(change, change.task.name):
        if base is None or (base / manifests.path_of(DatasetId.parse(found.id))).exists():
            continue
        try:
            yield from _again(change, found)
        except _REFUSALS as error:
            yield f"{found.id}: {_told(error)}"


def _again(change: _Change, found: Manifest) -> Iterator[str]:
    """Yield a sentence where a dataset is not what integration makes of its parent and its batch."""
    known, root = found.integrated, change.root
    data = dataset.read_pinned(found, settings=change.settings.storage, root=root, cache=cache_folder(root))
    if known is None or found.parent is None:
        return
    parent = manifests.load(root / manifests.path_of(DatasetId.parse(found.parent)))
    folder = data_folder(parent, None, change.settings, root)
    path = folder / Path(known.batch).name
    batch = dataset.read_file(path, settings=change.settings.storage)
    wanted = DatasetId.parse(found.id)
    occasion = integrating.Occasion(change.task, change.settings, root, change.contract, parent, wanted)
    split = found.split is not None
    ready = integrating.prepare(occasion, path, batch, champion=None, accepted=known.accepted, split=split)
    made = ready.manifest
    if batch.sha256 != known.batch_sha256 or made is None or made.sha256 != data.sha256 or made.split != found.split:
        yield f"{found.id} is not what integrating {known.batch} into {found.parent} makes: integrate it again."


def _audit(change: _Change, pinned: Manifest) -> tuple[Verdict, str]:
    """Return the verdict of gate 2 on a dataset and its reason."""
    report = audited(change.task.name, pinned, change.settings, change.contract, change.root)
    return report.verdict, report.reason


def _told(error: MlopsError) -> str:
    """Return a letter in one line."""
    parts = (error.what, error.file, error.field, error.expected and f"Expected: {error.expected}.",
             error.found and f"Found: {error.found}.", error.fix)  # fmt: skip
    return " ".join(" ".join(filter(None, parts)).split())[:_CAP]
