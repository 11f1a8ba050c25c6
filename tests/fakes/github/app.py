"""From a request to its answer: faults, who asks, the contract, the operation, the contract again."""

import hashlib
import json
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.github import door
from tests.fakes.github.accounts import Grant
from tests.fakes.github.areas import AREAS
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.contract import Contract
from tests.fakes.github.faults import Fault, Faults
from tests.fakes.github.graphql.documents import operations
from tests.fakes.github.routing import LIMIT, Answer, Call, Problem, Route, Table, Urls, parsed
from tests.fakes.github.state import State
from tests.fakes.github.storage import Storage

ENTERPRISE = "/api/v3"
UPLOADS = "/api/uploads"
GRAPHQL = "/graphql"
Graph = Callable[[State, Grant, Any], Answer]


@dataclass(frozen=True)
class Incoming:
    """A request as it came in; ``target`` is a path, or in the absolute form a whole address."""

    method: str
    target: str
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True)
class Reply:
    """A reply as it goes out."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Exchange:
    """One request and how it ended, for tests to look at.

    Attributes:
        method: Of the request.
        path: Without ``/api/v3`` and query.
        query: Parameters.
        headers: Of the request, without the token.
        login: Whose token it was; empty for none.
        body: The JSON value that was sent.
        status: Answered; None when the connection was cut.
        operations: What a request to GraphQL asked for, such as ``query viewer``.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    login: str
    body: Any
    status: int | None
    operations: tuple[str, ...] = ()


@dataclass
class App:
    """The API without its sockets.

    Attributes:
        state: What is remembered.
        contract: What exchanges are checked against.
        faults: What goes wrong.
        violations: Grows by what the contract does not allow.
        log: Grows by every exchange.
        storage: Keeps bytes.
        graph: Answers what is sent to ``/graphql``, or ``/api/graphql`` as on GitHub Enterprise Server.
        closing: Ends answers that hang.
    """

    state: State
    contract: Contract
    faults: Faults
    violations: list[str]
    log: list[Exchange]
    storage: Storage
    graph: Graph = lambda *_: Answer(404, Problem(404).body)
    closing: threading.Event = field(default_factory=threading.Event)
    table: Table = field(default_factory=lambda: Table(AREAS))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def exchange(self, incoming: Incoming) -> Reply | None:
        """Return the reply to a request; None when the connection shall be cut."""
        address = urlsplit(incoming.target)
        path, prefix = address.path, ""
        if path.startswith(f"{ENTERPRISE}/"):
            path, prefix = path.removeprefix(ENTERPRISE), ENTERPRISE
        if path == f"/api{GRAPHQL}":
            path, prefix = GRAPHQL, ENTERPRISE
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        origin = f"http://{address.netloc or incoming.headers.get('Host', '')}"
        urls = Urls(origin, prefix, self.state.repository)
        asked = operations(incoming.raw) if path == GRAPHQL else ()
        fault = self.faults.take(incoming.method, path.removeprefix(UPLOADS), *asked)
        answer: Answer | None = None
        self._strike(fault, stored=False)
        if fault is None or fault.stored or fault.passes:
            answer = self._serve(incoming, path, query, urls)
        self._strike(fault, stored=True)
        if fault is not None and not fault.passes:
            answer = None if fault.status is None else Answer(fault.status, fault.body, fault.headers())
        answer = None if answer is None else _conditional(incoming, answer)
        self._note(incoming, path.removeprefix(UPLOADS), query, answer, asked)
        return None if answer is None else self._reply(answer, incoming, path)

    def _strike(self, fault: Fault | None, *, stored: bool) -> None:
        """Let happen what a fault has before (or, ``stored``, after) the effect."""
        if fault is not None and fault.stored == stored:
            fault.action()
            self.closing.wait(fault.seconds)

    def _serve(self, incoming: Incoming, path: str, query: Mapping[str, str], urls: Urls) -> Answer:
        """Return the answer of the operation that a request means."""
        try:
            with self.lock:
                answer = self._operate(incoming, path, query, urls)
            answer.then()
        except Problem as problem:
            return Answer(problem.status, problem.body, problem.headers)
        except Exception:  # noqa: BLE001  # whatever breaks in the stand-in must fail the test, not the bot
            self.violations.append(f"the stand-in broke on {incoming.method} {path}: {traceback.format_exc()}")
            return Answer(500, {"message": "Server Error"})
        return answer

    def _operate(self, incoming: Incoming, path: str, query: Mapping[str, str], urls: Urls) -> Answer:
        grant = door.who(self.state, incoming.headers)
        if path == GRAPHQL and incoming.method == "POST":
            return self.graph(self.state, grant, parsed(incoming.raw))
        uploads, api_path = path.startswith(f"{UPLOADS}/"), path.removeprefix(UPLOADS)
        gone = door.moved(self.state, urls, incoming.method, api_path, urlsplit(incoming.target).query)
        if gone is not None:
            return gone
        for route, parameters in self.table.match(incoming.method, door.current(self.state, api_path)):
            if route.uploads == uploads and self._is_here(parameters):
                break
        else:
            raise Problem(404)
        door.may(self.state, grant, route)
        body = None if route.uploads else parsed(incoming.raw)
        broken = self.contract.request(route.method, route.template, query, body)
        self.violations += broken
        if broken and body is not None:
            raise Problem(422, "Invalid request.\n\n" + "\n".join(broken))
        call = Call(
            self.state, urls, self.storage, grant, path, parameters, query, incoming.headers, incoming.raw, body
        )
        return self._checked(route, call)

    def _checked(self, route: Route, call: Call) -> Answer:
        """Return the answer of an operation, refusals included, after the contract has seen it."""
        try:
            answer = route.serve(call)
        except Problem as problem:
            answer = Answer(problem.status, problem.body, problem.headers)
        except NoSuchObjectError:
            answer = Answer(404, Problem(404).body)
        binary = isinstance(answer.body, bytes)
        self.violations += self.contract.answer(route.method, route.template, answer.status, answer.body, binary=binary)
        return answer

    def _is_here(self, parameters: Mapping[str, str]) -> bool:
        """Tell whether a path is about no repository or the one, whose name is not case-sensitive."""
        name = f"{parameters['owner']}/{parameters['repo']}" if "repo" in parameters else self.state.repository
        return name.lower() == self.state.repository.lower()

    def _note(
        self, incoming: Incoming, path: str, query: Mapping[str, str], answer: Answer | None, asked: tuple[str, ...]
    ) -> None:
        grant = self._grant(incoming)
        headers = {name: value for name, value in incoming.headers.items() if name.lower() != "authorization"}
        try:
            body = parsed(incoming.raw)
        except Problem:
            body = None
        login = grant.account.login if grant else ""
        status = None if answer is None else answer.status
        self.log.append(Exchange(incoming.method, path, query, headers, login, body, status, asked))
        if status != 304 and path != "/rate_limit":  # neither counts on GitHub
            self.state.used[_resource(path)] += 1

    def _grant(self, incoming: Incoming) -> Grant | None:
        return self.state.tokens.grant(incoming.headers.get("Authorization", ""), self.state.clock())

    def _reply(self, answer: Answer, incoming: Incoming, path: str) -> Reply:
        """Return an answer as bytes, with the headers that GitHub always sends."""
        used, grant = self.state.used[_resource(path)], self._grant(incoming)
        headers = {
            "X-GitHub-Request-Id": f"STAND:IN:{len(self.log):08X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(max(LIMIT - used, 0)),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(int(time.time()) + 3600),
            "X-RateLimit-Resource": _resource(path),
        }
        if grant is not None and grant.scopes is not None:
            headers["X-OAuth-Scopes"] = ", ".join(sorted(grant.scopes))
        if isinstance(answer.body, bytes):
            return Reply(answer.status, {**headers, "Content-Type": "application/octet-stream", **answer.headers},
                         answer.body)  # fmt: skip
        body = _encoded(answer)
        kind = {"Content-Type": "application/json; charset=utf-8"} if body else {}
        return Reply(answer.status, {**headers, **kind, **answer.headers}, body)


def _resource(path: str) -> str:
    """Return the name of the limit that a request counts against."""
    return "graphql" if path == GRAPHQL else "core"


def _encoded(answer: Answer) -> bytes:
    return b"" if answer.body is None else json.dumps(answer.body).encode()


def _conditional(incoming: Incoming, answer: Answer) -> Answer:
    """Return an answer with its ETag; an empty one when the client has exactly this already."""
    if incoming.method != "GET" or answer.status != 200 or isinstance(answer.body, bytes):  # OK
        return answer
    tag = f'W/"{hashlib.sha256(_encoded(answer)).hexdigest()}"'
    if tag in incoming.headers.get("If-None-Match", ""):
        return Answer(304, None, {"ETag": tag})
    return Answer(answer.status, answer.body, {"ETag": tag, **answer.headers})
