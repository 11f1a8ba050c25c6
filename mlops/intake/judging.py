"""The verdict on what a change brings: the worst of its parts (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

from mlops.gate.report import Verdict
from mlops.intake.document import BatchEntry

_WORST_FIRST: tuple[Verdict, ...] = ("fail", "inconclusive")


class Found(NamedTuple):
    """What was found out about a change.

    Attributes:
        batches: Its pending batches.
        audit: The verdict of gate 2 and its reason; None where it was not asked.
        problems: What does not hold.
    """

    batches: Sequence[BatchEntry]
    audit: tuple[Verdict, str] | None
    problems: Sequence[str]


def judge(found: Found) -> tuple[Verdict, str]:
    """Return the verdict and its reason in a sentence."""
    verdicts: list[tuple[Verdict, str]] = [("fail", problem) for problem in found.problems]
    verdicts += [(entry.verdict, f"{entry.batch}: {entry.reason}") for entry in found.batches]
    if found.audit is not None:
        verdicts.append((found.audit[0], f"The audit of the dataset: {found.audit[1]}"))
    for worst in _WORST_FIRST:
        reasons = [reason for verdict, reason in verdicts if verdict == worst]
        if reasons:
            return worst, reasons[0]
    if not found.batches:
        return "pass", "No batch is pending, and what is committed holds."
    count = len(found.batches)
    return "pass", f"{count:,} pending {'batch' if count == 1 else 'batches'} can be integrated."
