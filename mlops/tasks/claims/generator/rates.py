"""How often things happen: the one place to make the example claims easier, harder or scarcer.

Every probability that decides a label stands here as a number; nothing is fitted, and no transcendental function is
called, so that the data is the same on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

COVERED: Mapping[str, float] = MappingProxyType(
    {"lost_warehouse": 0.40, "damaged_warehouse": 0.35, "lost_inbound": 0.25}
)
"""Types of claims that can be granted, with their weights."""

UNCOVERED: Mapping[str, float] = MappingProxyType({"customer_return": 0.60, "fee_dispute": 0.40})
"""Types of claims that are mostly denied, with their weights: the first reason for a denial."""

REASONS = ("uncovered", "bulk", "late")
"""Why a claim is denied: its type is not covered, it is about many units, it came long after the order."""

ANOTHER_REASON = 0.10
"""A claim with one reason has a given other one, too."""

DELAYS: Mapping[int, float] = MappingProxyType(
    {1: 0.45, 2: 0.24, 3: 0.11, 4: 0.06, 5: 0.04, 6: 0.03, 7: 0.02, 8: 0.01, 9: 0.01, 10: 0.01, 11: 0.01, 13: 0.01}
)
"""Days from a claim to its decision, with their weights; the longest is below the contract's maturity of 14 days."""

TONES: Mapping[int, float] = MappingProxyType({-1: 0.25, 0: 0.50, 1: 0.25})
"""How a seller's claims fare beside others that look the same: worse, alike, better. Their mean is 0."""

TROUGH = date(2025, 6, 30)
LEAST, MOST, HALF_PERIOD = 0.24, 0.56, 182
"""The share of claims with a reason for denial rises from the least on the day of the trough to the most half a period
later, and falls again: a triangular wave. It is what makes the base rate drift."""


@dataclass(frozen=True)
class Setting:
    """How surely what a row shows decides its label.

    Attributes:
        name: Its name on the command line.
        title: What it is for.
        covered: Probability that a claim of a covered type and without a reason for denial is granted.
        uncovered: The same for types that are not covered.
        bulk: Factor on it for a claim about many units.
        late: Factor on it for a late claim.
        least: The probability is never below this.
        tone: What a seller's tone adds to or takes from the probability.
    """

    name: str
    title: str
    covered: Mapping[str, float]
    uncovered: Mapping[str, float]
    bulk: float
    late: float
    least: float
    tone: float


CERTIFIABLE = Setting(
    name="certifiable",
    title="a good model passes every criterion of profile phase3 once there are enough rows",
    covered=MappingProxyType(dict.fromkeys(COVERED, 0.994)),
    uncovered=MappingProxyType(dict.fromkeys(UNCOVERED, 0.008)),
    bulk=0.008,
    late=0.008,
    least=0.008,
    tone=0.004,
)
BETA = Setting(
    name="beta",
    title="no model can pass profile phase3: the labels are that noisy",
    covered=MappingProxyType({"lost_warehouse": 0.80, "damaged_warehouse": 0.70, "lost_inbound": 0.62}),
    uncovered=MappingProxyType({"customer_return": 0.40, "fee_dispute": 0.30}),
    bulk=0.50,
    late=0.45,
    least=0.15,
    tone=0.12,
)
SETTINGS: Mapping[str, Setting] = MappingProxyType({one.name: one for one in (CERTIFIABLE, BETA)})
"""The settings by name."""


def doubtful(day: date) -> float:
    """Return the share of claims of ``day`` that show at least one reason for denial."""
    passed = (day - TROUGH).days % (2 * HALF_PERIOD)
    risen = passed if passed <= HALF_PERIOD else 2 * HALF_PERIOD - passed
    return LEAST + (MOST - LEAST) * risen / HALF_PERIOD
