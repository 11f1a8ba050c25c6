"""Where a comment shall stand, as options say it; and what came out of several, in words."""

import re
from collections.abc import Sequence

import click

from mlops.bot.announcing import Said
from mlops.bot.spreading import Spread
from mlops.errors import UsageRefusedError

_ISSUE = re.compile(r"#?([1-9][0-9]{0,9})", re.ASCII)
_MOST_WORTH_TELLING = ("created", "edited", "unchanged")

issue_option = click.option(
    "--issue", "issue", multiple=True, metavar="N", help="An issue; may be given several times, or as a list."
)


class Lines(click.types.StringParamType):
    """A text that may hold spaces; several of them stand in the environment twin a line each."""

    envvar_list_splitter = "\n"


author_option = click.option(
    "--author", metavar="LOGIN", help="As whom the token writes.  [asked, else github-actions[bot]]"
)


def parse_issues(issues: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers in ``--issue``, each once; raises UsageRefusedError for anything else."""
    numbers = []
    for word in (word for text in issues for word in re.split(r"[\s,]+", text) if word):
        match = _ISSUE.fullmatch(word)
        if match is None:
            raise UsageRefusedError(
                "This is not the number of an issue.", field="--issue", expected="a number, such as 12",
                found=ascii(word[:100]), fix="For example: --issue 12 --issue 13, or --issue '12, 13'",
            )  # fmt: skip
        numbers.append(int(match[1]))
    return tuple(dict.fromkeys(numbers))


def status_of(spread: Spread[Said]) -> str:
    """Return the one word that says most about all comments."""
    found = {said.written.status for _, said in spread.done}
    return next((word for word in _MOST_WORTH_TELLING if word in found), "skipped")


def urls_of(spread: Spread[Said]) -> list[str]:
    """Return the addresses of the comments that stand."""
    return [said.written.url for _, said in spread.done if said.written.url]


def lines_of(spread: Spread[Said]) -> list[str]:
    """Return in a line each what was done, older comments included."""
    lines = []
    for number, (written, folded) in spread.done:
        lines.append(f"{written.status}: {written.url or f'#{number}, nothing to say'}")
        if folded.comments:
            lines.append(f"  folded away as outdated: {folded.comments}")
        if folded.refused:
            lines.append(f"  older comments left as they are, unchanged: {folded.refused}")
    return lines
