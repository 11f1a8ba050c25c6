"""The client: every request to GitHub, sent again when that helps and is harmless, within one deadline."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import github
import requests

from mlops import __version__
from mlops.bot import retrying
from mlops.bot.answers import NOT_FOUND, Answer, refuse, unreachable
from mlops.bot.effects import Deadline
from mlops.bot.permissions import Permission
from mlops.bot.settings import Settings

API_VERSION = "2022-11-28"
PAGE = 100
TIMEOUT = 15
"""Seconds that one request may take to connect, and to go on talking."""

_TAKEN = frozenset({409, 422})
"""What GitHub answers, among other reasons, when what should be made exists already."""

T = TypeVar("T")


class _UncertainError(Exception):
    """A POST was perhaps carried out: no answer came, or a fault of the server."""

    def __init__(self, answer: Answer | None, why: str) -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why


@dataclass(frozen=True)
class Made(Generic[T]):
    """What now exists, and whether this call made it."""

    value: T
    fresh: bool


class GitHub:
    """A repository on GitHub, as the bot may see and change it.

    Args:
        settings: Address, repository and token.
        deadline: After it, nothing is tried.
        seconds_between_requests: GitHub asks clients not to hurry; None in tests.
        seconds_between_writes: The same for changes.
    """

    def __init__(
        self,
        settings: Settings,
        deadline: Deadline,
        *,
        seconds_between_requests: float | None = 0.05,
        seconds_between_writes: float | None = 0.5,
    ) -> None:
        self.settings = settings
        self.deadline = deadline
        client = github.Github(
            auth=github.Auth.Token(settings.token),
            base_url=settings.api_url,
            timeout=TIMEOUT,
            user_agent=f"precision-gate/{__version__}",
            per_page=PAGE,
            retry=None,  # retried here, where the deadline is known
            seconds_between_requests=seconds_between_requests,
            seconds_between_writes=seconds_between_writes,
            api_version=API_VERSION,
        )
        self._requester = client.requester

    def get(self, path: str, needs: Permission, **parameters: str | int) -> Any:  # noqa: ANN401  # JSON is anything
        """Return what stands at ``path`` below the repository; raises the letter about a refusal."""
        return self._accepted("GET", path, needs, parameters=parameters).json()

    def find(self, path: str, needs: Permission, **parameters: str | int) -> Any:  # noqa: ANN401  # JSON is anything
        """Return what stands at ``path`` below the repository; None when there is nothing."""
        answer = self.send("GET", path, parameters=parameters)
        return None if answer.status == NOT_FOUND else self._checked(answer, needs).json()

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

    def patch(self, path: str, body: Mapping[str, Any], needs: Permission) -> Any:  # noqa: ANN401  # JSON is anything
        """Change what stands at ``path`` and return it."""
        return self._accepted("PATCH", path, needs, body=body).json()

    def put(self, path: str, body: Mapping[str, Any], needs: Permission) -> Any:  # noqa: ANN401  # JSON is anything
        """Replace what stands at ``path`` and return it."""
        return self._accepted("PUT", path, needs, body=body).json()

    def delete(self, path: str, needs: Permission) -> None:
        """Remove what stands at ``path``; what is gone already is as good."""
        answer = self.send("DELETE", path)
        if answer.status != NOT_FOUND:
            self._checked(answer, needs)

    def make(
        self,
        path: str,
        body: Mapping[str, Any],
        needs: Permission,
        *,
        look: Callable[[], T | None],
        read: Callable[[Any], T],
    ) -> Made[T]:
        """Make something once: look for it, POST, and look again before a POST is repeated.

        Args:
            path: Where to POST, below the repository.
            body: What.
            needs: What the token must be allowed.
            look: Returns what is meant, if it exists already.
            read: Turns the answer into what is meant.
        """
        attempt, uncertain = 0, None
        while (found := look()) is None:
            attempt += 1
            if uncertain is not None and not self._pause(attempt):
                self._give_up(f"POST {path}", uncertain, needs)
            try:
                answer = self.send("POST", path, body=body)
            except _UncertainError as error:
                uncertain = error
                continue
            if answer.status in _TAKEN and (found := look()) is not None:  # somebody was faster
                return Made(found, fresh=False)
            return Made(read(self._checked(answer, needs).json()), fresh=True)
        return Made(found, fresh=uncertain is not None)

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send a request and return the answer, whatever it says; limits are waited for, faults tried again.

        Raises:
            UnavailableError: No answer came before the deadline.
        """
        where = f"{method} {path}"
        attempt = 0
        while True:
            attempt += 1
            answer, why = self._once(method, path, parameters, body)
            if answer is not None and retrying.is_limit(answer.status, answer.headers, answer.message):
                wait = retrying.limit_wait(answer.headers, now=self.deadline.effects.now())
                if not self.deadline.pause(wait):
                    return answer
            elif answer is not None and not retrying.is_fault(answer.status):
                return answer
            elif method not in retrying.IDEMPOTENT:
                raise _UncertainError(answer, why)
            elif not self._pause(attempt):
                if answer is not None:
                    return answer
                raise unreachable(where, why, self.deadline.seconds)

    def within(self, call: Callable[[], T]) -> T:
        """Return what ``call`` returns, or give up at the deadline, however slowly the other side talks.

        Raises:
            UnavailableError: The deadline came first.
        """
        outcome: list[T] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                outcome.append(call())
            except BaseException as error:  # noqa: BLE001  # handed to the thread that waits
                failure.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(self.deadline.left())
        if failure:
            raise failure[0]
        if not outcome:
            raise TimeoutError("no answer before the deadline")
        return outcome[0]

    def _once(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[Answer | None, str]:
        """Send a request once; return the answer, or None and why none came."""
        url = path if not path.startswith("/") or path == "/user" else f"/repos/{self.settings.repository}{path}"
        given = None if parameters is None else dict(parameters)
        try:
            status, headers, text = self.within(
                lambda: self._requester.requestJson(method, url, given, None, None if body is None else dict(body))
            )
        except (requests.RequestException, OSError, RuntimeError) as error:  # RuntimeError: PyGithub, of a redirection
            return None, _reason(error)
        return Answer(f"{method} {path}", status, headers, text), f"it answered {status}"

    def _accepted(
        self,
        method: str,
        path: str,
        needs: Permission,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        return self._checked(self.send(method, path, parameters=parameters, body=body), needs)

    def _checked(self, answer: Answer, needs: Permission) -> Answer:
        if not answer.accepted or retrying.is_fault(answer.status):
            refuse(answer, needs)
        return answer

    def _pause(self, attempt: int) -> bool:
        return self.deadline.pause(retrying.backoff(attempt, self.deadline.effects.chance()))

    def _give_up(self, where: str, uncertain: _UncertainError, needs: Permission) -> None:
        if uncertain.answer is not None:
            refuse(uncertain.answer, needs)
        raise unreachable(where, uncertain.why, self.deadline.seconds)


def _reason(error: BaseException) -> str:
    """Return in a few words why no answer came; requests wraps the cause several times."""
    while isinstance(error, requests.RequestException) and error.args and isinstance(error.args[0], BaseException):
        error = getattr(error.args[0], "reason", None) or error.args[0]
    return " ".join(str(error).split())[:200] or type(error).__name__
