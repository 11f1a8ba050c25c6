"""What is sampled: a name, labels, a value; and the one place that looks at units."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from mlops.errors import InputRefusedError
from mlops.series.names import FAMILIES, Family

EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # the years 2000 to 2099; in milliseconds no date of ours lies between


class Key(NamedTuple):
    """Which series: a family's name, and its labels in the family's order."""

    name: str
    labels: tuple[tuple[str, str], ...]


Samples = dict[Key, float]
"""What holds at one moment: by series its value."""


class Point(NamedTuple):
    """A value of a series at a time: seconds since 1970, UTC."""

    time: int
    value: float


def key(family: Family, *values: str) -> Key:
    """Return the series of ``family`` with these values of its labels, in the family's order."""
    return Key(family.name, tuple(zip(family.labels, values, strict=True)))


def shown(one: Key) -> str:
    """Return a series as a person reads it."""
    labels = ",".join(f'{name}="{value}"' for name, value in one.labels)
    return f"{one.name}{{{labels}}}" if labels else one.name


def take(samples: Samples, family: Family, values: tuple[str, ...], value: float | None) -> None:
    """Add a sample, unless there is no value: what is not defined is not there.

    Raises:
        InputRefusedError: The value is not of the family's unit.
        OverflowError: It is an integer greater than any float.
    """
    if value is not None:
        one = key(family, *values)
        samples[one] = checked(family, float(value), one.labels)


def checked(family: Family, value: float, labels: tuple[tuple[str, str], ...] = ()) -> float:
    """Return ``value`` if it can be of the family's unit; ``labels`` tell whose it is.

    Raises:
        InputRefusedError: A share outside of -1 to 1, a negative or broken count or duration, a time in milliseconds.
    """
    allowed = {
        "ratio": -1 <= value <= 1,
        "rows": value >= 0 and value == math.floor(value) if math.isfinite(value) else False,
        "seconds": 0 <= value < EARLIEST,
        "": math.isfinite(value),
    }
    fits = EARLIEST <= value < _LATEST if family.name.endswith("_timestamp_seconds") else allowed[family.unit]
    if fits:
        return value
    raise InputRefusedError(
        "A sample is not in its metric's unit.",
        field=shown(Key(family.name, labels)),
        expected=f"{family.unit or 'a finite number'}: {family.help}",
        found=repr(value),
        why="Percent, milliseconds or a count stand where a share, seconds or rows belong.",
        fix="Correct the record that the labels name, or take it away.",
    )


def check_point(name: str, point: Point, before: int) -> None:
    """Refuse a point whose value is not of its family's unit, or whose time is no second after ``before``.

    Raises:
        InputRefusedError: With the series and the place.
    """
    checked(FAMILIES[name], point.value)
    if not (EARLIEST <= point.time < _LATEST and before < point.time):
        raise InputRefusedError(
            "Samples of a series must rise in time, in seconds; nothing was written.", field=name,
            expected=f"later than {before} and before the year 2100", found=point.time,
        )  # fmt: skip


def by_model(samples: Mapping[Key, float]) -> dict[str, Samples]:
    """Return the samples by the model that they are about, in the order of their ids."""
    found: dict[str, Samples] = {}
    for one in sorted(samples, key=_model):
        found.setdefault(_model(one), {})[one] = samples[one]
    return found


def _model(one: Key) -> str:
    return dict(one.labels)["model_id"]
