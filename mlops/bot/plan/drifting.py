"""One issue about drift: opened when settings differ, edited while they do, closed when they do not."""

from mlops.bot import issues
from mlops.bot.client import GitHub
from mlops.bot.issues import Subject, Watched
from mlops.bot.markers import marker
from mlops.bot.plan.model import Plan
from mlops.bot.plan.page import plan_page
from mlops.render import Safe, render
from mlops.reporting import COMMENT_LIMIT, fit

KEY = "settings-drift"
TITLE = "Settings on GitHub differ from mlops.toml"
LABEL = "drift"
"""The label that the issue has where ``mlops.toml`` declares one of this name."""


def watch(hub: GitHub, plan: Plan, *, author: str, labels: tuple[str, ...] = ()) -> Watched:
    """Make the issue say what differs, or close it.

    Args:
        hub: The repository.
        plan: What differs; what could not be read counts as a difference, for nobody knows.
        author: As whom this token writes.
        labels: Of a new issue.
    """
    subject = Subject(KEY, TITLE, labels)
    found = issues.find(hub, subject, author)
    if plan.clean:
        return issues.close(hub, found)
    status, issue = issues.say(hub, subject, body_of(plan), author=author, found=found)
    return Watched(status, issue.html_url)


def body_of(plan: Plan) -> str:
    """Return the issue's text: of the plan alone, so that the same drift gives the same text every night."""
    whole = render("bot/drift.md.j2", {"plan": Safe(plan_page(plan))})
    return f"{marker(KEY)}\n{fit(whole, COMMENT_LIMIT, whole='`mlops bot plan`')}"
