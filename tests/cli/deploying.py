"""Two judged models in a repository whose target is a folder, made once for all tests that deploy."""

import http.server
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from mlops import documents
from mlops.deploy.document import Pointer
from mlops.environments import PATH, Environments
from mlops.tasks.er.generator import generate
from tests.cli.chain import within
from tests.conftest import ROOT, Outcome, git
from tests.small import few_trees

OLD, NEW = "er_20251020", "er_20251027"


@dataclass(frozen=True)
class Play:
    """A repository of its own, with two judged models and their cards."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Outcome:
        self.capsys.readouterr()
        code = within(self.folder, *words)
        said = self.capsys.readouterr()
        return Outcome(code, said.out, said.err)

    def deploy(self, model: str) -> None:
        """Declare a model, commit, and have the target follow."""
        assert self("deploy", model).code == 0
        git(self.folder, "commit", "--quiet", "--all", f"--message=Serve {model}")
        done = self("reconcile", "--artifact", f"dist/{model}")
        assert done.code == 0, done.err

    @property
    def pointer(self) -> Pointer:
        return documents.read(self.folder / "served/er/pointer.json", Pointer)

    @property
    def live(self) -> str:
        live = self.pointer.live
        return "" if live is None else live.model_id

    def file(self, model: str, name: str) -> Path:
        [path] = (self.folder / "served/er/models").glob(f"{model}-????????????????/{name}")
        return path


def judged(folders: pytest.TempPathFactory) -> Path:
    """Return a repository with two small models, judged by a policy that asks for little, and their cards.

    Look, do not touch: the processes of a session share it, as :func:`tests.cli.chain.finished_run` does.
    """
    own = folders.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "two-judged-models"
    if not shared.exists():
        making = folders.mktemp("judging") / "repository"
        _make(making)
        try:
            making.rename(shared)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return shared


def _make(folder: Path) -> None:
    (folder / "data/training").mkdir(parents=True)
    text = (ROOT / "mlops.toml").read_text(encoding="utf-8").replace("min_rows = 200", "min_rows = 20")
    for bound in ("0.92", "0.88", "0.90"):
        text = text.replace(f"min = {bound}\ndecide_on", "min = 0.1\ndecide_on")
    text += '\n[deploy.production]\ntarget = "served"\ngolden_rows = 5\n'
    (folder / "mlops.toml").write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("dist/\nserved/\n", encoding="utf-8")
    (folder / "model_cards").mkdir()
    (folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {}, "staging": {}})))
    git(folder, "init", "--quiet", "--initial-branch=main")
    for seed, model in enumerate((OLD, NEW)):
        pq.write_table(generate(500, seed), folder / f"data/training/{model}.parquet")
        pin = ("pin", "er", f"data/training/{model}.parquet", "--source", "generated", "--licence", "CC0-1.0")
        assert within(folder, *pin) == 0
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Pin")
    with few_trees():
        for model in (OLD, NEW):
            assert within(folder, "run", "er", "--dataset", model, "--json") == 0
    for model in (OLD, NEW):
        assert within(folder, "card", f"dist/{model}") == 0
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Publish the cards")


def served(folders: pytest.TempPathFactory) -> Path:
    """Return a copy of :func:`judged` to do with as one likes, in which both models were deployed, the newer last."""
    own = folders.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "two-deployed-models"
    if not shared.exists():
        making = shutil.copytree(judged(folders), folders.mktemp("deploying") / "repository")
        _serve_both(making)
        try:
            making.rename(shared)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return shutil.copytree(shared, folders.mktemp("deployed") / "own")


def _serve_both(folder: Path) -> None:
    for model in (OLD, NEW):
        assert within(folder, "deploy", model) == 0
        git(folder, "commit", "--quiet", "--all", f"--message=Serve {model}")
        assert within(folder, "reconcile", "--artifact", f"dist/{model}") == 0


@contextmanager
def server(models: dict[str, Any], *, status: int = 200, failures: dict[str, str] | None = None) -> Iterator[str]:
    """Answer every request with what a server that does not reload would say."""
    said = {"models": models} if failures is None else {"models": models, "failures": failures}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_address[1]}/readyz"
        one.shutdown()
