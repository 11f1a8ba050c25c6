"""``[metrics]``: where numbers may be sent to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mlops.metrics_settings import MetricsSettings, check_address


@pytest.mark.parametrize(
    "url",
    ["http://gateway:9091", "https://push.example.org/gateway/", "http://127.0.0.1:1", "http://[::1]:9091", "http://a"],
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert check_address(url) == url
    assert MetricsSettings(pushgateway=url).pushgateway == url


def test_nothing_sends_nothing() -> None:
    assert MetricsSettings().pushgateway == MetricsSettings(pushgateway="").pushgateway == ""
    with pytest.raises(ValueError, match="http"):
        check_address("")


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret@gateway", "http://secret@gateway:9091", "https://gateway/?key=secret", "http://gateway#secret",
        "ftp://secret", "file:///secret", "HTTP://secret", "//secret", "http:secret", "http://secret:0", "http://secret:x",
        "http://gateway/\nsecret", " http://secret", "http://secret ", "http://secrét", "http:///secret", "http://-secret",
    ],
)  # fmt: skip
def test_no_other_address_is_taken_and_none_is_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"http|user") as refused:
        check_address(url)
    assert "secret" not in str(refused.value)
    with pytest.raises(ValidationError):
        MetricsSettings(pushgateway=url)


@given(st.text(max_size=20), st.text(max_size=20))
def test_nobody_gets_a_user_or_another_scheme_past_it(before: str, after: str) -> None:
    for url in (f"http://{before}@{after}", f"{before}://{after}"):
        try:
            check_address(url)
        except ValueError:
            continue
        assert before in {"http", "https"}
        assert "@" not in url
