"""What ``mlops data generate`` was asked for, and which table each task makes of it."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from mlops.errors import UsageRefusedError
from mlops.tasks.claims import generator as claims_generator
from mlops.tasks.er import generator as er_generator

DEFAULT_ROWS = 10_000


@dataclass(frozen=True)
class Request:
    """The options; None where one was not given. Days are as they were typed."""

    rows: int | None
    seed: int
    setting: str | None = None
    batch: int | None = None
    first: str | None = None
    last: str | None = None
    as_of: str | None = None


def er(request: Request) -> pa.Table:
    """Return labelled pairs.

    Raises:
        UsageRefusedError: An option of claims was given, or a value is out of range.
    """
    foreign = {
        "--setting": request.setting,
        "--batch": request.batch,
        "--from": request.first,
        "--to": request.last,
        "--as-of": request.as_of,
    }
    given = [option for option, value in foreign.items() if value is not None]
    if given:
        raise _contradiction(f"Pairs of records have no {given[0]}.", given[0], "an option of task er", given)
    return er_generator.generate(DEFAULT_ROWS if request.rows is None else request.rows, request.seed)


def claims(request: Request) -> pa.Table:
    """Return claims: so many rows, or one weekly collection.

    Raises:
        UsageRefusedError: Options contradict each other, or a value is out of range.
    """
    setting = claims_generator.named(request.setting or claims_generator.CERTIFIABLE.name)
    if request.batch is not None:
        others = {"--rows": request.rows, "--from": request.first, "--to": request.last, "--as-of": request.as_of}
        given = [option for option, value in others.items() if value is not None]
        if given:
            raise _contradiction(
                "A weekly collection has its own rows and days.", "--batch", "--batch alone", ["--batch", *given]
            )
        return claims_generator.batch(request.batch, request.seed, setting=setting)
    if (request.first is None) != (request.last is None):
        given = ["--to" if request.first is None else "--from"]
        raise _contradiction("A span has a first and a last day.", "--from, --to", "both or none", given)
    span = None
    if request.first is not None and request.last is not None:
        span = claims_generator.Span(_day(request.first, "--from"), _day(request.last, "--to"))
    as_of = None if request.as_of is None else _day(request.as_of, "--as-of")
    rows = DEFAULT_ROWS if request.rows is None else request.rows
    return claims_generator.generate(rows, request.seed, setting=setting, span=span, as_of=as_of)


def _day(text: str, option: str) -> date:
    """Return the day that was typed, in the one form ``YYYY-MM-DD``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageRefusedError(
            "This is no day.", field=option, expected="a day of the calendar, YYYY-MM-DD", found=ascii(text[:100]),
            fix=f"For example: {option} 2025-10-06",
        )  # fmt: skip
    return day


def _contradiction(what: str, field: str, expected: str, given: list[str]) -> UsageRefusedError:
    return UsageRefusedError(
        what, field=field, expected=expected, found=" and ".join(given), fix="See `mlops data generate --help`."
    )
