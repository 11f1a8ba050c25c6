"""Repositories full of records: as many models as asked, with verdicts, datasets, a ledger and what was live."""

import os
import random
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from mlops import documents
from mlops.artifact import GATE
from mlops.card.facts import record_of
from mlops.certification import keeping
from mlops.environments import PATH, Environments
from mlops.gate import GateReport
from mlops.metrics import Counts
from mlops.registry import FOLDER, Record, format_front_matter, path_of
from tests import factories
from tests.certification import scenes as runs
from tests.conftest import ROOT, git
from tests.progress import scenes as collected

START = date(2024, 1, 1)


def repository(folder: Path) -> Path:
    """Make an empty git repository that declares this one's tasks, and return its folder."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copy(ROOT / "mlops.toml", folder)
    git(folder, "add", "mlops.toml")
    git(folder, "commit", "--quiet", "--message=Declare the state")
    return folder


def day_of(number: int) -> date:
    return START + timedelta(days=number)


def model_id(number: int) -> str:
    return f"er_{day_of(number):%Y%m%d}"


def judged(number: int, chance: random.Random | None = None) -> tuple[Record, GateReport]:
    """Return the record and the verdict of a model; ``chance`` moves its numbers."""
    ident, counts = model_id(number), factories.COUNTS
    if chance is not None:
        fp, fn = chance.randint(15, 75), chance.randint(20, 110)
        counts = Counts(tp=1020 - fn, fp=fp, fn=fn, tn=980 - fp)
    measured = factories.metrics(counts, model_id=ident)
    report = factories.gate_report(measured)
    midnight = datetime.combine(day_of(number), time(), UTC)
    facts = factories.card_facts(
        manifest=factories.manifest(id=ident),
        training=factories.training(model_id=ident, dataset_id=ident, trained_at=midnight),
        metrics=measured,
        gate=report,
        notes=factories.card_notes(model_id=ident),
    )
    return record_of(facts), report


def model(folder: Path, number: int, *, chance: random.Random | None = None) -> None:
    """Write the card, the verdict and the dataset of one model."""
    ident, (record, report) = model_id(number), judged(number, chance)
    parent = model_id(number - 1) if number else None
    pinned = factories.manifest(id=ident, as_of=day_of(number), rows=8_000 + 40 * number, parent=parent)
    card = folder / path_of(ident)
    card.parent.mkdir(exist_ok=True)
    card.write_text(f"{format_front_matter(record, {'license': 'apache-2.0'})}\n# {ident}\n", encoding="utf-8")
    documents.write(folder / FOLDER / ident / GATE, report)
    documents.write(folder / "data_manifests" / f"{ident}.json", pinned)


def certified(folder: Path, *, red: bool = False) -> None:
    """Write the ledger of claims: two green runs, with a red one between them if asked, and its datasets."""
    reports = [runs.report(0), *([runs.red(1)] if red else []), runs.report(2, errors=4)]
    path = folder / keeping.path_of("claims")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(runs.ledger(*reports).data)
    for number in range(4):
        pinned = collected.manifest(number, collected.collection(300 + 250 * number, 90 + 60 * number))
        pinned = pinned.model_copy(update={"rows": 305 + 250 * number})
        documents.write(folder / "data_manifests" / f"{pinned.id}.json", pinned)


def declare(folder: Path, when: date, served: Mapping[str, Mapping[str, str]]) -> str:
    """Commit everything, and what environments serve, as of noon of a day, and return the commit."""
    (folder / PATH).parent.mkdir(exist_ok=True)
    declared = {name: dict(models) for name, models in served.items()}
    (folder / PATH).write_bytes(documents.dumps(Environments(environments=declared)))
    git(folder, "add", "--all")
    moment = f"{when}T12:00:00+00:00"
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, "commit", "--quiet", "--allow-empty", f"--message=Of {when}"]
    dated = os.environ | {"GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}
    subprocess.run(command, check=True, env=dated)  # noqa: S603  # fixed words
    return git(folder, "rev-parse", "HEAD")


def full(folder: Path, models: int, *, switches: int = 3) -> None:
    """Fill a repository: models with their datasets, a certified task, and what was live when."""
    chance = random.Random(7)  # noqa: S311  # numbers to draw, no secret
    for number in range(models):
        model(folder, number, chance=chance)
    certified(folder, red=True)
    for number in range(switches):
        at = max(0, models - switches + number)
        served = {"production": {"er": model_id(min(at, models - 1))}, "staging": {"er": model_id(models - 1)}}
        declare(folder, day_of(models + number), served if models else {"production": {}})
