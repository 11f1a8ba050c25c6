"""One issue about drift: opened when settings differ, edited while they do, closed when they do not, then opened again.

It is found by the note at its top and by its author, whatever its state, so that there is never a second one; what
somebody else wrote, note or not, is left alone.
"""

from typing import Any, Literal, NamedTuple

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.markers import marker, marker_start
from mlops.bot.permissions import WRITE_ISSUES
from mlops.bot.plan.model import Plan
from mlops.bot.plan.page import plan_page
from mlops.render import Safe, render
from mlops.reporting import COMMENT_LIMIT, fit

KEY = "settings-drift"
TITLE = "Settings on GitHub differ from mlops.toml"
LABEL = "drift"
"""The label that the issue has where ``mlops.toml`` declares one of this name."""

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


def watch(hub: GitHub, plan: Plan, *, author: str, labels: tuple[str, ...] = ()) -> Watched:
    """Make the issue say what differs, or close it.

    Args:
        hub: The repository.
        plan: What differs; what could not be read counts as a difference, for nobody knows.
        author: As whom this token writes.
        labels: Of a new issue.
    """
    found = _find(hub, author)
    if plan.clean:
        if found is None or found.state == "closed":
            return Watched("clean", found.html_url if found else "")
        return Watched("closed", _patch(hub, found, {"state": "closed", "state_reason": "completed"}).html_url)
    body = body_of(plan)
    if found is None:
        asked = {"title": TITLE, "body": body} | ({"labels": list(labels)} if labels else {})
        made = hub.make("/issues", asked, WRITE_ISSUES, look=lambda: _find(hub, author), read=_read)
        if made.fresh:
            return Watched("opened", _only(hub, made.value, author).html_url)
        found = made.value
    return _say(hub, found, body)


def body_of(plan: Plan) -> str:
    """Return the issue's text: of the plan alone, so that the same drift gives the same text every night."""
    whole = render("bot/drift.md.j2", {"plan": Safe(plan_page(plan))})
    return f"{marker(KEY)}\n{fit(whole, COMMENT_LIMIT, whole='`mlops bot plan`')}"


def _say(hub: GitHub, issue: Issue, body: str) -> Watched:
    if issue.state == "closed":
        return Watched("opened", _patch(hub, issue, {"state": "open", "body": body}).html_url)
    if (issue.body or "").strip() == body.strip():
        return Watched("unchanged", issue.html_url)
    return Watched("updated", _patch(hub, issue, {"body": body}).html_url)


def _only(hub: GitHub, made: Issue, author: str) -> Issue:
    """Return the oldest issue of ours: the new one, unless the author was told wrongly or another run was faster."""
    login = made.user.login if made.user else author
    oldest = _find(hub, login) or made
    if oldest.number == made.number:
        return made
    _patch(hub, made, {"state": "closed", "state_reason": "not_planned"})
    return _patch(hub, oldest, {"state": "open", "body": made.body or ""})


def _find(hub: GitHub, author: str) -> Issue | None:
    """Return our oldest issue about drift, open or closed."""
    entries = hub.pages("/issues", WRITE_ISSUES, state="all", creator=author, sort="created", direction="asc")
    return next((issue for issue in map(_read, entries) if _is_ours(issue, author)), None)


def _is_ours(issue: Issue, author: str) -> bool:
    written = issue.user is not None and issue.user.login == author
    return written and issue.pull_request is None and (issue.body or "").startswith(marker_start(KEY))


def _patch(hub: GitHub, issue: Issue, change: dict[str, str]) -> Issue:
    return _read(hub.patch(f"/issues/{issue.number}", change, WRITE_ISSUES))


def _read(value: Any) -> Issue:  # noqa: ANN401  # JSON is anything
    return read(Issue, value, where="an issue")
