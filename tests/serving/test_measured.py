"""What a server's measures call an error, and what a fault of its own does not end."""

import socket
import time
from collections import Counter
from typing import Any

import pytest

from mlops import documents
from mlops.cli.plugs import open_task
from mlops.deploy import placing
from mlops.deploy.document import Trial
from mlops.serving import holding
from mlops.serving.holding import Holder
from tests.cli.chain import within
from tests.cli.deploying import NEW
from tests.serving.conftest import TOKEN, Client
from tests.serving.failing import fail_first
from tests.serving.test_server import measured, row


def test_who_is_not_offered_a_beta_is_no_error(client: Client) -> None:
    """A beta answers a share and nothing is live besides: the others get 503, as the deployment has it."""
    pointer = client.pointer
    assert pointer.live is not None
    trial = Trial(placed=pointer.live, mode="canary", share=25)
    moved = pointer.model_copy(update={"sequence": pointer.sequence + 1, "live": None, "trial": trial})
    documents.write(client.folder / "served/er/pointer.json", moved)
    end = time.monotonic() + 20
    while client.holder.held["er"].live is not None:
        assert time.monotonic() < end, "the pointer is not followed"
        time.sleep(0.02)
    one = client.golden().rows[0]
    answers = [client.predict(row(one, entity=f"customer {number}")) for number in range(40)]
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) == {200, 503}
    assert not any("Retry-After" in answer.headers for answer in answers), "it will be no better in a second"
    for status, number in {"200": codes[200], "not_offered": codes[503], "503": 0}.items():
        assert measured(client, "mlops_requests_total", route="/v1/predict", status=status) == number
    assert measured(client, "mlops_log_errors_total") == 0


def test_a_fault_of_the_server_is_counted_as_an_error(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.log, "add", None)
    assert client.predict(row(client.golden().rows[0])).status_code == 500
    assert measured(client, "mlops_requests_total", status="500") == 1
    assert measured(client, "mlops_log_errors_total") == 0


def test_a_client_that_goes_away_is_no_error_of_the_server(client: Client) -> None:
    host, port = client.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as gone:
        head = f"POST /v1/predict HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n{{"
        gone.sendall(head.encode())
    end = time.monotonic() + 20
    while not measured(client, "mlops_requests_total", route="/v1/predict"):
        assert time.monotonic() < end, "the request is not counted"
        time.sleep(0.02)
    assert measured(client, "mlops_requests_total", route="/v1/predict", status="400") == 1


def test_a_fault_while_following_does_not_end_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_first(monkeypatch, "read_pointer", ValueError("none of ours"), ValueError("none of ours"))
    assert within(client.folder, "rollback", "--to", NEW) == 0
    client.wait_for(NEW)
    assert measured(client, "mlops_follow_faults_total") == 2
    assert client.get("/readyz").status_code == 200


def test_a_fault_with_one_task_leaves_the_others_their_models(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real, er = placing.read_pointer, open_task("er")

    def faulty(target: Any, environment: str, task: str) -> Any:
        return real(target, environment, {"er": "er"}[task])

    monkeypatch.setattr(holding, "read_pointer", faulty)
    holder = Holder(client.holder.target, "production", {"claims": er, "er": er})
    with pytest.raises(KeyError):
        holder.follow()
    assert list(holder.held) == ["er"]
    assert "told in the server's own log: KeyError" in holder.failures["claims"]
