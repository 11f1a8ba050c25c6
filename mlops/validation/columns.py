"""Are the columns those of the contract? What has others is another table, and no row of it is judged."""

from difflib import get_close_matches

from mlops.contract.reading import Typed
from mlops.errors import InputRefusedError

_SHOWN = 5


def check_columns(typed: Typed, *, file: object) -> None:
    """Refuse a table that lacks a required column, or has one that the contract does not name.

    Args:
        typed: The table as the contract reads it.
        file: What the user calls the file.

    Raises:
        InputRefusedError: With the columns, and the names that were probably meant.
    """
    absent = [field.name for field in typed.contract.fields if field.required and field.name in typed.absent]
    if not absent and not typed.unknown:
        return
    found = [f"no {_listed(absent)}"] if absent else []
    found += [f"{_listed(typed.unknown)}, which the contract does not name"] if typed.unknown else []
    meant = {name: get_close_matches(name, typed.absent, n=1) for name in typed.unknown}
    likely = [f"{name} looks like {close[0]}" for name, close in meant.items() if close]
    raise InputRefusedError(
        "The columns are not those of the contract.",
        file=file,
        field="columns",
        expected=f"the columns of {typed.contract.name}, as `mlops contract show {typed.contract.name}` lists them",
        found="; ".join(found),
        why="; ".join(likely[:_SHOWN]),
        fix="Rename or drop columns, or name the contract of this table with --contract.",
    )


def _listed(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
