"""Issues; a pull request is one, too."""

from collections.abc import Mapping

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.areas.labels import SCOPES, labels, named
from tests.fakes.github.areas.milestones import milestone_json
from tests.fakes.github.routing import REPO, Answer, Call, Routes, invalid, page, refused
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Issue, State

ROUTES = Routes()
MOST_TEXT = 65_536


def check_text(resource: str, text: str | None) -> None:
    """Refuse a text that GitHub would not keep."""
    if text is not None and len(text) > MOST_TEXT:
        raise refused(resource, f"body is too long (maximum is {MOST_TEXT} characters)")


def association(state: State, who: Account) -> str:
    """Return how an account stands to the repository."""
    if who.login == state.owner:
        return "OWNER"
    return "NONE" if who.login.startswith("stranger") else "CONTRIBUTOR"


def may_push(call: Call) -> bool:
    """Tell whether the one who asks may label an issue while opening it: of Apps and workflows `issues` is enough."""
    enough = call.account.kind == "Bot" or call.grant.allows("contents")
    return enough and association(call.state, call.account) != "NONE"


def issue_json(call: Call, issue: Issue) -> Json:
    """Return an issue; a pull request is one, too."""
    kind = "pull" if issue.pull else "issues"
    address, html = call.urls.api(f"/issues/{issue.number}"), call.urls.html(f"/{kind}/{issue.number}")
    found: Json = {
        "id": shapes.REPOSITORY_ID + issue.number,
        "node_id": shapes.node("PR" if issue.pull else "I", issue.number),
        "number": issue.number,
        "url": address,
        "html_url": html,
        "repository_url": call.urls.api(),
        "labels_url": f"{address}/labels{{/name}}",
        "comments_url": f"{address}/comments",
        "events_url": f"{address}/events",
        "title": issue.title,
        "body": issue.body,
        "user": shapes.account(call.urls, issue.author),
        "state": issue.state,
        "state_reason": issue.reason,
        "labels": labels(call, issue),
        "assignee": None,
        "assignees": [],
        "milestone": issue.milestone and milestone_json(call, call.state.milestones[issue.milestone]),
        "locked": issue.locked,
        "active_lock_reason": issue.lock_reason,
        "comments": sum(comment.issue == issue.number for comment in call.state.comments.values()),
        "created_at": issue.created,
        "updated_at": issue.updated,
        "closed_at": issue.closed,
        "author_association": association(call.state, issue.author),
        "performed_via_github_app": None,
    }
    if issue.pull:
        pull = call.urls.api(f"/pulls/{issue.number}")
        pages = {"html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
        found["pull_request"] = {"url": pull, **pages, "merged_at": issue.pull.merged_at}
    return found


def next_number(state: State) -> int:
    """Return the number that the next issue or pull request gets."""
    return max(state.issues, default=0) + 1


@ROUTES("GET", f"{REPO}/issues", "issues")
def list_issues(call: Call) -> Answer:
    found = [issue for _, issue in sorted(call.state.issues.items()) if _wanted(issue, call.query)]
    if call.query.get("sort") == "updated":
        found.sort(key=lambda issue: issue.updated)
    part, links = page(call, found if call.query.get("direction") == "asc" else found[::-1])
    return Answer(200, [issue_json(call, issue) for issue in part], links)


def _wanted(issue: Issue, query: Mapping[str, str]) -> bool:
    """Tell whether an issue is one of those that a list is about."""
    labelled = {name.lower() for name in issue.labels}
    milestone = query.get("milestone", "")
    return (
        query.get("state", "open") in {"all", issue.state}
        and set(filter(None, query.get("labels", "").lower().split(","))) <= labelled
        and query.get("creator", issue.author.login).lower() == issue.author.login.lower()
        and query.get("since", "") <= issue.updated
        and milestone in {"", str(issue.milestone), "none" if issue.milestone is None else "*"}
    )


@ROUTES("POST", f"{REPO}/issues", "issues")
def create_issue(call: Call) -> Answer:
    title = str(call.body["title"])
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    check_text("Issue", call.body.get("body"))
    now, number = call.state.now(), next_number(call.state)
    issue = Issue(number, title, call.body.get("body"), call.account, now, now)
    if may_push(call):  # of others GitHub drops these without a word
        issue.labels = named(call.state, call.body.get("labels", []))
        issue.milestone = _milestone(call, issue)
    call.state.issues[number] = issue
    return Answer(201, issue_json(call, issue))


@ROUTES("GET", f"{REPO}/issues/{{issue_number}}", *SCOPES)
def get_issue(call: Call) -> Answer:
    return Answer(200, issue_json(call, call.find(call.state.issues, "issue_number")))


@ROUTES("PATCH", f"{REPO}/issues/{{issue_number}}", *SCOPES)
def update_issue(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    check_text("Issue", call.body.get("body"))
    issue.title = str(call.body.get("title") or issue.title)
    issue.body = call.body.get("body", issue.body)
    issue.milestone = _milestone(call, issue)
    issue.labels = named(call.state, call.body["labels"]) if "labels" in call.body else issue.labels
    turn(call.state, issue, call.body.get("state", issue.state), call.body.get("state_reason"))
    return Answer(200, issue_json(call, issue))


def _milestone(call: Call, issue: Issue) -> int | None:
    """Return the milestone that an issue has after a request."""
    number: int | None = call.body.get("milestone", issue.milestone)
    if number is not None and number not in call.state.milestones:
        raise invalid("Issue", "milestone")
    return number


def turn(state: State, issue: Issue, to: str, reason: str | None = None) -> None:
    """Open or close an issue; a reason counts for nothing when it is in that state already."""
    issue.updated = state.now()
    if to != issue.state:
        issue.state, issue.closed = to, issue.updated if to == "closed" else None
        issue.reason = None if issue.pull else (reason or "completed") if to == "closed" else "reopened"


@ROUTES("PUT", f"{REPO}/issues/{{issue_number}}/lock", *SCOPES)
def lock_issue(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    issue.locked, issue.lock_reason = True, (call.body or {}).get("lock_reason")
    return Answer(204)


@ROUTES("DELETE", f"{REPO}/issues/{{issue_number}}/lock", *SCOPES)
def unlock_issue(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    issue.locked, issue.lock_reason = False, None
    return Answer(204)
