"""What no other test would notice if the judging code changed: found by ``benchmarks/mutation.py``."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops import documents
from mlops.artifact import CERTIFICATION
from mlops.certification import keeping
from mlops.certification.checking import differences
from mlops.certification.counting import count
from mlops.certification.criteria import decide
from mlops.certification.document import Performance
from mlops.certification.evidence import check_evidence
from mlops.certification.judging import judge
from mlops.certification.ledger import Ledger
from mlops.certification.status import may_deploy, status
from mlops.certification.tiers import TIERS, lower_tier, size_lacks
from mlops.certification_settings import Metric, Size
from mlops.config import Criterion
from mlops.crossval.document import Bound
from mlops.errors import ConflictError, InputRefusedError
from mlops.gate.report import CriterionResult
from tests.certification.scenes import GREEN, chance, ledger, lift, performance, red, report, settings
from tests.certification.test_measuring import LABEL, MONTH, crossval, measured, right, rows_of
from tests.crossval.claims import claims

DAY = "2025-12-20"


def decided(found: Performance, metric: str) -> CriterionResult:
    return next(one for one in judge(found, settings(), "phase3", GREEN).criteria if one.metric == metric)


def test_tiers_are_ordered_by_what_they_ask_and_not_by_their_names() -> None:
    for one, other in itertools.product(TIERS, TIERS):
        assert lower_tier(one, other) == TIERS[min(TIERS.index(one), TIERS.index(other))]
    assert lower_tier("beta", "none") == "none"


def test_what_data_lacks_is_said_in_numbers() -> None:
    size = Size(rows=2_000, negatives=800)
    assert size_lacks(1_999, 799, size) == (
        "1,999 of 2,000 decided rows and 799 of 800 negative (non-claimable) rows"
    )  # fmt: skip
    assert size_lacks(2_000, 800, size) == ""


@pytest.mark.parametrize(
    ("value", "lower", "upper", "wanted"),
    [
        (0.02, -0.01, 0.05, 3_375),  # 1,500 (0.03 / 0.02)²
        (-0.01, -0.03, 0.02, 13_500),  # 1,500 (0.03 / 0.01)²: the upper bound is in the way
        (0.3, 0.0, 0.6, 1_501),  # on the bound itself, which is no lift yet
        (1e-4, -0.01, 0.01, 15_301_500),
        (1e-9, -0.01, 0.01, None),  # more rows than anybody has
        (0.0, -0.01, 0.01, None),
    ],
)
def test_a_lift_that_is_open_says_how_many_rows_would_decide(
    value: float, lower: float, upper: float, wanted: int | None
) -> None:
    open_ = lift("majority").model_copy(update={"value": value, "lower": lower, "upper": upper})
    found = decided(performance(lifts=(open_, lift("one_rule"))), "lift_majority")
    assert (found.verdict, found.needed_n) == ("inconclusive", wanted)
    assert (f"About {wanted:,} rows" in found.reason) if wanted else ("would decide" not in found.reason)


def test_two_blocks_have_a_spread_and_one_has_none() -> None:
    blocks = performance().cv_blocks
    assert decided(performance(cv_blocks=blocks[:2]), "cv_mean").verdict == "pass"
    one = decided(performance(cv_blocks=blocks[:1]), "cv_mean")
    assert (one.verdict, one.reason) == ("inconclusive", "The cross-validation has 1 blocks; a spread needs two.")


def test_the_status_says_why_it_is_what_it_is() -> None:
    def reasons(found: Ledger) -> tuple[str, ...]:
        return status(found, settings(), DAY).reasons

    row = "Counting green runs in a row: {}; 3 certify.".format
    assert reasons(Ledger()) == (row(0), "No run has been recorded.")
    assert reasons(ledger(red(0))) == (row(0), "Run 1 of 2025-12-01 ended the streak: fail.")
    assert reasons(ledger(red(0), report(1))) == (row(1), "Run 1 of 2025-12-01 ended the streak: fail.")
    small = reasons(ledger(report(0, rows=1_900)))
    assert small == (row(1), "Run 1 had 1,900 of 2,000 decided rows, which the tier minimum asks for.")
    repeat = reasons(ledger(report(0), report(0, run="2")))
    assert len(repeat) == 2
    assert repeat[1].startswith("Run 2 does not count. The same dataset was certified before, in run 1 of 2025-12-01")
    other = status(ledger(report(0), report(1, profile="relative")), settings(), DAY).reasons
    assert other == (row(1), "Run 2 was judged by another profile than the runs before.")


def test_what_ended_an_earlier_streak_is_not_held_against_a_whole_one() -> None:
    whole = status(ledger(red(0), report(1), report(2), report(3)), settings(), "2025-12-31")
    assert whole.reasons == ("Counting green runs in a row: 3; 3 certify.",)
    assert whole.tier == "minimum"


def test_who_may_be_served_is_said_with_its_reason() -> None:
    none, beta = status(Ledger(), settings(), DAY), status(ledger(report(0)), settings(), DAY)
    certified = status(ledger(report(0), report(1), report(2)), settings(), DAY)
    assert may_deploy(none, "staging") == (True, (100,), "staging is not production.")
    assert may_deploy(none, "production") == (False, (), " ".join(none.reasons))
    assert may_deploy(certified, "production", gate="fail") == (False, (), "The model failed its own gate.")
    assert may_deploy(certified, "production") == (True, (100,), "claims_20251215 is certified (minimum).")
    said = "claims_20251201 is beta: with a notice, and 5 %, 25 %, 100 % in turn."
    assert may_deploy(beta, "production") == (True, (5, 25, 100), said)


def test_too_few_test_rows_in_the_first_run_are_counted_against_none() -> None:
    found = performance()
    few = found.tested.model_copy(update={"rows": 29, "by_day": {found.tested.first: 29}})
    counted = count(report(0, measured=found.model_copy(update={"tested": few})), ())
    assert counted == (False, "Only 29 of its test rows are there; 30 are asked for.", 29)


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b"[]\n", 1, "kind"),
        (b'{"kind":"other"}\n', 1, "kind"),
        (b" ", 1, "line"),
        (b"%(first)s ", 2, "line"),
        (b"%(spaced)s", 1, "line"),
        (b"%(resealed)s", 1, "sha256"),
    ],
    ids=["no object", "another kind", "no end", "no end after a line", "another spelling", "another hash"],
)
def test_a_line_that_is_none_is_named_by_its_number_and_its_field(data: bytes, line: int, field: str) -> None:
    first = ledger(report(0)).data
    spelled = {
        b"first": first,
        b"spaced": first.replace(b'"task":', b'"task": ', 1),
        b"resealed": first.replace(b'"negatives":1000', b'"negatives":1001', 1),
    }
    with pytest.raises(InputRefusedError, match="The ledger does not hold") as refusal:
        Ledger.loads(data % spelled, file="ledger.jsonl")
    assert (refusal.value.file, refusal.value.field) == (f"ledger.jsonl, line {line}", field)
    assert refusal.value.expected
    assert refusal.value.found
    assert "Restore the file from git" in refusal.value.fix


def test_a_day_that_the_calendar_does_not_have_is_no_line() -> None:
    forged = Ledger().revoked(date="2025-02-30", task="claims", model_id="claims_20251201", reason="x")
    with pytest.raises(InputRefusedError) as refusal:
        Ledger.loads(forged.data)
    assert (refusal.value.field, refusal.value.found) == ("date", "2025-02-30")


def test_an_older_ledger_is_told_where_it_stops_to_agree(tmp_path: Path) -> None:
    path, mine, base = tmp_path / keeping.FILE, ledger(report(0), report(1)), ledger(report(0), red(1))
    with pytest.raises(ConflictError) as refusal:
        keeping.check_extends(mine, base.data, path, "main")
    said = refusal.value
    same = next(n for n, (a, b) in enumerate(zip(base.data, mine.data, strict=False)) if a != b)
    assert (said.file, said.field) == (str(path), "line 2")
    assert said.found == f"2 lines, and another byte at position {same:,}"
    assert said.expected.startswith("the 2 lines that main has")
    documents.write_bytes(path, base.data)
    with pytest.raises(ConflictError) as late:
        keeping.write(path, mine, ledger(report(0)))
    assert (late.value.file, late.value.expected) == (str(path), "1 lines, as read")


def test_a_model_without_a_card_hides_no_report_behind_it(tmp_path: Path) -> None:
    forged = red(1).model_copy(update={"verdict": "pass"})
    documents.write(tmp_path / forged.model_id / CERTIFICATION, forged)
    with pytest.raises(InputRefusedError) as refusal:
        list(check_evidence(ledger(report(0), forged), tmp_path))
    said = refusal.value
    assert (said.field, said.expected, said.found) == ("verdict", "fail", "pass")
    assert said.file == str(tmp_path / forged.model_id / CERTIFICATION)


def test_a_typed_number_is_shown_beside_the_one_that_follows() -> None:
    found = report(0)
    typed: dict[str, Any] = {"value": 1.0, "lower": 0.9, "upper": 1.0}
    forged = found.model_copy(update={"criteria": (found.criteria[0].model_copy(update=typed), *found.criteria[1:])})
    ((field, expected, said),) = differences(forged)
    first = found.criteria[0]
    assert (field, said) == (f"criteria.{first.metric}", "pass, 1.0 [0.9, 1.0]")
    assert expected == f"pass, {first.value} [{first.lower}, {first.upper}]"
    ((_, _, absent),) = differences(found.model_copy(update={"criteria": found.criteria[:-1]}))
    assert absent == "nothing"


def test_what_was_timed_is_taken_over_and_rows_of_a_group_are_not_independent() -> None:
    timed = performance().latency
    validated = crossval(claims()).model_copy(update={"latency": timed})
    called = right(0.9)
    score = np.clip(called + np.random.default_rng(6).normal(0, 0.4, len(LABEL)), 0, 1)
    alike = measured(rows_of(called, score=score, group=np.repeat(np.arange(len(LABEL) // 40), 40)), validated)
    alone = measured(rows_of(called, score=score, group=np.arange(len(LABEL))), validated)
    assert alike.latency == timed
    assert alike.auc is not None
    assert alone.auc is not None
    assert alike.auc.lower != alone.auc.lower


def test_a_model_that_calls_a_month_alike_is_told_so_with_the_rows_of_the_mixed_months() -> None:
    """The first month has one class only: nothing could be said of it, whoever calls it."""
    label = LABEL | (MONTH[0] == MONTH)
    found = measured(rows_of(np.ones(len(label), dtype=np.bool_), label)).chance
    assert found is not None
    mixed = MONTH[0] != MONTH
    hits = float(label[mixed].sum())
    assert (found.p, found.strata, found.rows) == (1, len(np.unique(MONTH)) - 1, int(mixed.sum()))
    assert (found.statistic, found.expected) == (hits, hits)
    assert found.note == "The model calls all rows of a month alike, so p is 1 whatever their labels are."


@pytest.mark.parametrize(
    ("metric", "criterion", "asked"),
    [
        ("test_accuracy", Criterion(max=0.5, decide_on="point"), "at most 0.5"),
        ("permutation_p", Criterion(min=0, decide_on="point"), "at least 0"),
        ("cv_sd", Criterion(min=0, decide_on="point"), "at least 0"),
    ],
)
def test_what_is_asked_the_wrong_way_round_is_never_met(metric: Metric, criterion: Criterion, asked: str) -> None:
    (found,) = decide(performance(), {metric: criterion}, None, confidence=0.95)
    assert (found.metric, found.verdict, found.value) == (metric, "inconclusive", None)
    assert found.reason == f"The profile asks for {asked}, the wrong way round."


def test_an_area_that_is_open_says_how_many_rows_would_decide() -> None:
    area = Bound(value=0.7, lower=0.585, upper=0.8, n=100)
    asked: dict[Metric, Criterion] = {"auc_lower": Criterion(min=0.6, decide_on="lower_bound")}
    (found,) = decide(performance(auc=area), asked, None, confidence=0.95)
    assert (found.verdict, found.needed_n) == ("inconclusive", 133)  # 100 (0.115 / 0.1)²
    assert "about 33 more labelled test rows" in found.reason
    assert "Unattainable" not in found.reason
    few = area.model_copy(update={"lower": 0.61, "n": 2})
    (met,) = decide(performance(auc=few), asked, None, confidence=0.95)
    assert (met.verdict, "Unattainable" in met.reason) == ("pass", False)


def test_too_few_permutations_say_how_many_there_must_be() -> None:
    found = decided(performance(chance=chance(p=0.05, method="refits", permutations=19)), "permutation_p")
    assert found.verdict == "inconclusive"
    assert found.reason.startswith("Unattainable with 19 permutations: p is at least 1/20, and less than 0.05")
    assert found.reason.endswith("It needs 20 permutations.")
    assert decided(performance(chance=chance(p=0.04, method="refits", permutations=24)), "permutation_p").verdict == (
        "pass"
    )  # fmt: skip
    assert decided(performance(chance=None), "permutation_p").reason == "The permutation test was not made."
    mixed = decided(performance(chance=chance(stratified=False)), "permutation_p")
    assert mixed.reason == "Labels were not exchanged inside months, so a drifting base rate fools p."
