"""What a column looks like: its type by the share of cells that read as one, its placeholders, its separator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops.contract import parsing
from mlops.contract.fields import ISO_DATE, Field, Type, folded
from mlops.contract.reading import encode, values_of

PLACEHOLDERS = frozenset({
    "-", "--", "?", ".", "n/a", "na", "#n/a", "nan", "none", "null", "nil", "unknown", "missing", "not available",
})  # fmt: skip
"""Texts that people write where they have nothing to write (disguised missing values; Pearson 2006)."""

FORMATS = (
    ISO_DATE, "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y",
    "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d-%b-%Y", "%d %b %Y",
)  # fmt: skip
ENOUGH = 0.95
_SEPARATORS = (";", "|")
_LISTED = 0.02
_GLANCE = 1000
_HOPELESS = 0.2
_ZEROS = "digits with leading zeros: a name, not a number"


@dataclass(frozen=True)
class Look:
    """A column of ``n`` cells as data shows it.

    Attributes:
        name: Its name.
        type: The type that fits.
        why: Why, in words.
        codes: (n,) positions in ``texts``; -1 is a missing cell or a placeholder.
        texts: The distinct texts.
        format: How dates are written; empty for other types and for days of Parquet.
        separator: What stands between items; empty for plain cells.
        values: By distinct text its value, as :func:`mlops.contract.parsing.parse` gives it.
        placeholders: Placeholders found, as they are spelled, and how often.
    """

    name: str
    type: Type
    why: str
    codes: NDArray[np.intp]
    texts: Sequence[str]
    values: NDArray[np.generic]
    format: str = ""
    separator: str = ""
    placeholders: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> NDArray[np.intp]:
        """How often each distinct text stands there; 0 for placeholders."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @property
    def distinct(self) -> int:
        """The number of distinct texts, without placeholders."""
        return int(np.count_nonzero(self.counts))

    @property
    def filled(self) -> float:
        """The share of cells that are present."""
        return float(np.mean(self.codes >= 0)) if len(self.codes) else 0.0

    @property
    def unique(self) -> float:
        """Distinct texts per present cell; 1 where no text repeats."""
        return self.distinct / max(1, int(np.count_nonzero(self.codes >= 0)))

    def shown(self) -> list[str]:
        """Return the distinct texts without placeholders, in ascending order; of a list, the distinct items."""
        seen = (text for text, count in zip(self.texts, self.counts, strict=True) if count)
        items = {item for text in seen for item in parsing.items_of(text, self.separator)}
        return sorted(item for item in items if folded(item) not in PLACEHOLDERS)

    def days(self) -> NDArray[np.datetime64]:
        """Return (n,) days of a date column; NaT where there is none."""
        return np.append(self.values, np.datetime64("NaT")).astype("datetime64[D]")[self.codes]


def look(column: pa.ChunkedArray, name: str) -> Look:
    """Return what a column looks like.

    Raises:
        InputRefusedError: It holds instants of a time zone.
    """
    encoded = encode(column, name, days=True)
    missing = parsing.missing(encoded.texts, "", PLACEHOLDERS | {""})
    codes = np.append(np.where(missing, -1, np.arange(len(missing))), -1)[encoded.codes]
    counts = np.bincount(encoded.codes[encoded.codes >= 0], minlength=len(missing))
    found = {
        text: int(count)
        for text, count, gone in zip(encoded.texts, counts, missing, strict=True)
        if gone and text.strip()
    }
    weight = np.bincount(codes[codes >= 0], minlength=len(missing))
    of_kind = {"date": "date", "local time": "date", "boolean": "boolean"}.get(encoded.kind)
    if of_kind is not None:
        kind: Type = "date" if of_kind == "date" else "boolean"
        why, form = f"the file says {encoded.kind}", ""
    elif encoded.kind == "number":
        whole = _share(values_of(encoded, _field("integer"))[1], weight) == 1
        kind, why, form = ("integer", "whole numbers", "") if whole else ("number", "the file says numbers", "")
    else:
        kind, form, why = _read(encoded.texts, weight)
    separator, listed = _separator(encoded.texts, weight) if kind == "string" else ("", "")
    values = values_of(encoded, _field(kind, form))[0]
    return Look(name, kind, listed or why, codes, encoded.texts, values, form, separator, found)


def _read(texts: Sequence[str], weight: NDArray[np.intp]) -> tuple[Type, str, str]:
    """Return the type, the date format and the reason for a column of text."""
    if not weight.sum():
        return "string", "", "nothing is there to tell"
    stripped = [text.strip() for text, count in zip(texts, weight, strict=True) if count]
    padded = any(len(text) > 1 and text.isdigit() and text[0] == "0" for text in stripped)
    shares = {form: _reads(texts, weight, "date", form) for form in FORMATS}
    form = max(FORMATS, key=lambda known: shares[known])
    if shares[form] >= ENOUGH:
        rivals = [known for known in FORMATS if known != form and shares[known] == shares[form]]
        doubt = f"; {rivals[0]} reads as many: look" if rivals else ""
        return "date", form, f"{shares[form]:.1%} read as {form}{doubt}"
    if not padded:
        for kind in ("integer", "number", "boolean"):
            share = _reads(texts, weight, kind)
            if share >= ENOUGH:
                return kind, "", f"{share:.1%} read as {kind}"
    return "string", "", _ZEROS if padded and all(text.isdigit() for text in stripped) else "text"


def _reads(texts: Sequence[str], weight: NDArray[np.intp], kind: Type, form: str = "") -> float:
    """Return the share of cells that read as a type; 0, without reading all, where hardly any of a thousand do."""
    step = -(-len(texts) // _GLANCE)
    if step > 1 and not parsing.parse(texts[::step], _field(kind, form))[1].mean() > _HOPELESS:
        return 0.0
    return _share(parsing.parse(texts, _field(kind, form))[1], weight)


def _separator(texts: Sequence[str], weight: NDArray[np.intp]) -> tuple[str, str]:
    """Return the separator of a list and the reason: many cells hold it, and items repeat more than whole cells do."""
    total = int(weight.sum())
    for mark in _SEPARATORS:
        holding = sum(int(count) for text, count in zip(texts, weight, strict=True) if mark in text)
        items = {item for text in texts for item in parsing.items_of(text, mark)}
        if total and holding / total >= _LISTED and len(items) < len(texts):
            return mark, f"text; {holding / total:.1%} of the cells are lists with {mark!r} of {len(items)} items"
    return "", ""


def _field(kind: Type, form: str = "") -> Field:
    return Field(name="column", type=kind, format=form, role="ignored")


def _share(fine: NDArray[np.bool_], weight: NDArray[np.intp]) -> float:
    total = int(weight.sum())
    return float(weight[fine].sum() / total) if total else 0.0


def spelled(looks: Iterable[Look]) -> dict[str, int]:
    """Return the placeholders of all columns, as first spelled, and how many cells hold each."""
    found: dict[str, tuple[str, int]] = {}
    for seen in looks:
        for text, count in seen.placeholders.items():
            first, before = found.get(folded(text), (text.strip(), 0))
            found[folded(text)] = (first, before + count)
    return dict(sorted(found.values()))
