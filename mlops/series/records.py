"""Records to samples: what the committed documents of models say at one moment."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TypeVar, cast

from mlops import artifact, config, documents, environments, judged, registry
from mlops.artifact import Training
from mlops.certification.document import CertificationReport, LedgerLine
from mlops.certification.keeping import path_of as ledger_path
from mlops.certification.ledger import Ledger
from mlops.certification.status import status
from mlops.config import Settings
from mlops.environments import Environments
from mlops.errors import InputRefusedError, MlopsError
from mlops.gate import GateReport, Verdict
from mlops.ids import ModelId, parse_date
from mlops.judged import Judged
from mlops.metrics import Estimate, Metrics
from mlops.registry import Record
from mlops.series import names
from mlops.series.files import Files, evidence_path
from mlops.series.sampling import Samples, key, take
from mlops.words import utc

T = TypeVar("T")

_VERDICTS: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
_BOUNDS = ("value", "lower", "upper")


class Reader:
    """Reads the same content once, and goes on without documents that are not valid.

    Attributes:
        refused: By the path of such a document why: of an older version of a schema, broken, or with a number that no
            metric can have. Of a folder's documents only that one is left out, of lines and ids only those.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.refused: dict[str, MlopsError] = {}
        self._known: dict[tuple[str, Hashable], object] = {}

    def samples(self, files: Files) -> Samples:
        """Return what ``files`` say."""
        samples: Samples = {}
        lines = self._read(files, judged.FILE.as_posix(), judged.loads) or ()
        for model in _models(files, lines):
            self._of_model(samples, files, model, [line for line in lines if line.model_id == str(model)])
        self._certified(samples, files)
        self._declared(samples, files)
        return samples

    def _of_model(self, samples: Samples, files: Files, model: ModelId, lines: list[Judged]) -> None:
        version, card = _version(model), registry.path_of(model).as_posix()
        paths = [path for path in (card, evidence_path(str(model), artifact.GATE)) if path in files]
        with self._of(paths or [judged.FILE.as_posix()], samples) as own:
            _place(own, model)
        if key(names.DATASET_TIME, *version) not in samples:
            return  # of a day that no sample can have
        record = self._read(files, card, lambda data: registry.parse_front_matter(data.decode(), file=card))
        training = self._document(files, str(model), artifact.TRAINING, Training)
        measured = self._document(files, str(model), artifact.METRICS, Metrics)
        gate = self._document(files, str(model), artifact.GATE, GateReport)
        certified = self._document(files, str(model), artifact.CERTIFICATION, CertificationReport)
        with self._of([evidence_path(str(model), artifact.METRICS) if measured else card], samples) as own:
            for name, estimate in _estimates(measured, record).items():
                _bounds(own, names.QUALITY, (*version, name), estimate)
                take(own, names.QUALITY_ROWS, (*version, name), estimate.n)
        with self._of([evidence_path(str(model), artifact.TRAINING)], samples) as own:
            _trained(own, version, training)
        with self._of([evidence_path(str(model), artifact.GATE)], samples) as own:
            for one in gate.criteria if gate else ():
                take(own, names.THRESHOLD, (*version, one.metric, one.direction), one.threshold)
        with self._of([evidence_path(str(model), artifact.CERTIFICATION)], samples) as own:
            _latency(own, version, certified)
        verdict = gate.verdict if gate else record.verdict if record else _judged(lines)
        if verdict is not None:
            _states(samples, names.VERDICT, version, verdict)

    def _declared(self, samples: Samples, files: Files) -> None:
        path = environments.PATH.as_posix()
        declared = self._read(files, path, lambda data: documents.loads(data, Environments, file=path))
        for name, models in (declared.environments if declared else {}).items():
            for model in models.values():
                with self._of([path], samples) as own:
                    _place(own, ModelId.parse(model))
            for task, model, dataset in _versions(samples):
                take(samples, names.DECLARED, (task, model, dataset, name), float(models.get(task) == model))

    def _certified(self, samples: Samples, files: Files) -> None:
        settings = self._read(files, config.FILE_NAME, lambda data: config.parse(data, file=config.FILE_NAME))
        for path in sorted(files):
            task = PurePosixPath(path).parent.name
            ledger = self._ledger(files, path) if path == ledger_path(task).as_posix() else None
            if ledger is None or not ledger.lines:
                continue
            for run in {run.model_id: run for run in ledger.runs}.values():
                with self._of([path], samples) as own:
                    _run(own, run)
            with self._of([path], samples) as own:
                _expiry(own, ledger, settings, task, set(_named(files)))

    def _ledger(self, files: Files, path: str) -> Ledger | None:
        return self._read(files, path, lambda data: Ledger.loads(data, file=path))

    def _document(self, files: Files, model: str, name: str, kind: type[documents.T]) -> documents.T | None:
        path = evidence_path(model, name)
        return self._read(files, path, lambda data: documents.loads(data, kind, file=path))

    @contextmanager
    def _of(self, paths: list[str], samples: Samples) -> Iterator[Samples]:
        """Yield what to fill with samples of documents: all of them are taken, or none and the documents are told."""
        own: Samples = {}
        try:
            yield own
        except (MlopsError, ArithmeticError) as error:  # too great for a float, or beyond the last day of calendars
            self.refused.update(dict.fromkeys(paths, _explained(error)))
        else:
            samples.update(own)

    def _read(self, files: Files, path: str, parse: Callable[[bytes], T]) -> T | None:
        """Return what a file holds; None where it is absent or not valid."""
        source = files.get(path)
        if source is None:
            return None
        known = (path, source.content)
        if known not in self._known:
            try:
                self._known[known] = parse(source.load())
            except (MlopsError, UnicodeDecodeError) as error:
                self.refused[path] = _explained(error)
                self._known[known] = None
        return cast("T | None", self._known[known])


def _models(files: Files, lines: Iterable[Judged]) -> list[ModelId]:
    """Return every model that a card or a verdict names, or the ledger as one that did not pass, oldest first.

    What passed has a card: a line alone is of one that was taken away, and proves nothing any more.
    """
    by_model: dict[str, list[Judged]] = {}
    for line in lines:
        by_model.setdefault(line.model_id, []).append(line)
    found = {model for model, own in by_model.items() if _judged(own) != "pass"} | set(_named(files))
    return sorted(map(ModelId.parse, filter(_is_id, found)), key=lambda one: (one.dataset.day, str(one)))


def _named(files: Files) -> Iterator[str]:
    for name in files:
        path = PurePosixPath(name)
        if path.suffix == ".md" and path.parent == PurePosixPath(registry.FOLDER.as_posix()):
            yield path.stem
        elif name == evidence_path(path.parent.name, artifact.GATE):
            yield path.parent.name


def _is_id(text: str) -> bool:
    try:
        ModelId.parse(text)
    except MlopsError:
        return False
    return True


def _explained(error: Exception) -> MlopsError:
    return error if isinstance(error, MlopsError) else InputRefusedError("It cannot be read.", found=str(error))


def _version(model: ModelId) -> tuple[str, str, str]:
    return (model.dataset.task, str(model), str(model.dataset))


def _place(samples: Samples, model: ModelId) -> None:
    """Tell the place of a model of which something is told in the order of its task's models."""
    day = model.dataset.day
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    take(samples, names.DATASET_TIME, _version(model), midnight + model.number - 1)


def _estimates(measured: Metrics | None, record: Record | None) -> dict[str, Estimate]:
    return measured.metrics if measured else record.metrics if record else {}


def _versions(samples: Samples) -> list[tuple[str, ...]]:
    """Return the labels of every model of which something is told."""
    return [tuple(value for _, value in one.labels) for one in samples if one.name == names.DATASET_TIME.name]


def _bounds(samples: Samples, family: names.Family, labels: tuple[str, ...], found: object) -> None:
    for bound in _BOUNDS:
        take(samples, family, (*labels, bound), getattr(found, bound))


def _states(samples: Samples, family: names.Family, version: tuple[str, ...], verdict: Verdict) -> None:
    for one in _VERDICTS:
        take(samples, family, (*version, one), float(one == verdict))


def _judged(lines: list[Judged]) -> Verdict | None:
    """Return the newest verdict; of several of one day the worst."""
    newest = max((line.judged_on for line in lines), default=None)
    return min((line.verdict for line in lines if line.judged_on == newest), key=_VERDICTS.index, default=None)


def _latency(samples: Samples, version: tuple[str, ...], certified: CertificationReport | None) -> None:
    found = certified.performance.latency if certified else None
    if found is not None:
        take(samples, names.ONE_ROW, (*version, "0.5"), found.p50_ms / 1000)
        take(samples, names.ONE_ROW, (*version, "0.95"), found.p95_ms / 1000)


def _trained(samples: Samples, version: tuple[str, ...], training: Training | None) -> None:
    if training is None:
        return
    take(samples, names.TRAINED_TIME, version, utc(training.trained_at).timestamp())
    take(samples, names.TRAINED_ROWS, version, training.trained_rows)
    for stage, seconds in training.seconds.items():
        take(samples, names.TRAINING, (*version, stage), seconds)
    scored = training.seconds.get("score_test_rows")
    if scored is not None and training.split.test_rows:
        take(samples, names.SCORING, version, scored / training.split.test_rows)


def _run(samples: Samples, run: LedgerLine) -> None:
    """Take a run of certification; its latency, which is in milliseconds, comes from the report, in seconds."""
    model = ModelId.parse(run.model_id)
    version = _version(model)
    _place(samples, model)
    for name, found in run.metrics.items():
        if not name.endswith("_ms"):
            _bounds(samples, names.CERTIFICATION, (*version, name), found)
    _states(samples, names.CERTIFICATION_VERDICT, version, run.verdict)


def _expiry(samples: Samples, ledger: Ledger, settings: Settings | None, task: str, present: set[str]) -> None:
    """Take until when the tier holds that the ledger allows as of its newest line."""
    rules = settings.tasks[task].certification if settings and task in settings.tasks else None
    held = None if rules is None else status(ledger, rules, ledger.lines[-1].date)
    if held is None or held.model_id is None or held.certified_until is None or held.model_id not in present:
        return  # the certificate of a model whose card was taken away lets nobody serve it
    last = parse_date(held.certified_until.replace("-", ""))
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    model = ModelId.parse(held.model_id)
    _place(samples, model)
    take(samples, names.EXPIRY, _version(model), end.timestamp())
