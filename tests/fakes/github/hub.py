"""The stand-in as a test holds it: where it listens, what a test arranges, what a test looks at."""

import io
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.github.accounts import APP, BEYOND_WORKFLOWS, WORKFLOW, Account, Grant
from tests.fakes.github.app import App, Exchange
from tests.fakes.github.areas import artifacts, pulls
from tests.fakes.github.arranging import Arranging
from tests.fakes.github.bare import Bare
from tests.fakes.github.contract import Contract, description
from tests.fakes.github.faults import Fault, Faults
from tests.fakes.github.graphql import engine
from tests.fakes.github.graphql.boards import Board, Kinds, board
from tests.fakes.github.server import Service
from tests.fakes.github.state import Artifact, CheckRun, Comment, Dispatch, Issue, Run, State
from tests.fakes.github.storage import Storage


@dataclass
class Hub(Arranging):
    """A running stand-in.

    Attributes:
        state: What it remembers; plain records that tests may read, and change.
        api: Base address of the API; ``api + "/api/v3"`` serves, too, as on GitHub Enterprise Server.
        faults: What shall go wrong.
        violations: Requests and answers that GitHub's description does not allow.
        log: Every exchange, in the order of its answer.
        token: Of a workflow, ``github-actions[bot]``.
        app_token: Of an App's installation, ``precision-gate[bot]``.
    """

    state: State = field(repr=False)
    faults: Faults = field(repr=False)
    violations: list[str]
    log: list[Exchange] = field(repr=False)
    api: str = ""
    token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)

    @property
    def repository(self) -> str:
        """``owner/name``."""
        return self.state.repository

    @property
    def bare(self) -> Path:
        """The bare repository on disk."""
        return self.state.bare.path

    def token_for(
        self,
        login: str,
        *,
        without: Iterable[str] = (),
        permissions: Mapping[str, str] | None = None,
        scopes: Iterable[str] | None = None,
    ) -> str:
        """Return a token of ``login`` that lacks the permissions ``without``.

        Args:
            login: Of a person, or with ``[bot]`` of an App.
            without: Names as in GitHub's API: ``issues``, ``pull_requests``, ``checks``, ``statuses``, ``contents``,
                ``deployments``, ``actions``, ``actions_variables``, ``administration``, ``organization_projects``.
            permissions: The only ones that it has, with their levels ``read`` and ``write``.
            scopes: Of a classic token, such as ``repo`` and ``project``; only such a one sees a person's board.
        """
        classic = None if scopes is None else frozenset(scopes)
        return self.state.tokens.keep(Grant(Account(login), frozenset(without), permissions, classic))

    def requests(self, method: str = "*", pattern: str = "") -> list[Exchange]:
        """Return the exchanges of this method whose path, or what GraphQL they ask for, holds ``pattern``."""
        return [
            exchange
            for exchange in self.log
            if method in {"*", exchange.method}
            and any(re.search(pattern, name) for name in (exchange.path, *exchange.operations))
        ]

    def on_dispatch(self, hook: Callable[[Dispatch], None]) -> None:
        """Call ``hook`` with each accepted ``workflow_dispatch``, before it is answered."""
        self.state.hook = hook

    # What a test arranges

    def add_issue(self, title: str = "An issue", *, author: str = "octocat", body: str = "") -> int:
        """Open an issue, and return its number."""
        now, number = self.state.now(), len(self.state.issues) + 1
        self.state.issues[number] = Issue(number, title, body, Account(author), now, now)
        return number

    def add_comment(self, issue: int, body: str, *, author: str = "octocat") -> int:
        """Comment on an issue or a pull request as ``author``, and return the comment's id."""
        now, number = self.state.now(), self.state.numbers()
        self.state.comments[number] = Comment(number, issue, body, Account(author), now, now)
        return number

    def add_pull(self, head: str, base: str = "main", *, title: str = "A change", author: str = "octocat") -> int:
        """Open a pull request of a branch of the bare repository, and return its number."""
        return pulls.open_pull(self.state, Account(author), title, head, base).number

    def merge_pull(self, number: int, *, author: str = "octocat") -> str:
        """Merge a pull request in the bare repository, and return the merge commit."""
        return pulls.merge(self.state, self.state.issues[number], author)

    def close_pull(self, number: int) -> None:
        """Close a pull request without merging it."""
        pulls.close(self.state, self.state.issues[number])

    def add_run(
        self,
        run_id: int | None = None,
        *,
        workflow_path: str = ".github/workflows/entity-resolution-train.yml",
        name: str | None = None,
        event: str = "workflow_dispatch",
        head_branch: str = "main",
        head_sha: str | None = None,
        head_repository: str | None = None,
        status: str = "completed",
        conclusion: str | None = "success",
        actor: str = "octocat",
    ) -> int:
        """Record a run of a workflow, and return its id.

        Args:
            run_id: Of the run; without it a new one.
            workflow_path: In the repository.
            name: Of the workflow; without it the stem of its path.
            event: What triggered it.
            head_branch: It ran on.
            head_sha: It ran on; without it the head of the branch.
            head_repository: ``owner/name``; another one than this repository's is a fork.
            status: ``queued``, ``in_progress`` or ``completed``.
            conclusion: Of a completed run.
            actor: Login of who triggered it.
        """
        number = self.state.numbers() if run_id is None else run_id
        title = name or Path(workflow_path).stem
        sha = head_sha or self.state.bare.branch(head_branch)
        self.state.runs[number] = Run(
            number, workflow_path, title, event, head_branch, sha, status,
            conclusion if status == "completed" else None, Account(actor), self.state.now(), title,
            head_repository=head_repository or self.repository,
        )  # fmt: skip
        return number

    def add_artifact(self, run_id: int, name: str, content: bytes | Path, *, expired: bool = False) -> int:
        """Attach an artifact to a run, and return its id; the newest is listed first.

        Args:
            run_id: A run that was added.
            name: Of the artifact.
            content: The zip file's bytes, or a folder whose files go into one.
            expired: It is listed, but cannot be downloaded any more.
        """
        packed = zipped(content) if isinstance(content, Path) else content
        number = self.state.numbers()
        self.state.artifacts[number] = Artifact(number, run_id, name, packed, self.state.now(), expired)
        return number

    def read_act_artifacts(self, folder: Path) -> None:
        """Serve what act's artifact service leaves in ``folder``, now and later, as artifacts of the runs added."""
        self.state.act_folder = folder
        artifacts.take_act_artifacts(self.state)

    def add_board(
        self, number: int, *, owner: str = "", kind: str = "organization", fields: Kinds | None = None, title: str = ""
    ) -> Board:
        """Make a project board, and return it.

        Args:
            number: Of its owner's boards.
            owner: Login; without it the repository's.
            kind: ``organization`` or ``user``.
            fields: Beside GitHub's own, by name: ``text``, ``number``, ``date``, ``iteration``, or the options of a
                single select.
            title: As people see it.
        """
        made = board(
            number, owner or self.state.owner, kind, title=title or f"Board {number}", created=self.state.now(),
            fields=fields or {},
        )  # fmt: skip
        self.state.boards.append(made)
        return made

    def break_upload(self, *, times: int = 1) -> None:
        """Answer 502 to the upload of an asset, and leave an empty asset in the state ``starter``, as GitHub may."""

        def cripple() -> None:
            newest = max((a for r in self.state.releases.values() for a in r.assets), key=lambda asset: asset.number)
            newest.content, newest.state = b"", "starter"

        body = {"message": "Server Error"}
        self.faults.order(Fault("POST", r"/releases/\d+/assets$", times, stored=True, status=502, body=body,
                                action=cripple))  # fmt: skip

    # What a test looks at

    def comments(self, issue: int) -> list[Comment]:
        """Return the comments of an issue or a pull request, oldest first."""
        return [comment for _, comment in sorted(self.state.comments.items()) if comment.issue == issue]

    def board(self, number: int) -> Board:
        """Return a board."""
        return next(board for board in self.state.boards if board.number == number)

    def check_runs(self, ref: str = "main") -> list[CheckRun]:
        """Return the check runs on a commit, oldest first."""
        sha = self.state.bare.resolve(ref)
        return [check for check in self.state.checks.values() if check.head_sha == sha]

    @property
    def variables(self) -> dict[str, str]:
        """The repository's variables."""
        return {name: value for name, (value, *_) in self.state.variables.items()}

    def set_variable(self, name: str, value: str) -> None:
        """Give a variable a value."""
        now = self.state.now()
        self.state.variables[name] = (value, now, now)


def zipped(folder: Path) -> bytes:
    """Return a zip file of the files below ``folder``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


@contextmanager
def serve(
    bare: Path, repository: str = "acme/er-models", *, contract: Contract | None = None, **settings: Any
) -> Iterator[Hub]:
    """Run the stand-in for ``repository``, whose git side is ``bare``, and give it.

    Args:
        bare: A bare repository on disk.
        repository: ``owner/name``.
        contract: What exchanges are checked against; without it GitHub's description.
        **settings: Further fields of ``State``, such as ``clock``.
    """
    owner, _, name = repository.partition("/")
    state = State(owner, name, Bare(bare), **settings)
    hub = Hub(state, Faults(time.time), [], [])
    hub.token = hub.token_for(WORKFLOW, without=BEYOND_WORKFLOWS)
    hub.app_token = hub.token_for(APP)
    graph = engine.endpoint(hub.violations)
    app = App(state, contract or description(), hub.faults, hub.violations, hub.log, Storage(state.clock), graph)
    service = Service(app)
    hub.api = service.start()
    try:
        yield hub
    finally:
        service.stop()
