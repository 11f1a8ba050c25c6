"""``[tasks.X.certification]``: no profile can be declared that asks for nothing, or for less at a higher tier."""

import re

import pytest

from mlops import config
from mlops.certification_settings import BETA, MOST_MS, CertificationSettings, LatencyLimit
from mlops.criterion_settings import Criterion
from mlops.errors import UsageRefusedError
from mlops.serving.measures import Measures
from tests.test_config import MINIMAL

HEAD = "[tasks.er.certification]\n"
PROFILE = """
[tasks.er.certification.profiles.phase3.criteria]
permutation_p = { max = 0.05, decide_on = "point" }
lift_majority.min = 0
lift_one_rule.min = 0
cv_mean.min = 0.9
"""


def declared(head: str, profile: str = PROFILE) -> CertificationSettings:
    settings = config.parse(f"{MINIMAL}\n{HEAD}{head}\n{profile}".encode()).task("er").certification
    assert settings is not None
    return settings


def test_a_task_without_the_table_has_no_certificate() -> None:
    assert config.parse(MINIMAL.encode()).task("er").certification is None


def test_the_defaults_are_the_method_s() -> None:
    settings = declared("")
    assert (settings.streak, settings.expiry_days, settings.min_new_test_rows) == (3, 90, 30)
    assert (settings.minimum.rows, settings.minimum.negatives) == (2_000, 800)
    assert (settings.optimal.rows, settings.optimal.negatives) == (3_000, 1_200)
    assert settings.profiles["phase3"].criteria["cv_mean"] == Criterion(min=0.9)
    assert set(BETA) <= set(settings.profiles["phase3"].criteria)


def test_a_limit_that_servers_cannot_see_is_refused_with_the_most_that_they_see() -> None:
    latency = PROFILE + "[tasks.er.certification.profiles.phase3.latency]\np95_ms = "
    last = max(float(bound) for bound in re.findall(rb'mlops_predict_seconds_bucket.*le="([0-9.]+)"', measured()))
    assert 1000 * last == MOST_MS
    assert declared("", f"{latency}{MOST_MS - 1}").profiles["phase3"].latency == LatencyLimit(p95_ms=MOST_MS - 1)
    with pytest.raises(UsageRefusedError) as refusal:
        declared("", f"{latency}{MOST_MS}")
    assert "p95_ms" in str(refusal.value.field)
    assert "below 60,000" in str(refusal.value)


def measured() -> bytes:
    measures = Measures()
    measures.predict_seconds.labels("er", "live").observe(7.0)
    return measures.text()


@pytest.mark.parametrize(
    ("head", "profile"),
    [
        ('profile = "easy"', PROFILE),
        ("streak = 1", PROFILE),
        ("beta_rollout = [25, 5]", PROFILE),
        ("beta_rollout = []", PROFILE),
        ("optimal = { rows = 100, negatives = 1200 }", PROFILE),
        ("", PROFILE.replace("lift_majority.min = 0\n", "")),
        ("", PROFILE + "accuracy.min = 0.9\n"),
        ("", PROFILE + "[tasks.er.certification.profiles.phase3.optimal]\ncv_mean.min = 0.8\n"),
        ("", PROFILE + "[tasks.er.certification.profiles.phase3.optimal]\ncv_sd.max = 0.01\n"),
        ("", PROFILE + '[tasks.er.certification.profiles.phase3]\noptimal.cv_mean = {min = 0.95, decide_on = "point"}'),
        ("", PROFILE + "[tasks.er.certification.profiles.phase3.latency]\np95_ms = 0\n"),
    ],
)  # fmt: skip
def test_what_would_judge_nothing_is_refused(head: str, profile: str) -> None:
    with pytest.raises(UsageRefusedError) as refusal:
        declared(head, profile)
    assert str(refusal.value.field).startswith("tasks.er.certification")
