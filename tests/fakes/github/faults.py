"""Faults on order: what a test wants to go wrong, for which requests, and how often."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
PRIMARY = "API rate limit exceeded for installation."
FORBIDDEN = "Resource not accessible by integration"


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        method: Of the request; ``*`` is any.
        pattern: Searched for in the path, and in the GraphQL that is asked for (``mutation addComment``).
        times: How many requests it still meets; None is every one.
        skip: How many matching requests it still lets through first.
        stored: The effect takes place before things go wrong.
        status: Answered instead of the real one; None leaves the answer alone.
        body: Of that answer.
        headers: Of that answer; a callable is asked when the answer is sent.
        cut: The connection ends without an answer.
        seconds: How long the answer takes.
        action: Called in passing.
    """

    method: str
    pattern: str
    times: int | None = 1
    skip: int = 0
    stored: bool = False
    status: int | None = None
    body: Any = None
    headers: Callable[[], Mapping[str, str]] = dict
    cut: bool = False
    seconds: float = 0
    action: Callable[[], object] = lambda: None

    @property
    def passes(self) -> bool:
        """The request is served all the same."""
        return not self.cut and self.status is None

    def meets(self, method: str, *names: str) -> bool:
        """Tell whether the request is one of those that this fault is about."""
        named = any(re.search(self.pattern, name) for name in names)
        return self.times != 0 and self.method in {"*", method} and named


@dataclass
class Faults:
    """The faults on order; of several that meet a request, the one ordered first.

    Attributes:
        clock: Seconds since 1970, for the reset of the primary limit.
    """

    clock: Callable[[], float]
    orders: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, fault: Fault) -> None:
        """Add a fault; the methods below say the usual ones shorter."""
        with self.lock:
            self.orders.append(fault)

    def clear(self) -> None:
        """Forget all faults: from now on everything works."""
        with self.lock:
            self.orders.clear()

    def take(self, method: str, *names: str) -> Fault | None:
        """Return the fault that meets a request, by its path or what GraphQL it asks for, and count it."""
        with self.lock:
            for fault in self.orders:
                if not fault.meets(method, *names):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def answer(
        self,
        method: str,
        pattern: str,
        status: int,
        *,
        message: str = "Server Error",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        stored: bool = False,
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Answer ``status`` with ``message`` (or ``body``), before the effect, or with ``stored`` after it."""
        content = {"message": message} if body is None else body
        self.order(Fault(method, pattern, times, skip, stored, status, content, lambda: headers or {}))

    def bad_gateway(
        self, method: str, pattern: str, *, stored: bool = False, times: int | None = 1, skip: int = 0
    ) -> None:
        """Answer 502."""
        self.answer(method, pattern, 502, stored=stored, times=times, skip=skip)

    def cut(self, method: str, pattern: str, *, stored: bool = False, times: int | None = 1, skip: int = 0) -> None:
        """Close the connection without an answer."""
        self.order(Fault(method, pattern, times, skip, stored, cut=True))

    def hang(
        self,
        method: str,
        pattern: str,
        seconds: float,
        *,
        stored: bool = False,
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Answer rightly, ``seconds`` later; with ``stored`` the effect is there at once."""
        self.order(Fault(method, pattern, times, skip, stored, seconds=seconds))

    def secondary_limit(
        self, method: str, pattern: str, *, retry_after: int | None = 2, status: int = 403, times: int | None = 1
    ) -> None:
        """Answer that there were too many requests in a short time: 403, or 429."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.answer(method, pattern, status, message=SECONDARY, headers=headers, times=times)

    def primary_limit(self, method: str, pattern: str, *, reset_in: int = 3, times: int | None = 1) -> None:
        """Answer that the hour's requests are used up until ``reset_in`` seconds from the answer."""

        def headers() -> dict[str, str]:
            return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(self.clock()) + reset_in)}

        self.order(Fault(method, pattern, times, status=403, body={"message": PRIMARY}, headers=headers))

    def graphql_limit(
        self, pattern: str = "/graphql$", *, kind: str = "RATE_LIMITED", reset_in: int = 3, times: int | None = 1
    ) -> None:
        """Answer that the hour's points are used up: 200, and an error of this kind (``RATE_LIMIT`` was seen, too)."""

        def headers() -> dict[str, str]:
            reset = str(int(self.clock()) + reset_in)
            return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset, "X-RateLimit-Resource": "graphql"}

        body = {"errors": [{"type": kind, "message": PRIMARY}]}
        self.order(Fault("POST", pattern, times, status=200, body=body, headers=headers))

    def forbid(self, method: str, pattern: str, *, times: int | None = None) -> None:
        """Answer 403, as to a token that lacks the permission."""
        self.answer(method, pattern, 403, message=FORBIDDEN, times=times)

    def before(self, method: str, pattern: str, action: Callable[[], object], *, times: int = 1, skip: int = 0) -> None:
        """Call ``action`` before the effect: somebody else is faster."""
        self.order(Fault(method, pattern, times, skip, action=action))

    def after(self, method: str, pattern: str, action: Callable[[], object], *, times: int = 1, skip: int = 0) -> None:
        """Call ``action`` between the effect and the answer."""
        self.order(Fault(method, pattern, times, skip, stored=True, action=action))
