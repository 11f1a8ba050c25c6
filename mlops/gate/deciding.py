"""The decision: facts and policy in, a verdict out. Pure, three-valued, and closed on failure.

Every comparison is a positive assertion (``value >= threshold``), so that a number that is missing or no number never
passes; what cannot be decided is ``inconclusive``, which blocks exactly like ``fail``.
"""

from dataclasses import dataclass

from mlops.config import Policy
from mlops.formatting import format_threshold
from mlops.gate.changing import judge_changes
from mlops.gate.criteria import judge_criteria
from mlops.gate.reasons import combine, outcomes_of
from mlops.gate.report import Bindings, Diagnosis, GateReport, HoldoutUse
from mlops.gate.seeding import judge_seeds
from mlops.gate.slicing import judge_slices
from mlops.metrics import Metrics, Paired
from mlops.policy import Loosened, sentence, stricter


@dataclass(frozen=True)
class Facts:
    """What is known besides the metrics of the model.

    Attributes:
        first_version: Whether there is no model in production to compare with.
        comparison: Candidate and champion on the same test rows; None where no champion was scored.
        served: Id of the model in production; empty where there is none or it is not known.
        holdout: How often these test rows have been used to judge; None where nobody counts.
        loosened: What the policy here would have loosened against the base branch's.
        notes: What else should be known and does not block; the report's warnings hold it.
    """

    first_version: bool
    comparison: Paired | None = None
    served: str = ""
    holdout: HoldoutUse | None = None
    loosened: tuple[Loosened, ...] = ()
    notes: tuple[str, ...] = ()


def decide(
    metrics: Metrics,
    policy: Policy,
    *,
    declared: Policy,
    bindings: Bindings,
    facts: Facts,
    diagnosis: Diagnosis | None = None,
) -> GateReport:
    """Judge a model.

    Args:
        metrics: What was measured, recomputed from the evaluation.
        policy: The policy in force, after options tightened it. Where it is looser than ``declared``, or leaves a
            criterion out, the declared one holds.
        declared: The policy as the repository declares it; the report names it.
        bindings: The bytes and the code that the verdict is about.
        facts: The champion, and the use of the test rows.
        diagnosis: Why the model did not pass, if that is known already.

    Returns:
        The report. Its verdict is ``fail`` if something blocking fails, else ``inconclusive`` if something cannot be
        decided or nothing is asked, else ``pass``.
    """
    rules = stricter(policy, declared)
    holdout = _limited(facts.holdout, rules)
    obstacle = _obstacle(metrics, rules, bindings) or _worn_out(holdout)
    criteria = judge_criteria(metrics, rules, declared=declared, obstacle=obstacle)
    slices = judge_slices(metrics, rules, obstacle=obstacle)
    changes = judge_changes(
        facts.comparison,
        rules,
        candidate_sha256=bindings.model_sha256,
        first_version=facts.first_version,
        served=facts.served,
    )
    seeds = judge_seeds(metrics, rules, obstacle=obstacle)
    outcomes = outcomes_of(criteria, slices, changes, seeds)
    verdict, reason = combine(criteria, slices, outcomes, obstacle)
    warnings = (
        *(str(outcome) for outcome in outcomes if outcome.warns),
        *map(sentence, facts.loosened),
        *facts.notes,
        *_worn(holdout),
    )
    return GateReport(
        task=metrics.task,
        model_id=metrics.model_id,
        verdict=verdict,
        reason=reason,
        first_version=facts.first_version,
        criteria=criteria,
        slices=slices,
        changes=changes,
        comparison=facts.comparison,
        seeds=seeds,
        holdout=holdout,
        policy=declared,
        loosened=facts.loosened,
        warnings=warnings,
        bindings=bindings,
        diagnosis=diagnosis,
    )


def _limited(holdout: HoldoutUse | None, rules: Policy) -> HoldoutUse | None:
    """Return the use of the test rows with limits no wider than those of the policy in force."""
    if holdout is None:
        return None
    limits = {name: min(getattr(holdout, name), getattr(rules.holdout, name)) for name in ("warn_after", "stop_after")}
    return holdout.model_copy(update=limits)


def _worn_out(holdout: HoldoutUse | None) -> str:
    """Return why nothing more can be decided on these test rows; empty if something can."""
    if holdout is None or holdout.models <= holdout.stop_after:
        return ""
    return (
        f"{holdout.models} models have been judged on these test rows, more than {holdout.stop_after}: they are no "
        "longer unseen. Label a fresh sample and pin it as a new dataset."
    )


def _worn(holdout: HoldoutUse | None) -> tuple[str, ...]:
    """Return the warning about test rows that have judged many models."""
    if holdout is None or not holdout.warn_after < holdout.models <= holdout.stop_after:
        return ()
    return (
        (
            f"{holdout.models} models have been judged on these test rows; after {holdout.stop_after} the gate will "
            "ask for a fresh sample, so label one soon."
        ),
    )


def _obstacle(metrics: Metrics, rules: Policy, bindings: Bindings) -> str:
    """Return why nothing can be decided on these rows; empty if something can."""
    counts = metrics.counts
    measured = (metrics.dataset_sha256, metrics.model_sha256, metrics.evaluation_sha256)
    measured_at, asked = (format_threshold(x) for x in (metrics.interval.confidence, rules.confidence))
    obstacles = (
        (metrics.rows == 0, "The evaluation has no rows."),
        (metrics.positives == 0, f"None of the {metrics.rows:,} test rows is positive."),
        (metrics.positives == metrics.rows, f"All {metrics.rows:,} test rows are positive; negatives are needed too."),
        (
            metrics.rows < rules.min_rows,
            f"{metrics.rows:,} test rows are fewer than the {rules.min_rows:,} that the policy asks for.",
        ),
        (
            counts.tp + counts.fp == 0,
            "The model predicts no row positive, so its precision is not defined (0 of 0 predictions are right).",
        ),
        (
            measured != (bindings.dataset_sha256, bindings.model_sha256, bindings.evaluation_sha256),
            "The metrics were measured on other bytes than this verdict is bound to.",
        ),
        (
            not metrics.interval.confidence >= rules.confidence,
            f"The bounds were measured at {measured_at} confidence, the policy asks for {asked}.",
        ),
    )
    return next((reason for holds, reason in obstacles if holds), "")
