"""A repository on the stand-in with a pinned dataset, judged artifacts of it, and clients whose sleep takes no time."""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from github.Requester import Requester

from mlops import checksums, config, documents
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.bot.client import GitHub
from mlops.bot.effects import Deadline, Effects
from mlops.bot.git import BOT
from mlops.bot.news import News
from mlops.bot.publishing import Mode, Order
from mlops.bot.settings import Settings
from mlops.config import policy_sha256
from mlops.gate import Facts, GateReport, HoldoutUse, Verdict, decide
from mlops.hashing import sha256_bytes
from mlops.reporting import Digest
from tests import factories
from tests.conftest import ROOT, git
from tests.fakes.github import Hub
from tests.fakes.github.app import Exchange

RUN_URL = "https://github.com/acme/er-models/actions/runs/4242"
TODAY = date(2025, 10, 21)
TEST_SHA256 = sha256_bytes(b"test rows")


@dataclass
class Hourglass:
    """A clock whose sleep takes no time and is remembered."""

    slept: list[float] = field(default_factory=list)

    def effects(self) -> Effects:
        """Return the effects that a client is handed."""
        return Effects(
            monotonic=lambda: time.monotonic() + sum(self.slept),
            now=lambda: time.time() + sum(self.slept),
            sleep=self.slept.append,
            chance=lambda: 0.5,
        )


def settings(hub: Hub, token: str | None = None, **changes: Any) -> Settings:
    """Return what a run on the stand-in knows of its surroundings."""
    facts: dict[str, Any] = {
        "token": token or hub.token,
        "repository": hub.repository,
        "api_url": hub.api,
        "run_url": RUN_URL,
        "run_id": "4242",
        "sha": hub.state.bare.branch("main"),
    }
    return Settings(**(facts | changes))


def client(
    hub: Hub, *, token: str | None = None, deadline: float = 60, glass: Hourglass | None = None, **changes: Any
) -> GitHub:
    """Return a client of the stand-in that hurries."""
    return GitHub(
        settings(hub, token, **changes),
        Deadline((glass or Hourglass()).effects(), deadline),
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients that verbs make not wait between requests, as GitHub asks them to."""
    monkeypatch.setattr(Requester, "_Requester__deferRequest", lambda *_: None)


def enter(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process a step of a job on the stand-in, whose files lie in ``folder``; its clients hurry."""
    hurry(monkeypatch)
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": hub.token,
        "GITHUB_REPOSITORY": hub.repository,
        "GITHUB_API_URL": hub.api,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "4242",
        "GITHUB_SHA": head(hub),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }.items():
        monkeypatch.setenv(name, value)


def writes(hub: Hub) -> list[Exchange]:
    """Return what was asked to be changed: all but GET requests and GraphQL queries."""
    return [e for e in hub.log if e.method != "GET" and not any(asked.startswith("query ") for asked in e.operations)]


def pin(hub: Hub, **changes: Any) -> None:
    """Commit ``mlops.toml`` and the manifest of the factories' dataset to main."""
    bare = hub.state.bare
    pinned = factories.manifest(**changes)
    bare.write("main", "mlops.toml", (ROOT / "mlops.toml").read_bytes(), "Declare the state", "octocat")
    bare.write("main", f"data_manifests/{pinned.id}.json", documents.dumps(pinned), "Pin the dataset", "octocat")


def judged(
    folder: Path,
    *,
    model_id: str = factories.DATASET_ID,
    model: bytes = factories.MODEL_BYTES,
    dataset_sha256: str = factories.DATA_SHA256,
    counted: bool = True,
    run_url: str = "",
    **trained: Any,
) -> Path:
    """Write an artifact that passed to ``folder``.

    Args:
        folder: A new folder.
        model_id: Its id.
        model: The bytes of its model file.
        dataset_sha256: What it was trained on.
        counted: Whether the verdict says which test rows it is about.
        run_url: Of the run that judged.
        **trained: What else differs in ``training.json``.
    """
    policy = config.load(ROOT / "mlops.toml").task("er").policy
    same: dict[str, Any] = {"model_id": model_id, "model_sha256": sha256_bytes(model), "dataset_sha256": dataset_sha256}
    measured = factories.metrics(**same, test_sha256=TEST_SHA256)
    record = factories.training(**same, **trained)
    factories.write_artifact(folder, trained=record, measured=measured, rules=policy)
    (folder / MODEL).write_bytes(model)
    listing = checksums.write(folder, (EVALUATION, METRICS, MODEL, TRAINING))
    bound = factories.bindings(
        model_sha256=sha256_bytes(model),
        dataset_sha256=dataset_sha256,
        artifact_sha256=sha256_bytes(listing),
        policy_sha256=policy_sha256(policy),
        code_commit=record.code.commit,
        code_dirty=record.code.dirty,
        run_url=run_url,
    )
    use = HoldoutUse(test_sha256=TEST_SHA256, models=1, warn_after=20, stop_after=50) if counted else None
    facts = Facts(first_version=True, holdout=use)
    documents.write(folder / GATE, decide(measured, policy, declared=policy, bindings=bound, facts=facts))
    return folder


def news(words: str, *, key: str = "gate:er", verdict: Verdict = "pass", **changes: Any) -> News:
    """Return what a comment shall say: ``words``, and below them what the numbers are compared with.

    Args:
        words: The text.
        key: What it is about.
        verdict: In its digest.
        **changes: ``precision`` of the digest, and further fields of the news.
    """
    metrics = {"precision": changes.pop("precision", 0.976)}

    def page(since: Digest | None) -> str:
        return words if since is None else f"{words}\nsince {since}"

    return News(key, Digest(verdict, metrics), page, **changes)


def order(hub: Hub, artifact: Path, mode: Mode, **changes: Any) -> Order:
    """Return the order to publish an artifact to the stand-in's bare repository."""
    facts: dict[str, Any] = {
        "artifact": artifact,
        "mode": mode,
        "base": "main",
        "author": BOT,
        "today": lambda: TODAY,
        "remote": str(hub.bare),
        "environ": environ(),
    }
    return Order(**(facts | changes))


def environ(**more: str) -> Mapping[str, str]:
    """Return what git inherits in a job."""
    return {name: os.environ[name] for name in ("PATH", "HOME")} | more


def describe(report: GateReport, commit: str) -> str:
    """Return a short body of a pull request."""
    return f"{report.model_id} at {commit}"


def clone(hub: Hub, folder: Path, branch: str = "main") -> Path:
    """Return a clone of a branch of the bare repository."""
    git(hub.bare, "clone", "--quiet", f"--branch={branch}", str(hub.bare), str(folder))
    return folder


def head(hub: Hub, branch: str = "main") -> str:
    """Return the newest commit of a branch."""
    return git(hub.bare, "rev-parse", f"refs/heads/{branch}")


def copied(source: Path, target: Path) -> Path:
    """Return a copy of an artifact."""
    shutil.copytree(source, target)
    return target
