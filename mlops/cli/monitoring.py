"""The steps of ``mlops monitor``: read the log, find what to compare with, measure, judge, write."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from mlops import documents
from mlops.cli import outputs
from mlops.cli.common import declared_contract, emit_json, load_settings, repository_root
from mlops.cli.feedback_asked import day_of
from mlops.cli.metrics import ADDRESS
from mlops.cli.references import NO_COLUMN, Reference, References
from mlops.config import FILE_NAME, Settings
from mlops.errors import ExitCode, UsageRefusedError
from mlops.feedback import draws, reading, snapshots
from mlops.feedback.reading import Logged, Window
from mlops.hashing import Sha256, sha256_bytes
from mlops.inputs import frame
from mlops.metrics_settings import check_address
from mlops.monitoring import estimated, freshness, judging, page, realised, shifts
from mlops.monitoring.covering import Audits
from mlops.monitoring.document import ModelReport, Monitoring, Role, Shift
from mlops.monitoring.exposition import JOB, expose
from mlops.monitoring.realised import Demands
from mlops.monitoring_settings import MonitoringSettings
from mlops.series.exposition import TEXT
from mlops.storage import pushing

CANARY = "No model answered as the live one in these days, so the newest canary is judged."
EXIT = {"ok": ExitCode.DONE, "alarm": ExitCode.FAIL, "unknown": ExitCode.INCONCLUSIVE}


@dataclass(frozen=True)
class Asked:
    """What the user gave; None or empty means not given."""

    task: str
    log: str | None
    references: tuple[str, ...]
    target: str | None
    audits: tuple[Path, ...]
    as_of: date | None
    output: Path
    metrics: Path | None
    pushgateway: str | None = None


@dataclass(frozen=True)
class Span:
    """The days of predictions, and the days of predictions whose labels had their time to come."""

    asked: Window
    labels: Window

    @classmethod
    def of(cls, as_of: date, *, days: int, maturity_days: int) -> "Span":
        """Return two windows of the same length, the second as long before the first as a label takes."""
        until = as_of + timedelta(days=1)
        old = until - timedelta(days=maturity_days)
        length = timedelta(days=days)
        return cls(Window(until - length, until, as_of), Window(old - length, old, as_of))

    @property
    def whole(self) -> Window:
        """From the earliest day to the latest."""
        return self.asked._replace(start=min(self.asked.start, self.labels.start))


def monitor(asked: Asked, *, skip_unset: bool, as_json: bool) -> int:
    """Measure, judge and write; return the exit code.

    Raises:
        UsageRefusedError: No log is named anywhere.
        InputRefusedError: The log, a reference or a draw is not what it should be.
        UnavailableError: The log's place did not deliver.
    """
    root = repository_root()
    settings = load_settings(root)
    place = asked.log or settings.task(asked.task).monitoring.log
    if not place and skip_unset:
        outputs.tell("monitor", {"word": "", "report": "", "task": asked.task})
        click.echo(f"Nothing is monitored: no log is named at tasks.{asked.task}.monitoring.", err=True)
        return int(ExitCode.DONE)
    if not place:
        raise UsageRefusedError(
            "Which log?", file=FILE_NAME, field=f"tasks.{asked.task}.monitoring.log",
            expected="the URI of a snapshot, or --log FILE", found="nothing",
            fix="Have the server's machine put one there: mlops feedback snapshot --log FILE --to URI.",
        )  # fmt: skip
    with _log(place, root) as (path, sha256):
        found = measure(asked, path, settings, root).model_copy(update={"log_sha256": sha256})
    documents.write(asked.output, found)
    markdown = page.to_markdown(found)
    documents.write_bytes(asked.output.with_suffix(".md"), markdown.encode())
    if asked.metrics is not None:
        documents.write_bytes(asked.metrics, expose(found.task, () if found.stale else found.models))
    if not found.stale:  # what was told before keeps its time there, by which MlopsMonitoringStale alerts
        _push(asked.pushgateway or os.environ.get(ADDRESS) or settings.metrics.pushgateway, found)
    outputs.summarise(markdown)
    outputs.tell("monitor", {"word": found.word, "report": str(asked.output), "task": asked.task})
    if as_json:
        emit_json(found.model_dump(mode="json"))
    else:
        click.echo(page.to_text(found))
    return int(EXIT[found.word])


def measure(asked: Asked, log: Path, settings: Settings, root: Path) -> Monitoring:
    """Return the report on a log."""
    declared = settings.task(asked.task)
    rules, contract = declared.monitoring, declared_contract(settings, asked.task, root)
    maturity = rules.maturity_days if rules.maturity_days is not None else contract.maturity_days if contract else 0
    span = Span.of(day_of(asked.as_of), days=rules.window_days, maturity_days=maturity)
    rows = reading.read(log, asked.task, span.whole)
    made = draws.read_all(root, asked.task, asked.audits)
    audits = Audits.of(made, draws.inclusion(made, rows), rows)
    subject, role = judging.subject_of(rows) or (None, None)
    references = References(asked.task, settings, root, asked.references, asked.target)
    names = sorted({row.model_id for row in rows}, key=lambda name: (name != subject, name))
    models = tuple(
        _report(
            name, [row for row in rows if row.model_id == name], span, audits, settings, asked.task,
            references.of(name, judged=name == subject), role if name == subject else None,
        )
        for name in names
    )  # fmt: skip
    judged = models[0] if models else None
    parts = judging.parts_of(judged)
    newest = freshness.newest(log, asked.task, span.asked.as_of)
    stale = freshness.staleness(newest, span.asked.as_of, rules)
    return Monitoring(
        task=asked.task, as_of=span.asked.as_of, start=span.asked.start, until=span.asked.until,
        labels_start=span.labels.start, labels_until=span.labels.until, maturity_days=maturity, newest=newest,
        stale=bool(stale), confidence=declared.policy.confidence, models=models, parts=parts,
        word=judging.word_of(parts, stale=bool(stale)), reasons=judging.reasons_of(judged, parts, stale=stale),
        retraining=judging.retraining_of(parts, rules, stale=bool(stale)),
    )  # fmt: skip


def _report(
    name: str, rows: Sequence[Logged], span: Span, audits: Audits, settings: Settings, task: str,
    reference: Reference, role: Role | None,
) -> ModelReport:  # fmt: skip
    declared = settings.task(task)
    policy, rules = declared.policy, declared.monitoring
    asked = [row for row in rows if row.day >= span.asked.start]
    mature = [row for row in rows if span.labels.start <= row.day < span.labels.until]
    score, positive = np.array([row.score for row in asked]), np.array([row.positive for row in asked], dtype=bool)
    return ModelReport(
        model_id=name, live=role == "live", role=role, predictions=len(asked), positives=int(positive.sum()),
        mature=len(mature), labelled=sum(row.label is not None for row in mature),
        realised=realised.measure(mature, audits, Demands(policy.criteria, rules, policy.confidence)),
        shifts=_shifts(asked, score, reference, rules),
        estimated=estimated.measure(score, positive, policy.criteria, rules) if asked else (),
        notes=(CANARY,) if role == "canary" else (),
    )  # fmt: skip


def _shifts(
    asked: Sequence[Logged], score: NDArray[np.float64], reference: Reference, rules: MonitoringSettings
) -> tuple[Shift, ...]:
    """Compare what can be compared, the largest shift first; what lacks a reference is a line, too."""
    if not asked:
        return ()
    found = [shifts.missing(name, len(asked), why) for name, why in reference.missing.items()]
    if reference.scores is not None:
        found += shifts.of_scores(*reference.scores, score, rules)
    if reference.columns is not None:
        sent = dict.fromkeys(name for row in asked for name in row.inputs)
        kinds = {name: kind for name, kind in reference.kinds.items() if name in sent}  # what the model reads
        table = frame([row.inputs for row in asked], kinds)
        found += shifts.of_columns(reference.columns[list(kinds)], reference.weight, table, rules)
        found += [shifts.missing(name, len(asked), NO_COLUMN) for name in sent if name not in kinds]
    return tuple(sorted(found, key=lambda one: (-(one.psi or 0.0), one.feature)))


def _push(url: str, found: Monitoring) -> None:
    """Send each model's numbers to a Pushgateway, and remove there what it keeps of other models of this task.

    What cannot be sent or removed is a warning, for the report stands.
    """
    if not url:
        return
    try:
        check_address(url)
    except ValueError as error:
        raise UsageRefusedError(
            "This is not the address of a Pushgateway; nothing was sent.", field="--pushgateway",
            expected="http://HOST:PORT or https://HOST/PATH", why=str(error), fix="Correct it; the report is written.",
        ) from None  # fmt: skip
    groups = {(JOB, one.model_id): expose(found.task, [one]) for one in found.models}

    def outdated(group: pushing.Group) -> bool:
        return group not in groups and group[0] == JOB and group[1].startswith(f"{found.task}_")

    why = pushing.push(url, groups, content_type=TEXT, outdated=outdated)
    if why:
        click.echo(f"warning: the Pushgateway did not take everything. {why}", err=True)


@contextmanager
def _log(place: str, root: Path) -> Iterator[tuple[Path, Sha256 | None]]:
    """Yield the log's path: a file where it is, or a snapshot that was fetched, with its hash."""
    if Path(place).is_file():
        yield Path(place), None
        return
    with snapshots.fetched(place, root) as path:
        yield path, sha256_bytes(path.read_bytes())
