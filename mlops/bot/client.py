"""The client: a reader that may also write; every change sent again when that helps and is harmless."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from mlops.bot.answers import NOT_FOUND, Answer, refuse, unreachable
from mlops.bot.permissions import Permission
from mlops.bot.reading import Reader, UncertainError
from mlops.bot.transport import Transport

_TAKEN = frozenset({409, 422})
"""What GitHub answers, among other reasons, when what should be made exists already."""

T = TypeVar("T")


@dataclass(frozen=True)
class Made(Generic[T]):
    """What now exists, and whether this call made it."""

    value: T
    fresh: bool


class GitHub(Reader):
    """A repository on GitHub, as the bot may see and change it."""

    transport: ClassVar[type[Transport]] = Transport

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

    def mutate(self, document: str, needs: Permission, **variables: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        """Execute a GraphQL mutation and return its data.

        It is sent again after a fault: only mutations whose effect is the same when it is repeated belong here.
        """
        return self._executed(document, needs, variables)

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
            except UncertainError as error:
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
        harmless: bool = False,
    ) -> Answer:
        """Send a request and return the answer, whatever it says; limits are waited for, faults tried again.

        Args:
            method: GET, PUT, PATCH, DELETE or POST.
            path: Below the repository, or ``top(...)``.
            parameters: Of the query.
            body: What is sent.
            harmless: A POST may be carried out twice.

        Raises:
            UncertainError: A POST was perhaps carried out.
            UnavailableError: No answer came before the deadline.
        """
        return self._sent(method, path, parameters=parameters, body=body, harmless=harmless)

    def _give_up(self, where: str, uncertain: UncertainError, needs: Permission) -> None:
        if uncertain.answer is not None:
            refuse(uncertain.answer, needs)
        raise unreachable(where, uncertain.why, self.deadline.seconds)
