"""Thresholds given from outside: how they are spelled, and that they may tighten a policy but never loosen it."""

import re
from collections.abc import Mapping

from mlops.config import FILE_NAME, Criterion, Policy
from mlops.errors import UsageRefusedError

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_PERCENT = 100
_LEAST_PERCENT = 10  # 1.5 is no percentage that anyone means


def parse_rate(text: str, *, field: str) -> float:
    """Return the number in [0, 1] that ``text`` spells in ASCII, with a point.

    Args:
        text: For example ``0.92``.
        field: The option's or input's name, for the message.

    Raises:
        UsageRefusedError: No number, not in [0, 1], NaN or infinite; a percentage is recognised and the rate offered.
    """
    value = float(text) if _NUMBER.fullmatch(text) else None
    if value is not None and 0 <= value <= 1:
        return value + 0.0  # -0.0 is 0
    raise UsageRefusedError(
        "This is not a rate.",
        field=field,
        expected="a number in [0, 1], written with a point, for example 0.92",
        found=ascii(text[:100]) if text else "nothing",
        fix=_meant(text) or "Pass a number such as 0.92, or leave the option out to use the policy's own threshold.",
    )


def _meant(text: str) -> str:
    """Return the question that helps when ``text`` is a percentage or has a decimal comma."""
    plain = text.strip().removesuffix("%").strip().replace(",", ".", 1)
    if _NUMBER.fullmatch(plain) is None:
        return ""
    value = float(plain)
    rate = value / _PERCENT if value >= _LEAST_PERCENT or "%" in text else value
    return f"did you mean {rate:.6g}?" if 0 <= rate <= 1 else ""


def tighten(policy: Policy, overrides: Mapping[str, float | None]) -> Policy:
    """Return ``policy`` with higher minima.

    Args:
        policy: The policy as declared.
        overrides: Per metric the minimum asked for; None asks for nothing. A metric for which the policy has no
            criterion gets one that blocks and decides on the lower bound.

    Raises:
        UsageRefusedError: A minimum lies below the declared one (both numbers are named), or the policy bounds the
            metric from above.
    """
    criteria = dict(policy.criteria)
    for metric, value in overrides.items():
        if value is not None:
            criteria[metric] = _tightened(metric, criteria.get(metric), value)
    return policy.model_copy(update={"criteria": criteria})


def _tightened(metric: str, declared: Criterion | None, value: float) -> Criterion:
    if not 0 <= value <= 1:
        parse_rate(repr(value), field=f"min_{metric}")
    if declared is None:
        return Criterion(min=value)
    if declared.min is not None and value >= declared.min:
        return declared.model_copy(update={"min": value})
    if declared.min is None:
        raise UsageRefusedError(
            f"The policy bounds {metric} from above, so a minimum cannot tighten it.",
            file=FILE_NAME,
            field=f"min_{metric}",
            expected=f"no minimum; the policy's maximum is {declared.max!r}",
            found=repr(value),
            fix="Leave the option out.",
        )
    raise UsageRefusedError(
        "An option may tighten the policy, never loosen it.",
        file=FILE_NAME,
        field=f"min_{metric}",
        expected=f"at least {declared.min!r}, as the policy declares",
        found=repr(value),
        fix=f"Leave the option out, or propose min = {value!r} for {metric} in {FILE_NAME} and have it reviewed.",
    )
