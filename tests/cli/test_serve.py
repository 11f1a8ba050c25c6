"""``mlops serve`` as a process: it is killed, and loses nothing that it acknowledged."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from mlops import documents
from mlops.deploy.document import Golden
from tests.cli.deploying import NEW, served
from tests.conftest import RunCli


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return served(tmp_path_factory)


def test_a_killed_server_has_kept_all_that_it_acknowledged(deployed: Path, tmp_path: Path) -> None:
    log = tmp_path / "serving.sqlite"
    words = ("serve", "--task", "er", "--port", "0", "--log", str(log))
    environment = {**os.environ, "MLOPS_SERVE_TOKEN": "secret"}
    [path] = (deployed / "served/er/models").glob(f"{NEW}-*/golden.json")
    rows = [{"inputs": one.inputs} for one in documents.read(path, Golden).rows]
    acknowledged: list[str] = []
    with subprocess.Popen(  # noqa: S603  # our own tool
        [sys.executable, "-m", "mlops", *words], cwd=deployed, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        url = next(found[1] for line in server.stderr if (found := re.search(r"at (http://\S+);", line)))

        refused: list[str] = []

        def ask() -> None:
            try:
                while not refused:
                    answer = requests.post(
                        f"{url}/v1/predict", json={"task": "er", "rows": rows},
                        headers={"Authorization": "Bearer secret"}, timeout=20,
                    )  # fmt: skip
                    if answer.status_code != 200:
                        refused.append(answer.text)
                        return
                    acknowledged.extend(one["prediction_id"] for one in answer.json()["predictions"])
            except requests.RequestException as error:  # killed, or not there
                refused.append(f"{type(error).__name__}: {error}")

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
        while len(acknowledged) < 100 and not refused:
            time.sleep(0.01)
        alive = not refused
        server.send_signal(signal.SIGKILL)
        for one in asking:
            one.join()
    assert alive, refused
    kept = {found for (found,) in sqlite3.connect(log).execute("SELECT id FROM predictions")}
    assert len(acknowledged) >= 100
    assert set(acknowledged) <= kept


def test_without_a_token_only_this_machine_is_listened_to(repository: Path, run_cli: RunCli) -> None:
    assert repository.is_dir()
    done = run_cli("serve", "--target", "served", "--host", "0.0.0.0")  # noqa: S104  # refused
    assert (done.code, "MLOPS_SERVE_TOKEN" in done.err) == (2, True)


def test_a_port_that_is_taken_is_told(repository: Path, run_cli: RunCli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_cli("serve", "--target", str(repository / "none"), "--port", str(taken.getsockname()[1]))
    assert (done.code, "another port" in done.err) == (5, True)
