"""Lines, headings and tables: rich on a terminal, plain text elsewhere, foreign text never read as markup."""

from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

VERDICT_STYLE = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def line(console: Console, text: str, style: str = "") -> None:
    """Print one line; on no terminal neither wrapped nor coloured."""
    if console.is_terminal:
        console.print(Text(text, style=style))
    else:
        console.out(text, highlight=False)


def heading(console: Console, text: str) -> None:
    """Print a heading after an empty line."""
    line(console, "")
    line(console, text, style="bold")


def table(
    console: Console, header: Sequence[str], rows: Iterable[Sequence[str]], *, words: Collection[str] = ()
) -> None:
    """Print a table; on a terminal a cell that begins with a verdict has its colour.

    Args:
        console: Where to.
        header: Names of the columns.
        rows: One text per column.
        words: The columns that hold words and stand on the left; all others hold numbers and stand on the right.
    """
    cells = [tuple(row) for row in rows]
    if console.is_terminal:
        shown = Table(header_style="bold")
        for name in header:
            shown.add_column(name, justify="left" if name in words else "right")
        for row in cells:
            shown.add_row(*(Text(cell, style=VERDICT_STYLE.get(cell.split(" ")[0], "")) for cell in row))
        console.print(shown)
        return
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for row in [tuple(header), tuple("-" * width for width in widths), *cells]:
        aligned = (
            cell.ljust(width) if name in words else cell.rjust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        )
        line(console, "  ".join(aligned).rstrip())
