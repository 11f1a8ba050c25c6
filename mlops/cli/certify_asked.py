"""What ``mlops certify`` is asked: the task's rules, the profile, the artifact; nothing here imports a learner."""

from dataclasses import dataclass
from pathlib import Path

from mlops.certification_settings import CertificationSettings
from mlops.cli.common import newest_manifest
from mlops.config import Settings
from mlops.errors import UsageRefusedError


@dataclass(frozen=True)
class Asked:
    """What is to be certified, and how.

    Attributes:
        task: The task.
        artifact: The folder that training left.
        profile: The name of the profile that judges.
        as_of: The day, ``YYYY-MM-DD``; None takes the dataset's.
        run_url: The run on GitHub; empty when local.
    """

    task: str
    artifact: Path
    profile: str
    as_of: str | None
    run_url: str


def rules_of(task: str, settings: Settings) -> CertificationSettings:
    """Return when a task's models are certified; raises UsageRefusedError for a task that knows no certificate."""
    rules = settings.task(task).certification
    if rules is None:
        raise UsageRefusedError(
            "This task knows no certificate.",
            field=f"tasks.{task}.certification",
            expected="a table of criteria, tiers and expiry",
            found="nothing",
            fix="Declare it in mlops.toml (docs/certification.md), or name a task that has it: claims.",
        )
    return rules


def profile_of(name: str | None, task: str, rules: CertificationSettings) -> str:
    """Return the profile that judges; raises UsageRefusedError when none has the name."""
    if name is None or name in rules.profiles:
        return name or rules.profile
    raise UsageRefusedError(
        "There is no such profile.",
        field="--profile",
        expected=" or ".join(sorted(rules.profiles)),
        found=ascii(name[:100]),
        fix=f"Name one that [tasks.{task}.certification.profiles] in mlops.toml declares.",
    )


def newest_artifact(root: Path, task: str) -> Path:
    """Return where training leaves the model of the task's newest dataset."""
    return root / "dist" / newest_manifest(root, task).stem
