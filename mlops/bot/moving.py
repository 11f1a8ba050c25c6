"""A repository that was renamed: GitHub answers requests to its old name with the way to it, by its number."""

import re
from typing import NoReturn
from urllib.parse import urlsplit

from mlops.bot.answers import Answer
from mlops.errors import UsageRefusedError

MOVED = frozenset({301, 302, 303, 307, 308})

_NUMBERED = re.compile(r"/repositories/([1-9][0-9]{0,18})(?:/.*)?", re.ASCII)


def number_in(answer: Answer, api_url: str) -> int | None:
    """Return the number of the repository that an answer leads to, on the same host; None for any other way."""
    if answer.status not in MOVED:
        return None
    target, api = urlsplit(answer.headers.get("location", "")), urlsplit(api_url)
    prefix = api.path.rstrip("/")
    if (target.scheme, target.netloc) != (api.scheme, api.netloc) or not target.path.startswith(prefix):
        return None
    found = _NUMBERED.fullmatch(target.path.removeprefix(prefix))
    return None if found is None else int(found[1])


def refuse(answer: Answer) -> NoReturn:
    """Raise the letter about a way that is not followed: it leads to another thing, or to another host.

    Raises:
        UsageRefusedError: Always.
    """
    raise UsageRefusedError(
        "GitHub says that this is somewhere else now.",
        field=answer.request,
        expected="an answer, or the new name of the repository",
        found=answer.headers.get("location", "").partition("?")[0][:200] or f"status {answer.status}",
        why="An issue moves when it is transferred to another repository. The token is sent to no other host.",
        fix="Name it where it is now; else check GITHUB_API_URL and the network.",
    )
