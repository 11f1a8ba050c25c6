"""What comes after a verdict: the one command that a person would type next."""

from typing import NamedTuple

from mlops.errors import UsageRefusedError
from mlops.gate import GateReport
from mlops.ids import parse_task
from mlops.render import Safe

CERTIFIED = frozenset({"claims"})
"""Tasks whose models are trained, judged and recorded by claims-certify.yml; the others have a workflow a step."""


class Following(NamedTuple):
    """What to do after a verdict.

    Attributes:
        words: What the commands do.
        commands: Shell commands, in their order; made of fixed words and hashes alone.
    """

    words: Safe
    commands: tuple[Safe, ...]


def following_of(report: GateReport) -> Following:
    """Return the next step: publish and deploy what passed, train again after a fail, label after an inconclusive."""
    dataset = report.bindings.dataset_sha256
    if report.task in CERTIFIED:
        return _certifying(report, dataset)
    if report.verdict == "pass":
        return Following(
            Safe("Publish the card; once it is merged, deploy:"),
            (
                Safe(f"gh workflow run publish-model-card.yml \\\n  -f dataset_hash={dataset}"),
                Safe(f"gh workflow run model-deploy.yml -f environment=production \\\n  -f dataset_hash={dataset}"),
            ),
        )
    if report.verdict == "fail":
        return Following(
            Safe("After the change, train again; where the data changed, pin it first and pass its new hash:"),
            (Safe(f"gh workflow run entity-resolution-train.yml \\\n  -f dataset_hash={dataset}"),),
        )
    return Following(
        Safe("Label the rows, pin the new file, commit its manifest, then train on it:"),
        (
            Safe(f"mlops pin {_task(report)} FILE"),
            Safe("gh workflow run entity-resolution-train.yml -f dataset_date=YYYYMMDD"),
        ),
    )


def _certifying(report: GateReport, dataset: str) -> Following:
    """Return the next step of a task that one workflow certifies: after this gate, its other gates and the ledger."""
    again = Safe(f"gh workflow run claims-certify.yml \\\n  -f dataset_hash={dataset}")
    if report.verdict == "pass":
        return Following(Safe("Certify it: the other gates, and a line in the ledger:"), (again,))
    if report.verdict == "fail":
        return Following(Safe("After the change, certify again:"), (again,))
    return Following(
        Safe("Hand in the next batch by pull request; once it is merged, certify:"),
        (Safe("gh workflow run claims-certify.yml"),),
    )


def _task(report: GateReport) -> str:
    """Return the task's name if it is one: it stands in a command."""
    try:
        return parse_task(report.task)
    except UsageRefusedError:
        return "TASK"
