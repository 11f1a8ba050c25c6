"""Puts the page together: one file, no script, nothing from elsewhere, the same bytes for the same facts (pure)."""

import base64
import hashlib
from typing import Any

from mlops import render
from mlops.render import Safe
from mlops.site import certificate, lineage, live, models
from mlops.site.facts import SiteFacts, TaskFacts
from mlops.site.words import commit_link, minute, task_name
from mlops.words import count

GENERATOR = "mlops site build"
"""How the page names what made it: a file that does not say so is not overwritten."""


def render_page(facts: SiteFacts) -> str:
    """Return the page: HTML in UTF-8 with its style inside, allowed by its hash, and nothing else."""
    style = Safe(render.render("site/style.css", {}))
    latest = facts.history.latest
    return render.render("site/page.html.j2", {
        "generator": Safe(GENERATOR),
        "style": style,
        "policy": Safe(
            f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
        ),
        "address": Safe(facts.address),
        "repository": Safe(facts.address.rpartition("://")[2].partition("/")[2]),
        "as_of": minute(facts.as_of) if facts.as_of else "",
        "commit": commit_link(latest.commit, facts.address) if latest else "",
        "unknown": facts.history.unknown,
        "shallow": bool(facts.history.horizon),
        "glance": _glance(facts),
        "environments": live.environments(facts),
        "tasks": [_task(task, facts) for task in facts.tasks],
        "changes": live.changes(facts),
    })  # fmt: skip


def _task(task: TaskFacts, facts: SiteFacts) -> dict[str, Any]:
    cards = {model.record.id for model in task.models}
    found, address = task.certification, facts.address
    return {
        "name": task_name(task.name),
        "description": task.description,
        "charts": models.charts(task.models, facts.history.until),
        "confidence": Safe(f"{100 * task.models[-1].record.confidence:g} %") if task.models else "",
        "models": models.table(task.models, live.live_by_model(facts.declared), address, facts.history.until),
        "certificate": certificate.section(found, cards, address, facts.history.until) if found else None,
        "growth": lineage.chart(task.datasets, facts.history.until),
        "datasets": lineage.table(task.datasets, task.models, address),
    }


def _glance(facts: SiteFacts) -> list[tuple[Safe, Safe]]:
    """Return the numbers that stand at the top: how many, of what."""
    verdicts = [model.record.verdict for task in facts.tasks for model in task.models]
    serving = sum(len(served) for served in facts.declared.values())
    numbers = [
        (len(verdicts), "models"), (verdicts.count("pass"), "passed their gate"), (serving, "live"),
        (sum(len(task.datasets) for task in facts.tasks), "datasets"),
    ]  # fmt: skip
    return [(count(number), Safe(words)) for number, words in numbers]


def _hash(text: str) -> str:
    """Return the source of a policy that allows exactly this text (CSP level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
