"""Sending labels to a server of predictions: one request, and what it answered."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple

from mlops.errors import UnavailableError, UsageRefusedError
from mlops.formatting import printable
from mlops.storage.opening import opener

SECONDS = 30.0
_LIMIT = 1 << 20
_SCHEMES = ("http://", "https://")


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: Of HTTP.
        body: Its JSON object; empty if it is none.
    """

    status: int
    body: Mapping[str, Any]


def post(url: str, body: Mapping[str, Any], *, token: str, seconds: float = SECONDS) -> Answer:
    """Send a JSON object.

    Args:
        url: Where to; http or https.
        body: The object.
        token: The bearer token; empty sends none.
        seconds: For which the server may be silent.

    Raises:
        UsageRefusedError: The address is none of http or https, or the token cannot be sent.
        UnavailableError: It did not answer, or not in HTTP.
    """
    if not url.startswith(_SCHEMES):
        raise UsageRefusedError(
            "This is not the address of a server.", field="url", expected="http://HOST:PORT or https://HOST",
            found=url[:200], fix="Begin it with http:// or https://.",
        )  # fmt: skip
    if not all("!" <= character <= "~" for character in token):
        raise UsageRefusedError(
            "The token cannot be sent; nothing was.", field="token", expected="printable ASCII without spaces",
            found="something else", why="It came from a file, perhaps, with the end of its line.",
            fix="Read it without: $(cat FILE) leaves out the end of the last line.",
        )  # fmt: skip
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310  # its scheme was checked
        with opener().open(request, timeout=seconds) as answer:
            return Answer(answer.status, _object(answer.read(_LIMIT)))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _object(error.read(_LIMIT)))
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: a host that cannot be
        raise UnavailableError(
            "The server did not answer.", field=url[:200], why=printable(str(getattr(error, "reason", error)), 200),
            fix="See whether it runs and can be reached from here; what it took already it does not take twice.",
        ) from None  # fmt: skip


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
