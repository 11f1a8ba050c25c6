"""Issues, and the labels of issues and pull requests."""

from typing import Any
from urllib.parse import quote

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, invalid, page, refused
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Issue, State

ROUTES = Routes()
MOST_TEXT = 65_536
SCOPES = ("issues", "pull_requests")


def check_text(resource: str, text: str | None) -> None:
    """Refuse a text that GitHub would not keep."""
    if text is not None and len(text) > MOST_TEXT:
        raise refused(resource, f"body is too long (maximum is {MOST_TEXT} characters)")


def association(state: State, who: Account) -> str:
    """Return how an account stands to the repository."""
    if who.login == state.owner:
        return "OWNER"
    return "NONE" if who.login.startswith("stranger") else "CONTRIBUTOR"


def labels(call: Call, issue: Issue) -> list[Json]:
    """Return the labels of an issue."""
    return [
        {
            "id": Account(name).number,
            "node_id": shapes.node("LA", Account(name).number),
            "url": call.urls.api(f"/labels/{quote(name)}"),
            "name": name,
            "color": "ededed",
            "default": False,
            "description": None,
        }
        for name in issue.labels
    ]


def issue_json(call: Call, issue: Issue) -> Json:
    """Return an issue; a pull request is one, too."""
    kind = "pull" if issue.pull else "issues"
    address, html = call.urls.api(f"/issues/{issue.number}"), call.urls.html(f"/{kind}/{issue.number}")
    found: Json = {
        "id": shapes.REPOSITORY_ID + issue.number,
        "node_id": shapes.node("I", issue.number),
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
        "state_reason": "completed" if issue.state == "closed" and not issue.pull else None,
        "labels": labels(call, issue),
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
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
    wanted = call.query.get("state", "open")
    named = set(filter(None, call.query.get("labels", "").split(",")))
    creator = call.query.get("creator", "")
    found = [
        issue
        for _, issue in sorted(call.state.issues.items(), reverse=call.query.get("direction", "desc") == "desc")
        if wanted in {"all", issue.state} and named <= set(issue.labels) and creator in {"", issue.author.login}
    ]
    part, links = page(call, found)
    return Answer(200, [issue_json(call, issue) for issue in part], links)


@ROUTES("POST", f"{REPO}/issues", "issues")
def create_issue(call: Call) -> Answer:
    title = str(call.body["title"])
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    check_text("Issue", call.body.get("body"))
    now, number = call.state.now(), next_number(call.state)
    issue = Issue(number, title, call.body.get("body"), call.account, now, now)
    issue.labels = _names(call.body.get("labels", []))
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
    issue.labels = _names(call.body["labels"]) if "labels" in call.body else issue.labels
    turn(call.state, issue, call.body.get("state", issue.state))
    return Answer(200, issue_json(call, issue))


def turn(state: State, issue: Issue, to: str) -> None:
    """Open or close an issue."""
    issue.updated = state.now()
    if to != issue.state:
        issue.state, issue.closed = to, issue.updated if to == "closed" else None


@ROUTES("GET", f"{REPO}/issues/{{issue_number}}/labels", *SCOPES)
def list_labels(call: Call) -> Answer:
    part, links = page(call, labels(call, call.find(call.state.issues, "issue_number")))
    return Answer(200, list(part), links)


@ROUTES("POST", f"{REPO}/issues/{{issue_number}}/labels", *SCOPES)
def add_labels(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    given = _names(_listed(call.body))
    issue.labels += [name for name in dict.fromkeys(given) if name not in issue.labels]
    return Answer(200, labels(call, issue))


@ROUTES("PUT", f"{REPO}/issues/{{issue_number}}/labels", *SCOPES)
def set_labels(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    issue.labels = list(dict.fromkeys(_names(_listed(call.body))))
    return Answer(200, labels(call, issue))


@ROUTES("DELETE", f"{REPO}/issues/{{issue_number}}/labels/{{name}}", *SCOPES)
def remove_label(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    if call["name"] not in issue.labels:
        raise Problem(404, "Label does not exist")
    issue.labels.remove(call["name"])
    return Answer(200, labels(call, issue))


def _listed(body: Any) -> list[Any]:
    """Return the labels of a body, which is a list or an object with one."""
    listed: list[Any] = body.get("labels", []) if isinstance(body, dict) else body or []
    return listed


def _names(given: list[Any]) -> list[str]:
    """Return the names of labels, which are given by name or as objects."""
    return [str(label["name"] if isinstance(label, dict) else label) for label in given]
