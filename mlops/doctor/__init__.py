"""GitHub's traps: workflows that look right and hold nothing back, or hold everything back for ever.

The checks read files and facts alone; whoever asks GitHub hands in what it said (:class:`Live`).
"""

from mlops.doctor import settings
from mlops.doctor.findings import Check, Finding, run
from mlops.doctor.live import Branch, Demand, Live, Place, Survey, Unknown, joined, target
from mlops.doctor.reading import ACTIONS_APP, Repository, Required, examined, read
from mlops.doctor.registry import STATIC
from mlops.doctor.report import DoctorReport, conclude

LIVE = settings.CHECKS

__all__ = [
    "ACTIONS_APP",
    "LIVE",
    "STATIC",
    "Branch",
    "Check",
    "Demand",
    "DoctorReport",
    "Finding",
    "Live",
    "Place",
    "Repository",
    "Required",
    "Survey",
    "Unknown",
    "examine",
    "examined",
    "joined",
    "read",
    "target",
]


def examine(repository: Repository, live: Live | None = None, toml: str = "") -> DoctorReport:
    """Return everything that is wrong with a repository.

    Args:
        repository: Its files; with ``live`` also what GitHub requires (:func:`joined`).
        live: What GitHub says; None where it was not asked.
        toml: The text of ``mlops.toml``.
    """
    found = list(run(STATIC, repository))
    if live is not None:
        found += run(LIVE, Survey(repository, live))
        queued = {each.file for each in found if each.code == "merge-queue-unserved"}
        found = [each for each in found if each.code != "required-check-no-merge-group" or each.file not in queued]
    lines = {each.file: each.lines for each in repository.files} | {"mlops.toml": tuple(toml.split("\n"))}
    return conclude(
        repository,
        found,
        checks=len(STATIC) + (len(LIVE) if live is not None else 0),
        lines=lines,
        unknown=live.unknown if live is not None else None,
    )
