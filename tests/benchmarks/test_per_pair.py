"""The loop that the speed is compared with computes the very same numbers: else the comparison says nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.per_pair import PerPair, PerPairScores
from mlops.config import ThresholdSettings
from mlops.tasks.er.features import PairFeatures
from mlops.tasks.er.fitting import fit_matcher
from tests.benchmarks.tables import products

KINDS = pd.DataFrame(
    {
        "left_name": ["Acme GmbH x100", "Bolt Inc", "Nuts & Co", None, "Société Générale"],
        "right_name": ["ACME  gmbh", "Volt Ltd", "Nuts and Company x-100", "Zeta", "societe generale"],
        "left_price": ["10", "20.5", None, "3", "1,000"],
        "right_price": ["10.0", "41", "7", "4", "0"],
        "left_founded": ["2015-05-18", "1 may 2000", "2001-01-01", "2002-02-02", None],
        "right_founded": ["18 May 2015", "11 may 2000", None, "2002-02-03", "2003-03-03"],
        "left_note": ["spare part X-100", "", "abc", "def", "404/351 -9533"],
    },
    dtype=object,
)


def _same(inputs: pd.DataFrame) -> bool:
    fitted = PairFeatures.fit(inputs)
    return np.allclose(
        PerPair.fit(fitted, inputs).transform(inputs), fitted.transform(inputs), rtol=1e-4, atol=2e-5, equal_nan=True
    )


def test_every_kind_of_attribute_gets_the_same_features() -> None:
    assert _same(KINDS)


def test_records_of_one_file_get_the_same_features_without_order() -> None:
    names = ["acme gmbh x100", "acme", "bolt inc 7", "bolt", "nuts & co x200 y300"]
    assert _same(pd.DataFrame({"left_name": names, "right_name": names[1:] + names[:1]}, dtype=object))


@pytest.mark.parametrize("name", ["amazon_google", "abt_buy", "fodors_zagats"])
def test_real_pairs_get_the_same_features(shared_data: Path, name: str) -> None:
    table = pd.read_parquet(shared_data / "er" / f"{name}.parquet").astype(object)
    inputs = table[[column for column in table if str(column).startswith(("left_", "right_"))]]
    inputs = inputs.drop(columns=["left_id", "right_id"]).where(inputs.notna(), None).sample(300, random_state=0)
    assert _same(inputs)


@pytest.mark.usefixtures("few_trees")
def test_pairs_get_the_same_scores() -> None:
    table = products().to_pandas().astype(object)
    inputs, label = table.drop(columns="label"), table["label"].to_numpy(np.int8)
    matcher = fit_matcher(inputs, label, np.arange(len(label)).astype(object), ThresholdSettings(), seed=0)
    some = inputs.iloc[:100]
    scores = PerPairScores.fit(matcher, inputs).transform(some)
    assert np.allclose(scores, matcher.predict_proba(some), atol=1e-3)
    assert scores.max() - scores.min() > 0.8
