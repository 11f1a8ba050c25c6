"""Does a line of the ledger follow from its report? The report is judged again, and the line written again (pure)."""

from collections.abc import Iterator
from itertools import zip_longest

from mlops.certification.document import CertificationReport, LedgerLine
from mlops.certification.judging import judge
from mlops.certification.ledger import Ledger
from mlops.certification.status import policy_sha256
from mlops.errors import InputRefusedError
from mlops.gate.report import CriterionResult

_WORDS = {"reason"}
_NOT_COMPARED = {"report_sha256", "sha256", "why_not"}  # the hash found the report; words may be said better one day


def check_line(line: LedgerLine, report: CertificationReport, before: Ledger, *, file: object) -> None:
    """Refuse a line that is not what its report, judged again, would be recorded as.

    Args:
        line: The line.
        report: The report that it names.
        before: The ledger up to the line, without it.
        file: The report's file, for the letter.

    Raises:
        InputRefusedError: The policy in the report is not the one it is bound to, its judgement does not follow from
            its numbers, or the line says something else than the report.
    """
    check_report(report, file=file)
    written = before.line_of(report)
    for field in sorted(type(line).model_fields.keys() - _NOT_COMPARED):
        if getattr(line, field) != getattr(written, field):
            where = f"{field} of line {line.sequence} of the ledger"
            raise _refused(file, where, str(getattr(written, field)), str(getattr(line, field)))


def check_report(report: CertificationReport, *, file: object) -> None:
    """Refuse a report that does not follow from its own numbers.

    Args:
        report: The report.
        file: Its file, for the letter.

    Raises:
        InputRefusedError: The policy is not the one it is bound to, or its judgement says something else.
    """
    for field, expected, found in differences(report):
        raise _refused(file, field, expected, found)


def differences(report: CertificationReport) -> Iterator[tuple[str, str, str]]:
    """Yield field, expected and found where a report says something else than follows from its own numbers."""
    policy = policy_sha256(report.policy)
    if policy != report.bindings.policy_sha256:
        yield "bindings.policy_sha256", policy, report.bindings.policy_sha256
    if report.profile not in report.policy.profiles:
        yield "profile", " or ".join(sorted(report.policy.profiles)), report.profile
        return
    again = judge(report.performance, report.policy, report.profile, report.gates)
    for fresh, kept in zip_longest(again.criteria, report.criteria):
        if fresh is None or kept is None or fresh.model_dump(exclude=_WORDS) != kept.model_dump(exclude=_WORDS):
            yield f"criteria.{(kept or fresh).metric}", _said(fresh), _said(kept)
    for field, found in (("verdict", again.verdict), ("best_tier", again.best_tier)):
        if getattr(report, field) != found:
            yield field, found, getattr(report, field)


def _said(result: CriterionResult | None) -> str:
    return "nothing" if result is None else f"{result.verdict}, {result.value} [{result.lower}, {result.upper}]"


def _refused(file: object, field: str, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The record does not follow from the numbers of its report.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        why="A verdict was typed, or the code that judges has changed since.",
        fix="Certify the artifact again and record that run; an older line stays what it was.",
    )
