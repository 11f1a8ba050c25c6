"""Check runs and statuses of a commit as GraphQL shows them, and whether they let a pull request be merged."""

from tests.fakes.github import shapes
from tests.fakes.github.graphql.asking import Asked, Given, Record, connection
from tests.fakes.github.settings import Ruleset
from tests.fakes.github.state import CheckRun, Pull, State, Status

_FINE = frozenset({"success", "neutral", "skipped"})
_WAITING = frozenset({"pending", "expected", None})
Context = CheckRun | Status


def contexts(state: State, sha: str) -> list[Context]:
    """Return the newest check run of each name and App, and the newest status of each context."""
    newest: dict[tuple[str, object], Context] = {}
    for run in state.checks.values():
        if run.head_sha == sha:
            newest[run.name, run.author.app_id] = run
    for status in state.statuses:
        if status.sha == sha:
            newest[status.context, "status"] = status
    return list(newest.values())


def required(state: State, branch: str) -> dict[str, int | None]:
    """Return the names of the checks that a branch requires, each with the App that must report it, None for any."""
    protection = state.protections.get(branch)
    found = dict(protection.checks) if protection else {}
    for ruleset in state.rulesets.values():
        if ruleset.enforcement == "active" and ruleset.target == "branch" and _covers(ruleset, branch):
            for rule in ruleset.rules:
                for check in rule.get("parameters", {}).get("required_status_checks", ()):
                    found[check["context"]] = check.get("integration_id")
    return found


def _covers(ruleset: Ruleset, branch: str) -> bool:
    """Tell whether a ruleset names a branch; patterns are beyond the stand-in."""
    names = ruleset.conditions.get("ref_name", {})
    default = {"~DEFAULT_BRANCH"} if branch == shapes.MAIN else set()
    wanted = {"~ALL", f"refs/heads/{branch}"} | default
    return bool(wanted & set(names.get("include", ()))) and not wanted & set(names.get("exclude", ()))


def missing(state: State, pull: Pull) -> list[str]:
    """Return the names of the required checks that a pull request has not passed."""
    passed = {
        (_name(context), app)
        for context in contexts(state, pull.head_sha)
        if _result(context) in _FINE
        for app in (None, context.author.app_id)
    }
    return [name for name, app in required(state, pull.base).items() if (name, app) not in passed]


def _name(context: Context) -> str:
    return context.name if isinstance(context, CheckRun) else context.context


def _result(context: Context) -> str | None:
    return context.conclusion if isinstance(context, CheckRun) else context.state


def rollup(asked: Asked, sha: str) -> Record | None:
    """Return all checks of a commit as one; None when there are none."""
    found = contexts(asked.state, sha)
    results = {_result(context) for context in found}
    if not found:
        return None
    state = "FAILURE" if results - _FINE - _WAITING else "PENDING" if results & _WAITING else "SUCCESS"
    return {
        "__typename": "StatusCheckRollup",
        "id": shapes.node("SCR", sha),
        "state": state,
        "contexts": lambda _, given: connection("StatusCheckRollupContext", found, _shown, given),
    }


def _shown(context: Context) -> Record:
    """Return a check run or a status."""
    if isinstance(context, Status):
        return {
            "__typename": "StatusContext",
            "id": shapes.node("SC", context.number),
            "context": context.context,
            "state": context.state.upper(),
            "description": context.description,
            "targetUrl": context.target_url,
            "createdAt": context.created,
            "isRequired": lambda asked, given: _is_required(asked, context, given),
        }
    return {
        "__typename": "CheckRun",
        "id": shapes.node("CR", context.number),
        "databaseId": context.number,
        "name": context.name,
        "status": context.status.upper(),
        "conclusion": context.conclusion and context.conclusion.upper(),
        "startedAt": context.started,
        "completedAt": context.completed,
        "detailsUrl": context.details_url,
        "title": context.title,
        "summary": context.summary,
        "text": context.text,
        "checkSuite": {"__typename": "CheckSuite", "workflowRun": None},
        "isRequired": lambda asked, given: _is_required(asked, context, given),
    }


def _is_required(asked: Asked, context: Context, given: Given) -> bool:
    """Tell whether a pull request needs this check."""
    number = given.get("pullRequestNumber") or int(str(given["pullRequestId"]).rpartition("_")[2])
    pull = asked.state.issues[number].pull
    return pull is not None and required(asked.state, pull.base).get(_name(context), 0) in {None, context.author.app_id}
