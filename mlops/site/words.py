"""Words and links of the history page: :class:`Safe` only where a grammar was read."""

from datetime import UTC, datetime

from mlops.environments import parse_environment
from mlops.errors import MlopsError
from mlops.formatting import format_rate
from mlops.ids import ModelId, parse_task
from mlops.render import Safe
from mlops.words import utc

_SHORT = 10
WRONG_CLOCK = "by a wrong clock"


def named(text: str) -> str:
    """Return the id of a model or a dataset as it is; anything else stays data."""
    try:
        return Safe(ModelId.parse(text))
    except MlopsError:
        return text


def task_name(text: str) -> str:
    """Return the name of a task as it is; anything else stays data."""
    try:
        return Safe(parse_task(text))
    except MlopsError:
        return text


def environment_name(text: str) -> str:
    """Return the name of an environment as it is; anything else stays data."""
    try:
        return Safe(parse_environment(text))
    except MlopsError:
        return text


def linked(text: str, path: str, address: str) -> str:
    """Return ``text`` as a link to a file or a commit of the repository; without an address, as it is.

    Args:
        text: What :func:`named` or :func:`short` returned: data is never a link.
        path: Below the address; of parsed parts alone.
        address: Of the repository on GitHub, checked; empty for none.
    """
    if not address or not isinstance(text, Safe):
        return text
    return Safe(f'<a href="{address}/{path}">{text}</a>')


def card_link(model: str, address: str) -> str:
    """Return the name of a model that has a card, as a link to it."""
    return linked(named(model), f"blob/HEAD/model_cards/{model}.md", address)


def manifest_link(dataset: str, address: str) -> str:
    """Return the name of a dataset that has a manifest, as a link to it."""
    return linked(named(dataset), f"blob/HEAD/data_manifests/{dataset}.json", address)


def commit_link(commit: str, address: str) -> str:
    """Return the first digits of a commit that git named, as a link to it."""
    return linked(Safe(f"<code>{commit[:_SHORT]}</code>"), f"commit/{commit}", address)


def day(moment: datetime) -> Safe:
    """Return the day of a moment, in UTC, as a machine reads it, too."""
    return Safe(f"<time>{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC):%Y-%m-%d}</time>")


def believable(moment: datetime, until: datetime | None) -> bool:
    """Return whether a time can be true; ``until`` is the latest that is believed, None believes any."""
    return until is None or utc(moment) <= until


def claimed(moment: datetime, until: datetime | None) -> Safe:
    """Return the day of a moment, and that a wrong clock told it where it lies later than is believed."""
    return Safe(f"{day(moment)}{'' if believable(moment, until) else ', ' + WRONG_CLOCK}")


def axis_day(text: str, until: datetime | None) -> str:
    """Return a day (``YYYY-MM-DD``) for an axis; empty where it lies later than is believed."""
    return text if until is None or text <= f"{until:%Y-%m-%d}" else ""


def minute(moment: datetime) -> Safe:
    """Return a moment in UTC to the minute, as a machine reads it, too."""
    utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return Safe(f'<time datetime="{utc:%Y-%m-%dT%H:%MZ}">{utc:%Y-%m-%d %H:%M}</time>')


def percent(value: float | None, asked: float | None = None) -> Safe:
    """Return a rate as a percentage without its sign, for a column that bears it; a dash where not defined."""
    return Safe("-" if value is None else format_rate(value, asked).removesuffix(" %"))


def between(lower: float | None, upper: float | None, asked: float | None = None) -> Safe:
    """Return both bounds as percentages without their signs; empty where there are none."""
    if lower is None or upper is None:
        return Safe("")
    return Safe(f"{percent(lower, asked)} to {percent(upper, asked)}")
