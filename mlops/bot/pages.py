"""What the bot writes for people: comments, check runs and pull requests, rendered from documents by this package."""

from collections.abc import Mapping

from mlops import registry
from mlops.bot.settings import Settings
from mlops.environments import parse_environment
from mlops.gate import GateReport
from mlops.ids import DatasetId, ModelId
from mlops.intake import IntakeReport, page_of
from mlops.manifest import path_of
from mlops.metrics import Estimate
from mlops.promotion import Promotion
from mlops.registry import Record
from mlops.render import Safe, render
from mlops.reporting import (
    COMMENT_LIMIT,
    MARKS,
    Digest,
    Links,
    changes_since,
    digest_of_record,
    fit,
    judged_facts,
    name_of_earlier,
    summary_of,
)
from mlops.words import bounds, count, metric_name, metric_order, moment, rate, threshold

_OVERHEAD = 1_500
"""Bytes that are left for a comment's note."""


def links_at(settings: Settings, commit: str) -> Links:
    """Return where the files of ``commit`` and this run can be looked at."""
    return Links(repository=settings.repository_url, commit=commit, run=settings.run_url)


def verdict_comment(report: GateReport, links: Links, since: Digest | None = None) -> str:
    """Return the comment about a verdict, within what GitHub takes.

    Args:
        report: The gate's report.
        links: Where files and the run can be looked at.
        since: What the comment said before.
    """
    return _fitted(summary_of(report, links=links, compact=True, since=since), links)


def intake_comment(report: IntakeReport, links: Links) -> str:
    """Return the comment about what a pull request brings for a dataset, within what GitHub takes."""
    return _fitted(page_of(report, links), links)


def verdict_summary(report: GateReport, links: Links) -> str:
    """Return the page of a check run, within what GitHub takes."""
    return _fitted(summary_of(report, links=links), links)


def announcement(record: Record, links: Links, report: GateReport | None = None, since: Digest | None = None) -> str:
    """Return the comment that tells of a refreshed model: its metrics, against the thresholds if a verdict is given.

    Args:
        record: The record in the model's card.
        links: Where the files of the commit that holds the card can be looked at.
        report: The verdict about the model.
        since: What an earlier announcement said.
    """
    card = registry.path_of(record.id).as_posix()
    moved = changes_since(digest_of_record(record), since)
    dataset = DatasetId.parse(record.dataset.id)
    facts = {
        "mark": Safe(MARKS[record.verdict]),
        "verdict": Safe(record.verdict),
        "confidence": threshold(record.confidence),
        "since": name_of_earlier(digest_of_record(record), since),
        "other_rows": since is not None and _is_other_dataset(since.model_id, dataset),
        "reasons": (),
        "reason": "",
        "comparison": None,
        "criteria": (),
        **({} if report is None else judged_facts(report, since)),
        "judged": report is not None,
        "model": Safe(str(ModelId.parse(record.id))),
        "card": Safe(links.to_file(card, card)),
        "metrics": [_metric(name, found, moved) for name, found in _in_order(record)],
        "rows": count(record.rows),
        "dataset": Safe(links.to_file(path_of(dataset).as_posix(), str(dataset))),
        "dataset_rows": count(record.dataset.rows),
        "dataset_sha256": Safe(record.dataset.sha256),
        "trained": moment(record.trained_at),
        "hashes": [
            (Safe("Model"), Safe(record.model_sha256)),
            (Safe("Artifact"), Safe(record.artifact_sha256)),
            (Safe("Evaluation"), Safe(record.evaluation_sha256)),
            (Safe("Policy"), Safe(record.policy_sha256)),
        ],
    }
    return _fitted(render("bot/announcement.md.j2", facts), links)


def _is_other_dataset(model_id: str, dataset: DatasetId) -> bool:
    return bool(model_id) and ModelId.parse(model_id).dataset != dataset


def _in_order(record: Record) -> list[tuple[str, Estimate]]:
    return sorted(record.metrics.items(), key=lambda item: metric_order(item[0]))


def _metric(name: str, found: Estimate, moved: Mapping[str, Safe]) -> dict[str, str]:
    return {
        "name": metric_name(name),
        "value": rate(found.value),
        "since": moved.get(name, Safe("")),
        "bounds": bounds(found),
        "n": count(found.n),
    }


def card_pull_request(report: GateReport, links: Links) -> str:
    """Return the body of the pull request that publishes a card."""
    name = registry.path_of(report.model_id).as_posix()
    summary = Safe(summary_of(report, links=links, compact=True))
    facts = {"card": Safe(links.to_file(name, name)), "summary": summary}
    return _fitted(render("bot/card_pull_request.md.j2", facts), links)


def records_pull_request(task: str, links: Links) -> str:
    """Return the body of the pull request with the records of a certification."""
    facts = {"task": Safe(task), "run": Safe(links.to_run("The run that certified"))}
    return _fitted(render("bot/records_pull_request.md.j2", facts), links)


def promotion_pull_request(promotion: Promotion, model: ModelId, environment: str, links: Links) -> str:
    """Return the body of the pull request that has an environment be served by a model."""

    def linked(name: str) -> Safe:
        path = registry.path_of(name).as_posix()
        return Safe(links.to_file(path, name))

    facts = {
        "environment": Safe(parse_environment(environment)),
        "card": linked(str(model)),
        "before": linked(promotion.before) if promotion.before else Safe("no model"),
        "reason": promotion.reason,
        "steps": Safe(", ".join(f"{share} %" for share in promotion.shares)) if len(promotion.shares) > 1 else "",
        "run": Safe(links.to_run("The run that proposes it")),
    }
    return _fitted(render("bot/promotion.md.j2", facts), links)


def release_body(report: GateReport, links: Links) -> str:
    """Return the notes of a release: the verdict that let it through."""
    return _fitted(summary_of(report, links=links), links)


def _fitted(body: str, links: Links) -> str:
    return fit(body, COMMENT_LIMIT - _OVERHEAD, whole=links.to_run("the run's summary and artifact"))
