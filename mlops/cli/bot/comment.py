"""``mlops bot comment``: tell people about a verdict or a refreshed model, in one comment that is edited in place."""

import re
from dataclasses import replace
from typing import NamedTuple, get_args

import click

from mlops.bot import comments, pages, pulls
from mlops.bot.announcing import news_of_card, news_of_intake, news_of_verdict, say
from mlops.bot.client import GitHub
from mlops.bot.news import News, When
from mlops.bot.permissions import READ_CONTENTS, WRITE_ISSUES, WRITE_PULLS
from mlops.bot.settings import parse_commit
from mlops.bot.spreading import unfinished
from mlops.cli.bot.common import connection, deadline_option, gate_option, json_option, read_gate, read_intake, tell
from mlops.cli.bot.targets import author_option, issue_option, lines_of, parse_issues, status_of, urls_of
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate import GateReport
from mlops.gate.report import Verdict
from mlops.ids import ModelId
from mlops.intake import IntakeReport

_HEAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\[bot\])?:[^\s:?*\[\\~^\x00-\x1f\x7f]{1,255}", re.ASCII)
_SUCCESS = "success"


class Targets(NamedTuple):
    """Where the comment stands."""

    issues: tuple[int, ...]
    pull_request: int | None
    head_sha: str | None
    head_branch: str | None


@click.command("comment", epilog="Example: mlops bot comment --gate gate.json --pull-request 7")
@gate_option
@click.option(
    "--intake", type=click.Path(dir_okay=False), metavar="FILE", help="The intake.json about what a change brings."
)
@click.option("--card", metavar="ID", help="Announce the refreshed model by its card at --commit, with its metrics.")
@click.option(
    "--commit", metavar="SHA", help="The commit that holds the card, and whose files are linked.  [GITHUB_SHA]"
)
@issue_option
@click.option("--pull-request", type=click.IntRange(min=1), metavar="N", help="A pull request.")
@click.option("--head-sha", metavar="SHA", help="The open pull request whose head is this commit …")
@click.option("--head-branch", metavar="OWNER:BRANCH", help="… on this branch, as `workflow_run` tells them.")
@click.option("--conclusion", metavar="WORD", help="How the run that judged ended: what contradicts it is refused.")
@click.option(
    "--when",
    type=click.Choice(get_args(When)),
    default="always",
    show_default=True,
    help="Always; on a change of verdict or metrics alone; or about a failure alone, and its end.",
)
@author_option
@deadline_option
@json_option
def command(
    gate: str | None,
    intake: str | None,
    card: str | None,
    commit: str | None,
    issue: tuple[str, ...],
    pull_request: int | None,
    head_sha: str | None,
    head_branch: str | None,
    conclusion: str | None,
    when: When,
    author: str | None,
    deadline: float,
    as_json: bool,
) -> None:
    """Write a verdict (--gate, --intake) or the news of a refreshed model (--card) into one comment a subject.

    The text is rendered here from the document; Markdown of an artifact is never posted. Comments are found again on
    all pages by an invisible note and their author, and edited; they show what moved since. An issue that refuses keeps
    none of the others from getting theirs.
    """
    targets = _targets(issue, pull_request, head_sha, head_branch)
    if (gate is None and card is None) == (intake is None):
        raise _usage("--gate, --card, --intake", "a gate.json to tell of, or a card, or both; or an intake.json")
    report = None if gate is None else read_gate(gate)[0]
    batches = None if intake is None else read_intake(intake)
    judged = report or batches
    if judged is not None and conclusion is not None:
        _refuse_contradiction(judged.verdict, conclusion)
    model = None if card is None else ModelId.parse(card)
    with connection(deadline, READ_CONTENTS, WRITE_ISSUES, WRITE_PULLS) as hub:
        numbers = _numbers(hub, targets)
        at = commit or head_sha or hub.settings.sha
        verified = parse_commit(at, field="--commit") if at or model else ""
        news = replace(_news(hub, report, model, batches, verified), when=when, on_pull=not targets.issues)
        spread = say(hub, numbers, news, author=comments.author_of(hub, author))
    lines = lines_of(spread) or ["skipped: no open pull request has this head"]
    found = {"status": status_of(spread), "url": "\n".join(urls_of(spread))}
    tell("comment", found, "\n".join(lines), as_json=as_json)
    if spread.letters:
        raise unfinished(spread.letters, len(numbers))


def _news(
    hub: GitHub, report: GateReport | None, model: ModelId | None, batches: IntakeReport | None, commit: str
) -> News:
    """Return what the comment shall say."""
    if batches is not None:
        return news_of_intake(batches, pages.links_at(hub.settings, commit))
    if model is not None:
        return news_of_card(hub, model, commit, report)
    if report is None:
        raise ValueError("a comment is about a verdict or a card")
    return news_of_verdict(report, pages.links_at(hub.settings, commit))


def _numbers(hub: GitHub, targets: Targets) -> list[int]:
    if targets.head_sha is None or targets.head_branch is None:
        return list(dict.fromkeys([*targets.issues, *([targets.pull_request] if targets.pull_request else [])]))
    found = pulls.open_for(hub, targets.head_branch)
    return [pull.number for pull in found if pull.head.sha == targets.head_sha]


def _targets(issues: tuple[str, ...], pull_request: int | None, sha: str | None, branch: str | None) -> Targets:
    numbers = parse_issues(issues)
    if (sha is None) != (branch is None):
        raise _usage("--head-sha, --head-branch", "both, as `workflow_run` tells them, or neither")
    if branch is not None and _HEAD.fullmatch(branch) is None:
        raise _usage("--head-branch", "OWNER:BRANCH", found=ascii(branch[:100]))
    if sha is not None and (numbers or pull_request):
        raise _usage("--head-sha", "it alone, for it says which pull request", found="--issue or --pull-request too")
    if sha is None and not numbers and pull_request is None:
        raise _usage("--issue, --pull-request, --head-sha", "where the comment shall stand", found="nowhere")
    head = None if sha is None else parse_commit(sha, field="--head-sha")
    return Targets(numbers, pull_request, head, branch)


def _refuse_contradiction(verdict: Verdict, conclusion: str) -> None:
    """Refuse a file that says something else than the run did: it may come from a fork."""
    if (verdict == "pass") != (conclusion == _SUCCESS):
        raise InputRefusedError(
            "The verdict in the file is not what the run concluded.",
            field="--conclusion",
            expected="success for a pass, anything else for all else",
            found=f"verdict {verdict}, conclusion {conclusion[:40]!a}",
            why="The file comes from a job that may run a stranger's code; the conclusion comes from GitHub.",
            fix="Look at the run. If it is honest, run it again.",
        )


def _usage(field: str, expected: str, *, found: str = "something else") -> UsageRefusedError:
    return UsageRefusedError(
        "A comment needs something to say, and where.",
        field=field,
        expected=expected,
        found=found,
        fix="For example: mlops bot comment --gate gate.json --pull-request 7",
    )
