"""One claim, made up from the seed and its number alone."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from mlops.draw import Draw
from mlops.tasks.claims.generator.rates import (
    ANOTHER_REASON,
    COVERED,
    DELAYS,
    REASONS,
    TONES,
    UNCOVERED,
    Setting,
    doubtful,
)
from mlops.tasks.claims.generator.truth import BULK_FROM, LATE_FROM, Cell, granted

FIRST_SELLERS, ROWS_PER_NEW_SELLER = 40, 25

CATEGORIES = {
    # weight, and the least and the highest price of one unit in cents
    "books": (0.18, 400, 4_000),
    "toys": (0.20, 700, 6_000),
    "kitchen": (0.22, 900, 12_000),
    "beauty": (0.14, 500, 5_000),
    "sports": (0.14, 1_200, 18_000),
    "electronics": (0.12, 2_000, 45_000),
}
CENTRES = {
    "DE": ("DTM2", "FRA3", "LEJ1", "MUC3"),
    "UK": ("BHX4", "EDI4", "LTN1"),
    "FR": ("LIL1", "ORY1"),
    "IT": ("FCO1", "MXP5"),
    "ES": ("BCN1", "MAD4"),
}
MARKETPLACES = {"DE": 0.34, "UK": 0.27, "FR": 0.16, "IT": 0.13, "ES": 0.10}

_ORDINARY_UNITS = {1: 0.62, 2: 0.22, 3: 0.10, 4: 0.06}
_ORDINARY_DAYS = (3, 55)
_LATE_DAYS = (LATE_FROM + 5, LATE_FROM + 90)
_BULK_UNITS = (BULK_FROM + 2, BULK_FROM + 18)
_ORDER_HELD_NO_MORE = 0.40
_OTHER_ITEMS = 40_000


@dataclass(frozen=True)
class Claim:
    """A claim with all that will ever be known of it; money is in cents."""

    claim_id: str
    seller_id: str
    order_id: str
    claim_date: date
    order_date: date
    amount: int
    order_value: int
    quantity: int
    category: str
    marketplace: str
    fulfillment_center: str
    claim_type: str
    granted: bool
    decision_date: date
    reimbursed: int


def claim(seed: int, setting: Setting, number: int, day: date) -> Claim:
    """Return the claim of this number, filed on ``day``.

    Only its date and the drift depend on the day; every draw depends on the seed, the setting and the number.
    """
    draw = Draw("claims", setting.name, seed, number)
    seller = _Seller.of(seed, int((FIRST_SELLERS + number // ROWS_PER_NEW_SELLER) * draw.unit() * draw.unit()))
    cell = _cell(draw, doubtful(day))
    category = draw.weighted({name: weight for name, (weight, _, _) in CATEGORIES.items()})
    _, least, most = CATEGORIES[category]
    quantity = draw.between(*_BULK_UNITS) if cell.bulk else draw.weighted(_ORDINARY_UNITS)
    amount = quantity * draw.between(least, most)
    waited = draw.between(*(_LATE_DAYS if cell.late else _ORDINARY_DAYS))
    other_items = 0 if draw.chance(_ORDER_HELD_NO_MORE) else draw.between(1, _OTHER_ITEMS)
    centre, order = draw.pick(CENTRES[seller.marketplace]), draw.filled("###-#######-#######")
    delay, paid = draw.weighted(DELAYS), draw.between(60, 100)
    is_granted = draw.chance(granted(cell, setting) + seller.tone * setting.tone)
    return Claim(
        claim_id=_name("CLM-", 14, seed, setting.name, number),
        seller_id=seller.seller_id,
        order_id=order,
        claim_date=day,
        order_date=day - timedelta(days=waited),
        amount=amount,
        order_value=amount + other_items,
        quantity=quantity,
        category=category,
        marketplace=seller.marketplace,
        fulfillment_center=centre,
        claim_type=cell.claim_type,
        granted=is_granted,
        decision_date=day + timedelta(days=delay),
        reimbursed=amount * paid // 100 if is_granted else 0,
    )


@dataclass(frozen=True)
class _Seller:
    """A seller; the tone is not in the data."""

    seller_id: str
    marketplace: str
    tone: int

    @classmethod
    def of(cls, seed: int, number: int) -> "_Seller":
        draw = Draw("seller", seed, number)
        return cls(_name("S-", 10, "seller", seed, number), draw.weighted(MARKETPLACES), draw.weighted(TONES))


def _cell(draw: Draw, doubtful_share: float) -> Cell:
    """Draw the facts that decide; every claim takes as many draws as the other."""
    suspicious, main = draw.chance(doubtful_share), draw.pick(REASONS)
    reasons = {name: draw.chance(ANOTHER_REASON) or name == main for name in REASONS}
    uncovered, bulk, late = (suspicious and reasons[name] for name in REASONS)
    return Cell(draw.weighted(UNCOVERED if uncovered else COVERED), bulk, late)


def _name(prefix: str, length: int, *key: str | int) -> str:
    """Return an id that tells nothing of what it names."""
    return prefix + hashlib.sha256("/".join(map(str, key)).encode()).hexdigest()[:length]
