"""Faults of the stand-in on order."""

import threading
import time

import pytest
import requests

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

COMMENTS = r"/issues/\d+/comments$"


@pytest.fixture
def comment(hub: Hub) -> str:
    """Return the path at which comments are posted."""
    return f"/issues/{hub.add_issue()}/comments"


def post(ask: Ask, path: str, text: str = "Judged.") -> requests.Response:
    """Post a comment."""
    return ask("POST", path, json={"body": text})


def test_a_bad_gateway_comes_before_the_effect_or_after_it(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.bad_gateway("POST", COMMENTS)
    hub.faults.bad_gateway("POST", COMMENTS, stored=True)
    assert (post(ask, comment).status_code, len(hub.comments(1))) == (502, 0)
    assert (post(ask, comment).status_code, len(hub.comments(1))) == (502, 1)
    assert (post(ask, comment).status_code, len(hub.comments(1))) == (201, 2)
    assert [each.status for each in hub.requests("POST", COMMENTS)] == [502, 502, 201]


@pytest.mark.parametrize("stored", [False, True])
def test_a_connection_is_cut(hub: Hub, ask: Ask, comment: str, *, stored: bool) -> None:
    hub.faults.cut("POST", COMMENTS, stored=stored)
    with pytest.raises(requests.ConnectionError):
        post(ask, comment)
    assert len(hub.comments(1)) == int(stored)
    assert hub.log[-1].status is None
    assert post(ask, comment).status_code == 201


def test_an_answer_hangs(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.hang("POST", COMMENTS, 0.3, stored=True)
    begun = time.monotonic()
    assert post(ask, comment).status_code == 201
    assert time.monotonic() - begun >= 0.3


def test_an_answer_that_hangs_lets_others_through(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.hang("POST", COMMENTS, 1)
    slow = threading.Thread(target=post, args=(ask, comment))
    slow.start()
    headers = {"Authorization": f"Bearer {hub.token}"}
    begun = time.monotonic()
    assert requests.get(f"{hub.api}/repos/acme/er-models", headers=headers, timeout=20).status_code == 200
    assert time.monotonic() - begun < 0.8
    slow.join()


def test_the_secondary_limit_says_when_to_come_back(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.secondary_limit("POST", COMMENTS, retry_after=2)
    hub.faults.secondary_limit("POST", COMMENTS, retry_after=None, status=429)
    first, second = post(ask, comment), post(ask, comment)
    assert (first.status_code, first.headers["Retry-After"]) == (403, "2")
    assert (second.status_code, second.headers.get("Retry-After")) == (429, None)
    assert "secondary rate limit" in first.json()["message"]
    assert hub.comments(1) == []


def test_the_primary_limit_says_when_it_ends(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.primary_limit("POST", COMMENTS, reset_in=3)
    refused = post(ask, comment)
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert 1 <= int(refused.headers["X-RateLimit-Reset"]) - time.time() <= 3
    assert post(ask, comment).headers["X-RateLimit-Remaining"] != "0"


def test_a_fault_may_wait_for_its_turn_and_last_until_it_is_cleared(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.answer("*", "", 503, message="No server is currently available", times=None, skip=1)
    assert post(ask, comment).status_code == 201
    assert [ask("GET").status_code for _ in range(3)] == [503] * 3
    hub.faults.clear()
    assert ask("GET").status_code == 200


def test_a_permission_may_be_taken_away(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.forbid("POST", COMMENTS)
    assert [post(ask, comment).status_code for _ in range(2)] == [403, 403]
    assert ask("GET", comment).json() == []


def test_somebody_may_be_faster(hub: Hub, ask: Ask, comment: str) -> None:
    hub.faults.before("POST", COMMENTS, lambda: hub.add_comment(1, "first"))
    hub.faults.after("POST", COMMENTS, lambda: hub.add_comment(1, "third"))
    assert [post(ask, comment, text).status_code for text in ("second", "fourth")] == [201, 201]
    assert [each.body for each in hub.comments(1)] == ["first", "second", "fourth", "third"]


def test_an_answer_may_be_anything(hub: Hub, ask: Ask) -> None:
    hub.faults.answer("GET", "", 200, body=b"<html>", headers={"Content-Type": "text/html"})
    answer = ask("GET")
    assert (answer.text, answer.headers["Content-Type"]) == ("<html>", "text/html")


def test_requests_at_the_same_time_are_all_served(hub: Hub, comment: str) -> None:
    headers = {"Authorization": f"Bearer {hub.token}"}
    address = f"{hub.api}/repos/acme/er-models{comment}"

    def send(text: str) -> None:
        requests.post(address, json={"body": text}, headers=headers, timeout=20)

    threads = [threading.Thread(target=send, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.body for each in hub.comments(1)) == [str(n) for n in range(8)]
