"""Check runs: what blocks, what never passes by mistake, and that each verdict is posted once."""

from pathlib import Path

import pytest

from mlops import documents
from mlops.artifact import GATE
from mlops.bot.checks import NAME, Posted, conclusion_of, post
from mlops.errors import InputRefusedError, UnavailableError, UsageRefusedError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.provenance import CodeVersion
from tests.bot import world
from tests.fakes.github import Hub


@pytest.fixture
def ours(hub: Hub, tmp_path: Path) -> Path:
    """Return a judged artifact whose code is the newest commit's."""
    return world.judged(tmp_path / "ours", code=CodeVersion(commit=world.head(hub), dirty=False))


def report_of(artifact: Path, **changes: object) -> GateReport:
    return documents.read(artifact / GATE, GateReport).model_copy(update=changes)


def posted(hub: Hub, report: GateReport, *, head_sha: str | None = None, name: str = NAME) -> Posted:
    sha256 = sha256_bytes(documents.dumps(report))
    return post(world.client(hub), report, sha256, head_sha=head_sha or world.head(hub), name=name)


def test_a_pass_is_a_success_under_the_required_name(hub: Hub, ours: Path) -> None:
    done = posted(hub, report_of(ours))
    (check,) = hub.check_runs()
    assert (check.name, check.conclusion, check.status) == ("ER Precision Gate", "success", "completed")
    assert check.details_url == world.RUN_URL
    assert (check.title or "").startswith("Pass: er_20251020")
    assert "| Precision |" in (check.summary or "") or "Precision" in (check.summary or "")
    assert done.fresh


@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
def test_all_else_is_a_failure_because_neutral_would_pass(hub: Hub, ours: Path, verdict: str) -> None:
    report = report_of(ours, verdict=verdict)
    assert conclusion_of(report) == "failure"
    posted(hub, report)
    (check,) = hub.check_runs()
    assert check.conclusion == "failure"
    assert (check.title or "").startswith(verdict.capitalize())


def test_the_same_verdict_is_posted_once(hub: Hub, ours: Path) -> None:
    first = posted(hub, report_of(ours))
    again = posted(hub, report_of(ours))
    assert again == first._replace(fresh=False)
    assert len(hub.check_runs()) == 1


def test_another_verdict_and_another_name_are_posted_too(hub: Hub, ours: Path) -> None:
    posted(hub, report_of(ours))
    posted(hub, report_of(ours, verdict="fail"))
    posted(hub, report_of(ours), name="Another")
    assert [check.name for check in hub.check_runs()] == [NAME, NAME, "Another"]


def test_a_pass_of_other_code_waves_no_change_through(hub: Hub, ours: Path) -> None:
    report = report_of(ours)
    changed = hub.state.bare.write("main", "README.md", b"# Other\n", "Change the code", "octocat")
    with pytest.raises(InputRefusedError, match="other code") as caught:
        posted(hub, report, head_sha=changed)
    assert "--ref BRANCH" in caught.value.fix
    assert hub.check_runs() == []


def test_a_pass_of_uncommitted_code_waves_no_change_through(hub: Hub, tmp_path: Path) -> None:
    dirty = world.judged(tmp_path / "dirty", code=CodeVersion(commit=world.head(hub), dirty=True))
    with pytest.raises(InputRefusedError, match="other code"):
        posted(hub, report_of(dirty))


def test_a_fail_of_other_code_may_block(hub: Hub, artifact: Path) -> None:
    assert posted(hub, report_of(artifact, verdict="fail")).conclusion == "failure"


@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_was_lost_makes_no_second_check(hub: Hub, ours: Path, *, stored: bool) -> None:
    hub.faults.bad_gateway("POST", r"/check-runs$", stored=stored)
    posted(hub, report_of(ours))
    assert len(hub.check_runs()) == 1


def test_a_token_that_may_not_post_checks_is_told_the_line(hub: Hub, ours: Path) -> None:
    token = hub.token_for("github-actions[bot]", without=("checks",))
    with pytest.raises(UnavailableError) as caught:
        post(world.client(hub, token=token), report_of(ours), "0" * 64, head_sha=world.head(hub))
    assert "`checks: write`" in caught.value.fix


def test_a_commit_that_does_not_exist_is_refused(hub: Hub, artifact: Path) -> None:
    with pytest.raises(UsageRefusedError):
        posted(hub, report_of(artifact, verdict="fail"), head_sha="f" * 40)
