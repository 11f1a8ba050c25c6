"""``mlops bot check``: post the gate's conclusion as a check run on a commit."""

import click

from mlops.bot import checks, pulls
from mlops.bot.permissions import READ_PULLS, WRITE_CHECKS
from mlops.bot.settings import parse_commit
from mlops.cli.bot.common import connection, deadline_option, gate_option, json_option, read_gate, tell
from mlops.errors import UsageRefusedError


@click.command("check", epilog="Example: mlops bot check --gate gate.json --pull-request 7")
@gate_option
@click.option("--head-sha", metavar="SHA", help="The commit.")
@click.option("--pull-request", type=click.IntRange(min=1), metavar="N", help="Or the newest commit of this one.")
@click.option("--name", default=checks.NAME, show_default=True, help="Of the check, as the protection requires it.")
@deadline_option
@json_option
def command(
    gate: str | None, head_sha: str | None, pull_request: int | None, name: str, deadline: float, as_json: bool
) -> None:
    """Post a verdict as a check run: success if it is pass, failure for all else, for GitHub lets neutral pass.

    A pass is posted only on the commit whose code made the model (exit 3 else). The same verdict is posted once.
    """
    if gate is None or (head_sha is None) == (pull_request is None) or not name.isprintable() or not name.strip():
        raise UsageRefusedError(
            "A check needs a verdict, and one commit to stand on.",
            field="--gate, --head-sha, --pull-request",
            expected="--gate FILE, and --head-sha SHA or --pull-request N",
            found="something else",
            fix="For example: mlops bot check --gate gate.json --pull-request 7",
        )
    report, gate_sha256 = read_gate(gate)
    sha = None if head_sha is None else parse_commit(head_sha, field="--head-sha")
    with connection(deadline, WRITE_CHECKS, READ_PULLS) as hub:
        commit = pulls.get(hub, pull_request).head.sha if sha is None and pull_request is not None else sha or ""
        done = checks.post(hub, report, gate_sha256, head_sha=commit, name=name)
    news = "posted" if done.fresh else "there already"
    tell(
        "check",
        {"url": done.url, "conclusion": done.conclusion},
        f"{done.conclusion}, {news}: {done.url}",
        as_json=as_json,
    )
