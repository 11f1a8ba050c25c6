"""How one request goes out: through PyGithub's connection, at its pace, with its authentication; no second try."""

import logging
from collections.abc import Mapping
from typing import Any

import github
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester, RequestsResponse

from mlops import __version__
from mlops.bot.graphql import GRAPHQL, is_query

API_VERSION = "2022-11-28"
PAGE = 100
TIMEOUT = 15
"""Seconds that one request may take to connect, and to go on talking."""

_MOVED, _MOVED_ALSO = 301, 308


class WritingError(Exception):
    """What may only read was asked to write: a bug, stopped before anything is sent."""


class Transport:
    """Sends one request and returns the status, the headers (names in lower case) and the body.

    Args:
        api_url: Address of the REST API; GraphQL's follows from it.
        auth: Whose requests they are.
        between_requests: Seconds; GitHub asks clients not to hurry.
        between_writes: The same for changes.
    """

    def __init__(
        self, api_url: str, auth: github.Auth.Auth, *, between_requests: float | None, between_writes: float | None
    ) -> None:
        self.auth = auth
        self._requester = _Unfollowing(
            auth,
            api_url,
            TIMEOUT,
            f"precision-gate/{__version__}",
            PAGE,
            verify=True,
            retry=None,  # retried where the deadline is known
            pool_size=None,
            seconds_between_requests=between_requests,
            seconds_between_writes=between_writes,
            api_version=API_VERSION,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any], str]:
        """Send one request; ``path`` is below the root of the API."""
        url = self._requester.graphql_url if path == GRAPHQL else path
        return self._requester.requestJson(
            method, url, dict(parameters or {}), dict(headers or {}), None if body is None else dict(body)
        )


class ReadingTransport(Transport):
    """A transport that cannot write: it sends GET requests and GraphQL queries, and refuses all else."""

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any], str]:
        """Send one request that reads; raises WritingError for any other."""
        asks = method == "POST" and path == GRAPHQL and is_query(str((body or {}).get("query", "")))
        if method != "GET" and not asks:
            raise WritingError(f"{method} {path}")
        return super().send(method, path, parameters=parameters, body=body, headers=headers)


class _Plain(HTTPRequestsConnectionClass):
    """A connection whose permanent redirections PyGithub leaves alone."""

    def getresponse(self) -> RequestsResponse:
        return _left_alone(super().getresponse())


class _Secure(HTTPSRequestsConnectionClass):
    """The same over TLS."""

    def getresponse(self) -> RequestsResponse:
        return _left_alone(super().getresponse())


class _Unfollowing(Requester):
    """PyGithub's requester; it would follow a 301 to any path of the host and lose the query on the way."""


# PyGithub logs whole answers when the program debugs; one of them is an App's token.
_quiet = logging.getLogger(f"{__name__}.pygithub")
_quiet.setLevel(logging.WARNING)
_Unfollowing.injectLogger(_quiet)
# A subclass cannot say it otherwise: the names are private to the class, and its own setter gives up keep-alive.
setattr(_Unfollowing, "_Requester__httpConnectionClass", _Plain)  # noqa: B010  # mangled
setattr(_Unfollowing, "_Requester__httpsConnectionClass", _Secure)  # noqa: B010  # mangled


def _left_alone(response: RequestsResponse) -> RequestsResponse:
    """Return the response with 308, which means the same, for 301, which PyGithub follows by itself."""
    if response.status == _MOVED:
        response.status = _MOVED_ALSO
    return response
