"""Who asks, how a request is refused, and lists with pages."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.fakes.github.accounts import Account, Grant
from tests.fakes.github.state import State

Thing = TypeVar("Thing")
Record = dict[str, Any]
Given = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  # the API's refusals are answers, not errors of this program
    """A refusal as GitHub words it.

    Args:
        kind: GitHub's word for it: ``NOT_FOUND``, ``FORBIDDEN``, ``UNPROCESSABLE``.
        message: For people.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Asked:
    """Who asks for what: the context of every resolver."""

    state: State
    grant: Grant

    @property
    def account(self) -> Account:
        """Who asks."""
        return self.grant.account

    def allow(self, *permissions: str) -> None:
        """Let a token pass that may write any of these.

        Raises:
            Refusal: It may write none.
        """
        if not any(map(self.grant.allows, permissions)):
            kind = "integration" if self.account.kind == "Bot" else "personal access token"
            raise Refusal("FORBIDDEN", f"Resource not accessible by {kind}")


def missing(what: str, name: str) -> Refusal:
    """Return the refusal of something that is not there, or that the token cannot see."""
    return Refusal("NOT_FOUND", f"Could not resolve to {what} {name}.")


def no_node(node_id: str) -> Refusal:
    """Return the refusal of an id that stands for nothing."""
    return Refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'.")


def connection(kind: str, things: Sequence[Thing], shown: Callable[[Thing], Record], given: Given) -> Record:
    """Return the page of a list that was asked for.

    Args:
        kind: Type of the nodes, without which the list could not name its own.
        things: All of them.
        shown: Makes a node.
        given: Arguments of the field: ``first``, ``after``, ``last``, ``before``.
    """
    low = _index(given["after"]) + 1 if given.get("after") else 0
    high = _index(given["before"]) if given.get("before") else len(things)
    low, high = min(low, len(things)), min(high, len(things))
    if given.get("first") is not None:
        high = min(high, low + given["first"])
    if given.get("last") is not None:
        low = max(low, high - given["last"])
    nodes = [shown(thing) for thing in things[low:high]]
    cursors = [_cursor(index) for index in range(low, high)]
    page = {
        "hasNextPage": high < len(things),
        "hasPreviousPage": low > 0,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    edges = [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)]
    return {"__typename": f"{kind}Connection", "totalCount": len(things), "nodes": nodes, "edges": edges,
            "pageInfo": page}  # fmt: skip


def empty(kind: str) -> Callable[[Asked, Given], Record]:
    """Return the field of a list that has nothing in it."""
    return lambda _, given: connection(kind, (), lambda _: {}, given)


def _cursor(index: int) -> str:
    return base64.b64encode(f"cursor:v2:{index}".encode()).decode()


def _index(cursor: str) -> int:
    """Return the place that a cursor stands for.

    Raises:
        Refusal: It is none.
    """
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:v2:"))
    except ValueError as error:
        raise Refusal("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from error
