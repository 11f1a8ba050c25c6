"""A repository with two judged models of pairs, deployed one after the other, and a model of claims beside them."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.machine import ROOT
from mlops import documents, evaluation
from mlops import manifest as manifests
from mlops.artifact import EVALUATION
from mlops.cli import plugs, steps
from mlops.cli.common import find_manifest, load_settings
from mlops.deploy import golden, loading, placing, switching
from mlops.deploy.document import GOLDEN, Golden
from mlops.environments import PATH, Environments
from mlops.inputs import Value, rows_of
from mlops.storage.target import Target
from mlops.tasks.claims.generator import CERTIFIABLE, Span
from mlops.tasks.claims.generator import generate as claims
from mlops.tasks.er.generator import generate as pairs

OLD, NEW = "er_20251020", "er_20251027"
CLAIMS = "claims_20251006"
_AS_OF = date(2025, 10, 6)
_BOUNDS = ("min = 0.92", "min = 0.88", "min = 0.90")

Run = Callable[..., int]
"""Runs ``mlops`` with some words in the repository and returns its exit code."""


def mlops(folder: Path) -> Run:
    """Return what runs ``mlops`` as a process of its own."""

    def run(*words: str) -> int:
        done = subprocess.run(  # noqa: S603  # our own tool
            [sys.executable, "-m", "mlops", *words], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode not in {0, 1, 4}:
            raise RuntimeError(f"mlops {' '.join(words)}: {done.stderr}")
        return done.returncode

    return run


def make(folder: Path, rows: int) -> None:
    """Make the repository: models trained on ``rows`` generated pairs, judged by a policy that asks for little."""
    (folder / "data/training").mkdir(parents=True)
    text = (ROOT / "mlops.toml").read_text(encoding="utf-8").replace("min_rows = 200", "min_rows = 20")
    for bound in _BOUNDS:
        text = text.replace(f"{bound}\ndecide_on", "min = 0.1\ndecide_on")
    text += '\n[deploy.production]\ntarget = "served"\ngolden_rows = 20\n'
    (folder / "mlops.toml").write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("dist/\nserved/\n*.sqlite*\n", encoding="utf-8")
    (folder / "model_cards").mkdir()
    (folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {}})))
    _git(folder, "init", "--quiet", "--initial-branch=main")
    run = mlops(folder)
    for seed, model in enumerate((OLD, NEW)):
        file = f"data/training/{model}.parquet"
        pq.write_table(pairs(rows, seed), folder / file)
        run("pin", "er", file, "--source", "generated", "--licence", "CC0-1.0")
    commit(folder, "Pin")
    for model in (OLD, NEW):
        run("run", "er", "--dataset", model, "--json")
    for model in (OLD, NEW):
        run("card", f"dist/{model}")
    commit(folder, "Publish the cards")


def deploy(folder: Path, model: str) -> None:
    """Have the target serve a model."""
    run = mlops(folder)
    run("deploy", model)
    commit(folder, f"Serve {model}")
    run("reconcile", "--artifact", f"dist/{model}")


def serve_claims(folder: Path, run: Run, *, rows: int) -> list[dict[str, Value]]:
    """Train a model of claims and have the target serve it; return ``rows`` of its inputs.

    The ledger, which decides whether such a model may be served in production, has tests of its own.
    """
    file = folder / f"data/claims/{CLAIMS}.parquet"
    file.parent.mkdir(parents=True)
    span = Span(date(2025, 1, 6), date(2025, 9, 28))
    pq.write_table(claims(rows, 7, setting=CERTIFIABLE, span=span, as_of=_AS_OF), file)
    run("pin", "claims", str(file.relative_to(folder)), "--source", "generated", "--licence", "CC0-1.0")
    run("train", "claims", "--dataset", CLAIMS)
    artifact, task = folder / "dist" / CLAIMS, plugs.open_task("claims")
    run("gate", f"dist/{CLAIMS}")
    record, model = steps.load_model(task, artifact)
    settings = load_settings(folder)
    pinned = manifests.load(find_manifest(folder, CLAIMS))
    examples = steps.read_examples(task, pinned, settings, folder)
    judged = evaluation.loads(documents.read_bytes(artifact / EVALUATION), file=artifact / EVALUATION)
    at = golden.spread(judged.score, 10)
    place = {name: row for row, name in enumerate(examples.row_id)}
    kinds = model.reads()
    tested = golden.make(
        "claims", record.model_sha256, inputs=examples.inputs.iloc[[place[name] for name in judged.row_id[at]]],
        row_id=[str(name) for name in judged.row_id[at]], scores=judged.score[at], kinds=kinds,
    )  # fmt: skip
    target = Target.open("served", root=folder)

    def test(files: Mapping[str, bytes]) -> None:
        loading.load(files, task, place="served")

    why = switching.Why(datetime.now(UTC), "0" * 40)
    placed = switching.place(target, CLAIMS, placing.files_of(artifact, tested), why, test)
    pointer = placing.read_pointer(target, "production", "claims")
    switching.switch(target, pointer, placed, why, mode="live", share=100, healthy=lambda _: "")
    return rows_of(examples.inputs.iloc[:200], kinds)


def pair_rows(folder: Path, rows: int) -> list[dict[str, Value]]:
    """Return ``rows`` pairs that no model of the repository has seen, as a client sends them."""
    [path] = (folder / "served/er/models").glob(f"{NEW}-*/{GOLDEN}")
    names = list(documents.read(path, Golden).rows[0].inputs)
    table = pairs(rows, 99).select(names).to_pylist()
    return [{name: None if value is None else str(value) for name, value in row.items()} for row in table]


def commit(folder: Path, message: str) -> None:
    """Commit everything, as somebody."""
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org", "-c", "commit.gpgsign=false",
         "commit", "--quiet", "--allow-empty", f"--message={message}")  # fmt: skip


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)  # noqa: S603, S607  # fixed words
