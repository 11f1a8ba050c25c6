"""Types of options that several verbs share."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from mlops.errors import UsageRefusedError
from mlops.ids import parse_date
from mlops.policy import parse_rate
from mlops.slices import parse_slice


class RateType(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A number in [0, 1], spelled as :func:`mlops.policy.parse_rate` reads it."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the rate; raises UsageRefusedError for anything else."""
        del ctx
        return value if isinstance(value, float) else parse_rate(str(value), field=_name(param, "rate"))


class SliceType(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """The name of a slice, never an expression."""

    name = "slice"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; raises UsageRefusedError for anything else."""
        del param, ctx
        return parse_slice(str(value))


class DayType(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A day, ``YYYY-MM-DD`` or ``YYYYMMDD``."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; raises UsageRefusedError for anything else."""
        del ctx
        if isinstance(value, date):
            return value
        text = str(value)
        plain = text.replace("-", "") if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII) else text
        try:
            return parse_date(plain, field=_name(param, "day"))
        except UsageRefusedError as error:
            error.found = ascii(text[:100])  # as it was written
            raise


class FolderOrNothing(click.Path):
    """A folder; an empty text, as a workflow's empty input gives, names none."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  # click's own signature
        """Return the folder, or None for an empty text."""
        return None if value == "" else super().convert(value, param, ctx)


DAY = DayType()
RATE = RateType()
SLICE = SliceType()


def _name(param: click.Parameter | None, otherwise: str) -> str:
    return param.opts[0] if param is not None and param.opts else otherwise
