"""What a column may be for, guessed from its name and from how it behaves. A guess has a reason; a person decides."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlops.contract.fields import Role
from mlops.contract.looking import Look

_ID = re.compile(r"(^|_)(id|key|uuid|number|no)$")
_GROUP = re.compile(r"(seller|customer|client|account|airline|user|merchant|vendor|supplier|member|patient|carrier)")
_LABEL = re.compile(r"^(label|target|outcome|class|y|is_\w+|claimable|approved|granted|accepted|fraud|churn\w*)$")
_AFTER = re.compile(r"(dispos|status|decision|decided|resol|clos|settle|paid|payout|payment|reimburs|refund|verdict)")
_BATCH = re.compile(r"(^|_)(batch|file|filename|source_file|import|load|upload)(_id)?$")
_PERSON = re.compile(
    r"(e?mail|phone|telephone|mobile|address|street|ssn|passport|iban|birth|first_?name|last_?name|full_?name|surname|"
    r"(buyer|customer|client|user|person|patient|passenger)_?name)"
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNIQUE = 0.99
_NEARLY_UNIQUE = 0.9
_PURE = 0.99
_FEW = 5
_LONG = 40
_HALF = 0.5
_TRUE = frozenset({"1", "true", "yes", "y", "t", "approved", "accepted", "granted", "positive", "claimable"})


class Guess(NamedTuple):
    """A role and why."""

    role: Role
    why: str


def find_id(looks: Sequence[Look]) -> tuple[str, str] | None:
    """Return the column that names a row, and why: the first unique one named as an id, else the first unique one."""
    named = [seen for seen in looks if _ID.search(seen.name.lower())]
    unique = [
        seen for seen in looks if seen.filled == 1 and seen.unique >= _UNIQUE and seen.type in {"string", "integer"}
    ]
    for seen in unique:
        if seen in named:
            return seen.name, f"{_share(seen.unique)} of the cells are distinct, and it is named as an id"
    if unique:
        return unique[0].name, f"{_share(unique[0].unique)} of the cells are distinct"
    if named:
        best = max(named, key=lambda seen: seen.unique)
        return best.name, f"named as an id, but only {_share(best.unique)} are distinct: look at the repeats"
    return None


def find_label(looks: Sequence[Look]) -> tuple[str, str] | None:
    """Return the column that is to be predicted, and why: named as one with two values, else the last with two."""
    two = [seen for seen in looks if seen.distinct == 2 and seen.type != "date"]  # noqa: PLR2004  # two classes
    named = [seen for seen in two if _LABEL.search(seen.name.lower())]
    if named:
        return named[0].name, "two values, and named as a label"
    return (two[-1].name, "the last column with two values") if two else None


def label_values(seen: Look) -> dict[str, int] | None:
    """Return the class of each of a label's two texts; None when it does not have two.

    The text that says yes is class 1; if neither does, the later in the alphabet, or the greater number.
    """
    texts = [text for text, count in zip(seen.texts, seen.counts, strict=True) if count]
    if len(texts) != 2:  # noqa: PLR2004  # two classes
        return None
    low, high = sorted((text.strip() for text in texts), key=lambda text: (text.casefold() in _TRUE, text))
    return {low: 0, high: 1}


def find_times(looks: Sequence[Look], classes: NDArray[np.int8]) -> dict[str, Guess]:
    """Return the roles of date columns.

    A date that undecided rows lack, or that is named after a decision, is when the label became known. Of the others
    the one that is latest in most rows is the event; the rest came before it.

    Args:
        looks: All columns.
        classes: (n,) 0, 1, or -1 where the label is missing.
    """
    dates = [seen for seen in looks if seen.type == "date"]
    after = {seen.name: why for seen in dates if (why := after_outcome(seen, classes))}
    before = [seen for seen in dates if seen.name not in after] or dates[:1]
    found = {
        name: Guess("label_time" if place == 0 else "post_outcome", why)
        for place, (name, why) in enumerate(after.items())
    }
    if before:
        latest = max(before, key=lambda seen: (_later(seen, before), -before.index(seen)))
        for seen in before:
            why = "a day before the event in most rows"
            found[seen.name] = Guess("prior_time", why)
        only = "the only date" if len(before) == 1 else f"the latest of {len(before)} dates in most rows"
        found[latest.name] = Guess("event_time", only)
    return found


def after_outcome(seen: Look, classes: NDArray[np.int8]) -> str:
    """Say why a column became known with the outcome or after it; empty if nothing speaks for it."""
    decided, here = classes >= 0, seen.codes >= 0
    if not decided.all() and decided.any() and here[decided].mean() > _HALF and here[~decided].mean() < 1 - _PURE:
        return "filled where the label is, missing where it is undecided"
    purity, base = _purity(seen, classes)
    if purity >= _PURE and base < _PURE:
        return f"its values tell the label in {_share(purity)} of the rows: a leak, or the label in other words"
    named = _AFTER.search(seen.name.lower())
    return f"named after an outcome ({named[0]})" if named else ""


def guess(seen: Look, classes: NDArray[np.int8], *, grouped: bool) -> Guess:
    """Return the role of a column that is neither id nor label nor date.

    Args:
        seen: The column.
        classes: (n,) 0, 1, or -1 where the label is missing.
        grouped: Whether another column has role ``group`` already.
    """
    name = seen.name.lower()
    why = after_outcome(seen, classes)
    if _PERSON.search(name) or (seen.type == "string" and _mails(seen)):
        return Guess("pii", "names or reaches a person")
    if _BATCH.search(name):
        return Guess("batch", "named after the file or batch that a row came in")
    if why:
        return Guess("post_outcome", why)
    if seen.distinct <= 1:
        return Guess("ignored", "one value at most: it tells nothing")
    return _of_text(seen, name, grouped=grouped) if seen.type == "string" else _of_number(seen, name)


def contradiction(name: str) -> str:
    """Say what a column's name has against its being a feature; empty if nothing."""
    kinds = (
        (_AFTER, "named after an outcome"), (_BATCH, "named after a batch"), (_ID, "named as an id"),
        (_PERSON, "named after a person"), (_LABEL, "named as a label"),
    )  # fmt: skip
    return next((why for pattern, why in kinds if pattern.search(name.lower())), "")


def _of_number(seen: Look, name: str) -> Guess:
    if _ID.search(name) and seen.type == "integer":
        return Guess("ignored", "named as an id: it could only be memorised")
    return Guess("feature", f"{seen.distinct} distinct values")


def _of_text(seen: Look, name: str, *, grouped: bool) -> Guess:
    repeats = seen.unique < _NEARLY_UNIQUE
    if repeats and not grouped and (_GROUP.search(name) or _ID.search(name)):
        return Guess("group", f"{seen.distinct} names repeat: rows of one are not independent")
    if _ID.search(name):
        return Guess("ignored", "named as an id: it could only be memorised")
    lengths = np.array([len(text) for text in seen.shown()])
    if not repeats and lengths.mean() >= _LONG:
        return Guess("text", f"{lengths.mean():.0f} characters on average, hardly any twice")
    if not repeats:
        return Guess("ignored", f"{_share(seen.unique)} are distinct: it could only be memorised")
    return Guess("feature", f"{seen.distinct} distinct values")


def _purity(seen: Look, classes: NDArray[np.int8]) -> tuple[float, float]:
    """Return how often the commonest class of a value is right, and how often the commonest class of all.

    Only over decided rows whose value occurs often enough to tell; 0 unless these are half of the decided rows.
    """
    rows = (seen.codes >= 0) & (classes >= 0)
    counts = np.zeros((len(seen.texts), 2), dtype=np.intp)
    np.add.at(counts, (seen.codes[rows], classes[rows]), 1)
    often = counts[counts.sum(axis=1) >= _FEW]
    if often.sum() == 0 or often.sum() < _HALF * np.count_nonzero(classes >= 0):
        return 0.0, 1.0
    return float(often.max(axis=1).sum() / often.sum()), float(often.sum(axis=0).max() / often.sum())


def _later(seen: Look, others: Sequence[Look]) -> int:
    """Return how many dates this one is not before in most rows that have both."""
    mine, later = seen.days(), 0
    for other in others:
        both = ~np.isnat(mine) & ~np.isnat(other.days())
        later += bool(both.any()) and bool(np.mean(mine[both] >= other.days()[both]) > _HALF)
    return later


def _mails(seen: Look) -> bool:
    texts = seen.shown()[:1000]
    return sum(bool(_MAIL.fullmatch(text)) for text in texts) > _HALF * len(texts)


def _share(value: float) -> str:
    return f"{value:.1%}"
