"""Documents say what manifests and ledger say: gaps, pace, dates, trends; and nothing that bounds do not show."""

import xml.etree.ElementTree as ET  # our own drawing
from datetime import date
from pathlib import Path

import pytest

from mlops.certification.document import Measured
from mlops.certification.ledger import Ledger
from mlops.errors import InputRefusedError
from mlops.progress import Facts, rendered
from mlops.progress.facts import lineage_of, trend
from mlops.progress.marking import BEGIN, END, marked
from tests.certification.scenes import report, settings
from tests.progress.scenes import DAY, collection, facts, manifest

TRACKER = Path("data_manifests/claims/DATA_COLLECTION_TRACKER.md")
RESULTS = Path("model_cards/claims/PHASE3_RESULTS.md")
DASHBOARD = Path("model_cards/claims/ML_CERTIFICATION_DASHBOARD.md")
HOSTILE = "</svg><script>alert(1)</script> | [x](javascript:y) `z`"


def ledger(*verdicts: int) -> Ledger:
    """A run a week; a number is how many test rows it gets wrong."""
    held = Ledger.loads(b"")
    for number, errors in enumerate(verdicts):
        held = held.appended(report(number, errors=errors))
    return held


def test_before_the_first_integration_there_is_no_pace_and_no_run() -> None:
    found = facts(collection(233, 89))
    assert found.pace is None
    assert [(gap.missing, gap.missing_negatives, gap.eta) for gap in found.gaps] == [
        (1767, 711, None),
        (2767, 1111, None),
    ]
    pages = rendered(found)
    assert "not at this pace" in pages[TRACKER]
    assert "No run is recorded yet" in pages[RESULTS]
    assert "Tier on 2025-10-06: none" in pages[DASHBOARD]


def test_the_date_of_a_tier_is_the_gap_by_the_median_of_the_last_four_integrations() -> None:
    sizes = [(200, 80), (210, 84), (410, 184), (610, 284), (810, 384), (1_010, 484)]
    found = facts(*(collection(*size) for size in sizes))
    assert found.pace == (200, 100)
    assert found.gaps[0].eta == date(2025, 12, 15), "990 rows at 200 a week: five weeks after 10 November"
    full = facts(collection(2_000, 800))
    assert (full.gaps[0].missing, full.gaps[0].eta) == (0, DAY)
    assert "| yes |" in rendered(full)[TRACKER]


def test_a_dataset_without_a_count_and_years_of_weeks_are_told_too() -> None:
    assert "0 decided claims" in rendered(facts(None))[TRACKER]
    found = facts(collection(300, 100, weeks=500))
    assert len(found.weeks) == 104


def test_text_from_the_data_is_inert_in_every_document() -> None:
    for path, text in rendered(facts(collection(300, 100, category=HOSTILE), ledger=ledger(3))).items():
        assert "<script" not in text
        assert "](javascript" not in text
        if path.suffix == ".svg":
            ET.fromstring(text)  # noqa: S314  # our own drawing


def test_three_green_runs_and_what_changed() -> None:
    found = facts(collection(2_500, 1_000), ledger=ledger(3, 3, 3))
    pages = rendered(found)
    assert found.status.tier == "minimum"
    assert "**Tier on" in pages[DASHBOARD]
    assert "minimum**, held by" in pages[DASHBOARD]
    assert pages[DASHBOARD].count("| pass | yes |") == 3
    assert "Nothing: every gate and every metric is green" in pages[RESULTS]
    assert "no change shown" in pages[RESULTS]


def test_a_red_run_says_what_to_do() -> None:
    pages = rendered(facts(collection(2_500, 1_000), ledger=ledger(3, 60)))
    assert "**fail**" in pages[RESULTS]
    assert "- **test_accuracy**: Read the surest mistakes" in pages[RESULTS]
    assert "| fail | no |" in pages[DASHBOARD]


def test_an_expired_certificate_is_none() -> None:
    found = facts(collection(2_500, 1_000), ledger=ledger(3, 3, 3), as_of=date(2027, 1, 1))
    assert "Tier on 2027-01-01: none" in rendered(found)[DASHBOARD]
    assert "expired" in rendered(found)[DASHBOARD]


def measured(value: float, lower: float, upper: float) -> Measured:
    return Measured(value=value, lower=lower, upper=upper, n=100, threshold=0.9, verdict="pass")


@pytest.mark.parametrize(
    ("name", "new", "old", "said"),
    [
        ("cv_mean", (0.99, 0.98, 1.0), (0.95, 0.94, 0.97), "improved"),
        ("cv_mean", (0.99, 0.96, 1.0), (0.95, 0.94, 0.97), "no change shown"),
        ("cv_mean", (0.90, 0.89, 0.91), (0.95, 0.94, 0.97), "worse"),
        ("cv_sd", (0.03, 0.025, 0.04), (0.01, 0.005, 0.02), "worse"),
        ("cv_sd", (0.01, 0.005, 0.02), (0.03, 0.025, 0.04), "improved"),
        ("permutation_p", (0.01, 0.01, 0.01), (0.03, 0.03, 0.03), "has no bounds"),
    ],
)
def test_a_trend_is_only_what_bounds_show(
    name: str, new: tuple[float, float, float], old: tuple[float, float, float], said: str
) -> None:
    assert trend(name, measured(*new), measured(*old)) == said
    assert trend(name, measured(*new), None) == "first"


def test_the_lineage_is_the_newest_dataset_and_its_parents() -> None:
    every = [manifest(number, None) for number in range(4)]
    stray = every[1].model_copy(update={"id": "claims_20251014", "parent": "claims_20200101"})
    assert lineage_of([every[0], every[1], stray, every[2], every[3]]) == tuple(every)


def test_what_people_write_around_the_markers_stays() -> None:
    first = marked(RESULTS, "One", None)
    around = first.replace("# Phase 3 results", "# Ours").replace(END, f"{END}\n\nA word of ours.")
    second = marked(RESULTS, "Two", around)
    assert second == around.replace("One", "Two")
    assert marked(RESULTS, "Two", second) == second


@pytest.mark.parametrize("spoil", [lambda text: text.replace(END, ""), lambda text: text + BEGIN, lambda _: "Hello"])
def test_lost_or_doubled_markers_are_refused(spoil: object) -> None:
    text = spoil(marked(RESULTS, "One", None))  # type: ignore[operator]  # a function of text
    with pytest.raises(InputRefusedError, match="markers"):
        marked(RESULTS, "Two", text)


def test_a_revoked_certificate_is_told_with_its_reason() -> None:
    held = ledger(3, 3, 3).revoked(
        date="2025-12-20", task="claims", model_id="claims_20251215", reason="Labels were wrong"
    )
    page = rendered(facts(collection(2_500, 1_000), ledger=held))[DASHBOARD]
    assert "Tier on 2025-12-20: none" in page
    assert "Labels were wrong" in page


def test_weeks_without_a_claim_are_shown_over_the_turn_of_a_year() -> None:
    found = collection(300, 100, weeks=60)
    kept = {week: one for week, one in found.weeks.items() if week not in {"2024-W52", "2025-W01"}}
    told = facts(found.model_copy(update={"weeks": kept}))
    assert len(told.weeks) == 60
    assert (told.weeks["2024-W52"].rows, told.weeks["2025-W01"].rows) == (0, 0)


def test_a_pace_of_one_claim_in_years_gives_no_date_and_two_datasets_of_one_day_no_pace() -> None:
    first, second = manifest(0, collection(300, 100)), manifest(1, collection(301, 101))
    slow = Facts(
        "claims", (first, second.model_copy(update={"as_of": date(2045, 1, 2)})), 250, Ledger(), settings(), DAY
    )
    assert slow.gaps[0].eta is None
    assert "not at this pace" in rendered(slow)[TRACKER]
    same = Facts("claims", (first, second.model_copy(update={"as_of": DAY})), 250, Ledger(), settings(), DAY)
    assert same.pace is None
