"""What a comment says, in one line: the invisible note by which a later comment tells what changed.

Writer and reader stand side by side. Whoever reads gets exactly what was written, or nothing: a line of a stranger, of
an older form, or with a word too many is no digest.

    verdict=pass precision=0.976000 recall=none id=er_20251020 model=<sha256> …
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import get_args

from mlops.errors import UsageRefusedError
from mlops.gate import GateReport, Verdict
from mlops.ids import ModelId
from mlops.registry import Record
from mlops.render import Safe
from mlops.words import metric_name, metric_order

BYTES = ("model", "artifact", "evaluation", "policy")
"""What may be named by its hash."""

_DECIMALS = 6
_NONE = "none"
_RATE = re.compile(r"[01]\.[0-9]{6}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = re.compile(r"(?P<name>[a-z0-9_]{1,20})=(?P<value>[a-z0-9._-]{1,80})", re.ASCII)
_MOST = 1_000


@dataclass(frozen=True)
class Digest:
    """A verdict and its numbers.

    Attributes:
        verdict: What was decided.
        metrics: By name, only such as this package knows, rounded to six decimals; None where not defined.
        model_id: Of the model that it is about; empty where that is no id.
        bytes: Hashes of what it is about, by a name of :data:`BYTES`.
    """

    verdict: Verdict
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    model_id: str = ""
    bytes: Mapping[str, str] = field(default_factory=dict)

    def says_the_same(self, other: "Digest | None") -> bool:
        """Tell whether verdict and metrics are those of ``other``, whatever bytes they are about."""
        return other is not None and (self.verdict, dict(self.metrics)) == (other.verdict, dict(other.metrics))

    def without_bytes(self) -> "Digest":
        """Return what a later comment compares with."""
        return Digest(self.verdict, self.metrics, self.model_id)

    def __str__(self) -> str:
        """Return the line; letters, digits and ``.=_-`` only, so that it can end no HTML comment."""
        words = [("verdict", str(self.verdict))]
        words += [(name, _number(self.metrics[name])) for name in sorted(self.metrics, key=metric_order)]
        words += [("id", self.model_id)] if self.model_id else []
        words += [(name, self.bytes[name]) for name in BYTES if name in self.bytes]
        return " ".join(f"{name}={value}" for name, value in words)


def parse_digest(line: str) -> Digest | None:
    """Return what :meth:`Digest.__str__` wrote; None for anything else."""
    words = [_WORD.fullmatch(word) for word in line.split(" ")] if len(line) <= _MOST else []
    pairs = [(match["name"], match["value"]) for match in words if match is not None]
    found = dict(pairs)
    if not pairs or len(found) != len(words):
        return None
    verdict = next((word for word in get_args(Verdict) if word == found.get("verdict")), None)
    if verdict is None:
        return None
    metrics = {name: _rate(value) for name, value in pairs if _is_known(name)}
    hashes = {name: value for name, value in pairs if name in BYTES and _SHA256.fullmatch(value)}
    made = Digest(verdict, metrics, _id(found.get("id", "")), hashes)
    return made if str(made) == line else None


def digest_of(report: GateReport) -> Digest:
    """Return what a verdict says; two reports with the same digest say the same about the same bytes."""
    bound = report.bindings
    return Digest(
        report.verdict,
        _known({criterion.metric: criterion.value for criterion in report.criteria}),
        _id(report.model_id),
        {"model": bound.model_sha256, "evaluation": bound.evaluation_sha256, "policy": bound.policy_sha256},
    )


def digest_of_record(record: Record) -> Digest:
    """Return what the record of a version says."""
    metrics = _known({name: found.value for name, found in record.metrics.items()})
    return Digest(record.verdict, metrics, _id(record.id), {"artifact": record.artifact_sha256})


def changes_since(now: Digest, before: Digest | None) -> dict[str, Safe]:
    """Return by how much each metric moved, in points with the sign; nothing for what either does not define."""
    earlier = {} if before is None else before.metrics
    pairs = ((name, value, earlier.get(name)) for name, value in now.metrics.items())
    return {name: _points(value - then) for name, value, then in pairs if value is not None and then is not None}


def name_of_earlier(now: Digest, before: Digest | None) -> Safe:
    """Return what the column of changes is called after: the earlier model, or the last comment; empty without one."""
    if before is None or not changes_since(now, before):
        return Safe("")
    return Safe(before.model_id if before.model_id not in {"", now.model_id} else "last comment")


def _points(change: float) -> Safe:
    """Return a change of a rate with one decimal, or as many as it takes to show that there is one."""
    exact = round(100 * change, _DECIMALS - 2)
    if not exact:
        return Safe("same")
    digits = next(n for n in range(1, _DECIMALS) if round(exact, n))
    return Safe(f"{exact:+.{digits}f}&nbsp;pt")


def _known(values: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: _rounded(value) for name, value in values.items() if _is_known(name)}


def _rounded(value: float | None) -> float | None:
    return round(value, _DECIMALS) if value is not None and isfinite(value) and 0 <= value <= 1 else None


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.{_DECIMALS}f}"


def _rate(text: str) -> float | None:
    return float(text) if _RATE.fullmatch(text) and float(text) <= 1 else None


def _is_known(name: str) -> bool:
    return metric_name(name) != name  # ours, and so harmless


def _id(text: str) -> str:
    try:
        return str(ModelId.parse(text))
    except UsageRefusedError:
        return ""
