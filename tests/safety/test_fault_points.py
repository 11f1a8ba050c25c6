"""Every write of a whole publication, lost before or after its effect, with no try left: a plain rerun mends it.

SAFETY, rows 34, 43 and 44: the publication is everything that is said on GitHub of one model, from its pull request to
the variables that point to its data, which come last. Pushes of git have their own points in ``test_publishing``.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mlops import bom, checksums, documents
from mlops.artifact import CHECKSUMS, GATE, METRICS, TRAINING, Training
from mlops.bot import checks, pages, pulls, releases, variables
from mlops.bot.announcing import news_of_verdict, say
from mlops.bot.client import GitHub
from mlops.bot.comments import ACTIONS
from mlops.bot.deployments import Subject, record
from mlops.bot.effects import Deadline
from mlops.bot.transport import Transport
from mlops.errors import UnavailableError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics
from mlops.provenance import CodeVersion
from tests import factories
from tests.bot import world
from tests.bot.world import Hourglass
from tests.conftest import git
from tests.fakes.github.app import Exchange
from tests.fakes.github.contract import Contract
from tests.fakes.github.faults import Fault
from tests.fakes.github.fixtures import REPOSITORY, bare_repository
from tests.fakes.github.hub import Hub, serve

ID = factories.DATASET_ID
BRANCH = f"mlops/card-{ID}"
ISSUES = 2
WRITES = 20
"""How many requests write while one model is published that nobody disturbs; the tests below go through each."""


class Unchecked(Contract):
    """A contract that judges nothing: the undisturbed publication is judged, and the others send the same again."""

    def __init__(self) -> None:  # without a description there is nothing to prepare
        self.document = {}

    def request(self, *_: Any, **__: Any) -> list[str]:
        """Find nothing wrong."""
        return []

    def answer(self, *_: Any, **__: Any) -> list[str]:
        """Find nothing wrong."""
        return []


class KilledError(BaseException):
    """The process is gone: nothing catches this, and nothing is sent any more."""


@dataclass(frozen=True)
class Given:
    """What every case starts from: a bare repository with the card's branch, and the judged artifact."""

    bare: Path
    artifact: Path


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Return a bare repository that pins the dataset and has a branch with the card, and an artifact of its code."""
    folder = tmp_path_factory.mktemp("fault-points")
    bare = bare_repository(folder)
    with serve(bare, REPOSITORY) as hub:
        world.pin(hub)
        head = world.head(hub)
        artifact = world.judged(folder / "artifact", code=CodeVersion(commit=head, dirty=False))
        git(bare, "branch", BRANCH, "main")
        hub.state.bare.write(BRANCH, f"model_cards/{ID}.md", b"# Card\n", "Publish", "octocat")
    return Given(bare, artifact)


@contextmanager
def stage(given: Given, contract: Contract | None = None) -> Iterator[Hub]:
    """Run a stand-in that knows two issues, an earlier deployment, and an earlier dataset."""
    with serve(given.bare, REPOSITORY, contract=contract) as hub:
        for _ in range(ISSUES):
            hub.add_issue()
        earlier = Subject("production", "er_20251018", "0" * 64, world.head(hub))
        record(world.client(hub), earlier, "success")
        hub.set_variable("ML_DATASET_DATE", "20251018")
        hub.log.clear()
        yield hub
        assert hub.violations == []
    (given.bare / "refs" / "tags" / ID).unlink(missing_ok=True)  # all that a publication writes to git besides


def publish(hub: GitHub, artifact: Path, head: str, card: str) -> None:
    """Say on GitHub all that there is to say of a model; ``card`` is the commit that holds its card."""
    report = documents.read(artifact / GATE, GateReport)
    bound, links = report.bindings, pages.links_at(hub.settings, card)
    body = pages.card_pull_request(report, links)
    pull = pulls.ensure(hub, branch=BRANCH, base="main", title=f"Publish the card of {ID}", body=body).value.number
    said = say(hub, [pull, *range(1, 1 + ISSUES)], news_of_verdict(report, links), author=ACTIONS)
    for _, letter in said.letters:
        raise letter
    checks.post(hub, report, sha256_bytes(documents.dumps(report)), head_sha=head)
    listing = (artifact / CHECKSUMS).read_bytes()
    listed = checksums.verify(artifact, listing=listing)
    bill = bom.build(
        documents.read(artifact / TRAINING, Training), documents.read(artifact / METRICS, Metrics), report, files=listed
    )
    companions = {GATE: (artifact / GATE).read_bytes(), bom.NAME: bill, f"{ID}.md": b"# Card\n"}
    files = {name: (artifact / name).read_bytes() for name in listed} | {CHECKSUMS: listing}
    contents = releases.Contents(files, companions)
    releases.publish(hub, contents, tag=ID, commit=head, title=f"Model {ID}", body=pages.release_body(report, links))
    subject = Subject("production", ID, bound.artifact_sha256, head)
    record(hub, subject, "success")
    variables.set_all(hub, variables.of_dataset(factories.manifest()))


def run(hub: Hub, artifact: Path, kind: type[GitHub] = GitHub) -> None:
    """Publish as a job does that has an App's token."""
    head = world.head(hub)
    client = kind(
        world.settings(hub, hub.token_for(ACTIONS), sha=head),
        Deadline(Hourglass().effects(), 600),
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    publish(client, artifact, head, world.head(hub, BRANCH))


def dying(fault: Fault, death: Callable[[], BaseException]) -> type[GitHub]:
    """Return a client that can send nothing more once ``fault`` has met a request."""

    class Dying(Transport):
        def send(self, *arguments: Any, **named: Any) -> Any:
            if fault.times == 0:
                raise death()
            return super().send(*arguments, **named)

    class Mortal(GitHub):
        transport: ClassVar[type[Transport]] = Dying

    return Mortal


def state_of(hub: Hub) -> Mapping[str, Any]:
    """Return all that publishing leaves on GitHub, without numbers and times, which differ from run to run."""
    state = hub.state
    issues = sorted(state.issues.items())
    return {
        "comments": {n: sorted((c.author.login, c.body, c.minimized) for c in hub.comments(n)) for n, _ in issues},
        "issues": [(n, issue.title, issue.body, issue.state, issue.pull is not None) for n, issue in issues],
        "checks": [(c.head_sha, c.name, c.conclusion, c.external_id, c.summary) for c in state.checks.values()],
        "releases": [
            (r.tag, r.target, r.name, r.body, r.draft, {a.name: (a.state, a.content) for a in r.assets})
            for r in state.releases.values()
        ],
        "deployments": [
            (d.environment, d.sha, d.payload, [(s.state, s.description) for s in d.statuses])
            for d in state.deployments.values()
        ],
        "variables": hub.variables,
        "trees": git(hub.bare, "for-each-ref", "--format=%(refname) %(objectname)"),
    }


def writes_of(hub: Hub) -> list[Exchange]:
    """Return the requests that wrote, in their order."""
    reads = ("GET", "HEAD")
    return [exchange for exchange in hub.log if exchange.method not in reads and exchange.path != "/graphql"]


@pytest.fixture(scope="module")
def undisturbed(given: Given) -> tuple[list[Exchange], Mapping[str, Any]]:
    """Return the writes of a publication that nobody disturbs, and what it leaves."""
    with stage(given) as hub:
        run(hub, given.artifact)
        writes, left = writes_of(hub), state_of(hub)
        run(hub, given.artifact)
        assert writes_of(hub) == writes, "a rerun of what is complete writes nothing"
        return writes, left


def test_the_points_are_all_there_are_and_the_pointer_is_last(
    undisturbed: tuple[list[Exchange], Mapping[str, Any]],
) -> None:
    writes, left = undisturbed
    assert len(writes) == WRITES
    assert [write.path.rpartition("/")[2] for write in writes[-2:]] == ["ML_DATASET_DATE", "variables"]
    assert left["variables"]["ML_DATASET_HASH"] == factories.DATA_SHA256


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", range(1, 1 + WRITES))
def test_bad_input_44_a_write_is_lost_and_the_run_ends_there(
    given: Given, undisturbed: tuple[list[Exchange], Mapping[str, Any]], point: int, when: str
) -> None:
    writes, left = undisturbed
    lost = writes[point - 1]
    same = [write for write in writes[: point - 1] if (write.method, write.path) == (lost.method, lost.path)]
    cut = point % 2 == 0
    fault = Fault(
        lost.method, f"^{lost.path}$", skip=len(same), stored=when == "after", cut=cut,
        status=None if cut else 502, body=None if cut else {"message": "Server Error"},
    )  # fmt: skip
    death: Callable[[], BaseException] = KilledError if cut else lambda: UnavailableError("The deadline is over.")
    with stage(given, Unchecked()) as hub:
        hub.faults.order(fault)
        with pytest.raises((KilledError, UnavailableError)):
            run(hub, given.artifact, dying(fault, death))
        assert fault.times == 0
        halfway = state_of(hub)
        pointed = halfway["variables"] != {"ML_DATASET_DATE": "20251018"}
        assert not pointed or {**halfway, "variables": left["variables"]} == left, "it points to what is not there yet"
        run(hub, given.artifact)
        assert state_of(hub) == left
