"""One model's scores of another dataset's test rows, and a candidate of that dataset compared with them."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from mlops import checksums, documents, evaluation
from mlops import environments as declared
from mlops.artifact import EVALUATION, METRICS, TRAINING, Training
from mlops.cli.transfer import what_is_known
from mlops.config import SplitSettings
from mlops.environments import Environments
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics
from mlops.task import Examples
from mlops.tasks.er.generator import generate
from mlops.training import ARTIFACT_FILES
from tests import factories
from tests.cli.chain import DATASET, Chain
from tests.conftest import RunCli
from tests.tables import picture

pytestmark = pytest.mark.usefixtures("few_trees")

LATER = "er_20251120"


@pytest.fixture
def later(chain: Chain, run_cli: RunCli) -> Chain:
    """Return a repository with a model and a further pinned dataset."""
    path = chain.repository / "data" / "training" / f"{LATER}.parquet"
    pq.write_table(generate(700, 12), path)
    assert run_cli("pin", "er", path, "--source", "generated", "--licence", "CC0-1.0").code == 0
    return chain


def test_the_test_rows_of_another_dataset_are_scored_and_bound_to_its_bytes(later: Chain, run_cli: RunCli) -> None:
    said = run_cli("evaluate", later.artifact, "--dataset", LATER, "--out", "champion")
    assert said.code == 0, said.err
    assert "there is no record of them to compare with" in said.out
    folder = later.repository / "champion"
    metrics = documents.read(folder / METRICS, Metrics)
    record = documents.read(later.artifact / TRAINING, Training)
    data = later.repository / "data" / "training" / f"{LATER}.parquet"
    assert (metrics.model_id, metrics.model_sha256) == (DATASET, record.model_sha256)
    assert metrics.dataset_sha256 == sha256_bytes(data.read_bytes())
    assert metrics.evaluation_sha256 == sha256_bytes((folder / EVALUATION).read_bytes())
    assert metrics.threshold == record.threshold


def test_equal_split_settings_are_said_to_keep_entities_on_their_side(later: Chain, run_cli: RunCli) -> None:
    said = run_cli("evaluate", later.artifact, "--dataset", LATER)
    assert "keeps an entity on its side" in said.err
    settings = later.repository / "mlops.toml"
    text = settings.read_text()
    assert "seed = 0 " in text
    settings.write_text(text.replace("seed = 0 ", "seed = 1 "))
    said = run_cli("evaluate", later.artifact, "--dataset", LATER)
    assert said.code == 0
    assert "Warning: whether some of these test rows trained" in said.err


def test_a_split_that_was_not_recorded_is_not_taken_for_equal(later: Chain) -> None:
    from mlops.cli import plugs, steps  # noqa: PLC0415  # the learner's packages
    from mlops.config import load  # noqa: PLC0415  # beside the above
    from mlops.manifest import load as manifest  # noqa: PLC0415  # beside the above

    settings = load(later.repository / "mlops.toml")
    pinned = manifest(later.repository / "data_manifests" / f"{LATER}.json")
    examples = steps.read_examples(plugs.open_task("er"), pinned, settings, later.repository)
    record = documents.read(later.artifact / TRAINING, Training)
    split = settings.task("er").split
    assert "not recorded" in what_is_known(record.model_copy(update={"facts": {}}), examples, split)
    published = replace(examples, facts={"split": "published"})
    assert "this one is published" in what_is_known(record, published, split)
    same = record.model_copy(update={"facts": {"split": "published"}})
    assert "not known" in what_is_known(same, published, split)


@pytest.mark.parametrize(
    ("until", "words"),
    [("2025-06-30", "no test row, all of 2025-07-01 or later, trained er_"), ("2025-07-01", "Warning")],
)
def test_in_a_split_by_date_the_days_tell_what_trained(until: str, words: str) -> None:
    record = factories.training(facts={"split": "by date", "split_train_until": until})
    nothing = np.empty(0, dtype=object)
    facts = {"split": "by date", "split_test_from": "2025-07-01"}
    examples = Examples(
        pd.DataFrame(), np.empty(0, np.int8), nothing, nothing, nothing, np.empty(0, np.float64), facts=facts
    )
    assert words in what_is_known(record, examples, SplitSettings())


def test_a_dataset_without_an_attribute_of_the_model_is_refused_by_name(later: Chain, run_cli: RunCli) -> None:
    narrow = "er_20251121"
    table = generate(700, 13)
    name = next(column.removeprefix("left_") for column in table.column_names if column.startswith("left_n"))
    path = later.repository / "data" / "training" / f"{narrow}.parquet"
    pq.write_table(table.drop_columns([f"left_{name}", f"right_{name}"]), path)
    run_cli("pin", "er", path, "--source", "generated", "--licence", "CC0-1.0")
    before = picture(later.repository)
    said = run_cli("evaluate", later.artifact, "--dataset", narrow, "--out", "champion")
    assert said.code == 3
    assert f"left_{name}" in said.err
    assert narrow in said.err
    assert picture(later.repository) == before


def test_the_artifacts_own_record_is_not_written_over(later: Chain, run_cli: RunCli) -> None:
    before = picture(later.artifact)
    assert run_cli("evaluate", later.artifact, "--dataset", LATER, "--out", later.artifact).code == 2
    assert picture(later.artifact) == before


def test_a_candidate_is_trained_and_compared_in_one_go_or_as_the_guide_says(
    later: Chain, root: Path, run_cli: RunCli
) -> None:
    settings = later.repository / "mlops.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("change = ")]
    place = lines.index("[tasks.er.policy.criteria.recall]") + 1
    settings.write_text("\n".join([*lines[:place], "change = { max_drop = 0.5 }", *lines[place:]]) + "\n")
    served = Environments(environments={"production": {"er": DATASET}})
    documents.write(later.repository / declared.PATH, served)

    said = run_cli("run", "er", "--dataset", LATER, "--champion", later.artifact)
    assert said.code in {0, 1, 4}, said.err
    assert f"Against {DATASET}, on the same" in said.out
    candidate = later.repository / "dist" / LATER
    report = documents.read(candidate / "gate.json", GateReport)
    assert report.comparison is not None
    assert report.comparison.champion_id == DATASET
    assert [change.metric for change in report.changes] == ["recall"]
    card = (candidate / "model_cards" / f"{LATER}.md").read_text()
    assert "Against the model in production" in card

    (candidate / "gate.json").unlink()
    guide = (root / "docs" / "gate.md").read_text(encoding="utf-8")
    score, judge = re.findall(r"^mlops (.*--out champion|.*--champion champion)$", guide, re.MULTILINE)
    assert run_cli(*score.split()).code == 0
    assert run_cli(*judge.split()).code == said.code
    assert documents.read(candidate / "gate.json", GateReport).comparison == report.comparison

    kept = picture(candidate)
    refused = run_cli("run", "er", "--dataset", LATER, "--champion", candidate)
    assert refused.code == 2
    assert "would replace the artifact of the champion" in refused.err
    assert picture(candidate) == kept


def test_what_is_not_in_production_is_refused_before_the_training(later: Chain, run_cli: RunCli) -> None:
    documents.write(later.repository / declared.PATH, Environments(environments={"production": {"er": "er_20240101"}}))
    before = picture(later.repository)
    said = run_cli("run", "er", "--dataset", LATER, "--champion", later.artifact)
    assert said.code == 2
    assert "er_20240101" in said.err
    assert picture(later.repository) == before


def test_a_champion_whose_record_was_forged_is_refused(later: Chain, run_cli: RunCli) -> None:
    copy = later.repository / "dist" / "forged"
    shutil.copytree(later.artifact, copy)
    rows = evaluation.read(copy / EVALUATION)
    evaluation.write(copy / EVALUATION, replace(rows, score=1 - rows.score, predicted=~rows.predicted))
    checksums.write(copy, ARTIFACT_FILES)
    said = run_cli("run", "er", "--dataset", DATASET, "--champion", copy, "--out", Path("elsewhere"))
    assert said.code == 3
    assert not (later.repository / "elsewhere").exists()
