"""Clients of the stand-in: the ones that the world uses, PyGithub and requests."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import requests
from github import Auth, Github
from github.Repository import Repository

from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]

Ask = Callable[..., requests.Response]


def client(hub: Hub, token: str | None = None) -> Github:
    """Return a PyGithub that neither waits nor tries again."""
    return Github(
        auth=Auth.Token(token or hub.token),
        base_url=hub.api,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


@pytest.fixture
def repo(hub: Hub) -> Iterator[Repository]:
    """Return the repository as PyGithub sees it with a workflow's token."""
    github = client(hub)
    yield github.get_repo(hub.repository)
    github.close()


@pytest.fixture
def as_app(hub: Hub) -> Iterator[Repository]:
    """Return the repository as PyGithub sees it with an App's token."""
    github = client(hub, hub.app_token)
    yield github.get_repo(hub.repository)
    github.close()


@pytest.fixture
def ask(hub: Hub) -> Iterator[Ask]:
    """Return a function that sends one request about the repository with requests, redirects not followed."""
    with requests.Session() as session:

        def send(method: str, path: str = "", **options: Any) -> requests.Response:
            headers = {"Authorization": f"Bearer {hub.token}", **options.pop("headers", {})}
            address = path if path.startswith("http") else f"{hub.api}/repos/{hub.repository}{path}"
            return session.request(method, address, headers=headers, timeout=20, allow_redirects=False, **options)

        yield send


@pytest.fixture
def ask_app(hub: Hub, ask: Ask) -> Ask:
    """Return ``ask`` with the App's token."""
    return partial(ask, headers={"Authorization": f"Bearer {hub.app_token}"})


@pytest.fixture
def branch(hub: Hub) -> Callable[[str], str]:
    """Return a function that makes a branch with one commit of its own in the bare repository."""

    def make(name: str, path: str = "card.md", content: str = "# Card\n") -> str:
        bare = hub.state.bare
        bare.point(f"refs/heads/{name}", bare.branch("main"))
        return bare.write(name, path, content.encode(), f"Add {path}", "octocat")

    return make
