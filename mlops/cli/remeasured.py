"""Whether a ``metrics.json`` follows from the scored rows beside it, and the letter when it does not."""

from pathlib import Path
from typing import Any

import numpy as np

from mlops.artifact import EVALUATION
from mlops.errors import InputRefusedError
from mlops.evaluation import Evaluation
from mlops.metrics import Metrics

_VALUE_TOLERANCE = 1e-9
_BOUND_TOLERANCE = 0.01  # other versions of numpy draw other replicates


def check_agreement(recorded: Metrics, found: Metrics, file: Path) -> None:
    """Refuse a ``metrics.json`` that does not follow from the evaluation beside it."""
    skipped = (
        {"interval"} if recorded.interval.confidence == found.interval.confidence else {"interval", "lower", "upper"}
    )
    if recorded.test_sha256 is None:  # written before there was this field
        skipped.add("test_sha256")
    difference = _difference(recorded.model_dump(mode="json"), found.model_dump(mode="json"), "", skipped)
    if difference is not None:
        field, says, is_so = difference
        raise disagrees(file, field, expected=f"{is_so}, as measured again from {EVALUATION}", found=says)


def _difference(left: Any, right: Any, path: str, skipped: set[str]) -> tuple[str, str, str] | None:  # noqa: ANN401  # JSON is anything
    """Return the first place at which two documents differ beyond rounding, with both values."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        pairs = [(left[key], right[key], f"{path}.{key}".lstrip(".")) for key in left if key not in skipped]
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = [(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(left, right, strict=True))]
    elif isinstance(left, float | int) and isinstance(right, float | int):
        tolerance = _BOUND_TOLERANCE if path.endswith((".lower", ".upper")) else _VALUE_TOLERANCE
        return None if abs(left - right) <= tolerance else (path, repr(left), repr(right))
    else:
        return None if left == right else (path, repr(left)[:100], repr(right)[:100])
    return next((found for a, b, place in pairs if (found := _difference(a, b, place, skipped)) is not None), None)


def check_same_rows(
    pinned: Evaluation,
    again: Evaluation,
    file: Path,
    *,
    fix: str = "Score the pinned test rows: `mlops evaluate ARTIFACT --out DIR`.",
) -> None:
    """Refuse other test rows than those that the artifact was evaluated on."""
    aligned = ("row_id", "label", "cluster", "weight")
    different = [name for name in aligned if not np.array_equal(getattr(pinned, name), getattr(again, name))]
    if pinned.slices.keys() != again.slices.keys():
        different.append("slices")
    else:
        different += [name for name in pinned.slices if not np.array_equal(pinned.slices[name], again.slices[name])]
    if different:
        raise InputRefusedError(
            "These are not the test rows that the artifact was evaluated on.",
            file=file,
            field=", ".join(different),
            expected=f"the {len(pinned):,} rows of the artifact's {EVALUATION}, in their order",
            found=f"{len(again):,} rows that differ",
            fix=fix,
        )


def disagrees(file: Path, field: str, *, expected: str, found: str) -> InputRefusedError:
    """Return the refusal of a record that does not follow from the files beside it."""
    return InputRefusedError(
        "The artifact's record does not follow from its own files.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        why="The file was edited, or written by another version of mlops or for other rows.",
        fix="Do not trust this artifact; train again with `mlops train`.",
    )
