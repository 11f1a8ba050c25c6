"""When a request is sent again, and after how long: pure functions of what came back.

Source: "Best practices for using the REST API" and "Rate limits for the REST API", GitHub Docs.
"""

from collections.abc import Mapping

IDEMPOTENT = frozenset({"GET", "PUT", "PATCH", "DELETE"})
"""Methods whose effect is the same when they are carried out twice. A POST is sent again only after a look."""

SECONDARY_WAIT = 60.0
"""Seconds to wait after a secondary limit that names no time."""

_FIRST, _LONGEST = 0.5, 16.0
_SERVER_ERRORS = 500
_FORBIDDEN, _TOO_MANY = 403, 429
_LIMIT_WORDS = ("api rate limit exceeded", "secondary rate limit", "abuse detection", "wait a few minutes before you")


def is_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Tell whether an answer says "not now" rather than "not you". Names of headers are in lower case."""
    if status not in {_FORBIDDEN, _TOO_MANY}:
        return False
    said = message.lower()
    return (
        status == _TOO_MANY
        or "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or any(words in said for words in _LIMIT_WORDS)
    )


def limit_wait(headers: Mapping[str, str], *, now: float) -> float:
    """Return the seconds to wait after a limit: what the answer asks for, else until its reset, else a minute.

    Args:
        headers: Of the answer, names in lower case.
        now: Seconds since the epoch.
    """
    after = headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(0.0, float(reset) - now) + 1  # the reset may lie anywhere in that second
    return SECONDARY_WAIT


def is_fault(status: int) -> bool:
    """Tell whether an answer is a fault of the server, which may have carried the request out or not."""
    return status >= _SERVER_ERRORS


def backoff(attempt: int, chance: float) -> float:
    """Return the seconds to wait after the ``attempt``-th try (from 1): doubling, capped, spread by ``chance``."""
    return min(_LONGEST, _FIRST * 2.0 ** min(attempt - 1, 10)) * (0.5 + chance / 2)
