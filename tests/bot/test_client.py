"""The client: what is sent again, what is waited for, and that nothing outlasts the deadline."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from mlops.bot.answers import Answer
from mlops.bot.client import GitHub
from mlops.bot.effects import Deadline, Effects
from mlops.bot.permissions import READ_CONTENTS, WRITE_ISSUES
from mlops.bot.settings import Settings
from mlops.errors import UnavailableError, UsageRefusedError
from tests.bot import world
from tests.bot.world import Hourglass
from tests.fakes.github import Hub


@pytest.fixture
def dripping() -> Iterator[str]:
    """Return the address of a server that answers a byte at a time and never ends."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    stop.set()
    worker.join()
    listener.close()


def test_it_says_who_it_is_and_which_version_it_speaks(hub: Hub) -> None:
    assert world.client(hub).get("/branches/main", READ_CONTENTS)["name"] == "main"
    (request,) = hub.requests()
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"].startswith("precision-gate/")


def test_an_enterprise_server_is_spoken_to_below_its_path(hub: Hub) -> None:
    client = world.client(hub, api_url=f"{hub.api}/api/v3")
    assert client.get("/branches/main", READ_CONTENTS)["name"] == "main"


def test_nothing_there_is_none_or_a_letter(hub: Hub) -> None:
    client = world.client(hub)
    assert client.find("/issues/99", READ_CONTENTS) is None
    with pytest.raises(UsageRefusedError):
        client.get("/issues/99", READ_CONTENTS)


@pytest.mark.parametrize("fault", ["bad_gateway", "cut"])
def test_a_get_is_sent_again_after_a_growing_wait(hub: Hub, fault: str) -> None:
    getattr(hub.faults, fault)("GET", "/branches/main$", times=3)
    glass = Hourglass()
    world.client(hub, glass=glass).get("/branches/main", READ_CONTENTS)
    assert glass.slept == [0.375, 0.75, 1.5]


def test_a_patch_is_sent_again_because_its_effect_is_the_same(hub: Hub) -> None:
    hub.set_variable("A", "1")
    hub.faults.bad_gateway("PATCH", "/variables/A", stored=True)
    world.client(hub, token=hub.app_token).patch("/actions/variables/A", {"name": "A", "value": "2"}, WRITE_ISSUES)
    assert hub.variables == {"A": "2"}


def test_a_delete_of_what_is_gone_is_fine(hub: Hub) -> None:
    number = hub.add_comment(hub.add_issue(), "x", author="github-actions[bot]")
    client = world.client(hub)
    hub.faults.bad_gateway("DELETE", "/comments/", stored=True)
    client.delete(f"/issues/comments/{number}", WRITE_ISSUES)
    assert len(hub.requests("DELETE")) == 2
    assert hub.comments(1) == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_is_waited_for(hub: Hub, status: int) -> None:
    hub.faults.secondary_limit("GET", "/branches/main$", retry_after=2, status=status)
    glass = Hourglass()
    world.client(hub, glass=glass).get("/branches/main", READ_CONTENTS)
    assert glass.slept == [2.0]


def test_a_primary_limit_is_waited_for_until_its_reset(hub: Hub) -> None:
    hub.faults.primary_limit("GET", "/branches/main$", reset_in=30)
    glass = Hourglass()
    world.client(hub, glass=glass).get("/branches/main", READ_CONTENTS)
    (slept,) = glass.slept
    assert 29 <= slept <= 31


def test_a_limit_that_outlasts_the_deadline_is_told_at_once(hub: Hub) -> None:
    hub.faults.primary_limit("GET", "/branches/main$", reset_in=3_000, times=None)
    glass = Hourglass()
    with pytest.raises(UnavailableError, match="rate limit"):
        world.client(hub, glass=glass).get("/branches/main", READ_CONTENTS)
    assert glass.slept == []


def test_a_post_that_was_limited_was_not_carried_out_and_is_sent_again(hub: Hub) -> None:
    number = hub.add_issue()
    hub.faults.secondary_limit("POST", "/comments$")
    path = f"/issues/{number}/comments"
    made = world.client(hub).make(path, {"body": "x"}, WRITE_ISSUES, look=lambda: None, read=lambda value: value)
    assert made.fresh
    assert len(hub.comments(number)) == 1


def test_a_refusal_is_not_sent_again(hub: Hub) -> None:
    hub.faults.forbid("GET", "/branches/main$")
    with pytest.raises(UnavailableError):
        world.client(hub).get("/branches/main", READ_CONTENTS)
    assert len(hub.requests("GET")) == 1


def test_an_unknown_token_is_told(hub: Hub) -> None:
    with pytest.raises(UnavailableError, match="does not accept the token"):
        world.client(hub, token="ghs_unknown").get("/branches/main", READ_CONTENTS)  # noqa: S106  # no real token


def test_github_that_stays_down_is_given_up_at_the_deadline(hub: Hub) -> None:
    hub.faults.answer("GET", "", 503, message="Unavailable", times=None)
    glass = Hourglass()
    with pytest.raises(UnavailableError, match="answered 503"):
        world.client(hub, glass=glass, deadline=60).get("/branches/main", READ_CONTENTS)
    assert 30 < sum(glass.slept) < 60


def connectionless(api_url: str, deadline: float) -> GitHub:
    settings = Settings(token="t", repository="acme/er-models", api_url=api_url)  # noqa: S106  # no real token
    return GitHub(settings, Deadline(Effects(), deadline), seconds_between_requests=None, seconds_between_writes=None)


def test_a_closed_port_is_given_up_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"within 1\.5 s") as caught:
        connectionless(f"http://127.0.0.1:{port}", 1.5).get("/branches/main", READ_CONTENTS)
    assert "refused" in caught.value.found
    assert time.monotonic() - started < 3


def test_a_name_that_nobody_knows_is_given_up_at_the_deadline() -> None:
    with pytest.raises(UnavailableError, match="within 1 s"):
        connectionless("https://github.invalid", 1).get("/branches/main", READ_CONTENTS)


def test_a_server_that_drips_is_given_up_at_the_deadline(dripping: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnavailableError, match="within 1 s"):
        connectionless(dripping, 1).get("/branches/main", READ_CONTENTS)
    assert time.monotonic() - started < 3


def test_an_answer_is_read_once_it_is_whole() -> None:
    assert Answer("GET /x", 204, {}, "").json() is None
    assert Answer("GET /x", 404, {}, "[]").message == "[]"
