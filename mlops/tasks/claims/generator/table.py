"""Tables of claims: a stretch of the stream, or one weekly collection as it was known on its day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from mlops.errors import UsageRefusedError
from mlops.tasks.claims.generator import calendar
from mlops.tasks.claims.generator.making import Claim, claim
from mlops.tasks.claims.generator.rates import DELAYS, SETTINGS, Setting

MIN_ROWS, MAX_ROWS = 50, 1_000_000
MAX_SEED = 2**32 - 1
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)

SCHEMA = pa.schema(
    [
        ("claim_id", pa.string()),
        ("seller_id", pa.string()),
        ("order_id", pa.string()),
        ("claim_date", pa.date32()),
        ("order_date", pa.date32()),
        ("amount", pa.float64()),
        ("order_value", pa.float64()),
        ("quantity", pa.int32()),
        ("category", pa.string()),
        ("marketplace", pa.string()),
        ("fulfillment_center", pa.string()),
        ("claim_type", pa.string()),
        ("claimable", pa.int8()),
        ("decision_date", pa.date32()),
        ("reimbursed_amount", pa.float64()),
        ("source_file", pa.string()),
    ]
)
"""The columns, all of them fields of the contract ``fba_claims``."""

_EXAMPLE = "For example: mlops data generate claims --rows 2000 --seed 42 --output claims.csv"
_CHUNK = 20_000


@dataclass(frozen=True)
class Span:
    """The days, both included, over which claims are spread evenly."""

    first: date
    last: date


def generate(
    rows: int, seed: int, *, setting: Setting, span: Span | None = None, as_of: date | None = None
) -> pa.Table:
    """Return ``rows`` claims, in the order of their dates.

    Without ``span``, claims come as the weekly collections bring them, and the first rows of a longer table are the
    rows of a shorter one.

    Args:
        rows: Number of claims, 50 to 1,000,000.
        seed: Names the dataset, 0 to 2**32 - 1.
        setting: How surely what is shown decides the label.
        span: Spread the claims over these days instead.
        as_of: The day on which the table is looked at: decisions of that day and later are not known yet. None: all
            are known.

    Raises:
        UsageRefusedError: A value is out of range, or ``as_of`` is before the last claim.
    """
    _check_count("rows", rows, MIN_ROWS, MAX_ROWS)
    _check_count("seed", seed, 0, MAX_SEED)
    if span is not None:
        _check_span(span)
    days = (calendar.spread(at, rows, span.first, span.last) if span else calendar.day_of(at) for at in range(rows))
    last = span.last if span else calendar.day_of(rows - 1)
    if as_of is not None and as_of <= last:
        raise UsageRefusedError(
            "The table cannot be looked at before its last claim was filed.", field="as_of",
            expected=f"{last + timedelta(days=1)} or later", found=str(as_of), fix=_EXAMPLE,
        )  # fmt: skip
    return _table((claim(seed, setting, at, day) for at, day in enumerate(days)), as_of, "archive")


def batch(number: int, seed: int, *, setting: Setting) -> pa.Table:
    """Return one weekly collection as it was known on its Monday; the base of 240 rows is batch 0.

    A later batch holds the decisions that arrived since the one before it (whole rows again, now with their label),
    then the 250 claims of its week, of which the youngest are undecided.

    Args:
        number: 0 to 500.
        seed: Names the dataset, 0 to 2**32 - 1.
        setting: How surely what is shown decides the label.

    Raises:
        UsageRefusedError: A value is out of range.
    """
    _check_count("batch", number, 0, calendar.MAX_BATCH)
    _check_count("seed", seed, 0, MAX_SEED)
    as_of, new = calendar.collected(number), calendar.numbers_of(number)
    claims = [claim(seed, setting, at, calendar.day_of(at)) for at in range(_oldest_open(number), new.stop)]
    before = as_of - timedelta(days=calendar.WEEK)
    arrived = [one for one in claims[: -len(new)] if before <= one.decision_date < as_of]
    return _table([*arrived, *claims[-len(new) :]], as_of, f"week_{as_of:%Y%m%d}")


def named(setting: str) -> Setting:
    """Return the setting of this name.

    Raises:
        UsageRefusedError: There is none.
    """
    try:
        return SETTINGS[setting]
    except KeyError:
        raise UsageRefusedError(
            "There is no such setting.", field="setting", expected=" or ".join(SETTINGS), found=ascii(setting[:100]),
            fix="For example: mlops data generate claims --setting beta --output claims.csv",
        ) from None  # fmt: skip


def _oldest_open(number: int) -> int:
    """Return the number of a claim before which everything was decided when the batch before was collected."""
    if number == 0:
        return 0
    day = calendar.collected(number - 1) - timedelta(days=max(DELAYS))
    first = calendar.numbers_of(max(number - 3, 0)).start
    return next(at for at in range(first, calendar.numbers_of(number).stop) if calendar.day_of(at) >= day)


def _table(claims: Iterable[Claim], as_of: date | None, source: str) -> pa.Table:
    rows, batches = [], []
    for one in claims:
        rows.append(_row(one, as_of, source))
        if len(rows) == _CHUNK:
            batches.append(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
            rows = []
    return pa.Table.from_batches([*batches, pa.RecordBatch.from_pylist(rows, schema=SCHEMA)], schema=SCHEMA)


def _row(one: Claim, as_of: date | None, source: str) -> dict[str, str | int | float | date | None]:
    decided = as_of is None or one.decision_date < as_of
    return {
        "claim_id": one.claim_id,
        "seller_id": one.seller_id,
        "order_id": one.order_id,
        "claim_date": one.claim_date,
        "order_date": one.order_date,
        "amount": one.amount / 100,
        "order_value": one.order_value / 100,
        "quantity": one.quantity,
        "category": one.category,
        "marketplace": one.marketplace,
        "fulfillment_center": one.fulfillment_center,
        "claim_type": one.claim_type,
        "claimable": int(one.granted) if decided else None,
        "decision_date": one.decision_date if decided else None,
        "reimbursed_amount": one.reimbursed / 100 if decided else None,
        "source_file": source,
    }


def _check_count(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageRefusedError(
            "The example data cannot be made like this.", field=field,
            expected=f"a whole number from {least:,} to {most:,}", found=f"{value:,}", fix=_EXAMPLE,
        )  # fmt: skip


def _check_span(span: Span) -> None:
    if not EARLIEST <= span.first <= span.last < LATEST:
        raise UsageRefusedError(
            "The days are no span of time.", field="from, to",
            expected=f"from {EARLIEST} on, the first not after the last, before {LATEST}",
            found=f"{span.first} to {span.last}", fix=_EXAMPLE,
        )  # fmt: skip
