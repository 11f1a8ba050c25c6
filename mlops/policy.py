"""What may change a policy: options tighten it and never loosen it, and a change is judged by its base branch."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from mlops.config import FILE_NAME, Change, Criterion, HoldoutBudget, Policy, SliceRule
from mlops.documents import Part
from mlops.errors import UsageRefusedError
from mlops.formatting import printable

_Rule = TypeVar("_Rule", Criterion, SliceRule)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_PERCENT = 100
_LEAST_PERCENT = 10  # 1.5 is no percentage that anyone means


class Loosened(Part):
    """A field of a policy that a change would loosen: what the base branch says, what the change says.

    Attributes:
        field: Its path, for example ``criteria.precision.min``.
        base: The base branch's value, which holds.
        head: The value that does not.
    """

    field: str
    base: str
    head: str


def sentence(loosened: Loosened) -> str:
    """Return what is loosened as a sentence; every part is text from a file, so it is shown printable and short."""
    field, base, head = (printable(text) for text in (loosened.field, loosened.base, loosened.head))
    return f"{field}: {base} on the base branch, {head} here; {base} holds."


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
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
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
    value = parse_rate(repr(value), field=f"min_{metric}")
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


def stricter(one: Policy, other: Policy) -> Policy:
    """Return the policy that asks everything that either of two policies asks, field by field.

    What passes under it passes under both. Where two rules cannot be ordered (a minimum and a maximum of one metric,
    two baselines), that of ``other`` holds.
    """
    return Policy(
        confidence=max(one.confidence, other.confidence),
        min_rows=max(one.min_rows, other.min_rows),
        min_slice_rows=min(one.min_slice_rows, other.min_slice_rows),  # fewer rows suffice to be shown as the worst
        seeds=max(one.seeds, other.seeds),
        holdout=HoldoutBudget(
            warn_after=min(one.holdout.warn_after, other.holdout.warn_after),
            stop_after=min(one.holdout.stop_after, other.holdout.stop_after),
        ),
        criteria=_merged(one.criteria, other.criteria, _stricter_criterion),
    )


def ratchet(base: Policy, head: Policy) -> tuple[Policy, tuple[Loosened, ...]]:
    """Return the policy that judges a change, and what the change would have loosened.

    Args:
        base: The policy of the base branch.
        head: The policy that the change declares. It holds wherever it is the stricter one.
    """
    judging = stricter(head, base)
    held, asked = (policy.model_dump(mode="json") for policy in (judging, head))
    return judging, tuple(_loosened("", held, asked))


def _loosened(path: str, held: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[Loosened]:
    """Yield every field in which ``held``, which is the stricter one, differs from ``head``."""
    for name in sorted(held):
        field, kept, asked = path + name, held[name], head.get(name)
        if kept == asked:
            continue
        if not isinstance(kept, dict):
            yield from _loosened_value(field, kept, asked)
        elif asked is None or _direction(kept) != _direction(asked):
            yield Loosened(field=field, base=_brief(kept), head=_brief(asked))
        else:
            yield from _loosened(f"{field}.", kept, asked)


def _loosened_value(field: str, kept: object, asked: Any) -> Iterator[Loosened]:  # noqa: ANN401  # as JSON has it
    if isinstance(kept, list):  # values of a slice: those left out are what matters
        if dropped := [value for value in kept if value not in asked]:
            yield Loosened(field=field, base=", ".join(map(repr, dropped)), head="left out")
    else:
        yield Loosened(field=field, base=str(kept), head=str(asked))


def _direction(table: Mapping[str, Any]) -> str:
    return "min" if table.get("min") is not None else "max" if table.get("max") is not None else ""


def _brief(table: Mapping[str, Any] | None) -> str:
    """Return what a whole rule asks, in two words."""
    if table is None:
        return "nothing"
    name = _direction(table) or "max_drop"
    return f"{name} {table[name]}" if name in table else ", ".join(table)


def _merged(
    one: Mapping[str, _Rule], other: Mapping[str, _Rule], merge: Callable[[_Rule, _Rule], _Rule]
) -> dict[str, _Rule]:
    """Return the rules of both, those of one name merged."""
    return {
        name: merge(one[name], other[name]) if name in one and name in other else {**one, **other}[name]
        for name in sorted({*one, *other})
    }


def _stricter_criterion(one: Criterion, other: Criterion) -> Criterion:
    if (one.min is None) != (other.min is None):
        return other
    return Criterion(
        **_stricter_bound(one, other),
        change=_stricter_change(one.change, other.change),
        slices=_merged(one.slices, other.slices, _stricter_slice),
    )


def _stricter_slice(one: SliceRule, other: SliceRule) -> SliceRule:
    if (one.min is None) != (other.min is None):
        return other
    more = tuple(value for value in one.values if value not in other.values)
    return SliceRule(**_stricter_bound(one, other), values=(*other.values, *more))


def _stricter_bound(one: Criterion | SliceRule, other: Criterion | SliceRule) -> dict[str, Any]:
    """Return the fields that criteria and rules of slices share, of two that bound from the same side."""
    return {
        "min": max((bound for bound in (one.min, other.min) if bound is not None), default=None),
        "max": min((bound for bound in (one.max, other.max) if bound is not None), default=None),
        "decide_on": "lower_bound" if "lower_bound" in {one.decide_on, other.decide_on} else "point",
        "action": "block" if "block" in {one.action, other.action} else "warn",
        "min_samples": max(one.min_samples, other.min_samples),
    }


def _stricter_change(one: Change | None, other: Change | None) -> Change | None:
    if one is None or other is None:
        return one or other
    return Change(max_drop=min(one.max_drop, other.max_drop), baseline=other.baseline)
