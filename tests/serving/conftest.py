"""Two deployed models and a real server around them, on a port of its own."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from mlops import documents
from mlops.cli.plugs import open_task
from mlops.deploy.document import Golden, Pointer
from mlops.serving.app import Limits, make
from mlops.serving.holding import Holder
from mlops.serving.log import Log
from mlops.serving.measures import Measures
from mlops.storage.target import Target
from tests.cli.chain import within
from tests.cli.deploying import OLD, served
from tests.serving.running import running

TOKEN = "a-long-random-text"  # noqa: S105  # of the tests


@dataclass(frozen=True)
class Client:
    """A server that runs, and its repository."""

    url: str
    folder: Path
    holder: Holder
    log: Log

    def post(self, route: str, body: Any, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"} | options.pop("headers", {})
        content = {"json": body} if isinstance(body, dict) else {"data": body}
        return requests.post(f"{self.url}{route}", headers=headers, timeout=20, **content, **options)

    def get(self, route: str) -> requests.Response:
        return requests.get(f"{self.url}{route}", timeout=20)

    def predict(self, *rows: dict[str, Any]) -> requests.Response:
        return self.post("/v1/predict", {"task": "er", "rows": list(rows)})

    @property
    def pointer(self) -> Pointer:
        return documents.read(self.folder / "served/er/pointer.json", Pointer)

    def golden(self, model: str = OLD) -> Golden:
        [path] = (self.folder / "served/er/models").glob(f"{model}-????????????????/golden.json")
        return documents.read(path, Golden)

    def wait_for(self, model: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while self.get("/readyz").json()["models"]["er"]["model_id"] != model:
            assert time.monotonic() < end, f"the server does not follow to {model}"
            time.sleep(0.02)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = served(tmp_path_factory)
    assert within(folder, "rollback") == 0  # the older one is live
    return folder


@contextmanager
def serving(deployed: Path, scratch: Path) -> Iterator[Client]:
    """Serve a copy of the target, so that a test may do with it what it likes."""
    folder = shutil.copytree(deployed, scratch / "own")
    holder = Holder(Target.open("served", root=folder), "production", {"er": open_task("er")})
    holder.follow()
    log, measures = Log(scratch / "serving.sqlite"), Measures()
    limits = Limits(body_bytes=200_000, body_seconds=3, poll_seconds=0.05)  # a busy machine sends late, too
    app = make(holder, log, measures, token=TOKEN, limits=limits)
    with running(app) as url:
        yield Client(url, folder, holder, log)


@pytest.fixture
def client(deployed: Path, tmp_path: Path) -> Iterator[Client]:
    """Return a server of its own."""
    with serving(deployed, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a server for tests that leave its target and its models alone."""
    with serving(deployed, tmp_path_factory.mktemp("shared")) as found:
        yield found
