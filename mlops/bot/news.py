"""What a comment has to say, and whether it is worth saying after what was said before: pure decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mlops.bot.markers import Note, precedes
from mlops.reporting import Digest

When = Literal["always", "change", "failure"]


@dataclass(frozen=True)
class News:
    """What a comment shall say.

    Attributes:
        key: What it is about.
        digest: What it says, in one line.
        page: Renders it, showing what moved since an earlier comment, where there is one.
        on_pull: Whether it stands on a pull request, for the advice about a missing permission.
        when: Whether it is always written, or only if verdict or metrics changed, or only about a failure and its end.
    """

    key: str
    digest: Digest
    page: Callable[[Digest | None], str]
    on_pull: bool = False
    when: When = "always"

    def body(self, since: Digest | None) -> str:
        """Return the whole text of the comment, which begins with its note."""
        return f"{Note(self.key, self.digest, since)}\n{self.page(since)}"


def since(news: News, standing: Note | None, others: Sequence[Note]) -> Digest | None:
    """Return what the numbers are compared with.

    That is what our comment said last. Where it says the same already, it is what that was compared with, so that a
    rerun changes nothing. A first comment is compared with the newest about an older model of the task.

    Args:
        news: What shall be said.
        standing: The note of our comment about the same; None without one.
        others: The notes of our other comments there.
    """
    if standing is not None and standing.digest is not None:
        return standing.since if standing.digest.says_the_same(news.digest) else standing.digest.without_bytes()
    newest: Note | None = None
    for note in others:
        if precedes(note.key, news.key) and (newest is None or precedes(newest.key, note.key)):
            newest = note
    return None if newest is None or newest.digest is None else newest.digest.without_bytes()


def is_due(news: News, standing: Note | None) -> bool:
    """Tell whether the comment is written or, where it stands already, edited.

    Args:
        news: What shall be said.
        standing: The note of our comment about the same; None without one.
    """
    if news.when == "change":
        return standing is None or not news.digest.says_the_same(standing.digest)
    if news.when == "failure" and news.digest.verdict == "pass":
        # A comment that cannot be read may speak of a failure: it is brought up to date.
        return standing is not None and (standing.digest is None or standing.digest.verdict != "pass")
    return True
