"""One issue about what a served model does: opened on an alarm, edited while it lasts, closed with a comment when over.

The note at its top remembers which training was dispatched and when, also while the issue is closed, so that an alarm
that comes and goes dispatches no second one within the cooldown::

    <!-- mlops:monitoring:claims alarm dispatched=2026-01-31 run=123 -->
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

from mlops.bot import comments, issues
from mlops.bot.client import GitHub
from mlops.bot.dispatching import Request, dispatch
from mlops.bot.issues import Issue, Status, Subject
from mlops.bot.markers import marker, marker_start
from mlops.bot.news import News
from mlops.formatting import printable
from mlops.monitoring import page
from mlops.monitoring.document import Monitoring
from mlops.reporting import COMMENT_LIMIT, Digest, fit

LABEL = "monitoring"
"""The label that the issue has where ``mlops.toml`` declares one of this name."""

_NOTE = re.compile(r"alarm(?: dispatched=(?P<day>\d{4}-\d{2}-\d{2}) run=(?P<run>\d{1,19}))?", re.ASCII)


class Dispatch(NamedTuple):
    """The training that was dispatched: on which day of monitoring, and its run."""

    day: date
    run: int


class Told(NamedTuple):
    """What was done.

    Attributes:
        status: Of the issue; ``unchanged`` also where nothing is known and nothing was done.
        url: Of the issue; empty where there is none.
        run_id: Of the training that this call dispatched; empty if it dispatched none.
        run_url: Its page.
        note: Why no training was dispatched although the settings ask for one; empty otherwise.
    """

    status: Status
    url: str
    run_id: str = ""
    run_url: str = ""
    note: str = ""


def tell(
    hub: GitHub, found: Monitoring, *, author: str, labels: tuple[str, ...] = (), training: Request | None = None
) -> Told:
    """Make the issue say what monitoring found, and dispatch a training where the settings ask for one.

    What is unknown opens and closes nothing: an issue that is open says so and stays open. The training is dispatched
    after the issue stands and before the issue remembers it: dying between the two dispatches it a second time.

    Args:
        hub: The repository.
        found: What was measured.
        author: As whom this token writes.
        labels: Of a new issue.
        training: What is dispatched; None where nothing may be.
    """
    subject = Subject(f"monitoring:{found.task}", f"Monitoring: the model of {found.task} needs a look", labels)
    standing = issues.find(hub, subject, author)
    before = remembered(standing, subject)
    is_open = standing is not None and standing.state == "open"
    if found.word == "ok":
        return _closed(hub, found, standing, subject, author)
    if found.word == "unknown" and not is_open:
        return Told("unchanged", standing.html_url if standing else "", note="Nothing is known; nothing was changed.")
    status, issue = issues.say(hub, subject, body_of(found, subject, before), author=author, found=standing)
    told = Told(status, issue.html_url)
    if found.word != "alarm" or not found.retraining.wanted or found.retraining.policy != "dispatch":
        return told
    free = None if before is None else before.day + timedelta(days=found.retraining.cooldown_days)
    if free is not None and found.as_of < free:
        return told._replace(note=f"A training was dispatched on {before.day if before else ''}; none before {free}.")
    if training is None:
        return told._replace(note="The settings ask for a training and no workflow was named.")
    run = dispatch(hub, training)
    body = body_of(found, subject, Dispatch(found.as_of, run.run_id))
    issues.change(hub, issue, {"body": body})
    return told._replace(run_id=str(run.run_id), run_url=run.url)


def remembered(issue: Issue | None, subject: Subject) -> Dispatch | None:
    """Return the training that an issue's note remembers; None where it remembers none, or nobody can read it."""
    first = (issue.body or "").partition("\n")[0] if issue is not None else ""
    match = _NOTE.fullmatch(first.removeprefix(marker_start(subject.key)).removesuffix(" -->"))
    if match is None or match["day"] is None:
        return None
    try:
        return Dispatch(date.fromisoformat(match["day"]), int(match["run"]))
    except ValueError:  # the calendar has no such day
        return None


def body_of(found: Monitoring, subject: Subject, before: Dispatch | None) -> str:
    """Return the issue's text: of the report and the training that was dispatched alone."""
    said = "alarm" if before is None else f"alarm dispatched={before.day} run={before.run}"
    whole = page.to_markdown(found)
    if before is not None:
        whole += f"\nA training was dispatched on {before.day}: run {before.run}.\n"
    return f"{marker(subject.key, said)}\n{fit(whole, COMMENT_LIMIT, whole='`dist/monitoring.json` of the run')}"


def _closed(hub: GitHub, found: Monitoring, standing: Issue | None, subject: Subject, author: str) -> Told:
    if standing is not None and standing.state == "open":
        key = f"{subject.key}:{found.as_of:%Y%m%d}"
        text = f"{printable(page.title_of(found))}: every measured part is well as of {found.as_of}. Closed."
        comments.tell(hub, standing.number, News(key, Digest("pass"), lambda _: text), author=author)
    return Told(*issues.close(hub, standing))
