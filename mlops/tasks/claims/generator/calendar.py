"""When claims are filed, and what each weekly collection holds."""

from datetime import date, timedelta

BASE_ROWS, WEEKLY_ROWS = 240, 250
BASE_FROM, BASE_DAYS = date(2025, 7, 7), 91
BASE_AS_OF = BASE_FROM + timedelta(days=BASE_DAYS)
"""The Monday on which the base was collected; a batch is collected on each Monday that follows."""

WEEK = 7
MAX_BATCH = 500


def day_of(number: int) -> date:
    """Return the day on which the claim of this number, from 0, was filed: 240 in thirteen weeks, then 250 a week."""
    if number < BASE_ROWS:
        return BASE_FROM + timedelta(days=number * BASE_DAYS // BASE_ROWS)
    week, place = divmod(number - BASE_ROWS, WEEKLY_ROWS)
    return BASE_AS_OF + timedelta(days=week * WEEK + place * WEEK // WEEKLY_ROWS)


def collected(batch: int) -> date:
    """Return the Monday on which a batch was collected; the base is batch 0."""
    return BASE_AS_OF + timedelta(days=batch * WEEK)


def numbers_of(batch: int) -> range:
    """Return the numbers of the claims that are new in a batch."""
    if batch == 0:
        return range(BASE_ROWS)
    start = BASE_ROWS + (batch - 1) * WEEKLY_ROWS
    return range(start, start + WEEKLY_ROWS)


def spread(number: int, rows: int, first: date, last: date) -> date:
    """Return the day of a claim when ``rows`` claims are spread evenly over these days, both included."""
    return first + timedelta(days=number * ((last - first).days + 1) // rows)
