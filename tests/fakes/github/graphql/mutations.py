"""Mutations: comments, pull requests, and the items of project boards."""

from collections.abc import Callable
from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.accounts import WORKFLOW
from tests.fakes.github.areas import comments, pulls
from tests.fakes.github.areas.issues import association
from tests.fakes.github.areas.labels import SCOPES
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.graphql import board_things, checks, people, things
from tests.fakes.github.graphql.asking import Asked, Given, Record, Refusal, no_node
from tests.fakes.github.graphql.boards import DATE, ITERATION, NUMBER, SINGLE_SELECT, TEXT, Board, Field, Item, Value
from tests.fakes.github.graphql.queries import board_of, comment_of, issue_of, item_of
from tests.fakes.github.routing import Problem
from tests.fakes.github.state import Issue

_FORBIDDEN = 403
_KEYS = {TEXT: "text", NUMBER: "number", DATE: "date", SINGLE_SELECT: "singleSelectOptionId", ITERATION: "iterationId"}
_ARCHIVED = "The item is archived and cannot be updated"


def _payload(given: Record, **answer: Any) -> Record:
    return {"clientMutationId": given.get("clientMutationId"), **answer}


def _allow(asked: Asked, *permissions: str) -> None:
    """Let a token pass that may write any of these in the repository.

    Raises:
        Refusal: It may not, or nobody may.
    """
    asked.allow(*permissions)
    if asked.state.archived:
        raise Refusal("FORBIDDEN", "Repository was archived so is read-only.")


def _add_comment(asked: Asked, given: Record) -> Record:
    issue = issue_of(asked, given["subjectId"])
    _allow(asked, *SCOPES)
    try:
        made = comments.add_comment(asked.state, asked.account, issue, given["body"])
    except Problem as problem:
        raise _as_here(problem) from problem
    shown = things.comment(asked, made)
    return _payload(
        given, subject=things.whole(asked, issue), commentEdge={"node": shown, "cursor": ""}, timelineEdge=None
    )


def _as_here(problem: Problem) -> Refusal:
    """Return the refusal of the REST API as GraphQL words it."""
    kind = "FORBIDDEN" if problem.status == _FORBIDDEN else "UNPROCESSABLE"
    words = [error["message"] for error in problem.body.get("errors", []) if "message" in error]
    return Refusal(kind, (words[0][:1].upper() + words[0][1:]) if words else str(problem))


def _create_pull(asked: Asked, given: Record) -> Record:
    if given["repositoryId"] != shapes.node("R", shapes.REPOSITORY_ID):
        raise no_node(given["repositoryId"])
    _allow(asked, "pull_requests")
    if asked.account.login == WORKFLOW and not asked.state.actions_open_pulls:
        raise Refusal("FORBIDDEN", pulls.NOT_ALLOWED)
    try:
        made = pulls.open_pull(
            asked.state, asked.account, given["title"], given["headRefName"], given["baseRefName"],
            body=given.get("body"), draft=given["draft"],
        )  # fmt: skip
    except Problem as problem:
        raise _as_here(problem) from problem
    return _payload(given, pullRequest=things.whole(asked, made))


def _merge_pull(asked: Asked, given: Record) -> Record:
    """Merge a pull request with a merge commit, the only method that the stand-in knows."""
    issue = issue_of(asked, given["pullRequestId"])
    _allow(asked, "contents")
    assert given["mergeMethod"] == "MERGE", "the stand-in makes merge commits only"
    if reason := _unmergeable(asked, issue, given):
        raise Refusal("UNPROCESSABLE", reason)
    try:
        pulls.merge(asked.state, issue, asked.account.login)
    except NoSuchObjectError as error:
        raise Refusal("UNPROCESSABLE", "Pull Request has merge conflicts") from error
    return _payload(given, pullRequest=things.whole(asked, issue), actor=people.actor(asked, asked.account))


def _unmergeable(asked: Asked, issue: Issue, given: Record) -> str:
    """Return why a pull request cannot be merged; nothing when it can."""
    pull = issue.pull
    if pull is None or issue.state == "closed":
        return "Pull Request is closed"
    pulls.follow(asked.state, pull)
    if given.get("expectedHeadOid") not in {None, pull.head_sha}:
        return "Head branch was modified. Review and try the merge again."
    if pull.draft:
        return "Pull Request is still a draft"
    lacking = checks.missing(asked.state, pull)
    return f'Required status check "{lacking[0]}" is expected.' if lacking else ""


def _minimize(asked: Asked, given: Record) -> Record:
    """Fold a comment away. Again with the same or another reason is no error."""
    return _fold(asked, given, "minimizedComment", given["classifier"].lower().replace("_", "-"))


def _unminimize(asked: Asked, given: Record) -> Record:
    return _fold(asked, given, "unminimizedComment", None)


def _fold(asked: Asked, given: Record, name: str, reason: str | None) -> Record:
    comment = comment_of(asked, given["subjectId"])
    _allow(asked, *SCOPES)
    if association(asked.state, asked.account) == "NONE":
        raise Refusal("FORBIDDEN", f"{asked.account.login} does not have permission to minimize this comment.")
    comment.minimized = reason
    return _payload(given, **{name: things.comment(asked, comment)})


def _writable(asked: Asked, project_id: str) -> Board:
    """Return the board of an id for changing it; to a token that does not see it, it is not there."""
    board = board_of(asked, project_id)
    board_things.allow_writing(asked, board)
    return board


def _add_item(asked: Asked, given: Record) -> Record:
    """Put an issue on a board; one that is there already keeps its item."""
    board = _writable(asked, given["projectId"])
    issue = issue_of(asked, given["contentId"])
    item = board.of(issue.number) or board.add(issue.number)
    return _payload(given, item=board_things.item_shown(board, item))


def _place(asked: Asked, given: Record) -> tuple[Board, Item, Field]:
    """Return board, item and field that a mutation names, for changing the value."""
    board = _writable(asked, given["projectId"])
    of, item = item_of(asked, given["itemId"])
    if of is not board:
        raise no_node(given["itemId"])
    field = next((each for each in board.fields.values() if board_things.field_id(each) == given["fieldId"]), None)
    if field is None:
        raise no_node(given["fieldId"])
    if field.kind not in _KEYS:
        raise Refusal("UNPROCESSABLE", f"The field of type {field.kind.lower()} is currently not supported.")
    if item.archived:
        raise Refusal("UNPROCESSABLE", _ARCHIVED)
    return board, item, field


def _update_value(asked: Asked, given: Record) -> Record:
    board, item, field = _place(asked, given)
    item.values[field.name] = _value(field, given["value"])
    return _payload(given, projectV2Item=board_things.item_shown(board, item))


def _value(field: Field, given: Record) -> Value:
    """Return the value that is given for a field.

    Raises:
        Refusal: It is of another kind, or no choice of the field.
    """
    value: Value | None = given.get(_KEYS[field.kind])
    if len(given) != 1 or value is None:
        raise Refusal("VALIDATION", "Did not receive a " + _KEYS[field.kind] + f" value to update a field of type "
                      f"{field.kind.lower()}")  # fmt: skip
    if field.kind in {SINGLE_SELECT, ITERATION} and value not in {choice.id for choice in field.choices}:
        what = "single select option" if field.kind == SINGLE_SELECT else "iteration"
        raise Refusal("VALIDATION", f"The {what} Id does not belong to the field")
    return value


def _clear_value(asked: Asked, given: Record) -> Record:
    board, item, field = _place(asked, given)
    item.values.pop(field.name, None)
    return _payload(given, projectV2Item=board_things.item_shown(board, item))


def _mutation(change: Callable[[Asked, Record], Record]) -> Callable[[Asked, Given], Record]:
    return lambda asked, given: change(asked, given["input"])


FIELDS: dict[str, Callable[[Asked, Given], Record]] = {
    "addComment": _mutation(_add_comment),
    "addProjectV2ItemById": _mutation(_add_item),
    "createPullRequest": _mutation(_create_pull),
    "mergePullRequest": _mutation(_merge_pull),
    "clearProjectV2ItemFieldValue": _mutation(_clear_value),
    "minimizeComment": _mutation(_minimize),
    "unminimizeComment": _mutation(_unminimize),
    "updateProjectV2ItemFieldValue": _mutation(_update_value),
}
