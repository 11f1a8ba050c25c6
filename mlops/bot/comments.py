"""Comments: one for each subject, found by an invisible marker on all pages, edited in place, never posted twice."""

from typing import Any, Literal, NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.pages import marker_start
from mlops.bot.permissions import WRITE_ISSUES, WRITE_PULLS, Permission

Status = Literal["created", "edited", "unchanged"]

ACTIONS = "github-actions[bot]"
"""Who comments with the token of a workflow."""

LIMIT = 65_536
"""Characters that GitHub takes."""


class User(Part):
    """Who wrote something."""

    login: str


class Comment(Part):
    """A comment on an issue or a pull request; ``user`` is None where the account is gone."""

    id: int
    html_url: str
    body: str | None = None
    user: User | None = None


class Written(NamedTuple):
    """The comment that now stands, and what was done."""

    status: Status
    url: str


def author_of(hub: GitHub, given: str | None) -> str:
    """Return as whom this token writes: as told, or as the person whose token it is, or as Actions.

    The token of an App or of a workflow may not ask who it is.
    """
    if given is not None:
        return given
    answer = hub.send("GET", "/user")
    return read(User, answer.json(), where="user").login if answer.accepted else ACTIONS


def upsert(hub: GitHub, number: int, body: str, *, key: str, author: str, on_pull: bool = False) -> Written:
    """Make the comment with this key say ``body``.

    Several runs may do this at once: each posts at most once, looks again, and the oldest is kept by all. What somebody
    else wrote, marker or not, is left alone.

    Args:
        hub: The repository.
        number: Of the issue or pull request.
        body: Markdown that begins with the marker of ``key``.
        key: What the comment is about.
        author: As whom this token writes.
        on_pull: Whether ``number`` is known to be a pull request, for the advice about a missing permission.
    """
    if not body.startswith(marker_start(key)) or len(body) > LIMIT:
        raise ValueError("a comment begins with its marker and is not longer than GitHub takes")
    needs = WRITE_PULLS if on_pull else WRITE_ISSUES
    path = f"/issues/{number}/comments"

    def look() -> Comment | None:
        return next(iter(_ours(hub, path, key, author, needs)), None)

    made = hub.make(path, {"body": body}, needs, look=look, read=_read)
    kept = made.value
    # As GitHub names the author: were `author` wrong, the comment of an earlier run is found all the same.
    login = kept.user.login if kept.user else author
    ours = _ours(hub, path, key, login, needs) or [kept]
    for later in ours[1:]:
        hub.delete(f"/issues/comments/{later.id}", needs)
    status: Status = "created" if made.fresh and ours[0].id == kept.id else "unchanged"
    kept = ours[0]
    if (kept.body or "").strip() != body.strip():
        kept = _read(hub.patch(f"/issues/comments/{kept.id}", {"body": body}, needs))
        status = "edited"
    return Written(status, kept.html_url)


def _ours(hub: GitHub, path: str, key: str, author: str, needs: Permission) -> list[Comment]:
    """Return our comments with this key, the oldest first."""
    start = marker_start(key)
    found = [_read(entry) for entry in hub.pages(path, needs)]
    ours = [c for c in found if c.user is not None and c.user.login == author and (c.body or "").startswith(start)]
    return sorted(ours, key=lambda comment: comment.id)


def _read(value: Any) -> Comment:  # noqa: ANN401  # JSON is anything
    return read(Comment, value, where="a comment")
