"""Runs as documents: nothing is trained."""

import functools
from datetime import date, timedelta
from typing import Any

from mlops import config
from mlops.certification.document import Block, CertificationReport, Performance, TestedRows
from mlops.certification.judging import judge
from mlops.certification.ledger import Ledger
from mlops.certification.status import policy_sha256
from mlops.certification_settings import CertificationSettings
from mlops.crossval.document import Bound, ChanceResult, LatencyResult, LiftResult
from mlops.gate.report import Bindings, Verdict
from mlops.hashing import sha256_bytes
from mlops.intervals.proportions import wilson_lower, wilson_upper
from tests.conftest import ROOT

GREEN: dict[str, Verdict] = {"validation": "pass", "audit": "pass", "crossval": "pass"}
START = date(2025, 12, 1)


@functools.cache
def settings() -> CertificationSettings:
    """Return what ``mlops.toml`` declares for claims."""
    declared = config.load(ROOT / config.FILE_NAME).task("claims").certification
    assert declared is not None
    return declared


def rate(right: int, n: int) -> Bound:
    return Bound(
        value=right / n, lower=wilson_lower(right, n, 0.95), upper=wilson_upper(right, n, 0.95), n=n
    )  # fmt: skip


def lift(over: Any, value: float = 0.35, lower: float = 0.3) -> LiftResult:
    return LiftResult(over=over, accuracy=0.6, value=value, lower=lower, upper=value + (value - lower), n=1500)


def chance(p: float = 1e-9, **other: Any) -> ChanceResult:
    facts = {"statistic": 300.0, "expected": 160.0, "method": "exact", "permutations": 0, "strata": 2, "rows": 320}
    return ChanceResult(p=p, stratified=other.pop("stratified", True), **{**facts, **other})


def performance(*, tested_from: date = START - timedelta(days=30), errors: int = 3, **other: Any) -> Performance:
    """Return an excellent model's numbers: 320 test rows on 32 days from ``tested_from``."""
    days = [(tested_from + timedelta(days=number)).isoformat() for number in range(32)]
    facts: dict[str, Any] = {
        "rows": 2_200,
        "negatives": 1_000,
        "cv_mean": 0.99,
        "cv_sd": 0.0,
        "cv_blocks": tuple(Block(n=300, accuracy=accuracy) for accuracy in (0.99, 0.99, 0.98, 1.0, 0.99)),
        "cv_accuracy": rate(1_485, 1_500),
        "accuracy": rate(320 - errors, 320),
        "auc": Bound(value=0.99, lower=0.98, upper=0.995, n=320),
        "chance": chance(),
        "lifts": (lift("majority"), lift("one_rule", 0.1, 0.08)),
        "latency": LatencyResult(p50_ms=4.0, p95_ms=8.0, runs=200, batch_rows=320, batch_ms=20.0),
        "tested": TestedRows(first=days[0], last=days[-1], rows=320, by_day=dict.fromkeys(days, 10)),
    }
    return Performance(**{**facts, **other})


def report(
    week: int = 0,
    *,
    measured: Performance | None = None,
    policy: CertificationSettings | None = None,
    profile: str = "phase3",
    gates: dict[str, Verdict] | None = None,
    run: str = "1",
    **other: Any,
) -> CertificationReport:
    """Return the report of a run on the dataset of the ``week``-th week; by default it is green."""
    day, rules = START + timedelta(weeks=week), policy or settings()
    found = measured or performance(tested_from=day - timedelta(days=30), **other)
    judged = judge(found, rules, profile, GREEN if gates is None else gates)
    dataset = f"claims_{day:%Y%m%d}"
    return CertificationReport(
        task="claims",
        model_id=dataset,
        dataset_id=dataset,
        as_of=day.isoformat(),
        profile=profile,
        policy=rules,
        performance=found,
        gates=GREEN if gates is None else gates,
        criteria=judged.criteria,
        verdict=judged.verdict,
        reason=judged.reason,
        best_tier=judged.best_tier,
        notes=judged.notes,
        bindings=Bindings(
            dataset_sha256=sha256_bytes(dataset.encode()),
            model_sha256=sha256_bytes(f"model {dataset}".encode()),
            artifact_sha256=sha256_bytes(b"artifact"),
            evaluation_sha256=sha256_bytes(f"evaluation {dataset}".encode()),
            policy_sha256=policy_sha256(rules),
            code_commit="1" * 40,
            code_dirty=False,
            run_url=f"runs/{run}",
        ),
    )


def red(week: int = 0, **other: Any) -> CertificationReport:
    """Return the report of a run whose model is no better than the majority: red, and no tier."""
    return report(week, lifts=(lift("majority", 0.0, 0.0), lift("one_rule")), **other)


def ledger(*reports: CertificationReport) -> Ledger:
    """Return the ledger of these runs, in this order."""
    return functools.reduce(lambda so_far, one: so_far.appended(one), reports, Ledger())
