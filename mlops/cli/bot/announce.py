"""``mlops bot announce``: tell of a refreshed model on the issues that wait for it, by number or from a board."""

import re
from typing import NamedTuple

import click

from mlops.bot import comments
from mlops.bot.announcing import Place, commit_of_card, mark, news_of_card, on_board, say
from mlops.bot.choosing import Wanted, parse_field
from mlops.bot.client import GitHub
from mlops.bot.permissions import READ_CONTENTS, WRITE_ISSUES, WRITE_PROJECTS
from mlops.bot.settings import parse_commit
from mlops.bot.spreading import unfinished
from mlops.cli.bot.common import connection, deadline_option, gate_option, json_option, read_gate, tell
from mlops.cli.bot.targets import Lines, author_option, issue_option, lines_of, parse_issues, status_of, urls_of
from mlops.errors import UsageRefusedError
from mlops.ids import ModelId

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", re.ASCII)


class Asked(NamedTuple):
    """Where it shall be announced, as the options say it."""

    issues: tuple[int, ...]
    project: int | None
    owner: str | None
    wanted: Wanted
    set_field: str | None


@click.command("announce", epilog="Example: mlops bot announce er_20251020 --project 8 --owner acme --label refresh")
@click.argument("model", metavar="MODEL")
@click.option("--project", type=click.IntRange(min=1), metavar="N", help="The issues of this project board …")
@click.option("--owner", metavar="LOGIN", help="… of this organization or person.  [the repository's owner]")
@click.option("--label", "labels", multiple=True, type=Lines(), metavar="NAME", help="Only issues with this label.")
@click.option("--milestone", default="", metavar="TITLE", help="Only issues of this milestone.")
@click.option(
    "--field", "fields", multiple=True, type=Lines(), metavar="NAME=VALUE", help="Only where the board says so."
)
@click.option("--closed", is_flag=True, help="Closed issues of the board, too.")
@issue_option
@click.option("--set-field", metavar="NAME", help="Have this field of the board hold the model's id.")
@gate_option
@click.option("--commit", metavar="SHA", help="The commit that holds the card.  [the newest that touched it]")
@author_option
@deadline_option
@json_option
def command(
    model: str,
    project: int | None,
    owner: str | None,
    labels: tuple[str, ...],
    milestone: str,
    fields: tuple[str, ...],
    closed: bool,
    issue: tuple[str, ...],
    set_field: str | None,
    gate: str | None,
    commit: str | None,
    author: str | None,
    deadline: float,
    as_json: bool,
) -> None:
    """Comment that MODEL is refreshed, with a link to its card and its metrics, once on each issue.

    Said again, the comment is edited; that of an older model is folded away. --label and --field may be given several
    times: all of them must hold. With --gate the metrics stand against the policy's thresholds. A board takes the token
    of a GitHub App or of a person: GITHUB_TOKEN sees none.
    """
    model_id = ModelId.parse(model)
    wanted = Wanted(_lines(labels), milestone.strip(), tuple(map(parse_field, _lines(fields))), closed)
    asked = _checked(Asked(parse_issues(issue), project, owner, wanted, set_field))
    report = None if gate is None else read_gate(gate)[0]
    with connection(deadline, WRITE_ISSUES, READ_CONTENTS, WRITE_PROJECTS) as hub:
        place = _place(hub, asked, str(model_id))
        for line in place.passed_over:
            click.echo(f"passed over: {line}", err=True)
        if not place.numbers:
            nothing = f"skipped: no open issue of {hub.settings.repository} on the board has all that was asked for"
            tell("announce", {"status": "skipped", "urls": "", "issues": ""}, nothing, as_json=as_json)
            return
        at = parse_commit(commit, field="--commit") if commit else commit_of_card(hub, model_id)
        news = news_of_card(hub, model_id, at, report)
        said = say(hub, place.numbers, news, author=comments.author_of(hub, author))
        marked = mark(hub, place, [number for number, _ in said.done], str(model_id))
    lines = [*lines_of(said), *(f"{set_field} set on #{number}" for number, changed in marked.done if changed)]
    found = {
        "status": status_of(said),
        "urls": "\n".join(urls_of(said)),
        "issues": " ".join(str(number) for number, _ in said.done),
    }
    tell("announce", found, "\n".join(lines), as_json=as_json)
    if letters := [*said.letters, *marked.letters]:
        raise unfinished(letters, len(place.numbers))


def _place(hub: GitHub, asked: Asked, text: str) -> Place:
    if asked.project is None:
        return Place(asked.issues)
    owner = asked.owner or hub.settings.owner
    return on_board(
        hub, owner, asked.project, asked.wanted, issues=asked.issues, field=asked.set_field or "", text=text
    )


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts if text.strip())


def _checked(asked: Asked) -> Asked:
    if asked.project is None and not asked.issues:
        raise _usage("--project, --issue", "a board, or issues, or both", "neither")
    if asked.project is None and (asked.wanted != Wanted() or asked.set_field or asked.owner):
        raise _usage(
            "--project", "the number of the board that these options are about", "none, with options about a board"
        )
    if asked.owner is not None and _LOGIN.fullmatch(asked.owner) is None:
        raise _usage("--owner", "the name of an organization or a person", ascii(asked.owner[:100]))
    return asked


def _usage(field: str, expected: str, found: str) -> UsageRefusedError:
    return UsageRefusedError(
        "It is not clear where the model shall be announced.",
        field=field,
        expected=expected,
        found=found,
        fix="For example: mlops bot announce er_20251020 --project 8 --owner acme; or --issue 12",
    )
