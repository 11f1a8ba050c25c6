"""Milestones."""

from tests.fakes.github import shapes
from tests.fakes.github.areas.labels import SCOPES
from tests.fakes.github.routing import REPO, Answer, Call, Routes, invalid, page
from tests.fakes.github.settings import Milestone
from tests.fakes.github.shapes import Json

ROUTES = Routes()
_ONE = f"{REPO}/milestones/{{milestone_number}}"


def milestone_json(call: Call, milestone: Milestone) -> Json:
    """Return a milestone."""
    address = call.urls.api(f"/milestones/{milestone.number}")
    states = [issue.state for issue in call.state.issues.values() if issue.milestone == milestone.number]
    return {
        "id": shapes.REPOSITORY_ID + milestone.number,
        "node_id": shapes.node("MI", milestone.number),
        "number": milestone.number,
        "url": address,
        "html_url": call.urls.html(f"/milestone/{milestone.number}"),
        "labels_url": f"{address}/labels",
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "creator": shapes.account(call.urls, milestone.creator),
        "open_issues": states.count("open"),
        "closed_issues": states.count("closed"),
        "created_at": milestone.created,
        "updated_at": milestone.updated,
        "closed_at": milestone.closed,
        "due_on": milestone.due,
    }


def _refuse_taken_title(call: Call, title: str, but: int = 0) -> None:
    if any(each.title == title and number != but for number, each in call.state.milestones.items()):
        raise invalid("Milestone", "title", "already_exists")


def _apply(call: Call, milestone: Milestone) -> None:
    body = call.body or {}
    milestone.description = body.get("description", milestone.description)
    milestone.due = body.get("due_on", milestone.due)
    milestone.state = body.get("state", milestone.state)
    milestone.closed = (milestone.closed or call.state.now()) if milestone.state == "closed" else None


@ROUTES("GET", f"{REPO}/milestones", *SCOPES)
def list_milestones(call: Call) -> Answer:
    wanted = call.query.get("state", "open")
    found = [each for _, each in sorted(call.state.milestones.items()) if wanted in {"all", each.state}]
    part, links = page(call, found)
    return Answer(200, [milestone_json(call, milestone) for milestone in part], links)


@ROUTES("POST", f"{REPO}/milestones", *SCOPES)
def create_milestone(call: Call) -> Answer:
    _refuse_taken_title(call, call.body["title"])
    now, number = call.state.now(), len(call.state.milestones) + 1
    milestone = Milestone(number, call.body["title"], call.account, now, now)
    _apply(call, milestone)
    call.state.milestones[number] = milestone
    return Answer(201, milestone_json(call, milestone))


@ROUTES("GET", _ONE, *SCOPES)
def get_milestone(call: Call) -> Answer:
    return Answer(200, milestone_json(call, call.find(call.state.milestones, "milestone_number")))


@ROUTES("PATCH", _ONE, *SCOPES)
def update_milestone(call: Call) -> Answer:
    milestone = call.find(call.state.milestones, "milestone_number")
    title = (call.body or {}).get("title", milestone.title)
    _refuse_taken_title(call, title, milestone.number)
    milestone.title, milestone.updated = title, call.state.now()
    _apply(call, milestone)
    return Answer(200, milestone_json(call, milestone))


@ROUTES("DELETE", _ONE, *SCOPES)
def delete_milestone(call: Call) -> Answer:
    number = call.find(call.state.milestones, "milestone_number").number
    for issue in call.state.issues.values():
        issue.milestone = None if issue.milestone == number else issue.milestone
    del call.state.milestones[number]
    return Answer(204)
