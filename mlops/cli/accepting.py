"""What gate 1 demands of a batch that is to be integrated, and what a person may accept all the same."""

import numpy as np

from mlops.errors import UsageRefusedError
from mlops.validation import Batch, Outcome
from mlops.validation.batch import Mask
from mlops.validation.findings import Finding

ACCEPTABLE = (
    "completeness", "uniqueness", "validity", "timeliness", "label_validity", "consistency", "duplicate_keys",
    "future_rows", "score",
)  # fmt: skip
"""What a person may accept: its bad rows go to quarantine all the same, or wait for a label. What is wrong with the
batch as a whole may not: one class, an unreadable column of dates, a required field that is mostly empty. The score
sums up the dimensions, so that who accepts one may have to accept it, too."""


def with_their_like(batch: Batch, outcome: Outcome, conflicts: Mask) -> Outcome:
    """Put every row of a key that conflicts into quarantine: the next row of that key is no better known."""
    keys = batch.typed.columns[batch.contract.primary_key]
    named = {name for name in keys[conflicts] if name is not None}
    alike = np.fromiter((name in named for name in keys), dtype=np.bool_, count=len(keys)) & ~conflicts
    if not alike.any():
        return outcome
    why = Finding("conflicting key", "Another row of this key in the batch contradicts what is known.", alike)
    return outcome._replace(findings=(*outcome.findings, why), bad=outcome.bad | alike)


def lacking_in(outcome: Outcome, accepted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what gate 1 demands and does not find, by name: what nobody accepted, and what somebody did.

    Raises:
        UsageRefusedError: A name is accepted that cannot be.
    """
    unknown = [name for name in accepted if name not in ACCEPTABLE]
    if unknown:
        raise UsageRefusedError(
            "This is no criterion of gate 1 that can be accepted.", field="--accept", expected=" or ".join(ACCEPTABLE),
            found=unknown[0], fix="Take the name from the report; what is wrong with the whole batch must be mended.",
        )  # fmt: skip
    results = (*outcome.report.criteria, *outcome.report.blockers)
    unmet = [result.metric for result in results if result.verdict != "pass"]
    return tuple(name for name in unmet if name not in accepted), tuple(name for name in unmet if name in accepted)


def advice_on(outcome: Outcome, lacking: tuple[str, ...]) -> str:
    """Return what to do about a batch that gate 1 does not let through."""
    named = " ".join(f"--accept {name}" for name in lacking)
    if not set(lacking) <= set(ACCEPTABLE):
        return f"Gate 1 does not let this batch through ({', '.join(lacking)}). Mend it at its source."
    return (
        f"Gate 1 does not let this batch through ({', '.join(lacking)}). Mend the rows in the quarantine at their "
        f"source, and hand the batch in again. If you looked at them, and the other {int((~outcome.bad).sum()):,} rows "
        f"shall go on all the same: {named}, and the manifest will say so."
    )
