"""Project boards, their fields, items and values, as GraphQL shows them; and who may see them."""

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.graphql import people, things
from tests.fakes.github.graphql.asking import Asked, Given, Record, connection, missing
from tests.fakes.github.graphql.boards import (
    COLORS,
    DATE,
    ITERATION,
    NUMBER,
    SINGLE_SELECT,
    TEXT,
    Board,
    Choice,
    Field,
    Item,
    Value,
)

PERMISSION = "organization_projects"
_VALUES = {
    TEXT: ("Text", "text"),
    NUMBER: ("Number", "number"),
    DATE: ("Date", "date"),
    SINGLE_SELECT: ("SingleSelect", "optionId"),
    ITERATION: ("Iteration", "iterationId"),
}
_NODES = {SINGLE_SELECT: ("PVTSSF", "ProjectV2SingleSelectField"), ITERATION: ("PVTIF", "ProjectV2IterationField")}


def sees(asked: Asked, board: Board) -> bool:
    """Tell whether a token may read a board.

    An App and a fine-grained token read an organization's with the permission, a person's never. A workflow's own token
    cannot have that permission, and a classic token's scope was looked at before.
    """
    if board.public or asked.grant.scopes is not None:
        return True
    return board.kind == "organization" and asked.grant.allows(PERMISSION, "read")


def allow_writing(asked: Asked, board: Board) -> None:
    """Let a token pass that may change a board.

    Raises:
        Refusal: It may not.
    """
    asked.allow(*([PERMISSION] if board.kind == "organization" or asked.grant.scopes is not None else []))


def of_owner(asked: Asked, owner: str, number: int) -> Record:
    """Return a board of an owner.

    Raises:
        Refusal: There is none, or none that the token sees.
    """
    for board in asked.state.boards:
        if (board.owner.lower(), board.number) == (owner.lower(), number) and sees(asked, board):
            return shown(board)
    raise missing("a ProjectV2 with the number", str(number))


def all_of(asked: Asked, owner: str, given: Given) -> Record:
    """Return the boards of an owner that the token sees."""
    found = [board for board in asked.state.boards if board.owner.lower() == owner.lower() and sees(asked, board)]
    return connection("ProjectV2", found, shown, given)


def items_of(asked: Asked, issue: int, given: Given) -> Record:
    """Return the items that an issue is on the boards that the token sees."""
    found = [
        (board, item)
        for board in asked.state.boards
        for item in board.items
        if item.issue == issue and sees(asked, board) and (given.get("includeArchived", True) or not item.archived)
    ]
    return connection("ProjectV2Item", found, lambda pair: item_shown(*pair), given)


def shown(board: Board) -> Record:
    """Return a board."""
    path = f"/{'orgs' if board.kind == 'organization' else 'users'}/{board.owner}/projects/{board.number}"
    return {
        "__typename": "ProjectV2",
        "id": shapes.node("PVT", board.id),
        "databaseId": board.id,
        "fullDatabaseId": str(board.id),
        "number": board.number,
        "title": board.title,
        "shortDescription": None,
        "readme": None,
        "public": board.public,
        "template": False,
        "closed": board.closed,
        "closedAt": board.created if board.closed else None,
        "createdAt": board.created,
        "updatedAt": board.created,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "viewerCanUpdate": True,
        "owner": lambda asked, _: people.actor(asked, Account(board.owner)),
        "creator": lambda asked, _: people.actor(asked, Account("octocat")),
        "field": lambda _, given: field_shown(board.fields[given["name"]]) if given["name"] in board.fields else None,
        "fields": lambda _, given: connection(
            "ProjectV2FieldConfiguration", list(board.fields.values()), field_shown, given
        ),
        "items": lambda _, given: connection("ProjectV2Item", board.items, lambda item: item_shown(board, item), given),
    }


def field_id(field: Field) -> str:
    """Return the id of a field."""
    return shapes.node(_NODES.get(field.kind, ("PVTF", ""))[0], field.number)


def field_shown(field: Field) -> Record:
    """Return a field."""
    return {
        "__typename": _NODES.get(field.kind, ("", "ProjectV2Field"))[1],
        "id": field_id(field),
        "databaseId": field.number,
        "name": field.name,
        "dataType": field.kind,
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
        "options": lambda _, given: [
            _option(choice, COLORS[index % len(COLORS)])
            for index, choice in enumerate(field.choices)
            if not given.get("names") or choice.name in given["names"]
        ],
        "configuration": {
            "__typename": "ProjectV2IterationFieldConfiguration",
            "duration": 14,
            "startDay": 1,
            "iterations": [_iteration(choice) for choice in field.choices],
            "completedIterations": [],
        },
    }


def _option(choice: Choice, color: str) -> Record:
    return {"__typename": "ProjectV2SingleSelectFieldOption", "id": choice.id, "name": choice.name,
            "nameHTML": choice.name, "description": "", "descriptionHTML": "", "color": color}  # fmt: skip


def _iteration(choice: Choice) -> Record:
    return {"__typename": "ProjectV2IterationFieldIteration", "id": choice.id, "title": choice.name,
            "titleHTML": choice.name, "startDate": choice.start, "duration": 14}  # fmt: skip


def item_shown(board: Board, item: Item) -> Record:
    """Return an item. One whose content the token may not see has none and says so by its type."""
    return {
        "__typename": "ProjectV2Item",
        "id": shapes.node("PVTI", item.number),
        "databaseId": item.number,
        "fullDatabaseId": str(item.number),
        "isArchived": item.archived,
        "type": lambda asked, _: _type(asked, item),
        "createdAt": board.created,
        "updatedAt": board.created,
        "creator": lambda asked, _: people.actor(asked, Account("octocat")),
        "project": lambda *_: shown(board),
        "content": lambda asked, _: _content(asked, item),
        "fieldValueByName": lambda asked, given: _value_named(asked, board, item, given["name"]),
        "fieldValues": lambda asked, given: connection(
            "ProjectV2ItemFieldValue", _values(asked, board, item), lambda value: value, given
        ),
    }


def _type(asked: Asked, item: Item) -> str:
    if item.redacted:
        return "REDACTED"
    if item.issue is None:
        return "DRAFT_ISSUE"
    return "PULL_REQUEST" if asked.state.issues[item.issue].pull else "ISSUE"


def _content(asked: Asked, item: Item) -> Record | None:
    if item.redacted:
        return None
    if item.issue is not None:
        return things.whole(asked, asked.state.issues[item.issue])
    return {
        "__typename": "DraftIssue",
        "id": shapes.node("DI", item.number),
        "title": item.title,
        "body": item.body,
        "bodyText": item.body,
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
        "creator": lambda asked, _: people.actor(asked, Account("octocat")),
    }


def _value_named(asked: Asked, board: Board, item: Item, name: str) -> Record | None:
    """Return the value of a field, None when it has none or the board has no such field."""
    return next((value for value in _values(asked, board, item) if value["field"]["name"] == name), None)


def _values(asked: Asked, board: Board, item: Item) -> list[Record]:
    """Return the values of an item: GitHub's own first, those of the board after them; what is empty is left out."""
    content = None if item.redacted else _content(asked, item)
    found = _own(asked, board, item, content) if content else []
    found += [_value(item, board.fields[name], value) for name, value in item.values.items()]
    return found


def _base(item: Item, field: Field, kind: str) -> Record:
    return {
        "__typename": f"ProjectV2ItemField{kind}Value",
        "id": shapes.node("PVTFV", f"{item.number}_{field.number}"),
        "databaseId": field.number,
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
        "creator": lambda asked, _: people.actor(asked, Account("octocat")),
        "field": field_shown(field),
    }


def _value(item: Item, field: Field, value: Value) -> Record:
    kind, name = _VALUES[field.kind]
    found = _base(item, field, kind) | {name: value}
    chosen = field.choice(str(value))
    if chosen and field.kind == SINGLE_SELECT:
        color = COLORS[field.choices.index(chosen) % len(COLORS)]
        found |= _option(chosen, color) | {"__typename": found["__typename"], "id": found["id"]}
    elif chosen:
        found |= _iteration(chosen) | {"__typename": found["__typename"], "id": found["id"]}
    return found


def _own(asked: Asked, board: Board, item: Item, content: Record) -> list[Record]:
    """Return the values that follow from the content."""
    fields = board.fields
    found = [_base(item, fields["Title"], "Text") | {"text": content["title"]}]
    if item.issue is None:
        return found
    issue = asked.state.issues[item.issue]
    found.append(_base(item, fields["Repository"], "Repository") | {"repository": content["repository"]})
    if issue.labels:
        found.append(_base(item, fields["Labels"], "Label") | {"labels": content["labels"]})
    if issue.milestone is not None:
        found.append(_base(item, fields["Milestone"], "Milestone") | {"milestone": content["milestone"]})
    return found
