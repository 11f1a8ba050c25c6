"""On real claims the numbers are those that were measured before: accuracy around 0.67, beyond any base rate."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from mlops.crossval.folding import folds
from mlops.crossval.measuring import Bounding, accuracy_bound, auc_bound, chance, groupings_of, lifts
from mlops.crossval.validating import cross_validate

COLUMNS = ["airline", "airport_code", "claim_type", "claim_site", "item_category"]


def test_real_claims_by_date(shared_data: Path) -> None:
    table = pq.read_table(shared_data / "claims" / "tsa_claims_2010_2013.parquet")
    table = table.filter(pc.and_(table["claimable"].is_valid(), table["claim_date"].is_valid()))
    time = np.array(table["claim_date"].to_pylist(), dtype="datetime64[D]")
    label = np.array(table["claimable"].to_pylist()).astype(np.int8)
    features = {name: np.array(table[name].to_pylist(), dtype=object) for name in COLUMNS}
    design = OrdinalEncoder(max_categories=100).fit_transform(np.column_stack(list(features.values())).astype(str))

    def score(train: NDArray[np.intp], test: NDArray[np.intp]) -> NDArray[np.float64]:
        model = HistGradientBoostingClassifier(
            max_iter=15,
            learning_rate=0.2,
            max_leaf_nodes=15,
            categorical_features=range(len(COLUMNS)),
            early_stopping=False,
        ).fit(design[train], label[train])
        scores: NDArray[np.float64] = model.predict_proba(design[test])[:, 1]
        return scores

    with threadpool_limits(1):  # beside other tests, threads wait for each other
        found = cross_validate(score, label, folds(time, embargo_days=90), 0.5)
    how, codes = Bounding(replicates=400), groupings_of(found, time, features["airport_code"])
    assert 0.64 < found.accuracy.mean < 0.70
    assert found.accuracy.sd > found.accuracy.excess > 0.02 > found.accuracy.noise
    by = accuracy_bound(found, codes, how).lowers
    assert 0.62 < by["group"] < by["rows"]
    area = auc_bound(found, codes, how)
    assert area is not None
    assert 0.66 < area.lower < area.value < 0.73
    assert [lift.lower > 0 for lift in lifts(found, label == 1, features, codes, how)] == [True, True]
    test = chance(found, label == 1, time)["fixed_predictions"]
    assert (test.p < 1e-100, test.method, test.rows) == (True, "exact", len(found.rows))
