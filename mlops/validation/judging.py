"""The verdict on a batch: every dimension against its floor, the score, and what fails alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlops.contract.model import Contract
from mlops.formatting import printable
from mlops.gate.report import CriterionResult, Verdict
from mlops.hashing import Sha256
from mlops.validation import criteria
from mlops.validation.batch import Batch, Mask
from mlops.validation.diversity import diversity_of
from mlops.validation.findings import Finding, compare_fields, findings_in
from mlops.validation.limits import Limits
from mlops.validation.measuring import blockers_of, dimensions_of, score_of
from mlops.validation.quarantine import bad_rows
from mlops.validation.repeats import Repeats, repeats_in
from mlops.validation.report import Defect, FieldQuality, KeyUse, Labels, Origin, Validation

_FIRST = 5
_MOST_BAD_LABELS = 20


class Occasion(NamedTuple):
    """What the report says beside the numbers.

    Attributes:
        task: The task.
        file: The name of the file.
        dataset_sha256: The bytes that were parsed.
        as_of_from: What said from which day to look.
        base: The dataset whose keys are known.
    """

    task: str
    file: str
    dataset_sha256: Sha256
    as_of_from: Origin
    base: str | None = None


class Outcome(NamedTuple):
    """The report, the rules that rows break, and which rows break one: the others can go on."""

    report: Validation
    findings: tuple[Finding, ...]
    bad: Mask


def validate(batch: Batch, occasion: Occasion, limits: Limits) -> Outcome:
    """Judge a batch.

    Args:
        batch: The rows; their columns are those of the contract.
        occasion: What the report says beside the numbers.
        limits: What is demanded.
    """
    repeats, compared = repeats_in(batch), compare_fields(batch)
    found = findings_in(batch, repeats, compared)
    dimensions = dimensions_of(batch, repeats, compared)
    score = score_of(dimensions, limits)
    judged = criteria.judge_dimensions(dimensions, score, batch.rows, limits)
    blockers = criteria.judge_blockers(blockers_of(batch, repeats), limits)
    verdict, reason = _decide((*blockers, *judged), batch.rows)
    bad = bad_rows(found, batch.rows)
    report = Validation(
        task=occasion.task,
        contract=batch.contract.name,
        contract_version=batch.contract.version,
        file=occasion.file,
        dataset_sha256=occasion.dataset_sha256,
        rows=batch.rows,
        as_of=date.fromisoformat(str(batch.as_of)),
        as_of_from=occasion.as_of_from,
        base=occasion.base,
        verdict=verdict,
        reason=reason,
        score=score,
        criteria=judged,
        blockers=blockers,
        fields=tuple(_fields(batch)),
        labels=_labels(batch),
        keys=_keys(repeats),
        defects=tuple(map(_defect, found)),
        quarantined=int(bad.sum()),
        diversity=diversity_of(batch),
        limits=limits,
        warnings=tuple(_warnings(batch.contract, occasion, repeats)),
    )
    return Outcome(report, found, bad)


def _decide(results: tuple[CriterionResult, ...], rows: int) -> tuple[Verdict, str]:
    """Return the verdict, and why: a fail outweighs what cannot be told, which outweighs a pass."""
    if not rows:
        return "fail", "The file has no rows."
    for verdict in ("fail", "inconclusive"):
        made = [result for result in results if result.verdict == verdict]
        if made:
            more = f" {len(made) - 1} more {'is' if len(made) == 2 else 'are'} not met." if made[1:] else ""  # noqa: PLR2004  # one and another
            return verdict, made[0].reason + more
    return "pass", "Every dimension holds its floor and nothing blocks."


def _fields(batch: Batch) -> Iterator[FieldQuality]:
    for field in batch.fields:
        missing = int((~batch.typed.present[field.name]).sum())
        yield FieldQuality(
            name=field.name,
            role=field.role,
            required=field.required,
            missing=missing,
            disguised=max(0, missing - _empty(batch, field.name)),
            invalid=int((batch.typed.present[field.name] & ~batch.typed.valid[field.name]).sum()),
        )


def _empty(batch: Batch, name: str) -> int:
    """Return the cells that are missing undisguised: null, or NaN, which is no number."""
    column = batch.table.column(name)
    if pa.types.is_float16(column.type):  # Arrow has no test for NaN there
        column = column.cast(pa.float32())
    nan = pc.sum(pc.is_nan(column)).as_py() if pa.types.is_floating(column.type) else None
    return int(column.null_count) + int(nan or 0)


def _labels(batch: Batch) -> Labels:
    label, bad = batch.typed.label, batch.typed.bad_labels
    undecided = (label < 0) & ~batch.bad_label
    return Labels(
        decided=int((label >= 0).sum()),
        positive=int((label == 1).sum()),
        undecided=int(undecided.sum()),
        mature=int(batch.mature.sum()),
        mature_undecided=int((undecided & batch.mature).sum()),
        bad=_most_frequent(bad),
    )


def _most_frequent(bad: Counter[str]) -> dict[str, int]:
    """Return the most frequent texts, each short: a text of a megabyte is no label and fits no report."""
    counts: Counter[str] = Counter()
    for text, rows in sorted(bad.items(), key=lambda one: (-one[1], one[0]))[:_MOST_BAD_LABELS]:
        counts[printable(text)] += rows
    return dict(counts)


def _keys(repeats: Repeats) -> KeyUse:
    return KeyUse(
        revised=int(repeats.revised.sum()),
        identical=int(repeats.identical.sum()),
        flipped=int(repeats.flipped.sum()),
        changed=int(repeats.changed.sum()),
    )


def _defect(found: Finding) -> Defect:
    rows = np.flatnonzero(found.rows)
    return Defect(rule=found.rule, rows=len(rows), first=tuple((rows[:_FIRST] + 1).tolist()), reason=found.reason)


def _warnings(contract: Contract, occasion: Occasion, repeats: Repeats) -> Iterator[str]:
    yield "Accuracy is not measured: it needs rows that were labelled twice."
    if occasion.as_of_from == "today":
        yield "Nothing said from which day to look, so it was today in UTC; say it with --as-of to get this again."
    if repeats.revised.any():
        yield f"Revisions are welcome: {int(repeats.revised.sum()):,} claims came back with the decision they lacked."
    if not contract.rules:
        yield "The contract has no rule between fields, so every row counts as consistent."
