"""What GitHub's deployments show, for verbs that compare it with something else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mlops.bot import deployments
from mlops.bot.permissions import READ_DEPLOYMENTS
from mlops.cli.bot.common import reading
from mlops.cli.drifting import Recorded

_SECONDS = 60


@contextmanager
def asking() -> Iterator[Recorded]:
    """Yield what returns, by task, the models whose deployments to an environment succeeded last.

    Raises:
        UsageRefusedError: There is no token or no repository.
    """
    with reading(_SECONDS, READ_DEPLOYMENTS) as hub:

        def recorded(environment: str) -> Mapping[str, str]:
            return deployments.active(hub, environment)

        yield recorded
