"""``mlops bot comment``: tell people about a verdict or a refreshed model, in one comment that is edited in place."""

import re
from typing import NamedTuple

import click

from mlops import registry
from mlops.bot import comments, contents, pages, pulls
from mlops.bot.client import GitHub
from mlops.bot.settings import parse_commit
from mlops.cli.bot.common import connection, deadline_option, gate_option, json_option, read_gate, tell
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate import GateReport
from mlops.ids import ModelId

_ISSUE = re.compile(r"#?([1-9][0-9]{0,9})", re.ASCII)
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
@click.option("--card", metavar="ID", help="Announce the refreshed model by its card at --commit, with its metrics.")
@click.option(
    "--commit", metavar="SHA", help="The commit that holds the card, and whose files are linked.  [GITHUB_SHA]"
)
@click.option(
    "--issue", "issue", multiple=True, metavar="N", help="An issue; may be given several times, or as a list."
)
@click.option("--pull-request", type=click.IntRange(min=1), metavar="N", help="A pull request.")
@click.option("--head-sha", metavar="SHA", help="The open pull request whose head is this commit …")
@click.option("--head-branch", metavar="OWNER:BRANCH", help="… on this branch, as `workflow_run` tells them.")
@click.option("--conclusion", metavar="WORD", help="How the run that judged ended: what contradicts it is refused.")
@click.option("--author", metavar="LOGIN", help="As whom the token writes.  [asked, else github-actions[bot]]")
@deadline_option
@json_option
def command(
    gate: str | None,
    card: str | None,
    commit: str | None,
    issue: tuple[str, ...],
    pull_request: int | None,
    head_sha: str | None,
    head_branch: str | None,
    conclusion: str | None,
    author: str | None,
    deadline: float,
    as_json: bool,
) -> None:
    """Write a verdict (--gate) or the news of a refreshed model (--card) into one comment a subject.

    The text is rendered here from the document; Markdown of an artifact is never posted. Comments are found again on
    all pages by an invisible marker and their author, and edited.
    """
    targets = _targets(issue, pull_request, head_sha, head_branch)
    if gate is None and card is None:
        raise _usage("--gate, --card", "a gate.json to tell of, or a card, or both")
    report = None if gate is None else read_gate(gate)[0]
    if report is not None and conclusion is not None:
        _refuse_contradiction(report, conclusion)
    model = None if card is None else ModelId.parse(card)
    with connection(deadline) as hub:
        numbers = _numbers(hub, targets)
        at = commit or head_sha or hub.settings.sha
        key, body = _text(hub, report, model, parse_commit(at, field="--commit") if at or model else "")
        login = comments.author_of(hub, author)
        on_pull = not targets.issues
        written = [comments.upsert(hub, n, body, key=key, author=login, on_pull=on_pull) for n in numbers]
    status = next(
        (word for word in ("created", "edited", "unchanged") if word in {w.status for w in written}), "skipped"
    )
    urls = "\n".join(one.url for one in written)
    text = (
        f"{status}: {', '.join(one.url for one in written)}"
        if written
        else "skipped: no open pull request has this head"
    )
    tell("comment", {"status": status, "url": urls}, text, as_json=as_json)


def _text(hub: GitHub, report: GateReport | None, model: ModelId | None, commit: str) -> tuple[str, str]:
    """Return the key and the body of the comment."""
    links = pages.links_at(hub.settings, commit)
    if model is not None:
        path = registry.path_of(model).as_posix()
        record = contents.read_record(hub, path, commit)
        # The same model trained again is another artifact, for its record holds times, and keeps its card.
        if report is not None and report.bindings.model_sha256 != record.model_sha256:
            raise InputRefusedError(
                "The verdict is about another model than the card.",
                file=path,
                field="model_sha256",
                expected=record.model_sha256,
                found=report.bindings.model_sha256,
                fix="Pass the gate.json of the model that the card describes.",
            )
        key = f"card:{model}"
        return key, pages.announcement(record, key, links, report)
    if report is None:
        raise ValueError("a comment is about a verdict or a card")
    key = f"gate:{ModelId.parse(report.model_id).dataset.task}"
    return key, pages.verdict_comment(report, key, links)


def _numbers(hub: GitHub, targets: Targets) -> list[int]:
    if targets.head_sha is None or targets.head_branch is None:
        return list(dict.fromkeys([*targets.issues, *([targets.pull_request] if targets.pull_request else [])]))
    found = pulls.open_for(hub, targets.head_branch)
    return [pull.number for pull in found if pull.head.sha == targets.head_sha]


def _targets(issues: tuple[str, ...], pull_request: int | None, sha: str | None, branch: str | None) -> Targets:
    words = [word for text in issues for word in re.split(r"[\s,]+", text) if word]
    matches = [_ISSUE.fullmatch(word) for word in words]
    numbers = [int(match[1]) for match in matches if match is not None]
    if len(numbers) != len(words):
        wrong = next(word for word, match in zip(words, matches, strict=True) if match is None)
        raise _usage("--issue", "the number of an issue, such as 12", found=ascii(wrong[:100]))
    if (sha is None) != (branch is None):
        raise _usage("--head-sha, --head-branch", "both, as `workflow_run` tells them, or neither")
    if branch is not None and _HEAD.fullmatch(branch) is None:
        raise _usage("--head-branch", "OWNER:BRANCH", found=ascii(branch[:100]))
    if sha is not None and (numbers or pull_request):
        raise _usage("--head-sha", "it alone, for it says which pull request", found="--issue or --pull-request too")
    if sha is None and not numbers and pull_request is None:
        raise _usage("--issue, --pull-request, --head-sha", "where the comment shall stand", found="nowhere")
    head = None if sha is None else parse_commit(sha, field="--head-sha")
    return Targets(tuple(numbers), pull_request, head, branch)


def _refuse_contradiction(report: GateReport, conclusion: str) -> None:
    """Refuse a file that says something else than the run did: it may come from a fork."""
    if (report.verdict == "pass") != (conclusion == _SUCCESS):
        raise InputRefusedError(
            "The verdict in the file is not what the run concluded.",
            field="--conclusion",
            expected="success for a pass, anything else for all else",
            found=f"verdict {report.verdict}, conclusion {conclusion[:40]!a}",
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
