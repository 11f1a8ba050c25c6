"""What the ledger allows on a day: the streak, the tier, how long it holds, and where a model may be served (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlops import documents
from mlops.certification.document import LedgerLine, Revocation, Status
from mlops.certification.ledger import Ledger
from mlops.certification.tiers import at_least, lower_tier, size_lacks
from mlops.certification_settings import CertificationSettings, Tier
from mlops.gate.report import Verdict
from mlops.hashing import Sha256, sha256_bytes
from mlops.ids import parse_date

PRODUCTION = "production"


class Permission(NamedTuple):
    """Whether a model may be served, and to how many.

    Attributes:
        allowed: Whether it may be served at all.
        shares: The shares of the traffic, in percent, that it may be given, one after the other.
        reason: One sentence.
    """

    allowed: bool
    shares: tuple[int, ...]
    reason: str


class _Held(NamedTuple):
    """A tier that something has earned, and until when."""

    tier: Tier
    model_id: str
    until: str


@dataclass
class _Streak:
    """Counting green runs in a row under one policy and one profile, and why there are no more."""

    policy: Sha256
    runs: list[LedgerLine]
    ended: str = ""

    def take(self, line: LedgerLine | Revocation) -> None:
        """Go on with the next line."""
        if isinstance(line, Revocation):
            self._end(f"Revoked on {line.date}: {line.reason}")
        elif line.policy_sha256 != self.policy:
            self._end(f"Run {line.sequence} was judged by another policy than the one in force.")
        elif line.verdict != "pass":
            self._end(f"Run {line.sequence} of {line.date} ended the streak: {line.verdict}.")
        elif line.counts:
            if self.runs and self.runs[-1].profile != line.profile:
                self._end(f"Run {line.sequence} was judged by another profile than the runs before.")
            self.runs.append(line)

    def _end(self, reason: str) -> None:
        self.runs.clear()
        self.ended = reason


def policy_sha256(settings: CertificationSettings) -> Sha256:
    """Return the hash of the settings' meaning, so that comments and order do not matter."""
    return sha256_bytes(documents.canonical_json(settings.model_dump(mode="json")))


def status(ledger: Ledger, settings: CertificationSettings, as_of: str) -> Status:
    """Tell what the ledger allows.

    A run that is not green ends the streak, and so do a revocation and a run under another policy; a green run that
    does not count changes nothing. The tier is the highest that each of the last runs of the streak alone would allow.

    Args:
        ledger: The ledger.
        settings: The settings in force; their hash is the policy.
        as_of: The day, as ``YYYY-MM-DD``; lines of later days are not known yet.
    """
    lines = [line for line in ledger.lines if line.date <= as_of]
    runs = [line for line in lines if isinstance(line, LedgerLine)]
    streak = _Streak(policy_sha256(settings), [])
    for line in lines:
        streak.take(line)
    held, reasons = _held(streak, lines, settings)
    if held is not None and as_of > held.until:
        reasons = [f"The certificate expired on {held.until}, {settings.expiry_days} days after its newest run."]
        held = None
    return Status(
        as_of=as_of,
        tier="none" if held is None else held.tier,
        streak=len(streak.runs),
        needed=settings.streak,
        attempts=len(runs),
        replicates=len(runs) - len({line.dataset_sha256 for line in runs}),
        model_id=None if held is None else held.model_id,
        certified_until=None if held is None else held.until,
        reasons=tuple(reasons + _newest(runs, settings)),
    )


def may_deploy(
    found: Status, environment: str, *, gate: Verdict = "pass", rollout: Sequence[int] = (5, 25, 100)
) -> Permission:
    """Tell whether the model that holds the tier may be served in an environment: the ledger is asked, no variable.

    Args:
        found: What the ledger allows.
        environment: Its name; outside of ``production`` nobody is served who has not asked for it.
        gate: The verdict of the model's own ``gate.json``. Too little data to decide allows a beta and no more: a beta
            is how data is collected while it is scarce. A fail allows nothing.
        rollout: The shares of traffic, in percent, through which a model of tier ``beta`` must go.
    """
    if environment != PRODUCTION:
        return Permission(allowed=True, shares=(100,), reason=f"{environment} is not {PRODUCTION}.")
    if gate == "fail":
        return Permission(allowed=False, shares=(), reason="The model failed its own gate.")
    if at_least(found.tier, "minimum") and gate == "pass":
        return Permission(allowed=True, shares=(100,), reason=f"{found.model_id} is certified ({found.tier}).")
    if at_least(found.tier, "beta"):
        steps = ", ".join(f"{share} %" for share in rollout)
        return Permission(
            allowed=True, shares=tuple(rollout), reason=f"{found.model_id} is beta: with a notice, and {steps} in turn."
        )
    return Permission(allowed=False, shares=(), reason=" ".join(found.reasons))


def _held(
    streak: _Streak, lines: Sequence[LedgerLine | Revocation], settings: CertificationSettings
) -> tuple[_Held | None, list[str]]:
    """Return the tier that the lines have earned, expired or not, and why it is that."""
    reasons = [f"Counting green runs in a row: {len(streak.runs)}; {settings.streak} certify."]
    if streak.ended and len(streak.runs) < settings.streak:
        reasons.append(streak.ended)
    if len(streak.runs) >= settings.streak:
        last = streak.runs[-settings.streak :]
        tier = last[0].best_tier
        for line in last:
            tier = lower_tier(tier, line.best_tier)
        if at_least(tier, "minimum"):
            return _Held(tier, last[-1].model_id, _until(last[-1], settings)), reasons
        reasons.append(f"Each of the last {settings.streak} must allow a tier alone; the lowest allows {tier}.")
    return _beta(streak.policy, lines, settings), reasons


def _beta(policy: Sha256, lines: Sequence[LedgerLine | Revocation], settings: CertificationSettings) -> _Held | None:
    """Return tier ``beta`` if the newest run allows it; a repeat can lose it, and neither earn nor prolong it."""
    seen: set[Sha256] = set()
    first: LedgerLine | None = None
    for line in lines:
        if not isinstance(line, LedgerLine) or line.policy_sha256 != policy or not at_least(line.best_tier, "beta"):
            first = None
        elif line.dataset_sha256 not in seen:
            first = line
        if isinstance(line, LedgerLine):
            seen.add(line.dataset_sha256)
    return None if first is None else _Held("beta", first.model_id, _until(first, settings))


def _newest(runs: Sequence[LedgerLine], settings: CertificationSettings) -> list[str]:
    """Return what the newest run lacks."""
    if not runs:
        return ["No run has been recorded."]
    line = runs[-1]
    reasons = [] if line.counts or line.verdict != "pass" else [f"Run {line.sequence} does not count. {line.why_not}"]
    lacking = size_lacks(line.rows, line.negatives, settings.minimum)
    if lacking:
        reasons.append(f"Run {line.sequence} had {lacking}, which the tier minimum asks for.")
    return reasons


def _until(line: LedgerLine, settings: CertificationSettings) -> str:
    """Return the last day of what a run has earned."""
    day = parse_date(line.date.replace("-", ""))
    return day.fromordinal(day.toordinal() + settings.expiry_days).isoformat()
