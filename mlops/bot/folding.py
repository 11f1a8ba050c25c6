"""Folding away our own comments that a newer one leaves behind: nothing is deleted, and nothing depends on it."""

from collections.abc import Sequence
from typing import NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.comments import Comment
from mlops.bot.effects import StoppedError
from mlops.bot.permissions import WRITE_ISSUES
from mlops.errors import UnavailableError, UsageRefusedError

_ASK = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }"
_FOLD = """mutation ($id: ID!) {
  minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { minimizedComment { isMinimized } }
}"""
_MOST = 100  # ids that GitHub takes at once


class Folded(NamedTuple):
    """How many comments were folded away, and why not all; empty where all are."""

    comments: int
    refused: str = ""


class _Node(Part):
    id: str = ""
    isMinimized: bool = True  # noqa: N815  # GitHub's own name


class _Nodes(Part):
    nodes: tuple[_Node | None, ...]


def fold(hub: GitHub, outdated: Sequence[Comment]) -> Folded:
    """Minimise comments as outdated, those that are not yet; never fails because the token or the server cannot."""
    done = 0
    try:
        for node in _unfolded(hub, [comment.node_id for comment in outdated][-_MOST:]):
            hub.mutate(_FOLD, WRITE_ISSUES, id=node)
            done += 1
    except StoppedError:
        raise
    except (UnavailableError, UsageRefusedError) as error:
        return Folded(done, f"{error.what} {error.found}".strip())
    return Folded(done)


def _unfolded(hub: GitHub, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    found = read(_Nodes, hub.query(_ASK, WRITE_ISSUES, ids=list(ids)), where="nodes")
    return [node.id for node in found.nodes if node is not None and not node.isMinimized]
