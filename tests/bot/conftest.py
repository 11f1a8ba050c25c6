"""Fixtures of the bot's tests."""

from pathlib import Path

import pytest

from tests.bot import world
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["artifact", "hub", "pinned"]


@pytest.fixture
def pinned(hub: Hub) -> Hub:
    """Return a stand-in whose main branch declares the state and pins the factories' dataset."""
    world.pin(hub)
    return hub


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """Return an artifact that passed."""
    return world.judged(tmp_path / "artifact")
