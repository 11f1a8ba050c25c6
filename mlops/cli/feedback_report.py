"""``mlops feedback report``: how labels come."""

from datetime import date, timedelta

import click

from mlops.cli import outputs
from mlops.cli.common import declared_contract, emit_json, load_settings, repository_root
from mlops.cli.feedback_asked import Asked
from mlops.feedback import delays, reading


def report(asked: Asked, *, as_json: bool) -> None:
    """Print the report, and add it to the step's summary.

    Raises:
        InputRefusedError: The log is absent or none.
    """
    root = repository_root()
    settings = load_settings(root)
    contract = declared_contract(settings, asked.task, root)
    window = asked.window()
    with reading.opened(asked.log) as connection:
        rows = reading.answered(connection, asked.task, window)
        models = delays.by_model(connection, asked.task, window, (window.as_of + timedelta(days=1)).isoformat())
    found = delays.measure(rows, window, maturity_days=asked.maturity_days(settings, contract))
    outputs.summarise(delays.to_markdown(asked.task, window, found, models))
    if as_json:
        since = None if window.start == date.min else window.start.isoformat()
        emit_json({
            "task": asked.task, "from": since, "until": window.until.isoformat(), "as_of": window.as_of.isoformat(),
            **found._asdict(), "models": [one._asdict() for one in models],
        })  # fmt: skip
    else:
        click.echo(delays.to_text(found, models))
