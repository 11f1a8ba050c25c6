"""Pull requests: found by their head, made once."""

from typing import Any

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub, Made
from mlops.bot.permissions import READ_PULLS, WRITE_PULLS


class Head(Part):
    """The newest commit of a pull request, and its branch."""

    sha: str
    ref: str


class Pull(Part):
    """A pull request."""

    number: int
    html_url: str
    title: str
    body: str | None
    state: str
    head: Head


def get(hub: GitHub, number: int) -> Pull:
    """Return a pull request by its number; raises UsageRefusedError when there is none."""
    return _read(hub.get(f"/pulls/{number}", READ_PULLS))


def open_for(hub: GitHub, head: str, *, base: str | None = None) -> list[Pull]:
    """Return the open pull requests of a head, the oldest first.

    Args:
        hub: The repository.
        head: ``owner:branch``.
        base: The branch that they go to; None for any.
    """
    narrowed = {"head": head, "state": "open"} | ({} if base is None else {"base": base})
    found = [_read(entry) for entry in hub.pages("/pulls", READ_PULLS, **narrowed)]
    return sorted((pull for pull in found if pull.state == "open"), key=lambda pull: pull.number)


def ensure(hub: GitHub, *, branch: str, base: str, title: str, body: str) -> Made[Pull]:
    """Return the open pull request from ``branch`` to ``base`` with this title and body; make it if there is none."""

    def look() -> Pull | None:
        head = f"{hub.settings.owner}:{branch}"  # each time anew: the first request may tell of a new owner
        return next(iter(open_for(hub, head, base=base)), None)

    wanted = {"title": title, "body": body}
    made = hub.make("/pulls", wanted | {"head": branch, "base": base}, WRITE_PULLS, look=look, read=_read)
    if made.fresh or (made.value.title, (made.value.body or "").strip()) == (title, body.strip()):
        return made
    return Made(_read(hub.patch(f"/pulls/{made.value.number}", wanted, WRITE_PULLS)), fresh=False)


def _read(value: Any) -> Pull:  # noqa: ANN401  # JSON is anything
    return read(Pull, value, where="a pull request")
