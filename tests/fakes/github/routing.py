"""Requests, answers and the way from one to the other; nothing here knows about sockets."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from tests.fakes.github.accounts import Account, Grant
from tests.fakes.github.state import State
from tests.fakes.github.storage import Storage

Thing = TypeVar("Thing")

REPO = "/repos/{owner}/{repo}"
DOCUMENTATION = "https://docs.github.com/rest"
_SLASHED = frozenset({"path", "ref", "branch", "tag", "name"})  # parameters that may hold slashes, or nothing
_MOST_PER_PAGE = 100
LIMIT = 5000  # requests an hour


class Problem(Exception):  # noqa: N818  # the API's refusals are answers, not errors of this program
    """A refusal, as GitHub words it.

    Args:
        status: Of the answer.
        message: For people.
        errors: For programs, where the API gives them.
        headers: Of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str = "Not Found",
        errors: Sequence[Mapping[str, str] | str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, dict(headers or {})
        self.body: dict[str, Any] = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        if errors:
            self.body["errors"] = list(errors)


def invalid(resource: str, name: str, code: str = "invalid") -> Problem:
    """Return the refusal of one field of a resource."""
    return Problem(422, "Validation Failed", [{"resource": resource, "field": name, "code": code}])


def refused(resource: str, message: str) -> Problem:
    """Return the refusal of a resource with words of its own."""
    return Problem(422, "Validation Failed", [{"resource": resource, "code": "custom", "message": message}])


@dataclass(frozen=True)
class Answer:
    """What a request is answered.

    Attributes:
        status: Of the answer.
        body: A JSON value, bytes, or None for nothing.
        headers: Besides the usual ones.
        then: Called before the answer leaves, when other requests are served again.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Urls:
    """The addresses that answers mention.

    Attributes:
        origin: Scheme and host as the client spoke to them.
        prefix: ``/api/v3`` when the client used it, else nothing.
        repository: ``owner/name``.
    """

    origin: str
    prefix: str
    repository: str

    def top(self, path: str) -> str:
        """Return an address of the API."""
        return f"{self.origin}{self.prefix}{path}"

    def api(self, path: str = "") -> str:
        """Return an address of the API below the repository."""
        return self.top(f"/repos/{self.repository}{path}")

    def html(self, path: str = "") -> str:
        """Return the address of a page of the repository."""
        return f"https://github.com/{self.repository}{path}"

    def upload(self, path: str) -> str:
        """Return an address below the repository that takes uploads, which is not one of the API."""
        return f"{self.origin}/api/uploads/repos/{self.repository}{path}"


@dataclass(frozen=True)
class Call:
    """A request that reached its function: ``body`` is the JSON value that was sent, ``raw`` its bytes."""

    state: State
    urls: Urls
    storage: Storage
    grant: Grant
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    body: Any

    def __getitem__(self, name: str) -> str:
        """Return a parameter of the path."""
        return self.parameters[name]

    @property
    def account(self) -> Account:
        """Who asks."""
        return self.grant.account

    def find(self, things: Mapping[int, Thing], name: str) -> Thing:
        """Return the thing whose number stands in the path; 404 when there is none."""
        text = self.parameters[name]
        found = things.get(int(text)) if text.isascii() and text.isdigit() else None
        if found is None:
            raise Problem(404)
        return found


def parsed(raw: bytes) -> Any:
    """Return the JSON value of a body; None for an empty one.

    Raises:
        Problem: It is no JSON.
    """
    try:
        return json.loads(raw) if raw else None
    except ValueError as error:
        raise Problem(400, "Problems parsing JSON") from error


Serve = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One operation: its method, its path template as in GitHub's description, its function.

    Attributes:
        permissions: Any of these lets a token in; without one, every token may.
        uploads: It stands on the host that takes uploads, and gets bytes.
        signed: It is about an App itself, which shows its own signature instead of a token.
    """

    method: str
    template: str
    serve: Serve
    permissions: tuple[str, ...]
    uploads: bool = False
    signed: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """What paths of this template look like."""
        parts = re.split(r"\{(\w+)\}", self.template)
        text = "".join(
            re.escape(part) if index % 2 == 0 else f"(?P<{part}>{'.*?' if part in _SLASHED else '[^/]+'})"
            for index, part in enumerate(parts)
        )
        return re.compile(text)

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts the more particular templates first."""
        return -self.template.count("/"), self.template.count("{")


@dataclass
class Routes:
    """The operations of one area."""

    all: list[Route] = field(default_factory=list)

    def __call__(
        self, method: str, template: str, *permissions: str, uploads: bool = False, signed: bool = False
    ) -> Callable[[Serve], Serve]:
        """Return a decorator that adds a function as an operation."""

        def add(serve: Serve) -> Serve:
            self.all.append(Route(method, template, serve, permissions, uploads, signed))
            return serve

        return add


class Table:
    """The operations of all areas, for looking up."""

    def __init__(self, areas: Iterable[Routes]) -> None:
        self.routes = sorted((route for area in areas for route in area.all), key=lambda route: route.rank)
        self._patterns = [(route, route.pattern) for route in self.routes]

    def match(self, method: str, path: str) -> Iterator[tuple[Route, dict[str, str]]]:
        """Yield the operations that a path may mean, with the parameters in it, the most particular first."""
        for route, pattern in self._patterns:
            found = pattern.fullmatch(path) if route.method == method else None
            if found:
                yield route, {name: unquote(value) for name, value in found.groupdict().items()}


def page(call: Call, things: Sequence[Thing], most: int = _MOST_PER_PAGE) -> tuple[Sequence[Thing], dict[str, str]]:
    """Return the page of a list that was asked for, and the header that leads to the others."""
    size = min(max(_number(call.query, "per_page", 30), 1), most)
    number, last = max(_number(call.query, "page", 1), 1), max(math.ceil(len(things) / size), 1)
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    wanted = {"prev", "first"} if number > 1 else set()
    wanted |= {"next", "last"} if number < last else set()
    links = [
        f'<{call.urls.top(call.path)}?{urlencode({**call.query, "page": targets[name]})}>; rel="{name}"'
        for name in targets
        if name in wanted
    ]
    return things[(number - 1) * size : number * size], {"Link": ", ".join(links)} if links else {}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default
