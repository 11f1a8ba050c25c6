"""The sockets of the stand-in: HTTP/1.1 on the loopback, with keep-alive, chunked bodies and absolute-form requests."""

import contextlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests.structures import CaseInsensitiveDict

from tests.fakes.github.app import App, Incoming, Reply

Respond = Callable[[Incoming], Reply | None]
_BODILESS = frozenset({204, 304})


class _Server(ThreadingHTTPServer):
    """Serves on a free port, and when it stops, ends the connections that clients keep alive."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """Stop, and end all connections."""
        self.shutdown()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body: two would wait for each other
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it
        """Say nothing: tests look at the log of exchanges."""

    def _answer(self) -> None:
        headers = CaseInsensitiveDict(self.headers.items())
        reply = self.server.respond(Incoming(self.command, self.path, headers, self._read()))
        if reply is None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in _BODILESS:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.status not in _BODILESS:
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  # http.server looks for these names

    def _read(self) -> bytes:
        """Return the body of the request."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)


class Service:
    """Two hosts on the loopback: the API, and the one that keeps bytes.

    Args:
        app: What answers.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._servers = [_Server(app.exchange), _Server(self._store)]
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in self._servers]

    def start(self) -> str:
        """Begin to answer, and return the address of the API."""
        self._app.storage.origin = self._servers[1].origin
        for thread in self._threads:
            thread.start()
        return self._servers[0].origin

    def stop(self) -> None:
        """End all connections, answers that hang included."""
        self._app.closing.set()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.end()
            thread.join()

    def _store(self, incoming: Incoming) -> Reply:
        query = dict(parse_qsl(urlsplit(incoming.target).query))
        return Reply(*self._app.storage.fetch(query, incoming.headers))
