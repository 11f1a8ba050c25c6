"""A second opinion about comments, contents and pull requests: the same steps against npm's ``emulate`` 0.12.2.

Opt in with ``make second-opinion``: it takes ``emulate`` and a Node that is new enough from npm into a folder, which it
names in ``SECOND_OPINION``. Without it these tests are skipped. What both sides answer must be the same.

It is no judge of the rest. It lacks variables, rulesets, environments, deployments, statuses, GraphQL and ETags. It
accepts what GitHub refuses: unknown tokens, a comment of 70,000 characters, a protection whose parts are of the wrong
type, a second pull request of a branch, one of a branch that is not there, and one that brings nothing new.
"""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from github import Auth, Github, GithubException, InputGitAuthor
from github.Repository import Repository

from mlops.bot.client import GitHub
from mlops.bot.comments import tell
from mlops.bot.effects import Deadline
from mlops.bot.settings import Settings
from tests.bot import world
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import REPOSITORY

FOLDER = os.environ.get("SECOND_OPINION", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="a second opinion is asked for: make second-opinion")

TOKENS = {"octocat": "token-of-octocat", "stranger": "token-of-stranger"}
SEED = """tokens:
  token-of-octocat: {login: octocat}
  token-of-stranger: {login: stranger}
github:
  users: [{login: octocat}, {login: stranger}]
  orgs: [{login: acme, members: [{login: octocat, role: admin}]}]
  repos: [{owner: acme, name: er-models, auto_init: true}]
"""


@dataclass(frozen=True)
class Opinion:
    """A GitHub that is asked.

    Attributes:
        api: Its address.
        tokens: Of whom it knows.
    """

    api: str
    tokens: dict[str, str]

    def repository(self, login: str = "octocat") -> Repository:
        """Return the repository as PyGithub sees it."""
        return Github(auth=Auth.Token(self.tokens[login]), base_url=self.api, retry=None, seconds_between_requests=None,
                      seconds_between_writes=None).get_repo(REPOSITORY)  # fmt: skip

    def bot(self) -> GitHub:
        """Return the bot's own client."""
        known = Settings(token=self.tokens["octocat"], repository=REPOSITORY, api_url=self.api)
        deadline = Deadline(world.Hourglass().effects(), 60)
        return GitHub(known, deadline, seconds_between_requests=None, seconds_between_writes=None)


@pytest.fixture(scope="module")
def emulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a running ``emulate``."""
    seed = tmp_path_factory.mktemp("emulate") / "seed.yaml"
    seed.write_text(SEED, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    modules = Path(FOLDER, "node_modules")
    command = [
        str(modules / ".bin" / "node"), str(modules / "emulate" / "dist" / "index.js"), "start",
        "--service", "github", "--port", str(port), "--seed", str(seed),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # what was asked for
        try:
            assert process.stdout is not None
            printed = ""
            while "Ready." not in printed:
                line = process.stdout.readline()
                assert line, f"emulate did not start: {printed}"
                printed += line
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


@pytest.fixture
def opinions(hub: Hub, emulate: str) -> tuple[Opinion, Opinion]:
    """Return the stand-in and emulate."""
    ours = {login: hub.token_for(login) for login in TOKENS}
    return Opinion(hub.api, ours), Opinion(emulate, TOKENS)


def outcome(step: Callable[[], Any]) -> Any:
    """Return what a step gives, or the status with which it was refused."""
    try:
        return step()
    except GithubException as error:
        return error.status


def comments(opinion: Opinion) -> list[Any]:
    """Let the bot comment three times among many others, one of whom pastes its note."""
    issue = opinion.repository("stranger").create_issue("Certify")
    issue.create_comment(world.news("pasted").body(None))
    for n in range(40):
        issue.create_comment(f"chatter {n}")
    said = [tell(opinion.bot(), issue.number, world.news(text), author="octocat").status for text in ("a", "a", "b")]
    bodies = [(each.user.login, each.body) for each in issue.get_comments() if "chatter" not in each.body]
    return [said, bodies]


def contents(opinion: Opinion) -> list[Any]:
    """Write, read, change and remove a file, rightly and wrongly."""
    repo = opinion.repository()
    author = InputGitAuthor("Octo Cat", "octocat@example.org")
    made = repo.create_file("cards/er.md", "Add the card", "# One\n", branch="main", author=author)["content"]

    def read(ref: str = "main") -> bytes:
        found = repo.get_contents("cards/er.md", ref=ref)
        assert not isinstance(found, list)
        return found.decoded_content

    def change(sha: str) -> bytes:
        repo.update_file("cards/er.md", "Change", "# Two\n", sha, branch="main")
        return read()

    folder = repo.get_contents("cards")
    return [
        read(),
        [each.path for each in folder] if isinstance(folder, list) else folder,
        outcome(lambda: repo.create_file("cards/er.md", "Again", "# Two\n", branch="main")),
        outcome(lambda: change("0" * 40)),
        outcome(lambda: change(made.sha)),
        outcome(lambda: repo.get_contents("cards/none.md")),
        outcome(lambda: read("none")),
    ]


def pulls(opinion: Opinion) -> list[Any]:
    """Open, find and close a pull request, rightly and wrongly."""
    repo = opinion.repository()
    pull = repo.create_pull(base="main", head="card", title="Add the card", body="Judged.")
    return [
        (pull.state, pull.merged, pull.head.ref, pull.base.ref, pull.user.login),
        [each.number == pull.number for each in repo.get_pulls(head="acme:card")],
        [each.number for each in repo.get_pulls(head="acme:other")],
        outcome(lambda: pull.edit(title="Add the judged card", state="closed")),
        (repo.get_pull(pull.number).title, repo.get_pull(pull.number).state),
        [each.number for each in repo.get_pulls()],
    ]


@pytest.fixture
def branch(hub: Hub, emulate: str) -> None:
    """Make a branch with one commit of its own on both sides."""
    repo = Opinion(emulate, TOKENS).repository()
    repo.create_git_ref("refs/heads/card", repo.get_branch("main").commit.sha)
    repo.create_file("card.md", "Add the card", "# Card\n", branch="card")
    hub.state.bare.point("refs/heads/card", hub.state.bare.branch("main"))
    hub.state.bare.write("card", "card.md", b"# Card\n", "Add the card", "octocat")


@pytest.mark.usefixtures("branch")
def test_both_say_the_same_of_pull_requests(opinions: tuple[Opinion, Opinion]) -> None:
    assert pulls(opinions[0]) == pulls(opinions[1])


@pytest.mark.parametrize("story", [comments, contents])
def test_both_say_the_same(opinions: tuple[Opinion, Opinion], story: Callable[[Opinion], list[Any]]) -> None:
    assert story(opinions[0]) == story(opinions[1])
