"""Asking a server after a switch: its own task decides, whatever another one of the same server does."""

from types import SimpleNamespace

import pytest

from mlops.storage import health
from tests.cli.deploying import server

SHA, MODEL = "1" * 64, "er_20251020"
SERVED = {"er": {"model_id": MODEL, "artifact_sha256": SHA}, "claims": {"model_id": None, "artifact_sha256": None}}


@pytest.mark.parametrize(
    ("status", "failures", "said"),
    [
        pytest.param(200, {}, "", id="well"),
        pytest.param(200, None, "", id="a server that says nothing of failures"),
        pytest.param(503, {"claims": "its hashes do not hold"}, "", id="only another task cannot follow"),
        pytest.param(503, {"er": "its golden rows"}, "The server answered 503.", id="this task cannot follow"),
        pytest.param(503, {}, "The server answered 503.", id="unwell for no reason that is told"),
        pytest.param(503, None, "The server answered 503.", id="unwell, and another server than ours"),
    ],
)
def test_the_task_itself_decides(status: int, failures: dict[str, str] | None, said: str) -> None:
    with server(SERVED, status=status, failures=failures) as url:
        assert health.wait_for(url, "er", MODEL, SHA, seconds=0) == said
        assert health.silence_of(url) == ""


def test_another_model_is_told_though_another_task_cannot_follow() -> None:
    with server(SERVED, status=503, failures={"claims": "its hashes do not hold"}) as url:
        said = health.wait_for(url, "er", "er_20251027", SHA, seconds=0)
    assert said == f"The server serves {MODEL} instead of er_20251027."


def test_who_waits_long_is_told_once_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: sum(slept), sleep=slept.append))
    told: list[tuple[str, float]] = []

    def wait(model: str, seconds: float) -> str:
        return health.wait_for(url, "er", model, SHA, seconds=seconds, waiting=lambda *each: told.append(each))

    with server(SERVED) as url:
        assert (wait(MODEL, 10), told) == ("", [])
        assert (wait("er_20251027", 2) != "", told) == (True, [])
        said = wait("er_20251027", 10)
    [(why, left)] = told
    assert why == said
    assert left == pytest.approx(7, abs=0.3)
    assert sum(slept) == pytest.approx(12, abs=0.5)
