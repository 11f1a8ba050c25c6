"""A repository whose history records models: a first one, one that failed, a better one, deployments, certification."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mlops import documents, judged
from mlops.artifact import CERTIFICATION, GATE, METRICS, TRAINING
from mlops.card.facts import record_of
from mlops.environments import PATH, Environments
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts
from mlops.registry import format_front_matter, path_of
from tests import factories
from tests.certification import scenes
from tests.conftest import ROOT, git

OLD, FAILED, NEW, CLAIMS = "er_20251020", "er_20251103", "er_20251110", "claims_20251215"
BETTER = Counts(tp=990, fp=10, fn=30, tn=970)


def evidence(model: str, counts: Counts = factories.COUNTS, **trained: Any) -> dict[str, bytes]:
    """Return card and documents of a model."""
    task = model.partition("_")[0]
    named = {"task": task, "model_id": model, "dataset_id": model}
    seconds = {"fit": 39.0, "score_test_rows": 1.0}
    training = factories.training(**named, seconds=seconds, **trained)
    measured = factories.metrics(counts, task=task, model_id=model)
    report = factories.gate_report(measured, task=task, model_id=model)
    facts = factories.card_facts(
        training=training, metrics=measured, gate=report, notes=factories.card_notes(model_id=model)
    )
    record = record_of(facts).model_copy(update={"id": model, "task": task})
    folder = f"model_cards/{model}"
    return {
        path_of(model).as_posix(): f"{format_front_matter(record, {})}\n# {model}\n".encode(),
        f"{folder}/{TRAINING}": documents.dumps(training),
        f"{folder}/{METRICS}": documents.dumps(measured),
        f"{folder}/{GATE}": documents.dumps(report),
    }


def line(model: str, verdict: Any, day: date) -> judged.Judged:
    """Return the line that records a verdict."""
    return judged.Judged(
        test_sha256=sha256_bytes(b"rows"), model_sha256=sha256_bytes(model.encode()), model_id=model, task="er",
        verdict=verdict, policy_sha256=sha256_bytes(b"policy"), judged_on=day,
    )  # fmt: skip


def serving(**served: str) -> dict[str, bytes]:
    """Return environments.json when production serves these models."""
    return {PATH.as_posix(): documents.dumps(Environments(environments={"production": served}))}


@dataclass(frozen=True)
class Repository:
    """The repository."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Repository":
        """Write the history: what happened on which day stands in the calls."""
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        own = cls(folder)
        first, failed = line(OLD, "pass", date(2025, 10, 21)), line(FAILED, "fail", date(2025, 11, 4))
        last = line(NEW, "pass", date(2025, 11, 11))
        file = judged.FILE.as_posix()
        own.commit("2025-10-21", {"mlops.toml": (ROOT / "mlops.toml").read_bytes()})
        own.commit("2025-10-21", evidence(OLD) | {file: judged.dumps([first])})
        own.commit("2025-10-22", serving(er=OLD))
        own.commit("2025-11-04", {file: judged.dumps([first, failed])})
        when = datetime(2025, 11, 10, 9, tzinfo=UTC)
        own.commit("2025-11-11", evidence(NEW, BETTER, trained_at=when) | {file: judged.dumps([first, failed, last])})
        own.commit("2025-11-12", serving(er=NEW))
        runs = [scenes.report(week) for week in range(3)]
        own.commit("2025-12-16", evidence(CLAIMS) | {
            f"model_cards/{CLAIMS}/{CERTIFICATION}": documents.dumps(runs[-1]),
            "model_cards/claims/ledger.jsonl": scenes.ledger(*runs).data,
        })  # fmt: skip
        return own

    def commit(self, day: str, files: Mapping[str, bytes]) -> None:
        """Commit these files at noon of a day."""
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        git(self.folder, "add", "--all")
        when = f"{day}T12:00:00+00:00"
        environment = os.environ | {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
        words = ("git", *identity, "commit", "--quiet", "--allow-empty", f"--message=Of {day}")
        subprocess.run(words, cwd=self.folder, env=environment, check=True)  # noqa: S603  # fixed words

    def clone(self, folder: Path, *options: str) -> None:
        """Clone it, as over a network."""
        git(self.folder, "clone", "--quiet", *options, f"file://{self.folder}", str(folder))
