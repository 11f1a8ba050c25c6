"""What is live where, since when, and what was: as ``environments.json`` declares it and git remembers (pure)."""

from collections.abc import Mapping
from typing import Any

from mlops.render import Safe
from mlops.site.facts import History, SiteFacts, Switched
from mlops.site.words import WRONG_CLOCK, card_link, commit_link, day, environment_name, minute, named, task_name

NEWEST = 50


def environments(facts: SiteFacts) -> list[dict[str, Any]]:
    """Return each environment with what it is to serve of each declared task."""
    cards = {model.record.id: model.record.verdict for task in facts.tasks for model in task.models}
    found = []
    for name, served in sorted(facts.declared.items()):
        tasks = sorted({task.name for task in facts.tasks} | served.keys())
        rows = [
            {
                "task": task_name(task),
                "model": _model(served.get(task, ""), cards, facts.address),
                "verdict": Safe(cards[served[task]]) if served.get(task, "") in cards else "",
                "since": _since(name, task, served[task], facts) if task in served else "",
            }
            for task in tasks
        ]
        found.append({"name": environment_name(name), "tasks": rows})
    return found


def changes(facts: SiteFacts) -> dict[str, Any]:
    """Return the changes of what is live, the newest first, and how many older ones are left out."""
    cards = {model.record.id: model.record.verdict for task in facts.tasks for model in task.models}
    switches = facts.history.switches
    rows = [
        {
            "when": Safe(f"not known, {WRONG_CLOCK}") if one.doubted else minute(one.time),
            "commit": commit_link(one.commit, facts.address),
            "environment": environment_name(one.environment),
            "task": task_name(one.task),
            "before": _before(one, facts.history, cards, facts.address),
            "after": _model(one.after, cards, facts.address) or Safe("none"),
        }
        for one in reversed(switches[-NEWEST:])
    ]
    return {"rows": rows, "older": max(0, len(switches) - NEWEST)}


def live_by_model(declared: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return by model the environments that it is declared in."""
    found: dict[str, list[str]] = {}
    for name, served in sorted(declared.items()):
        for model in served.values():
            found.setdefault(model, []).append(environment_name(name))
    return found


def _model(model: str, cards: Mapping[str, str], address: str) -> str:
    return card_link(model, address) if model in cards else named(model) if model else ""


def _before(one: Switched, history: History, cards: Mapping[str, str], address: str) -> str:
    if not one.before:
        return Safe("not known" if one.commit in history.horizon else "none")
    return _model(one.before, cards, address)


def _since(environment: str, task: str, model: str, facts: SiteFacts) -> Safe:
    """Return since when a model is declared, as far as git tells."""
    own = [one for one in facts.history.switches if (one.environment, one.task) == (environment, task)]
    if facts.history.unknown or not own:
        return Safe("since when is not known")
    if own[-1].after != model:
        return Safe("not committed yet")
    commit = commit_link(own[-1].commit, facts.address)
    if own[-1].doubted:
        return Safe(f"since when is not known, {WRONG_CLOCK}, {commit}")
    earlier = " or earlier" if own[-1].commit in facts.history.horizon else ""
    return Safe(f"since {day(own[-1].time)}{earlier}, {commit}")
