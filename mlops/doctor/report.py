"""What the doctor says: a document, and the exit code that it means."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from mlops.doctor.findings import Finding
from mlops.doctor.live import Unknown
from mlops.doctor.reading import Repository
from mlops.documents import Document
from mlops.errors import ExitCode

_IGNORED = re.compile(r"#.*?\bmlops: ignore\[(?P<codes>[a-z0-9-]+(?:, *[a-z0-9-]+)*)\]\s+\S+\s+\S+")


class DoctorReport(Document):
    """All that was found.

    Attributes:
        outcome: ``block`` if anything blocks; else ``unknown`` if something essential could not be read; else ``warn``
            or ``clean``.
        findings: What is wrong, what blocks first.
        unknown: What could not be read; empty where GitHub was not asked.
        asked: Whether GitHub was asked.
        required: The names of the checks that are required.
        workflows: How many were read.
        actions: How many were read.
        checks: How many traps were looked for.
        set_aside: How many findings a comment with a reason sets aside.
    """

    outcome: Literal["block", "unknown", "warn", "clean"]
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    asked: bool
    required: tuple[str, ...]
    workflows: int
    actions: int
    checks: int
    set_aside: int

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code that the outcome means."""
        codes = {"block": ExitCode.FAIL, "unknown": ExitCode.UNAVAILABLE}
        return codes.get(self.outcome, ExitCode.DONE)


def conclude(
    repository: Repository,
    findings: Iterable[Finding],
    *,
    checks: int,
    lines: Mapping[str, Sequence[str]],
    unknown: tuple[Unknown, ...] | None = None,
) -> DoctorReport:
    """Return the report on a repository.

    Args:
        repository: What was looked at.
        findings: What was found.
        checks: How many traps were looked for.
        lines: The text of each file, in which a comment may set findings aside.
        unknown: What could not be read; None where GitHub was not asked.
    """
    found = list(findings)
    kept = [each for each in found if not _is_set_aside(each, lines.get(each.file, ()))]
    blocks = any(each.severity == "block" for each in kept)
    blind = any(each.essential for each in unknown or ())
    return DoctorReport(
        outcome="block" if blocks else "unknown" if blind else "warn" if kept else "clean",
        findings=tuple(sorted(kept, key=lambda each: (each.severity != "block", each.file, each.line))),
        unknown=unknown or (),
        asked=unknown is not None,
        required=tuple(dict.fromkeys(each.context for each in repository.required)),
        workflows=len(repository.workflows),
        actions=len(repository.actions),
        checks=checks,
        set_aside=len(found) - len(kept),
    )


def _is_set_aside(finding: Finding, lines: Sequence[str]) -> bool:
    """Tell whether the finding's line says in a comment that this is meant, and why, in two words at least."""
    text = lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
    return any(finding.code in re.split(r", *", match["codes"]) for match in _IGNORED.finditer(text))
