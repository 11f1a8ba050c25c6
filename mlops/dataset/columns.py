"""What both readers hold a table to: flat columns with unique, printable names, and not more cells than allowed."""

from collections import Counter
from collections.abc import Sequence

from mlops.errors import InputRefusedError


def check_names(names: Sequence[str], *, file: str, where: str) -> None:
    """Refuse names that are empty, not printable, or stand twice.

    Args:
        names: The columns' names in their order.
        file: What the user calls the file.
        where: Where they stand, for the message: ``line 1``, ``the schema``.
    """
    if not names:
        raise InputRefusedError("The table has no columns.", file=file, field=where, expected="named columns")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputRefusedError(
            "A column stands twice in the table.", file=file, field=where, expected="unique column names",
            found=", ".join(f"{name!r} {names.count(name)} times" for name in twice[:5]),
            fix="Rename or drop one of them, then write the file again.",
        )  # fmt: skip
    odd = [name for name in names if not name.strip() or not name.isprintable()]
    if odd:
        raise InputRefusedError(
            "A column has no usable name.", file=file, field=where, expected="printable column names",
            found=f"{odd[0]!r} at position {names.index(odd[0]) + 1}",
            why="A table written by pandas with its index has a first column without a name." if odd[0] == "" else "",
            fix="Name the column, or write the table without its index (`index=False`).",
        )  # fmt: skip


def check_cells(rows: int, columns: int, *, file: str, limit: int) -> None:
    """Refuse a table of ``limit`` cells or more, before memory is taken for it."""
    if rows * columns >= limit:
        raise InputRefusedError(
            "The table is larger than the policy allows; it was not read.", file=file, field="storage.max_cells",
            expected=f"fewer than {limit:,} cells", found=f"{rows:,} rows x {columns:,} columns",
            fix="Draw a sample, or raise max_cells under [storage] in mlops.toml if data of this size is meant.",
        )  # fmt: skip
