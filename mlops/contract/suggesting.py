"""Draft a contract from data: every guess with its reason, for a person to edit. Nothing is decided here."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from mlops.contract import roles
from mlops.contract.fields import Constraints, Field, Rule, folded
from mlops.contract.looking import Look, look, spelled
from mlops.contract.model import Contract
from mlops.contract.roles import Guess
from mlops.errors import InputRefusedError

_REQUIRED = 0.99
_HOLDS = 0.95
_MATURE = 95
_MATURITY_DAYS = 90
_MAX_ENUM = 20
_ROWS_PER_VALUE = 20


class Reason(NamedTuple):
    """A guess: about what, what was guessed, and why."""

    about: str
    guessed: str
    why: str


class Suggestion(NamedTuple):
    """A draft and the reasons of its guesses, in the order of the contract."""

    contract: Contract
    reasons: tuple[Reason, ...]


class Chosen(NamedTuple):
    """Columns whose role the user named; empty leaves it to the guess."""

    id: str = ""
    label: str = ""
    event_time: str = ""


_NAMED = "named by you"


def suggest(table: pa.Table, name: str, chosen: Chosen = Chosen()) -> Suggestion:  # noqa: B008  # immutable
    """Draft a contract for a table.

    Args:
        table: Flat columns with unique names; at least one row.
        name: What the contract is to be called.
        chosen: Roles that are known.

    Raises:
        InputRefusedError: No column can be the id, the label or the time of the event; or a column holds instants of
            a time zone.
    """
    if not table.num_rows:
        raise InputRefusedError(
            "A table without rows shows nothing to draft a contract from.",
            expected="at least one row",
            found="none",
            fix="Take a file with data, or write the contract by hand: mlops contract show fba_claims --json",
        )
    try:
        return _draft(table, name, chosen)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputRefusedError(
            "No contract can be drafted from this table.",
            field=".".join(map(str, first["loc"])),
            expected=first["msg"],
            found=repr(first["input"])[:200],
            fix="Rename or mend the column, then draft again.",
        ) from None


def _draft(table: pa.Table, name: str, chosen: Chosen) -> Suggestion:
    looks = [look(table.column(column), column) for column in table.column_names]
    key = _known(chosen.id, looks, "--id") or _found(roles.find_id(looks), "names a row", "--id")
    rest = [seen for seen in looks if seen.name != key.name]
    label = _known(chosen.label, rest, "--label") or _found(roles.find_label(rest), "has two classes", "--label")
    values = roles.label_values(_of(looks, label.name))
    if values is None:
        raise _nothing("has two classes", "--label", found=f"`{label.name}`, which has other than two values")
    classes = _classes(_of(looks, label.name), values)
    guesses = _guesses(rest, label, classes, chosen) | {key.name: Guess("id", key.why)}
    fields = [_field(seen, guesses[seen.name], values) for seen in looks]
    placeholders = {text: n for text, n in spelled(looks).items() if folded(text) not in set(map(folded, values))}
    rules, reasons = _rules(looks, guesses)
    maturity = _maturity(looks, guesses)
    contract = Contract(
        name=name,
        version=1,
        title=f"Draft from {table.num_rows:,} rows: read each field, then write here what the table is",
        fields=tuple(fields),
        missing_values=tuple(placeholders),
        primary_key=key.name,
        label_values=values,
        maturity_days=int(maturity.guessed),
        rules=rules,
    )
    about = [_reason(seen, field, guesses[seen.name].why) for seen, field in zip(looks, fields, strict=True)]
    missing = [Reason("missing_values", text, f"{count:,} cells hold it") for text, count in placeholders.items()]
    classed = Reason("label_values", ", ".join(f"{text} = {n}" for text, n in values.items()), "see which is which")
    return Suggestion(contract, (*about, *missing, classed, maturity, *reasons))


class _Column(NamedTuple):
    name: str
    why: str


def _known(name: str, looks: Sequence[Look], option: str) -> _Column | None:
    """Return the column that the user named."""
    if not name:
        return None
    if name not in {seen.name for seen in looks}:
        raise _nothing("has this name and no other role", option, found=name)
    return _Column(name, _NAMED)


def _found(found: tuple[str, str] | None, what: str, option: str) -> _Column:
    if found is None:
        raise _nothing(what, option)
    return _Column(*found)


def _guesses(looks: Sequence[Look], label: _Column, classes: NDArray[np.int8], chosen: Chosen) -> dict[str, Guess]:
    """Return the role of every column but the id."""
    rest = [seen for seen in looks if seen.name != label.name]
    found = roles.find_times(rest, classes)
    if chosen.event_time:
        event = _known(chosen.event_time, [seen for seen in rest if seen.type == "date"], "--time")
        moved = {name: Guess("prior_time", "not the event") for name, one in found.items() if one.role == "event_time"}
        found |= moved | {chosen.event_time: Guess("event_time", _NAMED if event else "")}
    if not any(one.role == "event_time" for one in found.values()):
        raise _nothing("is a date", "--time")
    for seen in rest:
        if seen.name not in found:
            grouped = any(one.role == "group" for one in found.values())
            found[seen.name] = roles.guess(seen, classes, grouped=grouped)
    for extra in [name for name, one in found.items() if one.role == "batch"][1:]:
        found[extra] = Guess("ignored", "a second column that names a batch")
    if not any(one.role in {"feature", "text"} for one in found.values()):
        raise _nothing("can be a feature", "FILE")
    return found | {label.name: Guess("label", label.why)}


def _field(seen: Look, guessed: Guess, values: dict[str, int]) -> Field:
    """Return the field of a column: names are text, whatever their digits say."""
    kind = "string" if guessed.role in {"id", "group", "text"} else seen.type
    if guessed.role == "label":
        kind = (
            seen.type if seen.type in {"integer", "boolean"} else "integer" if set(values) == {"0", "1"} else "string"
        )
    return Field(
        name=seen.name,
        type=kind,
        format=seen.format,
        role=guessed.role,
        required=guessed.role in {"id", "label"} or seen.filled >= _REQUIRED,
        constraints=_constraints(seen, guessed),
        separator=seen.separator if kind == "string" and guessed.role != "id" else "",
    )


def _constraints(seen: Look, guessed: Guess) -> Constraints:
    if guessed.role == "feature" and seen.type == "string":
        texts = seen.shown()
        if len(texts) <= _MAX_ENUM and seen.counts.sum() >= _ROWS_PER_VALUE * len(texts):
            return Constraints(enum=tuple(texts))
    if guessed.role in {"feature", "post_outcome"} and seen.type in {"integer", "number"}:
        numbers = seen.values[seen.counts > 0].astype(np.float64)
        if len(numbers) and np.nanmin(numbers) >= 0:
            return Constraints(minimum=0.0)
    return Constraints()


def _rules(looks: Sequence[Look], guesses: dict[str, Guess]) -> tuple[tuple[Rule, ...], list[Reason]]:
    """Return the order of days that holds in nearly all rows."""
    event = next(seen for seen in looks if guesses[seen.name].role == "event_time")
    rules, reasons = [], []
    for seen in looks:
        sides = {"prior_time": (seen, event), "label_time": (event, seen)}.get(guesses[seen.name].role)
        if sides is None:
            continue
        first, then = sides[0].days(), sides[1].days()
        both = ~np.isnat(first) & ~np.isnat(then)
        holds = float(np.mean(first[both] <= then[both])) if both.any() else 0.0
        if holds >= _HOLDS:
            rule = Rule(left=sides[0].name, operator="<=", right=sides[1].name)
            rules.append(rule)
            reasons.append(Reason("rules", str(rule), f"holds in {holds:.2%} of the rows that have both"))
    return tuple(rules), reasons


def _maturity(looks: Sequence[Look], guesses: dict[str, Guess]) -> Reason:
    """Guess after how many days a label is final: when 95 % of those that came had come."""
    event = next(seen for seen in looks if guesses[seen.name].role == "event_time")
    known = next((seen for seen in looks if guesses[seen.name].role == "label_time"), None)
    if known is not None:
        delay = known.days() - event.days()
        delay = delay[~np.isnat(delay)].astype(np.int64)
        if len(delay):
            days = min(36_500, max(0, int(np.percentile(delay, _MATURE, method="higher"))))
            return Reason("maturity_days", str(days), f"{_MATURE} % of the labels had come by then (`{known.name}`)")
    return Reason("maturity_days", str(_MATURITY_DAYS), "nothing in the file tells: ask who decides")


def _reason(seen: Look, field: Field, why: str) -> Reason:
    extra = f"; {len(field.constraints.enum)} values as enum" if field.constraints.enum else ""
    gaps = f"; {1 - seen.filled:.1%} missing" if seen.filled < 1 else ""
    return Reason(field.name, f"{field.role}, {field.type}", f"{why}; {seen.why}{extra}{gaps}")


def _classes(seen: Look, values: dict[str, int]) -> NDArray[np.int8]:
    classes = [values.get(text.strip(), -1) for text in seen.texts]
    return np.array([*classes, -1], dtype=np.int8)[seen.codes]


def _of(looks: Sequence[Look], name: str) -> Look:
    return next(seen for seen in looks if seen.name == name)


def _nothing(what: str, option: str, *, found: str = "none") -> InputRefusedError:
    return InputRefusedError(
        "No contract can be drafted from this table.",
        field=option,
        expected=f"a column that {what}",
        found=found,
        fix=f"Name the column: {option} COLUMN."
        if option.startswith("--")
        else "Add the columns that are known before.",
    )
