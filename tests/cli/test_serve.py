"""``mlops serve`` as a process: it is killed, and loses nothing that it acknowledged."""

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.serving.measuring import bodies, death
from benchmarks.serving.process import Server, serving
from benchmarks.serving.repository import CLAIMS, serve_claims
from mlops import documents
from mlops.cli.plugs import open_task
from mlops.cli.steps import load_model
from mlops.deploy.document import Golden
from mlops.inputs import Value, frame
from tests.cli.chain import within
from tests.cli.deploying import NEW, OLD, served
from tests.conftest import RunCli
from tests.small import few_trees


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return served(tmp_path_factory)


@pytest.fixture(scope="module")
def claims(deployed: Path) -> list[dict[str, Value]]:
    """Have a model of claims served beside the one of pairs; return rows of it."""
    with few_trees():
        return serve_claims(deployed, lambda *words: within(deployed, *words), rows=800)


@pytest.fixture(scope="module")
def server(deployed: Path, claims: list[dict[str, Value]]) -> Iterator[Server]:
    assert claims
    with serving(deployed, deployed / "serving.sqlite", alone=False) as found:
        yield found


def golden_bodies(deployed: Path) -> list[bytes]:
    [path] = (deployed / "served/er/models").glob(f"{NEW}-*/golden.json")
    return bodies("er", [dict(one.inputs) for one in documents.read(path, Golden).rows], 1)


def test_claims_get_the_bits_that_their_model_gives_offline(
    deployed: Path, claims: list[dict[str, Value]], server: Server
) -> None:
    _, model = load_model(open_task("claims"), deployed / "dist" / CLAIMS)
    offline = model.predict_proba(frame(claims, model.reads())).tolist()
    assert len(set(offline)) > 10
    client, said = server.client(), []
    for body in bodies("claims", claims[:5], 1) + bodies("claims", claims, len(claims)):
        status, answer = client.post(body)
        assert status == 200, answer
        said.append([one["score"] for one in json.loads(answer)["predictions"]])
    assert said == [[score] for score in offline[:5]] + [offline]
    for wrong in ({"amount": "7"}, {"claim_date": "2025-02-30"}, {"claim_date": 20250101.0}, {"category": 1.0}):
        assert set(wrong) <= set(claims[0])
        status, answer = client.post(*bodies("claims", [{**claims[0], **wrong}], 1))
        assert (status, "2025" in answer.decode()) == (422, False), wrong


def test_no_request_fails_while_the_pointer_moves_twice(deployed: Path, server: Server) -> None:
    body, statuses, models = golden_bodies(deployed)[0], Counter[int](), list[str]()
    moved = 0
    client = server.client()
    for number in range(1_000):
        if number in {250, 625}:
            moved += within(deployed, "rollback", "--to", OLD if number == 250 else NEW) == 0
        status, answer = client.post(body)
        statuses[status] += 1
        models.append(json.loads(answer)["predictions"][0]["model_id"] if status == 200 else "")
    assert moved == 2
    assert statuses == {200: 1_000}
    changes = [one for one, before in zip(models[1:], models, strict=False) if one != before]
    assert changes == [OLD, NEW], "each move is followed once, and nobody hears of a model after its successor"


def test_a_killed_server_has_kept_all_that_it_acknowledged(deployed: Path, tmp_path: Path) -> None:
    found = death(deployed, tmp_path / "serving.sqlite", golden_bodies(deployed), after=200, alone=False)
    assert found.acknowledged >= 200
    assert found.lost == 0


def test_without_a_token_only_this_machine_is_listened_to(repository: Path, run_cli: RunCli) -> None:
    assert repository.is_dir()
    done = run_cli("serve", "--target", "served", "--host", "0.0.0.0")  # noqa: S104  # refused
    assert (done.code, "MLOPS_SERVE_TOKEN" in done.err) == (2, True)


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(repository: Path) -> None:
    asks = "import sys; from mlops.cli.main import run; code = run(); print(code, 'sklearn' in sys.modules)"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = [sys.executable, "-c", asks, "serve", "--target", "none", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(words, cwd=repository, capture_output=True, text=True, check=False)  # noqa: S603  # our own tool
    assert (done.stdout.split(), "another port" in done.stderr) == (["5", "False"], True)
    assert not (repository / "serving.sqlite").exists()


def test_what_is_no_log_ends_the_server_before_it_listens(repository: Path, run_cli: RunCli) -> None:
    (repository / "README.md").write_text("# Not a log\n" * 100, encoding="utf-8")
    done = run_cli("serve", "--target", "none", "--port", "0", "--log", "README.md")
    assert (done.code, "no log of predictions" in done.err, "Listening" in done.err) == (2, True, False)


def test_a_target_with_nothing_on_it_is_told_once(repository: Path) -> None:
    words = [sys.executable, "-m", "mlops", "serve", "--target", "nowhere", "--port", "0", "--poll", "0.05"]
    with subprocess.Popen(words, cwd=repository, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own tool
        said = []
        for line in process.stderr or ():
            said.append(line)
            if "Listening" in line:
                process.terminate()
    text = "".join(said)
    assert text.count("nothing is deployed at nowhere; there is no such folder. The server waits") == 1
    assert "mlops reconcile --environment production --target nowhere --artifact" in text
    assert not (repository / "nowhere").exists()
