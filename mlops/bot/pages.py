"""What the bot writes for people: comments, check runs and pull requests, rendered from documents by this package."""

from mlops import registry
from mlops.bot.settings import Settings
from mlops.gate import GateReport
from mlops.registry import Record
from mlops.render import Safe, render
from mlops.reporting import COMMENT_LIMIT, Links, digest_of, fit, summary_of
from mlops.words import bounds, count, metric_name, metric_order, moment, rate, threshold

_KEYS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_:")
_OVERHEAD = 1_000
_DIGEST = 600  # a report may name any number of criteria


def links_at(settings: Settings, commit: str) -> Links:
    """Return where the files of ``commit`` and this run can be looked at."""
    return Links(repository=settings.repository_url, commit=commit, run=settings.run_url)


def marker(key: str, digest: str = "") -> str:
    """Return the invisible note by which a comment is found again, with what it says in one line.

    Raises:
        ValueError: The key could end the note: keys are ours, so this is a bug.
    """
    if not key or not set(key) <= _KEYS or "--" in key:
        raise ValueError(f"no key of a comment: {key!r}")
    return f"{marker_start(key)}{digest[:_DIGEST]} -->"


def marker_start(key: str) -> str:
    """Return how the note of ``key`` begins, whatever it says."""
    return f"<!-- mlops:{key} "


def verdict_comment(report: GateReport, key: str, links: Links) -> str:
    """Return the comment about a verdict, within what GitHub takes."""
    note = marker(key, digest_of(report))
    body = summary_of(report, links=links, compact=True)
    return f"{note}\n{_fitted(body, links)}"


def verdict_summary(report: GateReport, links: Links) -> str:
    """Return the page of a check run, within what GitHub takes."""
    return _fitted(summary_of(report, links=links), links)


def announcement(record: Record, key: str, links: Links, report: GateReport | None = None) -> str:
    """Return the comment that tells of a refreshed model, from its card's record, and of its verdict if it is given."""
    name = registry.path_of(record.id).as_posix()
    rows = [
        {
            "name": metric_name(metric),
            "value": rate(found.value),
            "bounds": bounds(found),
            "n": count(found.n),
        }
        for metric, found in sorted(record.metrics.items(), key=lambda item: metric_order(item[0]))
    ]
    body = render(
        "bot/announcement.md.j2",
        {
            "card": Safe(links.to_file(name, name)),
            "confidence": threshold(record.confidence),
            "metrics": rows,
            "verdict": Safe(record.verdict),
            "rows": count(record.rows),
            "dataset": record.dataset.id,
            "dataset_rows": count(record.dataset.rows),
            "trained": moment(record.trained_at),
            "hashes": [
                ("Model", Safe(record.model_sha256)),
                ("Dataset", Safe(record.dataset.sha256)),
                ("Artifact", Safe(record.artifact_sha256)),
                ("Policy", Safe(record.policy_sha256)),
            ],
        },
    )
    if report is not None:
        body += f"\n{summary_of(report, links=links, compact=True)}"
    return f"{marker(key, f'card={record.artifact_sha256}')}\n{_fitted(body, links)}"


def card_pull_request(report: GateReport, links: Links) -> str:
    """Return the body of the pull request that publishes a card."""
    name = registry.path_of(report.model_id).as_posix()
    summary = Safe(summary_of(report, links=links, compact=True))
    facts = {"card": Safe(links.to_file(name, name)), "summary": summary}
    return _fitted(render("bot/card_pull_request.md.j2", facts), links)


def release_body(report: GateReport, links: Links) -> str:
    """Return the notes of a release: the verdict that let it through."""
    return _fitted(summary_of(report, links=links), links)


def _fitted(body: str, links: Links) -> str:
    return fit(body, COMMENT_LIMIT - _OVERHEAD, whole=links.to_run("the run's summary and artifact"))
