"""Comments: one for each subject, found by an invisible note on all pages, edited in place, never posted twice."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Literal, NamedTuple

from mlops.bot import news as decisions
from mlops.bot.answers import NOT_FOUND, DeniedError, Part, read, refuse
from mlops.bot.client import GitHub
from mlops.bot.effects import StoppedError
from mlops.bot.markers import Note, precedes
from mlops.bot.news import News
from mlops.bot.permissions import WRITE_ISSUES, WRITE_PULLS
from mlops.errors import UnavailableError, UsageRefusedError

Status = Literal["created", "edited", "unchanged", "skipped"]

ACTIONS = "github-actions[bot]"
"""Who comments with the token of a workflow."""

LIMIT = 65_536
"""Characters that GitHub takes."""

_WHO = "query { viewer { login } }"
_ROUNDS = 5


class User(Part):
    """Who wrote something."""

    login: str


class Viewer(Part):
    """Who asks, as GraphQL says it."""

    viewer: User


class Comment(Part):
    """A comment on an issue or a pull request; ``user`` is None where the account is gone."""

    id: int
    node_id: str
    html_url: str
    body: str | None = None
    user: User | None = None

    @property
    def note(self) -> Note | None:
        """Return the note at its top."""
        return Note.of(self.body or "")


class Written(NamedTuple):
    """What was done, and what stands now.

    Attributes:
        status: What was done; ``skipped`` where there was nothing to say and nothing stands.
        url: Of the comment; empty without one.
        outdated: Our comments there that this one leaves behind.
    """

    status: Status
    url: str
    outdated: tuple[Comment, ...] = ()


def author_of(hub: GitHub, given: str | None) -> str:
    """Return as whom this token writes: as told, else as the App that signed, else as GitHub says, else as Actions.

    GraphQL tells it to the tokens of workflows and Apps, too, which may not ask the REST API who they are.
    """
    if given is not None or hub.settings.login:
        return given or hub.settings.login
    try:
        return read(Viewer, hub.query(_WHO, WRITE_ISSUES), where="viewer").viewer.login
    except StoppedError:
        raise
    except (UnavailableError, UsageRefusedError):  # an older server: whose comment it is shows when one is posted
        return ACTIONS


def tell(hub: GitHub, number: int, news: News, *, author: str) -> Written:
    """Make the comment about the subject of ``news`` say it, if it is due.

    Several runs may do this at once: each posts at most once, looks again, and the oldest is kept by all. What somebody
    else wrote, note or not, is left alone. A comment that is deleted meanwhile is posted again.

    Args:
        hub: The repository.
        number: Of the issue or pull request.
        news: What to say.
        author: As whom this token writes.

    Raises:
        UsageRefusedError: There is no such issue.
        UnavailableError: It is locked, the repository is archived, the token may not, or GitHub did not answer.
    """
    thread = _Thread(hub, number, news)
    try:
        return thread.tell(author)
    except DeniedError as error:
        raise _explained(error, number) from None


class _Thread:
    """The comments of one issue, and what shall be said there."""

    def __init__(self, hub: GitHub, number: int, news: News) -> None:
        self._hub, self._news = hub, news
        self._needs = WRITE_PULLS if news.on_pull else WRITE_ISSUES
        self._path = f"/issues/{number}/comments"

    def tell(self, author: str) -> Written:
        """Look, decide, write, and look again where what was written may not be alone."""
        posted = 0
        for _ in range(_ROUNDS):
            ours = self._ours(author)
            standing = self._only(ours)
            fresh = standing is not None and standing.id == posted
            note = standing.note if standing is not None else None
            if not fresh and not decisions.is_due(self._news, note):
                return Written("unchanged", standing.html_url) if standing is not None else Written("skipped", "")
            outdated = tuple(comment for comment in ours if comment.note and precedes(comment.note.key, self._news.key))
            body = self._body(note, outdated)
            if standing is None:
                made = self._post(body, author)
                author, posted = made.user.login if made.user else author, made.id
            elif (standing.body or "").strip() == body.strip():
                return Written("created" if fresh else "unchanged", standing.html_url, outdated)
            elif (edited := self._edit(standing, body)) is not None:
                return Written("edited", edited.html_url, outdated)
        raise UnavailableError(
            "The comment is gone each time that it is looked for.", field=self._path, found=f"{_ROUNDS} tries",
            why="Somebody, or another bot, deletes it.", fix="Find out who; then run the same command again.",
        )  # fmt: skip

    def _ours(self, author: str) -> list[Comment]:
        """Return our comments with a note, the oldest first."""
        found = [_read(entry) for entry in self._hub.pages(self._path, self._needs)]
        login = author.lower()
        ours = [c for c in found if c.user is not None and c.user.login.lower() == login and c.note is not None]
        return sorted(ours, key=lambda comment: comment.id)

    def _same(self, ours: Sequence[Comment]) -> list[Comment]:
        return [comment for comment in ours if comment.note is not None and comment.note.key == self._news.key]

    def _only(self, ours: Sequence[Comment]) -> Comment | None:
        """Return the oldest of our comments about the subject, and remove the others."""
        same = self._same(ours)
        for later in same[1:]:
            self._hub.delete(f"/issues/comments/{later.id}", self._needs)
        return same[0] if same else None

    def _body(self, note: Note | None, outdated: Sequence[Comment]) -> str:
        others = [comment.note for comment in outdated if comment.note is not None]
        body = self._news.body(decisions.since(self._news, note, others))
        if len(body) > LIMIT:
            raise ValueError("a comment is not longer than GitHub takes")
        return body

    def _post(self, body: str, author: str) -> Comment:
        """Post a comment that was looked for just before; look again before that is repeated."""
        looks = count()

        def look() -> Comment | None:
            return None if next(looks) == 0 else next(iter(self._same(self._ours(author))), None)

        return self._hub.make(self._path, {"body": body}, self._needs, look=look, read=_read).value

    def _edit(self, comment: Comment, body: str) -> Comment | None:
        """Return the comment with another text; None when it is gone."""
        answer = self._hub.send("PATCH", f"/issues/comments/{comment.id}", body={"body": body})
        if answer.status == NOT_FOUND:
            return None
        if not answer.accepted:
            refuse(answer, self._needs)
        return _read(answer.json())


def _read(value: Any) -> Comment:  # noqa: ANN401  # JSON is anything
    return read(Comment, value, where="a comment")


def _explained(error: DeniedError, number: int) -> DeniedError:
    """Return a letter that says more than GitHub does about an issue or a repository that takes no comments."""
    if "is locked" in error.found:
        return DeniedError(
            "The issue is locked: it takes no comments.", field=f"#{number}", found=error.found,
            fix=f"Unlock it (gh issue unlock {number}), or name another issue; then run the same command again.",
        )  # fmt: skip
    if "archived" in error.found:
        return DeniedError(
            "The repository is archived: it takes no comments.", field=error.field, found=error.found,
            fix="Unarchive it under Settings, General; or point GITHUB_REPOSITORY to the one that is in use.",
        )  # fmt: skip
    return error
