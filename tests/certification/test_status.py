"""Certified means three counting runs: no repeat makes a third one, and what was earned ends."""

import pytest
from hypothesis import given
from hypothesis import settings as how_many
from hypothesis import strategies as st

from mlops.certification.document import CertificationReport, LedgerLine, Status
from mlops.certification.ledger import Ledger
from mlops.certification.status import may_deploy, policy_sha256, status
from mlops.certification_settings import CertificationSettings, Tier
from tests.certification.scenes import START, ledger, performance, red, report, settings

LATER = "2026-01-15"


def after(*reports: CertificationReport, as_of: str = LATER, policy: CertificationSettings | None = None) -> Status:
    return status(ledger(*reports), policy or settings(), as_of)


def last(found: Ledger) -> LedgerLine:
    return found.runs[-1]


def changed() -> CertificationSettings:
    return settings().model_copy(update={"min_new_test_rows": 29})


def test_three_counting_green_runs_certify() -> None:
    two, three = after(report(0), report(1)), after(report(0), report(1), report(2))
    assert (two.tier, two.streak) == ("beta", 2)
    assert (three.tier, three.streak, three.attempts, three.replicates) == ("minimum", 3, 3, 0)
    assert (three.model_id, three.certified_until) == ("claims_20251215", "2026-03-15")


def test_three_greens_on_one_dataset_are_one() -> None:
    found = ledger(report(0), report(0, run="2"), report(0, run="3"))
    now = status(found, settings(), LATER)
    assert (now.tier, now.streak, now.attempts, now.replicates) == ("beta", 1, 3, 2)
    assert "The same dataset was certified before, in run 1" in last(found).why_not


def test_a_repeat_is_no_third_green() -> None:
    assert after(report(0), report(1), report(1, run="2")).streak == 2
    assert after(report(0), report(1), report(1, run="2"), report(2)).tier == "minimum"  # nor does it break anything


@pytest.mark.parametrize("breaking", [red(1, run="2"), report(1, run="2", chance=None)])
def test_a_repeat_that_is_not_green_breaks_the_streak(breaking: CertificationReport) -> None:
    found = after(report(0), report(1), breaking, report(2))
    assert (found.tier, found.streak) == ("beta", 1)


def test_a_green_run_on_the_dataset_of_a_red_one_does_not_count() -> None:
    assert after(red(0), report(0, run="2")).streak == 0


def test_test_rows_must_lie_after_every_day_tested_before() -> None:
    def shifted(days: int) -> CertificationReport:
        first = START.fromordinal(START.toordinal() - 30 + days)
        return report(1, measured=performance(tested_from=first))

    two = last(ledger(report(0), shifted(2)))
    assert (two.counts, two.tested.new_rows) == (False, 20)
    assert "Only 20 of its test rows are later than 2025-12-02" in two.why_not
    three = last(ledger(report(0), shifted(3)))
    assert (three.counts, three.tested.new_rows) == (True, 30)
    behind = last(ledger(shifted(7), report(2, measured=performance(tested_from=START))))
    assert behind.tested.new_rows == 230  # the days between are none of a row that was tested


def test_a_changed_policy_restarts_the_streak() -> None:
    runs = (report(0), report(1), report(2, policy=changed()))
    now = after(*runs, policy=changed())
    assert (now.tier, now.streak) == ("beta", 1)
    assert last(ledger(*runs)).policy_sha256 == policy_sha256(changed()) != policy_sha256(settings())
    assert after(report(0), report(1), report(2), policy=changed()).tier == "none"  # and nothing was shown under it yet
    back = (*runs, report(3))
    assert after(*back).streak == 1  # to change it and back restarts it too


def test_another_profile_neither_helps_nor_hides() -> None:
    assert after(report(0), report(1), report(2, profile="relative")).streak == 1
    assert after(*(report(week, profile="relative") for week in range(3))).tier == "beta"
    assert after(report(0), report(1), red(1, profile="relative", run="2"), report(2)).streak == 1


@pytest.mark.parametrize(("as_of", "tier"), [("2026-03-15", "minimum"), ("2026-03-16", "none")])
def test_a_certificate_expires_after_ninety_days(as_of: str, tier: Tier) -> None:
    found = after(report(0), report(1), report(2), as_of=as_of)
    assert found.tier == tier
    assert found.certified_until == ("2026-03-15" if tier == "minimum" else None)
    assert may_deploy(found, "production").allowed == (tier == "minimum")


def test_a_repeat_does_not_prolong_it() -> None:
    fresh = report(2, run="9").model_copy(update={"as_of": "2026-02-01"})
    assert after(report(0), report(1), report(2), fresh, as_of="2026-03-16").tier == "none"
    beta = report(0, run="9").model_copy(update={"as_of": "2026-02-01"})
    assert after(report(0), beta, as_of="2026-03-02").tier == "none"


def test_a_revocation_ends_it_at_once_and_three_runs_bring_it_back() -> None:
    certified = ledger(report(0), report(1), report(2))
    revoked = certified.revoked(date="2025-12-15", task="claims", model_id="claims_20251215", reason="Drift, critical.")
    found = status(revoked, settings(), LATER)
    assert (found.tier, found.streak) == ("none", 0)
    assert "Revoked on 2025-12-15: Drift, critical." in found.reasons
    assert status(revoked.appended(report(2, run="2")), settings(), LATER).tier == "none"
    again = revoked
    for week in (3, 4, 5):
        again = again.appended(report(week))
    assert status(again, settings(), LATER).tier == "minimum"


def test_what_comes_later_is_not_known_yet() -> None:
    assert after(report(0), report(1), red(2), as_of="2025-12-14").streak == 2


def test_the_lowest_of_the_three_decides_the_tier() -> None:
    large = [report(week, rows=3_100, negatives=1_300) for week in range(3)]
    assert after(*large).tier == "optimal"
    assert after(report(0), *large[1:]).tier == "minimum"
    small = after(report(0, rows=1_900), report(1), report(2))
    assert (small.tier, small.streak) == ("beta", 3)


def test_an_empty_ledger_allows_nothing() -> None:
    found = status(Ledger(), settings(), LATER)
    assert (found.tier, found.attempts, found.model_id, found.certified_until) == ("none", 0, None, None)
    assert not may_deploy(found, "production").allowed
    assert may_deploy(found, "staging").allowed


def test_beta_goes_to_a_few_first() -> None:
    permission = may_deploy(after(report(0)), "production")
    assert (permission.allowed, permission.shares) == (True, (5, 25, 100))
    assert may_deploy(after(report(0), report(1), report(2)), "production").shares == (100,)


def test_its_own_gate_limits_what_a_tier_allows() -> None:
    """Too little data to decide is what a beta is for; a failed gate is no question of data."""
    certified, beta = after(report(0), report(1), report(2)), after(report(0))
    assert may_deploy(certified, "production", gate="pass").shares == (100,)
    assert may_deploy(certified, "production", gate="inconclusive").shares == (5, 25, 100)
    assert may_deploy(beta, "production", gate="inconclusive").shares == (5, 25, 100)
    assert not may_deploy(certified, "production", gate="fail").allowed
    assert may_deploy(certified, "staging", gate="fail").allowed


@how_many(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=12))
def test_no_history_certifies_without_three_datasets_green_in_a_row(steps: list[tuple[int, bool]]) -> None:
    """A step goes on to the next week or repeats the last one, and is green or red."""
    found, week, counted, seen = Ledger(), 0, 0, set()
    for number, (onward, green) in enumerate(steps):
        week += onward
        run = (report if green else red)(week, run=str(number))
        found = found.appended(run)
        counted = 0 if not green else counted + (week not in seen)
        seen.add(week)
        now = status(found, settings(), LATER if week < 6 else "2026-03-01")
        assert (now.streak, now.attempts) == (counted, number + 1)
        assert (now.tier == "minimum") == (counted >= 3)
    assert Ledger.loads(found.data) == found
