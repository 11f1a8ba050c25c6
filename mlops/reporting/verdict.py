"""The gate's report as one page of Markdown: for the step's summary, comments and check runs."""

from collections.abc import Sequence
from typing import Any

from mlops.errors import UsageRefusedError
from mlops.gate import GateReport
from mlops.ids import ModelId
from mlops.manifest import path_of
from mlops.render import Safe, render
from mlops.reporting import tables
from mlops.reporting.digest import Digest, changes_since, digest_of, name_of_earlier
from mlops.reporting.following import following_of
from mlops.reporting.gauge import gauge
from mlops.reporting.history import HistoryPoint, history_of
from mlops.reporting.lines import MARKS
from mlops.reporting.links import Links
from mlops.words import commit, threshold

_WHOLE, _COMPACT = "summary/verdict.md.j2", "summary/verdict_compact.md.j2"
_NOWHERE = Links()
_HEADLINES = {
    "pass": "pass",
    "fail": "fail. It must not be deployed",
    "inconclusive": "inconclusive. It blocks like a fail",
}


def summary_of(
    report: GateReport,
    *,
    history: Sequence[HistoryPoint] = (),
    links: Links = _NOWHERE,
    compact: bool = False,
    worst_slice: str = "",
    since: Digest | None = None,
) -> str:
    """Return ``report`` as Markdown: verdict, criteria, what blocks, what to do now, and the bytes that it is about.

    Args:
        report: The gate's report; none of its text can change the page's structure.
        history: Earlier versions of the task, oldest first.
        links: Where files and the run can be looked at.
        compact: Whether to leave out what a comment has no room for: history, misjudged rows and single slices.
        worst_slice: The worst slice in words, for a report that has no diagnosis.
        since: What an earlier comment said, to show what moved.
    """
    diagnosis = report.diagnosis
    facts: dict[str, Any] = {
        **judged_facts(report, since),
        "headline": Safe(_HEADLINES[report.verdict]),
        "first_version": report.first_version,
        **_names(report, links),
        "gauge": gauge(report.criteria),
        "slices": tables.slices(report),
        "worst_slice": diagnosis.worst_slice if diagnosis is not None else worst_slice,
        "seeds": tables.seeds(report),
        "loosened": [(one.field, one.base, one.head) for one in report.loosened],
        "warnings": tables.unsaid(report),
        "holdout": tables.holdout(report),
        "history": history_of(report, history),
        "advice": diagnosis.advice if diagnosis is not None else (),
        "errors": tables.errors(report),
        "following": following_of(report),
        "bindings": tables.bindings(report),
        "commit": commit(report.bindings.code_commit),
        "dirty": report.bindings.code_dirty,
        "run": _run(report, links),
    }
    return render(_COMPACT if compact else _WHOLE, facts)


def judged_facts(report: GateReport, since: Digest | None) -> dict[str, Any]:
    """Return what any page says of a verdict: its word, its criteria, its reasons and the comparison.

    Args:
        report: The gate's report.
        since: What an earlier comment said, to show what moved.
    """
    now = digest_of(report)
    return {
        "mark": Safe(MARKS[report.verdict]),
        "verdict": Safe(report.verdict),
        "reason": report.reason,
        "criteria": tables.criteria(report, changes_since(now, since)),
        "since": name_of_earlier(now, since),
        "reasons": tables.reasons(report),
        "confidence": threshold(report.policy.confidence),
        "comparison": tables.comparison(report),
    }


def _names(report: GateReport, links: Links) -> dict[str, str]:
    """Return model and dataset by name, linked where an id is one."""
    try:
        model = ModelId.parse(report.model_id)
    except UsageRefusedError:
        return {"model": report.model_id, "dataset": Safe("of the hash below"), "policy": Safe("mlops.toml")}
    dataset = model.dataset
    return {
        "model": Safe(str(model)),
        "dataset": Safe(links.to_file(str(path_of(dataset).as_posix()), str(dataset))),
        "policy": Safe(links.to_file("mlops.toml", "mlops.toml")),
    }


def _run(report: GateReport, links: Links) -> str:
    """Return a link to the run that judged."""
    url = report.bindings.run_url or links.run
    return Safe(Links(run=url).to_run("judged by this run" if url else "judged locally"))
