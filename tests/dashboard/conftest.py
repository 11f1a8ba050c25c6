"""One Prometheus for all tests that ask it."""

from collections.abc import Iterator

import pytest

from tests.dashboard.prometheus import Prometheus, prometheus


@pytest.fixture(scope="session")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Return a Prometheus that was filled in, pushed to and has scraped: ask it, change nothing."""
    with prometheus(tmp_path_factory.mktemp("prometheus")) as found:
        yield found
