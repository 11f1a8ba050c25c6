"""What predictions are compared with, found where models and their data really stand."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops import documents
from mlops.cli.common import load_settings
from mlops.cli.references import References
from mlops.deploy.document import Pointer, Trial
from tests.cli.chain import DATA, DATASET, Chain
from tests.cli.deploying import NEW, OLD, served
from tests.conftest import RunCli


def test_rows_that_were_sampled_are_weighted_in_a_reference(chain: Chain, run_cli: RunCli) -> None:
    table = pq.read_table(chain.repository / DATA)
    chance = pa.array(np.where(np.arange(table.num_rows) % 2, 0.25, 1.0))
    pq.write_table(
        table.append_column("inclusion_prob", chance), chain.repository / "data/training/er_20251021.parquet"
    )
    pinned = run_cli("pin", "er", "data/training/er_20251021.parquet", "--source", "generated", "--licence", "CC0-1.0")
    assert pinned.code == 0, pinned.err
    settings = load_settings(chain.repository)
    artifact = str(chain.artifact)
    found = References("er", settings, chain.repository, ("er_20251021", artifact), None).of(DATASET, judged=True)
    assert found.columns is not None
    assert len(found.columns) == len(found.weight)
    assert sorted(set(found.weight)) == [1.0, 4.0]
    assert found.scores is not None
    assert len(found.scores[0]) == len(found.scores[1])
    other = References("er", settings, chain.repository, ("er_20251021", artifact), None).of(DATASET, judged=False)
    assert (other.scores, other.missing, set(other.weight)) == (None, {}, {1.0})


def test_scores_come_from_the_target_of_what_is_live_or_on_trial(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = served(tmp_path_factory)
    settings = load_settings(root)

    def of(model: str) -> tuple[bool, dict[str, str]]:
        found = References("er", settings, root, (), None).of(model, judged=True)
        return found.scores is not None, dict(found.missing)

    assert of(NEW) == (True, {})
    known, missing = of(OLD)
    assert not known
    assert "the target has this model neither live nor on trial. Name the artifact" in missing["score"]
    path = root / "served/er/pointer.json"
    pointer = documents.read(path, Pointer)
    trial = Trial(placed=pointer.before[0].placed, mode="canary", share=10)
    documents.write(path, pointer.model_copy(update={"trial": trial}))
    assert of(OLD) == (True, {})
