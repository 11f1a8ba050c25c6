"""The page about what a change brings: for the summary of a run and, the same, for the comment on a pull request."""

from mlops.intake.document import BatchEntry, IntakeReport
from mlops.render import Safe, render
from mlops.reporting import MARKS, Links

_STEPS = {
    "pass": "Merge it. The next certification integrates what is pending, by a pull request with the new dataset.",
    "fail": "Mend the rows at their source and push the mended file; the quarantine in the run's artifact names them.",
    "inconclusive": "There is too little data to decide. Hand in the batch together with the next one, or more rows.",
}


def page_of(report: IntakeReport, links: Links | None = None) -> str:
    """Return the page.

    Args:
        report: What was found.
        links: Where the run can be looked at; None for the summary of that run itself.
    """
    facts = {
        "mark": Safe(MARKS[report.verdict]),
        "verdict": Safe(report.verdict),
        "task": report.task,
        "reason": report.reason,
        "base": report.base,
        "dataset": report.dataset_id,
        "sha256": Safe(report.dataset_sha256),
        "rows": Safe(f"{report.rows:,}"),
        "batches": [_batch(entry) for entry in report.batches],
        "audit": Safe(report.audit or ""),
        "audit_mark": Safe(MARKS[report.audit] if report.audit else ""),
        "audit_reason": report.audit_reason,
        "problems": list(report.problems),
        "step": _STEPS[report.verdict],
        "run": Safe("" if links is None else links.to_run("The run")),
    }
    return render("intake/report.md.j2", facts)


def _batch(entry: BatchEntry) -> dict[str, object]:
    return {
        "batch": entry.batch,
        "mark": Safe(MARKS[entry.verdict]),
        "verdict": Safe(entry.verdict),
        "reason": entry.reason,
        "score": Safe("" if entry.score is None else f"{entry.score:.4f}"),
        **{
            name: Safe(f"{getattr(entry, name):,}")
            for name in ("received", "added", "revised", "identical", "quarantined")
        },
        "champion": entry.champion,
        "notes": list(entry.notes),
    }
