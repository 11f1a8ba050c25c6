"""Reads the committed records. One that does not hold stops the build: a page without it tells another history."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from mlops import documents, environments, manifest, registry
from mlops.artifact import GATE
from mlops.certification import keeping
from mlops.certification.ledger import Ledger
from mlops.certification.status import status
from mlops.certification_settings import CertificationSettings
from mlops.config import Settings
from mlops.errors import InputRefusedError, MlopsError
from mlops.gate import GateReport
from mlops.ids import DatasetId, ModelId
from mlops.manifest import Manifest
from mlops.site.facts import Certification, History, Model, SiteFacts, TaskFacts
from mlops.site.words import believable


def read(root: Path, settings: Settings, history: History, address: str = "") -> SiteFacts:
    """Read the records of the repository at ``root``; a repository without any is a page, too.

    Args:
        root: The repository.
        settings: Its settings.
        history: What git knows of it.
        address: Of the repository on GitHub; empty makes no links.

    Raises:
        InputRefusedError: A record cannot be read; the letter names its file.
    """
    models = [_model(root, model) for model in registry.model_ids(root / registry.FOLDER)]
    datasets = [manifest.load(path) for path in _manifests(root / manifest.FOLDER)]
    certified = {name: task.certification for name, task in settings.tasks.items() if task.certification is not None}
    ledgers = {name: keeping.read(root / keeping.path_of(name)) for name in certified}
    moment = _newest(models, datasets, ledgers.values(), history)
    found = {model.record.task for model in models} | {one.task for one in datasets}
    names = [*sorted(settings.tasks), *sorted(found - settings.tasks.keys())]
    return SiteFacts(
        tasks=tuple(
            TaskFacts(
                name=name,
                description=settings.tasks[name].description if name in settings.tasks else "",
                models=tuple(model for model in models if model.record.task == name),
                datasets=tuple(one for one in datasets if one.task == name),
                certification=_standing(ledgers[name], certified[name], moment) if name in certified else None,
            )
            for name in names
        ),
        declared=environments.read(root).environments,
        history=history,
        as_of=moment,
        address=address,
    )


def _model(root: Path, model: ModelId) -> Model:
    record = registry.read_record(root / registry.path_of(model), hub=False)
    path = root / registry.FOLDER / str(model) / GATE
    if not path.is_symlink() and not path.exists():
        return Model(record, None)
    report = documents.read(path, GateReport)
    if (report.model_id, report.verdict) != (record.id, record.verdict):
        raise InputRefusedError(
            "The card and the verdict beside it do not agree.",
            file=path,
            expected=f"{record.id}: {record.verdict}, as the card says",
            found=f"{report.model_id}: {report.verdict}",
            fix="Find out which of the two was changed: mlops card --check",
        )
    return Model(record, report)


def _manifests(folder: Path) -> list[Path]:
    """Return the manifests, the oldest first; files whose names are no ids of datasets are none."""
    found: list[tuple[date, str, Path]] = []
    for path in folder.glob("*.json"):
        try:
            dataset = DatasetId.parse(path.stem)
        except MlopsError:
            continue
        found.append((dataset.day, dataset.task, path))
    return [path for *_, path in sorted(found)]


def _standing(ledger: Ledger, rules: CertificationSettings, moment: datetime | None) -> Certification:
    day = moment.date().isoformat() if moment else date.min.isoformat()
    return Certification(ledger, status(ledger, rules, day), rules.confidence)


def _newest(
    models: Iterable[Model], datasets: Iterable[Manifest], ledgers: Iterable[Ledger], history: History
) -> datetime | None:
    """Return the newest moment that a record or git names and that is believed, never the building machine's own."""

    def moments() -> Iterator[datetime]:
        yield from (model.record.trained_at for model in models)
        yield from (_midnight(one.as_of) for one in datasets)
        yield from (_midnight(date.fromisoformat(line.date)) for ledger in ledgers for line in ledger.lines)
        if history.latest is not None:
            yield history.latest.time

    aware = (moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in moments())
    told = (moment for moment in aware if believable(moment, history.until))
    return max((moment.astimezone(UTC) for moment in told), default=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
