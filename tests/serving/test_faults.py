"""What must not harm a server: slow heads, forged and foreign models, a clock that jumps, many models, much load."""

import socket
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlops import documents
from mlops.artifact import CHECKSUMS, MODEL, TRAINING, Training
from mlops.cli import plugs, steps
from mlops.deploy.document import GOLDEN, Golden, Placed
from mlops.errors import UnavailableError
from mlops.hashing import sha256_bytes
from mlops.inputs import frame
from mlops.learning.estimators import Boosting
from mlops.serving import connections
from mlops.serving.holding import Held, Serving, in_share
from mlops.serving.log import Answered, Log, new_id
from mlops.serving.measures import MODELS, Measures
from tests import models
from tests.cli.chain import within
from tests.cli.deploying import NEW, OLD
from tests.serving.conftest import Client
from tests.serving.failing import fail_first
from tests.serving.test_server import measured, row


def test_every_answer_has_the_bits_that_the_model_gives_offline(client: Client) -> None:
    """One row alone and all at once, against the artifact itself, which no server has touched."""
    _, model = steps.load_model(plugs.open_task("er"), client.folder / "dist" / OLD)
    rows = client.golden().rows
    offline = model.predict_proba(frame([one.inputs for one in rows], model.reads())).tolist()
    together = client.predict(*map(row, rows)).json()["predictions"]
    alone = [client.predict(row(one)).json()["predictions"][0] for one in rows]
    assert [one["score"] for one in together] == offline == [one["score"] for one in alone]


def test_a_head_that_is_too_slow_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    host, port = client.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as silent:
        assert silent.recv(100) == b""
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'"ok"' in b"".join(iter(lambda: slow.recv(1), b"}"))
        slow.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")  # the second head of the same connection
        assert slow.recv(1_000) == b""


def forged(client: Client, **files: bytes) -> None:
    """Have the pointer name a copy of the newer model with other files, every hash along the way made to hold."""
    [folder] = (client.folder / "served/er/models").glob(f"{NEW}-*")
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    listing = "".join(
        f"{sha256_bytes((folder / name).read_bytes()) if (folder / name).is_file() else sha}  {name}\n"
        for sha, name in (line.split() for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines())
    ).encode()
    (folder / CHECKSUMS).write_bytes(listing)
    golden = (folder / GOLDEN).read_bytes()
    pointer = client.pointer
    [old] = [one.placed for one in pointer.before if one.placed.model_id == NEW][:1]
    placed: Placed = old.model_copy(
        update={"artifact_sha256": sha256_bytes(listing), "golden_sha256": sha256_bytes(golden)}
    )
    folder.rename(folder.parent / Path(placed.folder).name)
    moved = pointer.model_copy(update={"sequence": pointer.sequence + 1, "live": placed})
    (client.folder / "served/er/pointer.json").write_bytes(documents.dumps(moved))


def refused(client: Client) -> str:
    """Wait until the server says why it does not follow, and see that it answers by the model before."""
    end = time.monotonic() + 20
    while not (failures := client.get("/readyz").json()["failures"]):
        assert time.monotonic() < end, "the model was taken, or the pointer not read"
        time.sleep(0.02)
    assert client.predict(row(client.golden().rows[0])).json()["predictions"][0]["model_id"] == OLD
    return str(failures["er"])


def test_bad_input_27_a_model_with_a_crafted_tree_is_not_taken(client: Client) -> None:
    [path] = (client.folder / "served/er/models").glob(f"{NEW}-*/{MODEL}")
    _, model = steps.load_model(plugs.open_task("er"), client.folder / "dist" / NEW)
    state = {**model.state(), "estimator": {"name": Boosting.name, "model": models.boosting()}}

    def point_outside(nodes: NDArray[Any]) -> None:
        nodes["feature_idx"][0] = 2**40

    data = models.change_nodes(state, ("estimator", "model", "_predictors", 0, 0, "nodes"), point_outside)
    training = documents.read(path.with_name(TRAINING), Training)
    golden = documents.read(path.with_name(GOLDEN), Golden)
    known = {"model_sha256": sha256_bytes(data)}
    forged(
        client, model_skops=data, training_json=documents.dumps(training.model_copy(update=known)),
        golden_json=documents.dumps(golden.model_copy(update=known)),
    )  # fmt: skip
    assert "node 0 that reads feature 1099511627776" in refused(client)


def test_bad_input_28_a_model_of_another_scikit_learn_is_not_taken(client: Client) -> None:
    [path] = (client.folder / "served/er/models").glob(f"{NEW}-*/{TRAINING}")
    training = documents.read(path, Training)
    other = {**training.environment, "scikit-learn": "0.1.0"}
    forged(client, training_json=documents.dumps(training.model_copy(update={"environment": other})))
    assert "another version of scikit-learn" in refused(client)


def test_a_clock_that_jumps_changes_neither_order_nor_durations(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, body = time.time, row(client.golden().rows[0])
    said = []
    for days in (0, 1, -1):
        monkeypatch.setattr(time, "time", lambda days=days: real() + 86_400 * days)
        said += client.predict(body).json()["predictions"]
    assert within(client.folder, "rollback", "--to", NEW) == 0
    client.wait_for(NEW)  # it goes on looking, a day before it began
    said += client.predict(body).json()["predictions"]
    kept = sqlite3.connect(client.log.path).execute("SELECT id, at FROM predictions ORDER BY number").fetchall()
    assert [one for one, _ in kept] == [one["prediction_id"] for one in said]
    assert len({one for one, _ in kept}) == 4
    assert kept[2][1] < kept[0][1] < kept[1][1], "the log says what the clock said"
    assert 0 < measured(client, "mlops_request_seconds_sum", route="/v1/predict") < 3_600


@given(entity=st.text(max_size=40), shares=st.lists(st.integers(1, 100), min_size=2, max_size=5))
def test_an_entity_of_a_share_is_in_every_larger_one(entity: str, shares: list[int]) -> None:
    inside = [in_share(entity, share) for share in sorted(shares)]
    assert inside == sorted(inside)
    assert in_share(entity, 100)


@pytest.mark.parametrize("share", [1, 5, 25, 50])
def test_a_share_has_about_as_many_entities_as_it_says(share: int) -> None:
    drawn = sum(in_share(f"customer {number}", share) for number in range(20_000))
    spread = (20_000 * share / 100 * (1 - share / 100)) ** 0.5
    assert abs(drawn - 200 * share) < 5 * spread  # five standard deviations, and the entities are fixed


def test_metrics_forget_models_of_long_ago(client: Client) -> None:
    measures, [held] = Measures(), client.holder.held.values()
    assert held.live is not None
    for number in range(3 * MODELS):
        placed = held.live.placed.model_copy(update={"model_id": f"er_20250101-{number}"})
        measures.predictions.labels("er", placed.model_id, "live", "true").inc()
        measures.scores.labels("er", placed.model_id, "live").observe(0.5)
        measures.hold({"er": Held(number, Serving(placed, *held.live[1:]))}, {})
    lines = measures.text().decode().splitlines()
    assert sum(line.startswith("mlops_predictions_total{") for line in lines) == MODELS
    assert sum(line.startswith("mlops_score_count{") for line in lines) == MODELS
    assert sum(line.startswith("mlops_model_info{") for line in lines) == 1


@pytest.mark.parametrize(("settled", "most"), [(True, 3_000_000), (False, 17_000_000)])
def test_the_write_ahead_log_stays_small(tmp_path: Path, settled: bool, most: int) -> None:
    """Nobody else reads the log, so what was committed moves into the file and its place is used again."""
    log = Log(tmp_path / "serving.sqlite")
    for _ in range(40):
        log.add([
            Answered(one, "er", OLD, "0" * 64, "live", one, "", "", {"left_name": "x" * 500}, score=0.5, positive=True)
            for one in (new_id() for _ in range(500))
        ])  # fmt: skip
        if settled:
            log.settle()
    ahead = log.path.with_name(f"{log.path.name}-wal").stat().st_size
    assert log.path.stat().st_size > (16_000_000 if settled else 8_000_000)
    assert ahead < most
    log.close()


def test_the_log_is_settled_beside_what_is_answered(tmp_path: Path) -> None:
    """In the middle of a commit, too: whoever settles waits for nobody, and nobody for them."""
    log = Log(tmp_path / "serving.sqlite")
    add = partial(Answered, task="er", model_id=OLD, artifact_sha256="0" * 64, role="live", answers="a", row="",
                  entity="", inputs={}, score=0.5, positive=True)  # fmt: skip
    log.add([add(new_id())])
    begun = log.path.stat().st_size
    with log._writing() as connection:  # where another thread would stand
        log.settle()
        assert log.path.stat().st_size > begun
        assert connection.in_transaction
    log.close()


def test_a_storage_that_fails_once_is_asked_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback while the bucket hiccups is followed without a restart."""
    left = fail_first(monkeypatch, "read_placed", UnavailableError("The target did not deliver a file."))
    assert within(client.folder, "rollback", "--to", NEW) == 0
    client.wait_for(NEW)
    assert left == []
