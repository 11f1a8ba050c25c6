"""Reading from GitHub: sent again when that helps, within one deadline; a reader cannot write, whatever it is asked.

A GET that was answered before is asked with its ETag: what has not changed then costs nothing of the hour's requests,
which is what polling a run and reading back after a change are mostly about.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import github
import requests

from mlops.bot import moving, retrying
from mlops.bot.answers import NOT_FOUND, UNAUTHORIZED, Answer, Part, read, refuse, unreachable
from mlops.bot.effects import Deadline
from mlops.bot.graphql import GRAPHQL, as_rest, data_in, is_query
from mlops.bot.permissions import Permission
from mlops.bot.settings import Settings
from mlops.bot.transport import PAGE, ReadingTransport, Transport, WritingError

_UNCHANGED = 304

_log = logging.getLogger(__name__)


class Top(str):
    """A path below the root of the API."""

    __slots__ = ()


class UncertainError(Exception):
    """A POST was perhaps carried out: no answer came, or a fault of the server."""

    def __init__(self, answer: Answer | None, why: str) -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why


class _Named(Part):
    full_name: str


def top(path: str) -> Top:
    """Return ``path`` as one below the root of the API, not below the repository: ``top("/users/octocat")``."""
    return Top(path)


class Reader:
    """A repository on GitHub, as the bot may see it.

    Args:
        settings: Address, repository and token.
        deadline: After it, nothing is tried.
        auth: Who asks, where that is not the token of ``settings``.
        renew: Returns a new token when GitHub does not accept this one any more; None where there is none to get.
        seconds_between_requests: GitHub asks clients not to hurry; None in tests.
        seconds_between_writes: The same for changes.

    Attributes:
        settings: Its repository follows a renaming, its token a renewal.
    """

    transport: ClassVar[type[Transport]] = ReadingTransport

    def __init__(
        self,
        settings: Settings,
        deadline: Deadline,
        *,
        auth: github.Auth.Auth | None = None,
        renew: Callable[[], str] | None = None,
        seconds_between_requests: float | None = 0.05,
        seconds_between_writes: float | None = 0.5,
    ) -> None:
        self.settings = settings
        self.deadline = deadline
        self._auth = auth
        self._renew = renew
        self._pace = {"between_requests": seconds_between_requests, "between_writes": seconds_between_writes}
        self._connect()
        self._known: dict[tuple[str, ...], Answer] = {}

    def get(self, path: str, needs: Permission, **parameters: str | int) -> Any:  # noqa: ANN401  # JSON is anything
        """Return what stands at ``path`` below the repository; raises the letter about a refusal."""
        return self._accepted("GET", path, needs, parameters=parameters).json()

    def find(self, path: str, needs: Permission, **parameters: str | int) -> Any:  # noqa: ANN401  # JSON is anything
        """Return what stands at ``path`` below the repository; None when there is nothing."""
        answer = self.ask(path, **parameters)
        return None if answer.status == NOT_FOUND else self._checked(answer, needs).json()

    def ask(self, path: str, **parameters: str | int) -> Answer:
        """Return GitHub's answer to a GET, whatever it says.

        Raises:
            UnavailableError: No answer came before the deadline.
        """
        return self._sent("GET", path, parameters=parameters)

    def ask_here(self, path: str) -> Answer:
        """Return GitHub's answer to a GET, whatever it says; a renaming is not followed, but returned."""
        return self._sent("GET", path, follow=False)

    def pages(self, path: str, needs: Permission, *, key: str = "", **parameters: str | int) -> Iterator[Any]:
        """Yield every entry of a list, on all its pages.

        Args:
            path: Below the repository.
            needs: What the token must be allowed.
            key: Where in each page the list stands; empty where the page is the list.
            **parameters: Of the query.
        """
        page = 1
        while True:
            answer = self._accepted("GET", path, needs, parameters={**parameters, "per_page": PAGE, "page": page})
            value = answer.json()
            entries = value.get(key, []) if key and isinstance(value, dict) else value
            yield from entries if isinstance(entries, list) else ()
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
            page += 1

    def query(self, document: str, needs: Permission, **variables: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        """Return the data that a GraphQL query asks for; raises the letter about a refusal.

        Raises:
            WritingError: The document is no query: a bug.
        """
        if not is_query(document):
            raise WritingError("not a query")
        return self._executed(document, needs, variables)

    def _executed(self, document: str, needs: Permission, variables: Mapping[str, Any]) -> dict[str, Any]:
        body = {"query": document, "variables": dict(variables)}
        return data_in(self._checked(self._sent("POST", GRAPHQL, body=body, harmless=True), needs))

    def _sent(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        harmless: bool = False,
        follow: bool = True,
    ) -> Answer:
        """Send a request and return the answer, whatever it says; limits are waited for, faults tried again.

        Raises:
            UncertainError: It is not ``harmless`` to send it twice, and it was perhaps carried out.
            UnavailableError: No answer came before the deadline.
        """
        attempt, renewed = 0, False
        while True:
            attempt += 1
            answer, why = self._once(method, path, parameters, body)
            if answer is not None and answer.status in moving.MOVED and follow:
                self._take_new_name(answer)
                follow = False
            elif answer is not None and answer.status == UNAUTHORIZED and self._renew is not None and not renewed:
                self.settings, renewed = replace(self.settings, token=self._renew()), True
                self._connect()
            elif answer is not None and retrying.is_limit(answer.status, answer.headers, answer.message):
                if not self.deadline.pause(retrying.limit_wait(answer.headers, now=self.deadline.effects.now())):
                    return answer
            elif answer is not None and not retrying.is_fault(answer.status):
                return answer
            elif method not in retrying.IDEMPOTENT and not harmless:
                raise UncertainError(answer, why)
            elif not self._pause(attempt):
                if answer is not None:
                    return answer
                raise unreachable(f"{method} {path}", why, self.deadline.seconds)

    def _once(
        self, method: str, path: str, parameters: Mapping[str, str | int] | None, body: Mapping[str, Any] | None
    ) -> tuple[Answer | None, str]:
        """Send a request once; return the answer, or None and why none came."""
        below = isinstance(path, Top) or path == GRAPHQL
        url = str(path) if below else f"/repos/{self.settings.repository}{path}"
        place = (method, url, *map(str, sorted((parameters or {}).items())))
        known = self._known.get(place)
        tag = {} if known is None else {"If-None-Match": known.headers["etag"]}
        try:
            status, headers, text = self.deadline.within(
                lambda: self._transport.send(method, url, parameters=parameters, body=body, headers=tag)
            )
        except (requests.RequestException, OSError) as error:
            return None, _reason(error)
        if status == _UNCHANGED and known is not None:
            return known, ""
        answer = Answer(f"{method} {path}", status, headers, text)
        if method == "GET" and answer.accepted and "etag" in headers:
            self._known[place] = answer
        return as_rest(answer) if path == GRAPHQL else answer, f"it answered {status}"

    def _take_new_name(self, answer: Answer) -> None:
        """Learn the new name of the repository; raises the letter where not the repository moved, but one thing."""
        old, api_url = self.settings.repository, self.settings.api_url
        number = moving.number_in(self._sent("GET", top(f"/repos/{old}"), follow=False), api_url)
        if number is None or number != moving.number_in(answer, api_url):
            moving.refuse(answer)
        found = self._sent("GET", top(f"/repositories/{number}"), follow=False)
        if not found.accepted:
            moving.refuse(answer)
        name = read(_Named, found.json(), where=f"repository {number}").full_name
        self.settings = self.settings.renamed(name)
        _log.warning("The repository %s is called %s now; set GITHUB_REPOSITORY.", old, name)

    def _accepted(
        self,
        method: str,
        path: str,
        needs: Permission,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        return self._checked(self._sent(method, path, parameters=parameters, body=body), needs)

    def _checked(self, answer: Answer, needs: Permission) -> Answer:
        if not answer.accepted or retrying.is_fault(answer.status):
            refuse(answer, needs)
        return answer

    def _pause(self, attempt: int) -> bool:
        return self.deadline.pause(retrying.backoff(attempt, self.deadline.effects.chance()))

    def _connect(self) -> None:
        auth = self._auth or github.Auth.Token(self.settings.token)
        self._transport = self.transport(self.settings.api_url, auth, **self._pace)


def _reason(error: BaseException) -> str:
    """Return in a few words why no answer came; requests wraps the cause several times."""
    while isinstance(error, requests.RequestException) and error.args and isinstance(error.args[0], BaseException):
        error = getattr(error.args[0], "reason", None) or error.args[0]
    return " ".join(str(error).split())[:200] or type(error).__name__
