"""Labels of the repository, and of its issues and pull requests. A name is the same in any case."""

import re
from typing import Any
from urllib.parse import quote

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, invalid, page
from tests.fakes.github.settings import Label
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Issue, State

ROUTES = Routes()
SCOPES = ("issues", "pull_requests")
_ONE = f"{REPO}/labels/{{name}}"
_OF_ISSUE = f"{REPO}/issues/{{issue_number}}/labels"
_LONGEST = {"name": 50, "description": 100}


def label_json(call: Call, label: Label) -> Json:
    """Return a label."""
    return {
        "id": label.number,
        "node_id": shapes.node("LA", label.number),
        "url": call.urls.api(f"/labels/{quote(label.name)}"),
        "name": label.name,
        "color": label.color,
        "default": False,
        "description": label.description,
    }


def labels(call: Call, issue: Issue) -> list[Json]:
    """Return the labels of an issue."""
    return [label_json(call, known(call.state, name)) for name in issue.labels]


def known(state: State, name: str) -> Label:
    """Return the label of a name; a new one when there is none, as GitHub makes it for an issue."""
    if name.lower() not in state.labels:
        state.labels[name.lower()] = Label(Account(name).number, name)
    return state.labels[name.lower()]


def named(state: State, given: list[Any]) -> list[str]:
    """Return the names, as the repository writes them, of labels that are given by name or as objects."""
    found = [str(label["name"] if isinstance(label, dict) else label) for label in given]
    return list(dict.fromkeys(known(state, name).name for name in found))


def _find(call: Call) -> Label:
    label = call.state.labels.get(call["name"].lower())
    if label is None:
        raise Problem(404)
    return label


def _check(call: Call, name: str, but: Label | None = None) -> None:
    """Refuse what GitHub does not keep."""
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if not re.fullmatch(r"[0-9a-fA-F]{6}", call.body.get("color", "ededed")):
        raise invalid("Label", "color")
    for part, text in (("name", name), ("description", call.body.get("description") or "")):
        if len(text) > _LONGEST[part]:
            message = f"{part} is too long (maximum is {_LONGEST[part]} characters)"
            raise Problem(422, "Validation Failed", [
                {"resource": "Label", "code": "custom", "field": part, "message": message}
            ])  # fmt: skip
    if call.state.labels.get(name.lower(), but) is not but:
        raise invalid("Label", "name", "already_exists")


@ROUTES("GET", f"{REPO}/labels", *SCOPES)
def list_labels(call: Call) -> Answer:
    part, links = page(call, [label for _, label in sorted(call.state.labels.items())])
    return Answer(200, [label_json(call, label) for label in part], links)


@ROUTES("POST", f"{REPO}/labels", *SCOPES)
def create_label(call: Call) -> Answer:
    name: str = call.body["name"]
    _check(call, name)
    label = known(call.state, name)
    label.color, label.description = call.body.get("color", label.color), call.body.get("description")
    return Answer(201, label_json(call, label))


@ROUTES("GET", _ONE, *SCOPES)
def get_label(call: Call) -> Answer:
    return Answer(200, label_json(call, _find(call)))


@ROUTES("PATCH", _ONE, *SCOPES)
def update_label(call: Call) -> Answer:
    label, body = _find(call), call.body or {}
    name: str = body.get("new_name", label.name)
    _check(call, name, label)
    for issue in call.state.issues.values():
        issue.labels = [name if each == label.name else each for each in issue.labels]
    del call.state.labels[label.name.lower()]
    call.state.labels[name.lower()] = label
    label.name, label.color = name, body.get("color", label.color)
    label.description = body.get("description", label.description)
    return Answer(200, label_json(call, label))


@ROUTES("DELETE", _ONE, *SCOPES)
def delete_label(call: Call) -> Answer:
    label = _find(call)
    for issue in call.state.issues.values():
        issue.labels = [each for each in issue.labels if each != label.name]
    del call.state.labels[label.name.lower()]
    return Answer(204)


@ROUTES("GET", _OF_ISSUE, *SCOPES)
def list_labels_of_issue(call: Call) -> Answer:
    part, links = page(call, labels(call, call.find(call.state.issues, "issue_number")))
    return Answer(200, list(part), links)


@ROUTES("POST", _OF_ISSUE, *SCOPES)
def add_labels(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    issue.labels = named(call.state, [*issue.labels, *_listed(call.body)])
    return Answer(200, labels(call, issue))


@ROUTES("PUT", _OF_ISSUE, *SCOPES)
def set_labels(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    issue.labels = named(call.state, _listed(call.body))
    return Answer(200, labels(call, issue))


@ROUTES("DELETE", f"{_OF_ISSUE}/{{name}}", *SCOPES)
def remove_label(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    found = [name for name in issue.labels if name.lower() == call["name"].lower()]
    if not found:
        raise Problem(404, "Label does not exist")
    issue.labels.remove(found[0])
    return Answer(200, labels(call, issue))


def _listed(body: Any) -> list[Any]:
    """Return the labels of a body, which is a list or an object with one."""
    listed: list[Any] = body.get("labels", []) if isinstance(body, dict) else body or []
    return listed
