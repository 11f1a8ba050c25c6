"""The order of the tiers, and what data lacks for one (pure)."""

from mlops.certification_settings import Size, Tier

TIERS: tuple[Tier, ...] = ("none", "beta", "minimum", "optimal")
"""The lowest first."""


def lower_tier(one: Tier, other: Tier) -> Tier:
    """Return the lower of two tiers."""
    return min(one, other, key=TIERS.index)


def at_least(tier: Tier, wanted: Tier) -> bool:
    """Tell whether ``tier`` is ``wanted`` or a higher one."""
    return TIERS.index(tier) >= TIERS.index(wanted)


def size_lacks(rows: int, negatives: int, size: Size) -> str:
    """Return what the data lacks of a tier's size, in words; empty if nothing."""
    lacking = [
        f"{found:,} of {wanted:,} {what}"
        for found, wanted, what in (
            (rows, size.rows, "decided rows"),
            (negatives, size.negatives, "negative (non-claimable) rows"),
        )
        if found < wanted
    ]
    return " and ".join(lacking)
