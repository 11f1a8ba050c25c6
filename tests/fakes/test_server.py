"""The sockets of the stand-in, and who may come in."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub, serve
from tests.fakes.github.fixtures import REPOSITORY, bare_repository


def talk(hub: Hub, text: str) -> bytes:
    """Send ``text`` as it is over a connection of its own, and return everything that comes back."""
    with socket.create_connection(("127.0.0.1", urlsplit(hub.api).port or 0), timeout=20) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_body_may_come_in_chunks(hub: Hub) -> None:
    number = hub.add_issue()

    def parts() -> Iterator[bytes]:
        yield b'{"body": '
        yield b'"in parts"}'

    headers = {"Authorization": f"Bearer {hub.token}"}
    address = f"{hub.api}/repos/acme/er-models/issues/{number}/comments"
    assert requests.post(address, data=parts(), headers=headers, timeout=20).status_code == 201
    assert [comment.body for comment in hub.comments(number)] == ["in parts"]


def test_a_request_may_name_the_whole_address(hub: Hub) -> None:
    answer = talk(
        hub,
        "GET http://api.github.localhost/repos/acme/er-models HTTP/1.1\nHost: api.github.localhost\nUser-Agent: gh\n"
        f"Authorization: token {hub.token}\nConnection: close\n\n",
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["url"] == "http://api.github.localhost/repos/acme/er-models"


def test_the_prefix_of_enterprise_server_is_served_and_kept(hub: Hub, ask: Ask) -> None:
    hub.add_comment(hub.add_issue(), "one")
    hub.add_comment(1, "two")
    page = ask("GET", f"{hub.api}/api/v3/repos/acme/er-models/issues/1/comments?per_page=1")
    assert page.json()[0]["url"].startswith(f"{hub.api}/api/v3/repos/acme/er-models/")
    assert page.links["next"]["url"] == f"{hub.api}/api/v3/repos/acme/er-models/issues/1/comments?per_page=1&page=2"
    assert ask("GET", page.links["next"]["url"]).json()[0]["body"] == "two"
    assert hub.requests("GET", r"^/repos/acme/er-models/issues/1/comments$")


def test_a_connection_is_kept(hub: Hub) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(hub.api).port, timeout=20)
    headers = {"Authorization": f"Bearer {hub.token}", "User-Agent": "test"}
    connection.request("GET", "/repos/acme/er-models", headers=headers)
    first, port = connection.getresponse().read(), connection.sock.getsockname()
    connection.request("GET", "/repos/acme/er-models", headers=headers)
    assert (connection.getresponse().read(), connection.sock.getsockname()) == (first, port)
    connection.close()


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Authorization": ""}, 401, "Requires authentication"),
        ({"Authorization": "Bearer nobody"}, 401, "Bad credentials"),
        ({"Authorization": "Basic abc"}, 401, "Bad credentials"),
        ({"User-Agent": ""}, 403, "Request forbidden by administrative rules"),
    ],
)
def test_who_does_not_say_who_it_is_stays_out(ask: Ask, headers: dict[str, str], status: int, message: str) -> None:
    answer = ask("GET", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (status, str(status))
    assert answer.json()["message"].startswith(message)


def test_a_token_may_lack_a_permission(hub: Hub, ask: Ask) -> None:
    number = hub.add_issue()
    poor = {"Authorization": f"token {hub.token_for('poor[bot]', without=['issues', 'pull_requests'])}"}
    refused = ask("POST", f"/issues/{number}/comments", json={"body": "x"}, headers=poor)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write; pull_requests=write"
    half = {"Authorization": f"token {hub.token_for('half[bot]', without=['issues'])}"}
    assert ask("POST", f"/issues/{number}/comments", json={"body": "x"}, headers=half).status_code == 201


def test_there_is_one_repository_whose_name_has_no_case(hub: Hub, ask: Ask) -> None:
    assert ask("GET", f"{hub.api}/repos/ACME/Er-Models").status_code == 200
    assert ask("GET", f"{hub.api}/repos/acme/other").status_code == 404
    assert ask("GET", "/nowhere").status_code == 404


def test_what_is_no_json_is_refused(hub: Hub, ask: Ask) -> None:
    refused = ask("POST", "/issues", data=b"{")
    assert (refused.status_code, refused.json()["message"]) == (400, "Problems parsing JSON")
    assert (hub.log[-1].body, hub.log[-1].status) == (None, 400)


def test_answers_have_the_headers_of_github_and_the_log_has_no_token(hub: Hub, ask: Ask) -> None:
    answer = ask("GET")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(answer.headers["X-RateLimit-Remaining"]) == 4999
    assert int(answer.headers["X-RateLimit-Reset"]) > time.time()
    (seen,) = hub.log
    assert (seen.method, seen.path, seen.login, seen.status) == (
        "GET",
        "/repos/acme/er-models",
        "github-actions[bot]",
        200,
    )
    assert hub.token not in repr(hub.log) + repr(hub)


def test_what_breaks_in_the_stand_in_fails_the_test(hub: Hub, ask: Ask) -> None:
    hub.add_comment(77, "on an issue that is not there")
    assert ask("GET", f"/issues/comments/{max(hub.state.comments)}").status_code == 500
    assert "the stand-in broke" in hub.violations.pop()


def test_stopping_ends_answers_that_hang(tmp_path: Path) -> None:
    begun = time.monotonic()
    with serve(bare_repository(tmp_path), REPOSITORY) as hub:
        hub.faults.hang("GET", "", 60)
        headers = {"Authorization": f"Bearer {hub.token}"}
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{hub.api}/repos/acme/er-models", headers=headers, timeout=0.2)
    assert time.monotonic() - begun < 10
