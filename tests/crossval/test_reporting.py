"""``crossval.json`` filled from arrays: what a real, a constant, a leaking and a date-only model look like in it."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from mlops import documents
from mlops.config import Change, Criterion
from mlops.crossval.document import CrossvalReport
from mlops.crossval.folding import folds
from mlops.crossval.judging import dated, judge_champion
from mlops.crossval.latency import Latency
from mlops.crossval.measuring import (
    FEW_GROUPS,
    Bounding,
    accuracy_bound,
    auc_bound,
    chance,
    difference,
    effective_groups,
    groupings_of,
    lifts,
)
from mlops.crossval.reporting import Beside, report
from mlops.crossval.validating import CrossValidation, cross_validate
from tests.crossval.claims import Claims, claims

HOW = Bounding(replicates=400)
CRITERIA = {"cv_mean": Criterion(min=0.6, decide_on="point"), "cv_sd": Criterion(max=0.05, decide_on="point")}


def reported(data: Claims, found: CrossValidation, *, permutations: int = 59) -> CrossvalReport:
    """Return the whole document, everything measured."""
    codes, positive = groupings_of(found, data.time, data.group), data.label == 1
    features = {f"column {at}": data.design[:, at] for at in range(data.design.shape[1])}
    same = difference(found, found.right, codes, HOW)
    return report(
        found,
        task="claims",
        dataset_sha256="a" * 64,
        criteria=CRITERIA,
        confidence=HOW.confidence,
        embargo_days=14,
        maturity=data.time.max(),
        beside=Beside(
            champion=judge_champion(same, Change(max_drop=0.02), n=len(found.rows)),
            accuracy_bound=accuracy_bound(found, codes, HOW),
            auc_bound=auc_bound(found, codes, HOW),
            chance=chance(found, positive, data.time, design=data.design, permutations=permutations),
            lifts=lifts(found, positive, features, codes, HOW),
            latency=Latency(1.0, 2.0, 200, 10, 3.0),
            gains={"column 0": 1.0, "column 1": 1.0},
        ),
    )


def test_a_model_that_learned_something_passes_and_the_document_reads_back(tmp_path: Path) -> None:
    data = claims()
    found = reported(data, data.validate())
    assert found.verdict == "pass"
    assert found.accuracy_bound is not None
    assert found.auc_bound is not None
    assert found.accuracy_bound.lower == min(found.accuracy_bound.lowers.values()) > 0.65
    assert set(found.auc_bound.lowers) == {"rows", "day", "group"}
    assert found.chance["fixed_predictions"].p < 1e-6
    assert found.chance["refits"].p == pytest.approx(1 / 60)
    over_majority, over_rule = found.lifts
    assert over_majority.lower > 0.1
    assert set(over_rule.features) == {"column 0"}
    assert over_rule.lower < 0.05
    assert found.notes == ()
    documents.write(tmp_path / "crossval.json", found)
    assert documents.read(tmp_path / "crossval.json", CrossvalReport) == found


def test_a_constant_on_a_small_base_rate_passes_mean_and_spread_and_has_no_lift() -> None:
    data = claims(base=-4.5)
    fits = folds(data.time, embargo_days=14)
    constant = cross_validate(
        lambda train, test: DummyClassifier().fit(train[:, None], data.label[train]).predict_proba(test[:, None])[:, 1],
        data.label,
        fits,
        0.5,
    )
    found = reported(data, constant)
    assert found.verdict == "pass"
    assert found.accuracy.mean > 0.95
    assert found.lifts[0].value == 0
    assert found.lifts[0].lower < 0
    assert found.chance["fixed_predictions"].p == 1
    assert any("nothing can be exchanged" in note for note in found.notes)


def test_a_column_that_holds_the_answer_asks_for_a_review() -> None:
    data = claims()
    data.design[:, 1] = data.label
    found = reported(data, data.validate(), permutations=19)
    assert any(note.startswith("Review: the mean area") for note in found.notes)
    assert any("19 permutations can never give p < 0.05" in note for note in found.notes)


def test_a_model_of_the_date_alone_is_told_apart() -> None:
    """The base rate rises from 5 % to 95 % in two years: over all rows the date is worth much, in months nothing."""
    data = claims(signal=0.0)
    day = (data.time - data.time.min()).astype(int) / 730
    label = (np.random.default_rng(1).random(len(day)) < 0.05 + 0.9 * day).astype(np.int8)
    by_day = Claims(data.time, data.group, label, day[:, np.newaxis])
    found = cross_validate(by_day.score, label, folds(data.time, embargo_days=14, blocks=2), 0.5)
    tests = chance(found, label == 1, data.time, design=by_day.design)
    assert tests["refits_any_month"].p < 0.01
    assert tests["refits"].p > 0.05
    assert tests["fixed_predictions"].p > 0.05
    (note,) = dated(tests)
    assert "when a row was filed" in note
    assert [tests[name].stratified for name in ("fixed_predictions", "refits", "refits_any_month")] == [
        True,
        True,
        False,
    ]


def test_rows_without_a_group_are_groups_of_their_own() -> None:
    data = claims(300)
    found = data.validate(blocks=2)
    data.group[:] = None
    codes = groupings_of(found, data.time, data.group)
    assert len(np.unique(codes["group"])) == len(found.rows)
    assert set(groupings_of(found, data.time)) == {"day"}


@pytest.mark.parametrize(
    ("sizes", "groups"), [([50] * 20, 20.0), ([1000], 1.0), ([900, *[1] * 100], 1.234), ([1] * 300, 300.0)]
)
def test_groups_are_counted_by_how_much_they_weigh(sizes: list[int], groups: float) -> None:
    names = np.repeat(np.array([f"g{at}" for at in range(len(sizes))], dtype=object), sizes)
    assert effective_groups(names) == pytest.approx(groups, rel=1e-3)


@pytest.mark.parametrize("groups", [4, int(FEW_GROUPS) - 1, int(FEW_GROUPS) + 2])
def test_few_groups_are_no_sample_of_groups(groups: int) -> None:
    data = claims(600)
    names = np.array([f"airline {at % groups}" for at in range(600)], dtype=object)
    found = groupings_of(data.validate(blocks=2), data.time, names)
    assert ("group" in found) == (groups > FEW_GROUPS)


def test_the_area_is_demanded_beside_or_instead_of_accuracy() -> None:
    data = claims()
    found = data.validate()
    area = auc_bound(found, groupings_of(found, data.time), HOW)
    asked = report(
        found, task="claims", dataset_sha256="a" * 64, criteria={"cv_auc": Criterion(min=0.6), **CRITERIA},
        confidence=0.95, embargo_days=14, beside=Beside(auc_bound=area),
    )  # fmt: skip
    assert [result.metric for result in asked.criteria] == ["cv_mean", "cv_sd", "cv_auc"]
    unknown = report(
        found, task="claims", dataset_sha256="a" * 64, criteria={"cv_auc": Criterion(min=0.6)}, confidence=0.95,
        embargo_days=14,
    )  # fmt: skip
    assert (unknown.verdict, asked.verdict) == ("inconclusive", "pass")
