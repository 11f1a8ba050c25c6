"""When a request is sent again, and after how long."""

import pytest

from mlops.bot import retrying

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (429, {}, ""),
        (403, {"retry-after": "2"}, ""),
        (403, {"x-ratelimit-remaining": "0"}, ""),
        (403, {}, SECONDARY),
        (403, {}, "API rate limit exceeded for installation ID 1."),
    ],
)
def test_not_now_is_a_limit(status: int, headers: dict[str, str], message: str) -> None:
    assert retrying.is_limit(status, headers, message)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 422, 500])
def test_not_you_is_no_limit(status: int) -> None:
    assert not retrying.is_limit(status, {"x-ratelimit-remaining": "12"}, "Resource not accessible by integration")


def test_a_limit_says_how_long() -> None:
    assert retrying.limit_wait({"retry-after": "2"}, now=0) == 2
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1003"}
    assert retrying.limit_wait(reset, now=1000.0) == 4
    assert retrying.limit_wait(reset, now=2000.0) == 1


@pytest.mark.parametrize(
    "headers", [{}, {"retry-after": "soon"}, {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "9"}]
)
def test_a_limit_without_a_time_takes_a_minute(headers: dict[str, str]) -> None:
    assert retrying.limit_wait(headers, now=0) == retrying.SECONDARY_WAIT


def test_waits_double_up_to_a_cap_and_are_spread() -> None:
    assert [retrying.backoff(n, 1.0) for n in (1, 2, 3, 6, 600)] == [0.5, 1.0, 2.0, 16.0, 16.0]
    assert retrying.backoff(3, 0.0) == 1.0


def test_a_post_is_never_sent_again_blindly() -> None:
    assert "POST" not in retrying.IDEMPOTENT
    assert {"GET", "PUT", "PATCH", "DELETE"} == retrying.IDEMPOTENT
