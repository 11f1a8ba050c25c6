"""One issue about a subject: opened once, edited while it lasts, closed when it is over, then opened again.

It is found by the note at its top and by its author, whatever its state, so that there is never a second one; what
somebody else wrote, note or not, is left alone.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.markers import marker_start
from mlops.bot.permissions import WRITE_ISSUES

Status = Literal["opened", "updated", "closed", "clean", "unchanged"]


class User(Part):
    """Who wrote something."""

    login: str


class Issue(Part):
    """An issue; ``user`` is None where the account is gone."""

    number: int
    html_url: str
    state: str
    body: str | None = None
    user: User | None = None
    pull_request: dict[str, Any] | None = None


class Watched(NamedTuple):
    """What was done, and the issue; the address is empty where there is none."""

    status: Status
    url: str


class Subject(NamedTuple):
    """What an issue is about.

    Attributes:
        key: Of the note at its top.
        title: Of a new issue.
        labels: Of a new issue.
    """

    key: str
    title: str
    labels: Sequence[str] = ()


def find(hub: GitHub, subject: Subject, author: str) -> Issue | None:
    """Return our oldest issue about a subject, open or closed."""
    entries = hub.pages("/issues", WRITE_ISSUES, state="all", creator=author, sort="created", direction="asc")
    return next((issue for issue in map(_read, entries) if _is_ours(issue, subject, author)), None)


def say(hub: GitHub, subject: Subject, body: str, *, author: str, found: Issue | None) -> tuple[Status, Issue]:
    """Have an open issue say ``body``: the one that was found, opened again if need be, else a new one.

    Args:
        hub: The repository.
        subject: What it is about.
        body: Begins with the subject's note.
        author: As whom this token writes.
        found: What :func:`find` returned just before.
    """
    if found is None:
        asked = {"title": subject.title, "body": body} | ({"labels": list(subject.labels)} if subject.labels else {})
        made = hub.make("/issues", asked, WRITE_ISSUES, look=lambda: find(hub, subject, author), read=_read)
        if made.fresh:
            return "opened", _only(hub, subject, made.value, author)
        found = made.value
    if found.state == "closed":
        return "opened", change(hub, found, {"state": "open", "body": body})
    if (found.body or "").strip() == body.strip():
        return "unchanged", found
    return "updated", change(hub, found, {"body": body})


def close(hub: GitHub, found: Issue | None) -> Watched:
    """Close an issue as completed; one that is closed, or none, is clean."""
    if found is None or found.state == "closed":
        return Watched("clean", found.html_url if found else "")
    return Watched("closed", change(hub, found, {"state": "closed", "state_reason": "completed"}).html_url)


def change(hub: GitHub, issue: Issue, what: dict[str, str]) -> Issue:
    """Change an issue and return it."""
    return _read(hub.patch(f"/issues/{issue.number}", what, WRITE_ISSUES))


def _only(hub: GitHub, subject: Subject, made: Issue, author: str) -> Issue:
    """Return the oldest issue of ours: the new one, unless the author was told wrongly or another run was faster."""
    login = made.user.login if made.user else author
    oldest = find(hub, subject, login) or made
    if oldest.number == made.number:
        return made
    change(hub, made, {"state": "closed", "state_reason": "not_planned"})
    return change(hub, oldest, {"state": "open", "body": made.body or ""})


def _is_ours(issue: Issue, subject: Subject, author: str) -> bool:
    written = issue.user is not None and issue.user.login == author
    return written and issue.pull_request is None and (issue.body or "").startswith(marker_start(subject.key))


def _read(value: Any) -> Issue:  # noqa: ANN401  # JSON is anything
    return read(Issue, value, where="an issue")
