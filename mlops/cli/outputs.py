"""What verbs tell the runner of GitHub Actions: each its outputs, all or none, and a summary. Nothing elsewhere."""

import os
import sys
from collections.abc import Mapping

from mlops import runner
from mlops.errors import UnavailableError
from mlops.reporting import SUMMARY_LIMIT, Links, fit

OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "verify": ("dataset-id", "dataset-date", "dataset-hash", "rows", "manifest"),
    "train": (
        "model-id",
        "dataset-id",
        "dataset-date",
        "dataset-hash",
        "artifact",
        "artifact-name",
        "model-sha256",
        "artifact-sha256",
    ),
    "gate": (
        "verdict",
        "reason",
        "model-id",
        "dataset-id",
        "dataset-hash",
        "model-sha256",
        "artifact-sha256",
        "evaluation-sha256",
        "policy-sha256",
        "gate-sha256",
        "report",
        "precision",
        "recall",
        "f1",
    ),
    "card": ("card", "model-id", "status", "verdict"),
    "affected": ("judge", "dataset-id", "dataset-hash", "champion", "reasons"),
    "bot apply": ("changed", "refused"),
    "bot announce": ("status", "urls", "issues"),
    "bot artifact": (
        "artifact",
        "model-id",
        "dataset-id",
        "dataset-hash",
        "artifact-sha256",
        "run-id",
        "run-url",
    ),
    "bot check": ("url", "conclusion"),
    "bot comment": ("status", "url"),
    "bot deployed": ("states", "urls"),
    "bot deployment": ("id", "url", "state"),
    "bot drift": ("status", "url"),
    "bot models": ("matrix", "models", "folder", "declared"),
    "bot monitor": ("status", "url", "run-id", "run-url"),
    "bot plan": ("changes", "unknown", "plan"),
    "bot dispatch": ("run-id", "run-url", "conclusion"),
    "bot promote": ("status", "url", "commit", "branch"),
    "bot publish": ("status", "url", "commit", "branch"),
    "bot records": ("status", "url", "commit", "branch"),
    "bot release": ("status", "url", "tag"),
    "bot runs": ("run-id", "run-url"),
    "bot variables": ("changed",),
    "certify": (
        "verdict",
        "reason",
        "model-id",
        "dataset-id",
        "dataset-hash",
        "counts",
        "tier",
        "streak",
        "certified-until",
        "report",
        "recorded",
    ),
    "audit": ("verdict", "reason", "report"),
    "cv": ("verdict", "reason", "report", "mean", "sd"),
    "docs": ("status", "documents"),
    "integrate": ("status", "dataset-id", "dataset-hash", "data", "batches"),
    "intake": ("verdict", "reason", "report", "batches", "dataset-id", "dataset-hash"),
    "run": (
        "verdict",
        "reason",
        "tier",
        "streak",
        "counts",
        "artifact",
        "artifact-name",
        "model-id",
        "dataset-id",
        "dataset-date",
        "dataset-hash",
    ),
    "deploy": ("state", "model-id", "before", "shares"),
    "reconcile": ("state", "states"),
    "rollback": ("state", "model-id"),
    "monitor": ("word", "report", "task"),
    "validate": ("verdict", "score", "report", "quarantine", "rows"),
    "admit": ("model-id", "dataset-id", "dataset-hash", "model-sha256", "artifact-sha256", "gate-sha256"),
}
"""The outputs that each verb sets, whatever its verdict; a verb that refuses its input sets none."""


def here() -> runner.Runner | None:
    """Return the runner that this process works for; None outside of GitHub Actions."""
    return runner.from_environment(os.environ, sys.stderr)


def tell(verb: str, outputs: Mapping[str, str]) -> None:
    """Set the outputs of ``verb``; does nothing outside of GitHub Actions.

    Raises:
        ValueError: These are not the outputs that the verb promises: a bug.
        UnavailableError: The runner's file cannot be written.
    """
    if set(outputs) != set(OUTPUTS[verb]):
        raise ValueError(f"{verb} promises {OUTPUTS[verb]}, not {tuple(outputs)}")
    page = here()
    if page is not None:
        try:
            runner.set_outputs(page, outputs)
        except OSError as error:
            raise _unwritten("GITHUB_OUTPUT", error) from error


def summarise(markdown: str) -> None:
    """Add a page to the step's summary, cut where GitHub would drop it; does nothing outside of GitHub Actions.

    Raises:
        UnavailableError: The runner's file cannot be written.
    """
    page = here()
    if page is not None:
        whole = links().to_run("the files of this run")
        try:
            runner.add_summary(page, fit(markdown, SUMMARY_LIMIT, whole=whole))
        except OSError as error:
            raise _unwritten("GITHUB_STEP_SUMMARY", error) from error


def links() -> Links:
    """Return where the files and the run of this job can be looked at; outside of GitHub Actions nowhere."""
    found = {name: os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA", "RUN_ID")}
    return Links.of(
        server=found["SERVER_URL"], repository=found["REPOSITORY"], commit=found["SHA"], run_id=found["RUN_ID"]
    )


def _unwritten(name: str, error: OSError) -> UnavailableError:
    return UnavailableError(
        "The runner could not be told what came out; what the verb wrote stands.",
        field=name,
        found=error.strerror or str(error),
        fix="Look at the runner's disk, then run the job again.",
    )
