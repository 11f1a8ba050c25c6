"""What a check is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from mlops.documents import Part

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class Trouble:
    """Something that a check found, before it is known which check.

    Attributes:
        file: Relative to the folder; empty for what stands in the repository's settings on GitHub.
        line: Counted from 1; 0 for the file as a whole.
        what: One sentence: what is so.
        fix: The lines to write or the command to run.
        why: Why it is wrong, where that differs from what the check says of all that it finds.
        severity: Where it differs from the check's.
    """

    file: str
    line: int
    what: str
    fix: str
    why: str = ""
    severity: Severity | None = None


S = TypeVar("S")


@dataclass(frozen=True)
class Check(Generic[S]):
    """A trap that is looked for.

    Attributes:
        code: Its name: short, and never changed once it is published.
        severity: ``block``: a change can get past the gate, waits for ever, or a job is not what it seems. ``warn``: a
            risk.
        title: What it finds, in a few words.
        why: What happens then.
        look: Yields what it finds.
    """

    code: str
    severity: Severity
    title: str
    why: str
    look: Callable[[S], Iterator[Trouble]]


class Finding(Part):
    """Something that is wrong, and what to do about it.

    Attributes:
        code: Name of the check that found it.
        severity: ``block`` or ``warn``.
        file: Relative to the folder; empty for a setting on GitHub.
        line: Counted from 1; 0 for the file as a whole.
        what: What is so.
        why: What happens then.
        fix: The lines to write or the command to run.
    """

    code: str
    severity: Severity
    file: str
    line: int
    what: str
    why: str
    fix: str


def run(checks: "tuple[Check[S], ...]", subject: S) -> Iterator[Finding]:
    """Yield what the checks find in ``subject``."""
    for check in checks:
        for found in check.look(subject):
            yield Finding(
                code=check.code,
                severity=found.severity or check.severity,
                file=found.file,
                line=found.line,
                what=found.what,
                why=found.why or check.why,
                fix=found.fix,
            )
