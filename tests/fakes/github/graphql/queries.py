"""The root fields of queries, and finding a thing by its id or its address."""

from collections.abc import Callable
from urllib.parse import urlsplit

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.graphql import board_things, people, repositories, things
from tests.fakes.github.graphql.asking import Asked, Given, Record, Refusal, no_node
from tests.fakes.github.graphql.boards import Board, Item
from tests.fakes.github.state import Comment, Issue


def issue_of(asked: Asked, node_id: str) -> Issue:
    """Return the issue or pull request of an id.

    Raises:
        Refusal: There is none.
    """
    kind, number = _parts(node_id)
    found = asked.state.issues.get(number)
    if found is None or kind != ("PR" if found.pull else "I"):
        raise no_node(node_id)
    return found


def comment_of(asked: Asked, node_id: str) -> Comment:
    """Return the comment of an id.

    Raises:
        Refusal: There is none.
    """
    kind, number = _parts(node_id)
    found = asked.state.comments.get(number) if kind == "IC" else None
    if found is None:
        raise no_node(node_id)
    return found


def board_of(asked: Asked, node_id: str) -> Board:
    """Return the board of an id.

    Raises:
        Refusal: There is none.
    """
    for board in asked.state.boards:
        if shapes.node("PVT", board.id) == node_id:
            return board
    raise no_node(node_id)


def item_of(asked: Asked, node_id: str) -> tuple[Board, Item]:
    """Return the item of an id, with its board.

    Raises:
        Refusal: There is none.
    """
    for board in asked.state.boards:
        for item in board.items:
            if shapes.node("PVTI", item.number) == node_id:
                return board, item
    raise no_node(node_id)


def _parts(node_id: str) -> tuple[str, int]:
    """Return kind and number of an id of the stand-in."""
    kind, _, number = node_id.partition(shapes.node("", ""))
    return kind, int(number) if number.isascii() and number.isdigit() else -1


def _seen(asked: Asked, board: Board, node_id: str) -> Board:
    if not board_things.sees(asked, board):
        raise no_node(node_id)
    return board


def _item(asked: Asked, node_id: str) -> Record:
    board, item = item_of(asked, node_id)
    return board_things.item_shown(_seen(asked, board, node_id), item)


_NODES: dict[str, Callable[[Asked, str], Record]] = {
    "I": lambda asked, node_id: things.whole(asked, issue_of(asked, node_id)),
    "PR": lambda asked, node_id: things.whole(asked, issue_of(asked, node_id)),
    "IC": lambda asked, node_id: things.comment(asked, comment_of(asked, node_id)),
    "R": lambda asked, _: repositories.repository(asked),
    "PVT": lambda asked, node_id: board_things.shown(_seen(asked, board_of(asked, node_id), node_id)),
    "PVTI": _item,
}


def _node(asked: Asked, given: Given) -> Record:
    kind = _parts(given["id"])[0]
    if kind not in _NODES:
        raise no_node(given["id"])
    return _NODES[kind](asked, given["id"])


def _nodes(asked: Asked, given: Given) -> list[Record | Refusal]:
    """Return a thing for each id; an id that stands for nothing is an error of its own, and null."""
    found: list[Record | Refusal] = []
    for node_id in given["ids"]:
        try:
            found.append(_node(asked, {"id": node_id}))
        except Refusal as refusal:
            found.append(refusal)
    return found


def _resource(asked: Asked, given: Given) -> Record | None:
    """Return what an address of the website stands for; None for nothing, and for a board, which none leads to."""
    owner, _, rest = urlsplit(given["url"]).path.strip("/").partition("/")
    name, _, rest = rest.partition("/")
    if f"{owner}/{name}".lower() != asked.state.repository.lower():
        return None
    if not rest:
        return repositories.repository(asked)
    kind, _, number = rest.partition("/")
    found = asked.state.issues.get(int(number)) if number.isascii() and number.isdigit() else None
    return things.whole(asked, found) if found and kind in {"issues", "pull"} else None


def _organization(asked: Asked, given: Given) -> Record:
    who = Account(given["login"])
    if who.kind != "Organization":
        raise Refusal("NOT_FOUND", f"Could not resolve to an Organization with the login of '{who.login}'.")
    return people.actor(asked, who)


def _user(asked: Asked, given: Given) -> Record:
    who = Account(given["login"])
    known = who.login.lower() in asked.state.people or any(board.owner == who.login for board in asked.state.boards)
    if who.kind != "User" or not known:
        raise Refusal("NOT_FOUND", f"Could not resolve to a User with the login of '{who.login}'.")
    return people.actor(asked, who)


def _owner(asked: Asked, given: Given) -> Record | None:
    who = Account(given["login"])
    return _organization(asked, given) if who.kind == "Organization" else _user(asked, given)


def _rate_limit(asked: Asked, _: Given) -> Record:
    reset = f"{asked.state.now()[:13]}:59:59Z"
    return {"__typename": "RateLimit", "cost": 1, "limit": 5000, "nodeCount": 0, "remaining": 4999, "used": 1,
            "resetAt": reset}  # fmt: skip


FIELDS: dict[str, Callable[[Asked, Given], Record | list[Record | Refusal] | None]] = {
    "node": _node,
    "nodes": _nodes,
    "organization": _organization,
    "rateLimit": _rate_limit,
    "repository": repositories.find,
    "repositoryOwner": _owner,
    "resource": _resource,
    "user": _user,
    "viewer": lambda asked, _: people.viewer(asked),
}
