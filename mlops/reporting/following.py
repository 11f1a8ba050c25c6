"""What comes after a verdict: the one command that a person would type next."""

from typing import NamedTuple

from mlops.gate import GateReport
from mlops.render import Safe


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
    if report.verdict == "pass":
        return Following(
            Safe("Publish the card; once it is merged, deploy:"),
            (
                Safe(f"gh workflow run publish-model-card.yml -f dataset_hash={dataset}"),
                Safe(f"gh workflow run model-deploy.yml -f environment=production -f dataset_hash={dataset}"),
            ),
        )
    if report.verdict == "fail":
        return Following(
            Safe("After the change, train again; where the data changed, pin it first and pass its new hash:"),
            (Safe(f"gh workflow run entity-resolution-train.yml -f dataset_hash={dataset}"),),
        )
    return Following(
        Safe("Label the rows, pin the new file, commit its manifest, then train on it:"),
        (
            Safe("mlops pin er FILE"),
            Safe("gh workflow run entity-resolution-train.yml -f dataset_date=YYYYMMDD"),
        ),
    )
