"""A real server, asked over the network: what it answers, refuses, keeps, and how it follows its pointer."""

import json
import socket
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from mlops.deploy.document import GoldenRow
from mlops.errors import UnavailableError, UsageRefusedError
from mlops.serving.log import Log
from tests.cli.chain import within
from tests.cli.deploying import NEW, OLD
from tests.conftest import git
from tests.serving.conftest import TOKEN, Client


def row(one: GoldenRow, **other: Any) -> dict[str, Any]:
    return {"id": one.row_id[:100], "inputs": one.inputs, **other}


def measured(client: Client, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_golden_rows_get_their_judged_scores_and_are_kept(client: Client) -> None:
    golden = client.golden()
    answer = client.predict(*map(row, golden.rows))
    assert answer.status_code == 200, answer.text
    said = answer.json()["predictions"]
    assert [one["id"] for one in said] == [one.row_id[:100] for one in golden.rows]
    assert [one["score"] for one in said] == pytest.approx([one.score for one in golden.rows], abs=1e-6)
    assert all(one["positive"] == (one["score"] >= one["threshold"]) for one in said)
    assert {(one["model_id"], one["role"], one["notice"]) for one in said} == {(OLD, "live", "")}
    kept = sqlite3.connect(client.log.path).execute("SELECT id, score, inputs FROM predictions ORDER BY number")
    assert [(one, score) for one, score, _ in kept] == [(one["prediction_id"], one["score"]) for one in said]
    assert measured(client, "mlops_predictions_total", model_id=OLD, role="live") == len(said)
    assert measured(client, "mlops_request_seconds_count", route="/v1/predict") == 1


def test_the_schema_says_what_is_read(shared: Client) -> None:
    schema = shared.get("/v1/schema/er")
    assert schema.status_code == 401  # asked without the token
    found = requests.get(f"{shared.url}/v1/schema/er", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20).json()
    Draft202012Validator.check_schema(found)
    check = Draft202012Validator(found)
    good = {"task": "er", "rows": [row(shared.golden().rows[0])]}
    assert check.is_valid(good)
    assert not check.is_valid({"task": "er", "rows": [{"inputs": {"left_name": "x"}}]})


SENT = "Zaphod-Beeblebrox"


def changed(client: Client, **inputs: Any) -> dict[str, Any]:
    one = client.golden().rows[0]
    return {"task": "er", "rows": [{"inputs": {**one.inputs, **inputs}}]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"[]", 422), (b"{", 422), (b'{"task": "er"}', 422), (b"\xff\xfe", 422),
        (b'{"task": "er", "rows": []}', 422), (b'{"task": "er", "task": "er", "rows": []}', 422),
        (b'{"task": "er", "rows": [{"inputs": {"left_name": NaN}}]}', 422),
        (b'{"task": "er", "rows": [{"inputs": {"left_name": 1e400}}]}', 422),
        (b'{"task": "none", "rows": [{"inputs": {}}]}', 404),
        (b'{"task": "er", "rows": [{"inputs": {}, "%s": 1}]}' % SENT.encode(), 422),
        (b'{"%s": 1, "%s": 2}' % (SENT.encode(), SENT.encode()), 422),
        (b"[" * 100_000, 422),
        (json.dumps({"task": "er", "rows": [{"inputs": {}}] * 1001}).encode(), 422),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(shared: Client, body: bytes, status: int) -> None:
    before = shared.log.counts()
    answer = shared.post("/v1/predict", body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    assert SENT not in answer.text
    assert shared.log.counts() == before


@pytest.mark.parametrize("inputs", [{SENT: "x"}, {"left_name": 7}, {"left_name": [SENT]}, {"left_name": {SENT: 1}}])
def test_a_refusal_names_the_place_and_repeats_nothing(shared: Client, inputs: dict[str, Any]) -> None:
    answer = shared.post("/v1/predict", changed(shared, **inputs))
    assert answer.status_code == 422
    assert answer.json()["field"].startswith(("rows.0", "row 0"))
    assert SENT not in answer.text


@pytest.mark.parametrize("where", ["id", "entity", "inputs"])
@pytest.mark.parametrize(
    ("text", "status"),
    [("\0", 422), (f"{SENT}\0", 422), ("\\u0000", 200), ("\r", 200), (SENT * 6_000, 422), ("\ud800", 422)],
    ids=["nul", "nul in a text", "six letters", "return", "long", "half a letter"],
)
def test_texts_that_no_table_can_hold_are_refused(shared: Client, text: str, status: int, where: str) -> None:
    one = shared.golden().rows[0]
    sent = row(one, **({"inputs": {**one.inputs, "left_name": text}} if where == "inputs" else {where: text}))
    before = shared.log.counts()
    answer = shared.predict(sent)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["expected"]
        assert "rows.0" in answer.json().get("field", "rows.0")
        assert SENT not in answer.text
        assert shared.log.counts() == before


@pytest.mark.parametrize("header", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"])
def test_without_the_token_nobody_is_answered(shared: Client, header: str) -> None:
    body = changed(shared)
    for route in ("/v1/predict", "/v1/labels"):
        answer = shared.post(route, body, headers={"Authorization": header.encode("latin-1")})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert shared.get("/healthz").json() == {"status": "ok"}


def test_a_body_that_is_too_large_is_turned_away_unread(shared: Client) -> None:
    assert shared.post("/v1/predict", b"x" * 10_000_000).status_code == 413
    flood = (b"x" * 10_000 for _ in range(1_000))  # sent in chunks, its size is not declared
    with suppress(requests.ConnectionError):  # closed while it was still being sent
        assert shared.post("/v1/predict", flood).status_code == 413
    assert shared.predict(row(shared.golden().rows[0])).status_code == 200


def test_a_body_that_is_too_slow_is_given_up(shared: Client) -> None:
    host, port = shared.url.removeprefix("http://").split(":")
    head = f"POST /v1/predict HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n{{"
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(head.encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_labels_arrive_once_and_are_revised_on_purpose(client: Client) -> None:
    answer = client.predict(*map(row, client.golden().rows[:2]))
    first, second = (one["prediction_id"] for one in answer.json()["predictions"])

    def send(*labels: dict[str, Any]) -> requests.Response:
        return client.post("/v1/labels", {"labels": [{"decided": "2026-01-05", **one} for one in labels]})

    one = {"prediction_id": first, "label": 1}
    assert send(one).json() == {"received": 1, "new": 1}
    assert send(one).json() == {"received": 1, "new": 0}
    contradiction = send({"prediction_id": second, "label": 0}, {"prediction_id": first, "label": 0})
    assert (contradiction.status_code, contradiction.json()["field"]) == (409, "labels.1.label")
    assert contradiction.json()["conflicts"] == [{"place": 1, "kept": 1, "sent": 0}]
    assert client.log.counts() == (2, 1), "all or none"
    assert send({"prediction_id": first, "label": 0, "revises": True}).json()["new"] == 1
    unknown = send({"prediction_id": "0" * 32, "label": 0})
    assert (unknown.status_code, unknown.json()["field"]) == (404, "labels.0.prediction_id")
    for bad in (
        {"prediction_id": first, "label": 2}, {"prediction_id": first, "label": True},
        {"prediction_id": "x", "label": 1}, {"prediction_id": first, "label": 1, "decided": "2026-13-01"},
    ):  # fmt: skip
        answer = send(bad)
        assert answer.status_code == 422
        assert "2026-13-01" not in answer.text
        assert '"prediction_id": ID' in answer.json()["do_now"], "the shape of labels, not of predictions"
    assert measured(client, "mlops_labels_total") == 2


def test_the_next_model_takes_over_between_two_requests(client: Client) -> None:
    """Requests go on while the pointer moves: none fails, and each is answered by one model or the other."""
    body = row(client.golden().rows[0])
    statuses: Counter[int] = Counter()
    models: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answer = client.predict(body)
            statuses[answer.status_code] += 1
            models.append(answer.json()["predictions"][0]["model_id"])

    asking = threading.Thread(target=ask)
    asking.start()
    assert within(client.folder, "rollback", "--to", NEW, "--health", f"{client.url}/readyz") == 0
    client.wait_for(NEW)
    client.predict(body)
    done.set()
    asking.join()
    assert set(statuses) == {200}
    assert {OLD} <= set(models) <= {OLD, NEW}
    assert models == sorted(models), "never back"
    assert measured(client, "mlops_model_info", model_id=NEW, role="live") == 1
    assert measured(client, "mlops_model_info", model_id=OLD) == 0


def test_a_model_that_cannot_be_loaded_is_not_taken(client: Client) -> None:
    body = row(client.golden().rows[0])
    [file] = (client.folder / "served/er/models").glob(f"{NEW}-*/model.skops")
    assert within(client.folder, "rollback", "--to", NEW) == 0
    client.wait_for(NEW)
    [old] = (client.folder / "served/er/models").glob(f"{OLD}-*/model.skops")
    data = old.read_bytes()
    assert within(client.folder, "rollback", "--to", OLD) == 0
    client.wait_for(OLD)
    broken = bytearray(file.read_bytes())
    broken[len(broken) // 2] ^= 1
    file.write_bytes(bytes(broken))
    pointer = client.pointer
    again = next(one.placed for one in pointer.before if one.placed.model_id == NEW)
    moved = pointer.model_copy(update={"sequence": pointer.sequence + 1, "live": again})
    (client.folder / "served/er/pointer.json").write_text(moved.model_dump_json(), encoding="utf-8")
    for _ in range(200):
        ready = client.get("/readyz")
        if ready.status_code == 503:
            break
    assert ready.status_code == 503
    assert "not what it was" in ready.json()["failures"]["er"]
    assert client.predict(body).json()["predictions"][0]["model_id"] == OLD
    assert measured(client, "mlops_pointer_not_followed", task="er") == 1
    assert old.read_bytes() == data


def try_out(client: Client, *words: str) -> None:
    assert within(client.folder, "deploy", NEW) == 0
    git(client.folder, "commit", "--quiet", "--all", "--allow-empty", "--message=Try it")
    assert within(client.folder, "reconcile", "--artifact", f"dist/{NEW}", *words) == 0
    wanted = "shadow" if "--shadow" in words else "canary"
    while client.holder.held["er"].mode != wanted:
        time.sleep(0.02)


def test_a_canary_answers_its_share_of_entities_and_always_the_same(client: Client) -> None:
    try_out(client, "--share", "25")
    one = client.golden().rows[0]
    rows = [row(one, entity=f"customer {number}") for number in range(200)]
    first, second = (client.predict(*rows).json()["predictions"] for _ in range(2))
    assert [a["model_id"] for a in first] == [b["model_id"] for b in second]
    share = sum(a["role"] == "canary" for a in first)
    assert 30 <= share <= 70  # 50 of 200; outside once in a thousand times, and the entities are fixed
    assert {a["model_id"] for a in first if a["role"] == "canary"} == {NEW}


def test_a_shadow_is_asked_and_answers_nobody(client: Client) -> None:
    try_out(client, "--shadow")
    said = client.predict(row(client.golden().rows[0])).json()["predictions"]
    assert [one["model_id"] for one in said] == [OLD]
    kept = sqlite3.connect(client.log.path).execute("SELECT role, model_id, answers FROM predictions ORDER BY number")
    own = said[0]["prediction_id"]
    assert kept.fetchall() == [("live", OLD, own), ("shadow", NEW, own)]


def test_what_cannot_be_kept_is_not_answered(client: Client) -> None:
    body = row(client.golden().rows[0])
    other = sqlite3.connect(client.log.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    locked = client.predict(body)
    other.execute("ROLLBACK")
    assert (locked.status_code, locked.headers["Retry-After"]) == (503, "1")
    pages = client.log._connection.execute("PRAGMA page_count").fetchone()[0]
    client.log._connection.execute(f"PRAGMA max_page_count = {pages}")
    codes = [client.predict(*[body] * 200).status_code for _ in range(2)]
    assert 503 in codes
    client.log._connection.execute("PRAGMA max_page_count = 1000000")
    assert client.predict(body).status_code == 200
    assert client.log.counts()[0] == 1 + 200 * codes.count(200)
    assert measured(client, "mlops_log_errors_total") == 1 + codes.count(503)


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:

    path = tmp_path / "other.sqlite"
    sqlite3.connect(path).execute("PRAGMA user_version = 7")
    with pytest.raises(UnavailableError, match="another version"):
        Log(path)


def test_what_is_no_log_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(UsageRefusedError, match="no log of predictions") as told:
        Log(path)
    assert "--log" in told.value.fix
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE addresses (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(UsageRefusedError, match="no log of predictions"):
        Log(path)
    assert path.read_bytes() == before
    with pytest.raises(UnavailableError, match="cannot be opened"):
        Log(path / "serving.sqlite")
