"""What a card says of a certification: tier, metrics, the gates before, the blocks of the cross-validation."""

from typing import Any

from mlops.card.facts import CardFacts, Certificate
from mlops.certification.document import GATES
from mlops.certification.showing import bounds, required, shown
from mlops.certification.status import PRODUCTION, Permission, may_deploy
from mlops.certification.tiers import at_least
from mlops.certification_settings import Tier
from mlops.crossval.document import FoldResult
from mlops.gate.report import CriterionResult
from mlops.ids import ModelId
from mlops.render import Safe
from mlops.words import count, rate

_GATE_WORDS = {"validation": "1, data", "audit": "2, features", "crossval": "3, cross-validation by date"}


def view(facts: CardFacts) -> dict[str, Any] | None:
    """Return what the templates print of a certification; None for a model that is not to be certified."""
    found = facts.certificate
    if found is None:
        return None
    report, standing = found.report, found.standing
    status, performance = standing.status, found.report.performance
    permission = permission_of(facts, found)
    folder = Safe(ModelId.parse(facts.training.model_id))
    heard = {gate.name: gate for gate in found.gates}
    return {
        "headline": _headline(facts, found, permission),
        "allowed": permission.allowed,
        "rollout": permission.allowed and not _certified(facts, found),
        "shares": Safe(", ".join(f"{share} %" for share in permission.shares)),
        "tier": Safe(_tier(facts, found)),
        "until": Safe(status.certified_until or ""),
        "as_of": Safe(status.as_of),
        "task": Safe(ModelId.parse(facts.training.model_id).dataset.task),
        "streak": Safe(f"{status.streak} of {status.needed}"),
        "run": _run(found),
        "profile": report.profile,
        "best_tier": Safe(report.best_tier),
        "rows": count(performance.rows),
        "negatives": count(performance.negatives),
        "tested": Safe(f"{performance.tested.rows:,} rows of {performance.tested.first} to {performance.tested.last}"),
        "verdict": Safe(report.verdict),
        "reason": report.reason,
        "metrics": [_metric(result) for result in report.criteria],
        "explanations": [(Safe(r.metric), Safe(r.verdict), r.reason) for r in report.criteria if r.verdict != "pass"],
        "gates": [
            (
                Safe(_GATE_WORDS[name]),
                _marked(report.gates.get(name, "missing")),
                heard[name].reason if name in heard else "Its document was not there.",
                Safe(f"[{name}.json]({folder}/{name}.json)" if name in heard else ""),
            )
            for name in GATES
        ],
        "folds": [_fold(fold) for fold in found.crossval.folds] if found.crossval else [],
        "reasons": _reasons(found),
        "notes": report.notes,
        "files": [(Safe(name), Safe(f"{folder}/{name}")) for name in sorted(standing.files)],
    }


def permission_of(facts: CardFacts, found: Certificate) -> Permission:
    """Return where the model may be served, as far as its own run goes; the ledger knows what holds on a later day."""
    if found.standing.line is None:
        return Permission(allowed=False, shares=(), reason="The run is not in the ledger.")
    status = found.standing.status
    if status.model_id is not None and status.model_id != facts.training.model_id:
        return Permission(allowed=False, shares=(), reason="The tier is held by another model.")
    return may_deploy(status, PRODUCTION, gate=facts.gate.verdict, rollout=found.report.policy.beta_rollout)


def _tier(facts: CardFacts, found: Certificate) -> Tier:
    """Return the tier that this very model holds."""
    status = found.standing.status
    held = found.standing.line is not None and status.model_id == facts.training.model_id
    return status.tier if held else "none"


def _headline(facts: CardFacts, found: Certificate, permission: Permission) -> tuple[Safe, str]:
    """Return what stands at the head of the card: in bold, and after it."""
    status, tier = found.standing.status, _tier(facts, found)
    if permission.allowed and _certified(facts, found):
        return Safe(f"Certified: tier {tier}, until {status.certified_until}."), found.report.reason
    if permission.allowed:
        shares = ", ".join(f"{share} %" for share in permission.shares)
        return Safe("Beta: this model is not certified."), (
            f"It may be given {shares} of the traffic, one after the other. Tell whoever sees its answers that they "
            "come from a beta, have a person decide, and keep the decisions: they are the labels that are still scarce."
        )
    if found.standing.line is None:
        return Safe("Not recorded: this model must not be deployed."), (
            "Its run has no line in the ledger of certification, so it has earned no tier."
        )
    if status.model_id is not None and status.model_id != facts.training.model_id:
        why = found.standing.why_not or found.report.reason
        return Safe(f"Tier {status.tier} is held by another model; this one must not be deployed."), why
    return Safe("This model must not be deployed."), permission.reason


def _certified(facts: CardFacts, found: Certificate) -> bool:
    return at_least(_tier(facts, found), "minimum") and facts.gate.verdict == "pass"


def _run(found: Certificate) -> str:
    standing = found.standing
    counts = "it counts" if standing.counts else f"it does not count. {standing.why_not}"
    if standing.line is None:
        return "not recorded"
    return f"line {standing.line} of the ledger; {counts}"


def _reasons(found: Certificate) -> tuple[str, ...]:
    return found.standing.status.reasons if found.standing.line is not None else ()


def _metric(result: CriterionResult) -> tuple[Safe, ...]:
    name, limit = result.metric, result.threshold
    status = _marked(result.verdict) if result.blocking else Safe(f"{_marked(result.verdict)} (warns only)")
    asked = required(name, limit).replace("<", "&lt;").replace(">", "&gt;")
    return (
        Safe(name), Safe(shown(name, result.value, limit)), Safe(bounds(name, result.lower, result.upper)),
        count(result.n), Safe(asked), status,
    )  # fmt: skip


def _fold(fold: FoldResult) -> tuple[Safe, ...]:
    return (
        Safe(f"{fold.first} to {fold.last}"), count(fold.train), count(fold.n), rate(fold.base_rate),
        rate(fold.accuracy), Safe("not defined" if fold.auc is None else f"{fold.auc:.3f}"),
    )  # fmt: skip


def _marked(verdict: str) -> Safe:
    return Safe(verdict if verdict == "pass" else f"**{verdict}**")
