"""Judging a run: the profile's criteria on what was measured, the verdict, and the tier that it would allow (pure).

Fails closed: what was not measured, is not finite, or cannot be decided with these rows is ``inconclusive``, never met.
"""

from collections.abc import Mapping
from typing import NamedTuple

from mlops.certification.criteria import decide
from mlops.certification.document import GATES, Performance
from mlops.certification.tiers import lower_tier, size_lacks
from mlops.certification_settings import BETA, CertificationSettings, Profile, Tier
from mlops.crossval.judging import DOMINANT, NEAR_PERFECT, combine
from mlops.formatting import format_rate, printable
from mlops.gate.report import CriterionResult, Verdict

DATA_GATES = ("validation", "audit")
"""The gates without which there is no tier at all; the other judges the model."""


class Judgement(NamedTuple):
    """What is said of a run."""

    criteria: tuple[CriterionResult, ...]
    verdict: Verdict
    reason: str
    best_tier: Tier
    notes: tuple[str, ...]


def judge(
    performance: Performance, settings: CertificationSettings, profile: str, gates: Mapping[str, Verdict]
) -> Judgement:
    """Judge a run.

    Args:
        performance: What was measured.
        settings: The task's settings in force.
        profile: The name of one of their profiles.
        gates: By name the verdicts of gates 1 to 3; one that is not there is inconclusive.
    """
    rules = settings.profiles[profile]
    criteria = decide(performance, rules.criteria, rules.latency, confidence=settings.confidence)
    verdict, reason = _verdict(criteria, gates)
    return Judgement(
        criteria=criteria,
        verdict=verdict,
        reason=reason,
        best_tier=_best_tier(performance, settings, rules, verdict, useful=_useful(criteria, gates)),
        notes=(*_reviews(performance), *_unmet_warnings(criteria)),
    )


def _verdict(criteria: tuple[CriterionResult, ...], gates: Mapping[str, Verdict]) -> tuple[Verdict, str]:
    """Return the verdict over the gates before and the criteria: what fails comes before what is undecided."""
    verdict, reason = combine(criteria, None)
    found = {name: gates.get(name, "inconclusive") for name in GATES}
    failed = [name for name in GATES if found[name] == "fail"]
    undecided = [name for name in GATES if found[name] not in {"pass", "fail"}]
    if failed:
        return "fail", f"The gate before this one failed: {', '.join(failed)}."
    if verdict == "fail" or not undecided:
        return verdict, reason
    absent = [name for name in undecided if name not in gates]
    why = f"there is no {', '.join(f'{name}.json' for name in absent)}" if absent else "it is inconclusive"
    return "inconclusive", f"A gate before this one has not passed ({', '.join(undecided)}): {why}."


def _useful(criteria: tuple[CriterionResult, ...], gates: Mapping[str, Verdict]) -> bool:
    """Tell whether the data is sound and the model better than chance and than no model."""
    met = {result.metric for result in criteria if result.verdict == "pass"}
    return all(gates.get(name) == "pass" for name in DATA_GATES) and met.issuperset(BETA)


def _best_tier(
    performance: Performance, settings: CertificationSettings, rules: Profile, verdict: Verdict, *, useful: bool
) -> Tier:
    if not useful:
        return "none"
    rows, negatives = performance.rows, performance.negatives
    if verdict != "pass" or size_lacks(rows, negatives, settings.minimum):
        return lower_tier("beta", rules.max_tier)
    if not rules.optimal or size_lacks(rows, negatives, settings.optimal):
        return lower_tier("minimum", rules.max_tier)
    stricter = decide(performance, rules.optimal, None, confidence=settings.confidence)
    reached: Tier = "optimal" if all(result.verdict == "pass" for result in stricter) else "minimum"
    return lower_tier(reached, rules.max_tier)


def _reviews(performance: Performance) -> tuple[str, ...]:
    """Return what looks too good: a person should see whether a column holds the answer."""
    notes = []
    area = performance.auc
    if area is not None and area.value >= NEAR_PERFECT:
        notes.append(
            f"Review: the area under the ROC curve is {area.value:.4f} on the test rows, at least {NEAR_PERFECT}. "
            "Scores this good mostly come from a column that was filled in after the decision."
        )
    total = sum(performance.gains.values())
    if total > 0:
        name, gain = max(performance.gains.items(), key=lambda item: item[1])
        if gain >= DOMINANT * total:
            notes.append(
                f"Review: the feature {printable(name)!r} alone brings {format_rate(gain / total)} of the model's "
                "gain. Is it known when the decision is made?"
            )
    return tuple(notes)


def _unmet_warnings(criteria: tuple[CriterionResult, ...]) -> tuple[str, ...]:
    return tuple(
        f"{result.metric}: {result.reason}" for result in criteria if not result.blocking and result.verdict != "pass"
    )
