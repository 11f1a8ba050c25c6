"""The rules that rows break: each with a name, a sentence and the rows. A row may break several."""

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from mlops.contract.fields import Rule
from mlops.validation.batch import TIMES, Batch, Mask
from mlops.validation.repeats import Repeats

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_UNREADABLE = {
    "date": "is no day in the contract's format",
    "integer": "is no whole number that the contract allows",
    "number": "is no number that the contract allows",
    "boolean": "is neither true nor false",
    "string": "is no text that the contract allows",
}


class Finding(NamedTuple):
    """A rule and the rows that break it."""

    rule: str
    reason: str
    rows: Mask


class Compared(NamedTuple):
    """A rule between fields: the rows of which it can be told, and those of them that break it."""

    rule: Rule
    decidable: Mask
    broken: Mask


def findings_in(batch: Batch, repeats: Repeats, compared: tuple[Compared, ...]) -> tuple[Finding, ...]:
    """Return every rule that at least one row breaks, in the order of the contract.

    Args:
        batch: The rows.
        repeats: Which of them repeat a key.
        compared: The contract's rules between fields.
    """
    found = (*_missing(batch), *_invalid(batch), *_repeated(batch, repeats), *_untimely(batch), *_broken(compared))
    return tuple(finding for finding in found if finding.rows.any())


def compare_fields(batch: Batch) -> tuple[Compared, ...]:
    """Decide the contract's rules between fields, on the rows whose both sides are present and valid."""
    here = set(batch.table.column_names)
    return tuple(_compare(rule, batch) for rule in batch.contract.rules if _sides(rule) <= here)


def _sides(rule: Rule) -> set[str]:
    return {side for side in (rule.left, rule.right) if isinstance(side, str)}


def _compare(rule: Rule, batch: Batch) -> Compared:
    columns, valid = batch.typed.columns, batch.typed.valid
    decidable = valid[rule.left].copy()
    left, right = columns[rule.left], rule.right
    if isinstance(right, str):
        decidable &= valid[right]
        holds = _COMPARE[rule.operator](left[decidable], columns[right][decidable])
    else:
        holds = _COMPARE[rule.operator](left[decidable], right)
    broken = np.zeros(batch.rows, dtype=bool)
    broken[decidable] = ~np.asarray(holds, dtype=bool)
    return Compared(rule, decidable, broken)


def _missing(batch: Batch) -> Iterator[Finding]:
    for field in batch.contract.filled():
        reason = f"The required field {field.name} is missing, or holds a placeholder for a missing value."
        yield Finding(f"missing {field.name}", reason, ~batch.typed.present[field.name])


def _invalid(batch: Batch) -> Iterator[Finding]:
    for field in batch.fields:
        if field.role != "label":
            rows = batch.typed.present[field.name] & ~batch.typed.valid[field.name]
            yield Finding(f"invalid {field.name}", f"What stands in {field.name} {_UNREADABLE[field.type]}.", rows)
    label = batch.contract.one("label").name
    allowed = ", ".join(batch.contract.label_values)
    yield Finding(f"invalid {label}", f"The label {label} is none of {allowed}.", batch.bad_label)


def _repeated(batch: Batch, repeats: Repeats) -> Iterator[Finding]:
    key = batch.contract.primary_key
    yield Finding("repeated row", f"The same row with this {key} stands before it.", repeats.identical)
    yield Finding(
        "flipped label", f"The same claim with this {key} stands before it, decided otherwise.", repeats.flipped
    )
    yield Finding("repeated key", f"A row with this {key} and other cells stands before it.", repeats.changed)


def _untimely(batch: Batch) -> Iterator[Finding]:
    for field in batch.fields:
        if field.role in TIMES:
            reason = f"The day in {field.name} lies after {batch.as_of}, the day of the data."
            yield Finding(f"future {field.name}", reason, batch.typed.columns[field.name] > batch.as_of)
    event = batch.contract.one("event_time").name
    reason = f"The day in {event} lies more than {batch.contract.window_days} days before {batch.as_of}."
    yield Finding(f"stale {event}", reason, batch.stale)


def _broken(compared: tuple[Compared, ...]) -> Iterator[Finding]:
    for one in compared:
        yield Finding(str(one.rule), f"It must hold that {one.rule}.", one.broken)
