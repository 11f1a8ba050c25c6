"""Which runs count towards a certificate (pure).

A rerun on the same rows tells nothing new: three of them would certify whatever one of them does. So a run counts when
its dataset is new and its test block holds rows that no run has scored before. They are told by their day, not by their
ids: a row that lies after every day tested before cannot have been tested, and a day is all that the ledger must
remember (docs/adr/0027-certified-means-three-counting-runs.md).
"""

from collections.abc import Sequence

from mlops.certification.document import CertificationReport, Counted, LedgerLine


def count(report: CertificationReport, earlier: Sequence[LedgerLine]) -> Counted:
    """Decide whether a run counts after the runs ``earlier``, the oldest first."""
    last = max((line.tested.last for line in earlier), default="")
    new = sum(rows for day, rows in report.performance.tested.by_day.items() if day > last)
    return Counted(not (why := _why_not(report, earlier, new, last)), why, new)


def _why_not(report: CertificationReport, earlier: Sequence[LedgerLine], new: int, last: str) -> str:
    """Return why a run does not count; empty if it does."""
    same = [line for line in earlier if line.dataset_sha256 == report.bindings.dataset_sha256]
    if report.verdict != "pass":
        return f"The run is not green: its verdict is {report.verdict}."
    if same:
        return (
            f"The same dataset was certified before, in run {same[0].sequence} of {same[0].date}: a repeat can break "
            "the streak, never extend it."
        )
    wanted = report.policy.min_new_test_rows
    if new < wanted:
        after = f"later than {last}, the last day tested before" if last else "there"
        return f"Only {new:,} of its test rows are {after}; {wanted:,} are asked for."
    return ""
