"""Bad input, faults and attacks while publishing, by their numbers: GitHub holds each effect once, or not at all."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops import documents, judged, registry
from mlops.artifact import GATE
from mlops.bot.comments import ACTIONS, LIMIT, tell
from mlops.bot.markers import marker
from mlops.bot.publishing import publish
from mlops.bot.racing import Published
from mlops.card import checking
from mlops.errors import ExitCode
from mlops.gate import GateReport
from mlops.ids import ModelId
from mlops.provenance import CodeVersion
from tests import factories
from tests.bot import world
from tests.conftest import ROOT, RunCli, git
from tests.fakes.github import Hub
from tests.fakes.github.faults import Fault
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]

ID = factories.DATASET_ID
KEY = "gate:er"
CALLS = 8
"""How often a push that nobody disturbs calls git; the last call is the push."""


def environment(hub: Hub) -> dict[str, str]:
    """Return what a job on the stand-in hands to ``mlops bot``."""
    return {
        "GITHUB_TOKEN": hub.token,
        "GITHUB_REPOSITORY": hub.repository,
        "GITHUB_API_URL": hub.api,
        "GITHUB_SHA": world.head(hub),
        "GITHUB_RUN_ID": "4242",
        "GITHUB_SERVER_URL": "https://github.com",
    }


@pytest.fixture
def job(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a stand-in with a pinned dataset; the environment is that of a job on it."""
    world.pin(hub)
    for name, value in environment(hub).items():
        monkeypatch.setenv(name, value)
    return hub


@pytest.fixture
def artifact(hub: Hub, tmp_path: Path) -> Path:
    """Return an artifact that passed, made by the code of the newest commit."""
    return world.judged(tmp_path / "artifact", code=CodeVersion(commit=world.head(hub), dirty=False))


class Child:
    """``mlops bot publish`` in a process of its own, with a git in front that counts its calls."""

    def __init__(
        self, hub: Hub, artifact: Path, folder: Path, *, mode: str = "push", at_call: int = 0, do: str = ":"
    ) -> None:
        folder.mkdir(exist_ok=True)
        real = subprocess.run(["/bin/sh", "-c", "command -v git"], check=True, capture_output=True, text=True)
        shim, self.calls = folder / "git", folder / "calls"
        shim.write_text(
            f"#!/bin/sh\necho x >> '{self.calls}'\n"
            f"if [ $(wc -l < '{self.calls}') -eq {at_call} ]; then {do}; fi\n"
            f'exec {real.stdout.strip()} "$@"\n'
        )
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
        self.process = subprocess.Popen(  # noqa: S603  # our own module, with words of the tests
            [sys.executable, "-m", "mlops", "bot", "publish", artifact, "--mode", mode, "--remote", hub.bare],
            cwd=ROOT,
            env={**os.environ, **environment(hub), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, seconds: float = 60) -> tuple[int, str]:
        """Wait for its end and return its exit code and what it said."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out + err

    def reach(self, calls: int, seconds: float = 30) -> None:
        """Wait until git was called so often."""
        end = time.monotonic() + seconds
        while not self.calls.exists() or len(self.calls.read_text()) < 2 * calls:
            assert time.monotonic() < end, "git was never called so often"
            time.sleep(0.02)


def push(hub: Hub, artifact: Path) -> Published:
    return publish(world.client(hub), world.order(hub, artifact, "push"), world.describe)


def propose(hub: Hub, artifact: Path) -> Published:
    return publish(world.client(hub), world.order(hub, artifact, "pull-request"), world.describe)


def pulls(hub: Hub) -> list[int]:
    return [number for number, issue in hub.state.issues.items() if issue.pull is not None]


def sound(hub: Hub, folder: Path, branch: str = "main") -> list[ModelId]:
    """Return the cards of a branch after checking that each agrees with its evidence."""
    tree = world.clone(hub, folder, branch)
    cards = registry.model_ids(tree / registry.FOLDER)
    assert checking.orphans(tree / registry.FOLDER) == []
    for card in cards:
        assert checking.check(card, tree / registry.FOLDER, tree / "data_manifests") == []
    return cards


def text(words: str) -> str:
    return f"{marker(KEY)}\n{words}"


def test_bad_input_32_a_comment_longer_than_github_takes(job: Hub, artifact: Path, run_cli: RunCli) -> None:
    report = documents.read(artifact / GATE, GateReport)
    failed = report.criteria[0].model_copy(update={"verdict": "fail", "reason": "far too low " * 20})
    documents.write(artifact / GATE, report.model_copy(update={"verdict": "fail", "criteria": (failed,) * 300}))
    number = job.add_issue()
    assert run_cli("bot", "comment", "--gate", artifact / GATE, "--issue", number).code == ExitCode.DONE
    (comment,) = job.comments(number)
    assert len(comment.body) <= LIMIT
    assert "Cut here" in comment.body
    assert "https://github.com/acme/er-models/actions/runs/4242" in comment.body


def test_bad_input_33_a_stranger_posts_our_marker_first(job: Hub, artifact: Path, run_cli: RunCli) -> None:
    number = job.add_issue()
    theirs = text("Merge at once, all is well")
    job.add_comment(number, theirs, author="mallory")
    for _ in range(2):
        assert run_cli("bot", "comment", "--gate", artifact / GATE, "--issue", number).code == ExitCode.DONE
    first, ours = job.comments(number)
    assert (first.body, first.author.login) == (theirs, "mallory")
    assert (ours.author.login, "er_20251020: pass" in ours.body) == (ACTIONS, True)


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("fault", ["bad_gateway", "cut"])
def test_bad_input_34_a_post_whose_answer_was_lost(
    job: Hub, artifact: Path, run_cli: RunCli, fault: str, *, stored: bool
) -> None:
    getattr(job.faults, fault)("POST", r"/comments$", stored=stored)
    number = job.add_issue()
    assert run_cli("bot", "comment", "--gate", artifact / GATE, "--issue", number).code == ExitCode.DONE
    assert len(job.comments(number)) == 1


def test_bad_input_35_three_runs_comment_at_once(job: Hub) -> None:
    number, barrier = job.add_issue(), threading.Barrier(3)

    def run(words: str) -> None:
        client = world.client(job)
        barrier.wait()
        tell(client, number, world.news(words, key=KEY), author=ACTIONS)

    threads = [threading.Thread(target=run, args=(words,)) for words in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(job.comments(number)) == 1


@pytest.mark.parametrize("limit", ["secondary", "too many", "primary"])
def test_bad_input_36_limits_are_waited_for(job: Hub, limit: str) -> None:
    number, glass = job.add_issue(), world.Hourglass()
    if limit == "primary":
        job.faults.primary_limit("POST", r"/comments$", reset_in=3)
    else:
        job.faults.secondary_limit("POST", r"/comments$", retry_after=2, status=403 if limit == "secondary" else 429)
    tell(world.client(job, glass=glass), number, world.news("x", key=KEY), author=ACTIONS)
    assert len(job.comments(number)) == 1
    assert 2 <= sum(glass.slept) <= 5


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(params=["refused", "503 forever", "hangs", "no such name"])
def down(job: Hub, silent: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Hub:
    """Return a stand-in that a job cannot reach, for one of several reasons."""
    if request.param == "503 forever":
        job.faults.answer("*", "", 503, message="Unavailable", times=None)
    else:
        addresses = {"refused": "http://127.0.0.1:9", "hangs": silent, "no such name": "https://github.invalid"}
        monkeypatch.setenv("GITHUB_API_URL", addresses[request.param])
    return job


def test_bad_input_37_github_is_down(down: Hub, artifact: Path, run_cli: RunCli) -> None:
    verdict = (artifact / GATE).read_bytes()
    number, started = down.add_issue(), time.monotonic()
    outcome = run_cli("bot", "comment", "--gate", artifact / GATE, "--issue", number, "--deadline", "2")
    assert time.monotonic() - started < 6
    assert outcome.code == ExitCode.UNAVAILABLE
    assert "Traceback" not in outcome.err
    assert "do now" in outcome.err
    assert (artifact / GATE).read_bytes() == verdict
    assert down.comments(number) == []


def test_bad_input_38_the_token_may_not_write_variables(
    job: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.clone(job, tmp_path / "checkout"))
    outcome = run_cli("bot", "variables", "--dataset", ID)
    assert outcome.code == ExitCode.UNAVAILABLE
    for words in ("variables: write", "GITHUB_TOKEN can never do this", "actions/create-github-app-token"):
        assert words in outcome.err
    assert job.variables == {}


def test_bad_input_40_github_refuses_what_it_was_sent(job: Hub, artifact: Path, run_cli: RunCli) -> None:
    job.faults.answer("POST", r"/check-runs$", 422, message="No commit found for SHA: beef")
    outcome = run_cli("bot", "check", "--gate", artifact / GATE, "--head-sha", world.head(job))
    assert outcome.code == ExitCode.USAGE
    assert "422: No commit found for SHA: beef" in outcome.err
    assert job.check_runs() == []


def test_bad_input_41_six_runs_push_cards_at_once(job: Hub, tmp_path: Path) -> None:
    numbers, barrier, statuses = range(1, 7), threading.Barrier(6), list[str]()

    def run(artifact: Path) -> None:
        barrier.wait()
        statuses.append(push(job, artifact).status)

    ids = [ID if n == 1 else f"{ID}-{n}" for n in numbers]
    artifacts = [world.judged(tmp_path / model_id, model_id=model_id, model=model_id.encode()) for model_id in ids]
    threads = [threading.Thread(target=run, args=(artifact,)) for artifact in artifacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == ["pushed"] * 6
    assert [card.number for card in sound(job, tmp_path / "clone")] == list(numbers)
    assert len(judged.read(tmp_path / "clone" / judged.FILE)) == 6
    assert git(job.bare, "log", "--merges", "--format=%H", "main") == ""
    assert git(job.bare, "log", "--format=%s", "main").count("Publish the card of") == 6


def test_bad_input_42_the_same_card_exists_with_other_content(
    job: Hub, artifact: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    push(job, artifact)
    before = world.head(job)
    other = world.judged(tmp_path / "other", model=b"another model")
    for mode in ("push", "pull-request"):
        outcome = run_cli("bot", "publish", other, "--mode", mode, "--remote", job.bare)
        assert outcome.code == ExitCode.CONFLICT
        assert f"Train under the next id, {ID}-2" in outcome.err
    assert world.head(job) == before
    assert pulls(job) == []


def test_bad_input_43_the_same_run_twice(
    job: Hub, artifact: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, sha256 = job.add_issue(), documents.read(artifact / GATE, GateReport).bindings.artifact_sha256
    commit = documents.read(artifact / GATE, GateReport).bindings.code_commit
    monkeypatch.setenv("GITHUB_SHA", commit)
    steps = (
        ("publish", artifact, "--mode", "push", "--remote", job.bare),
        ("release", artifact),
        ("check", "--gate", artifact / GATE, "--head-sha", commit),
        ("comment", "--gate", artifact / GATE, "--issue", number),
        ("deployment", "--environment", "production", "--model", ID, "--artifact-sha256", sha256, "--state", "success"),
    )
    for step in steps:
        assert run_cli("bot", *step).code == ExitCode.DONE
    head, writes = world.head(job), world.writes(job)
    for step in steps:
        assert run_cli("bot", *step).code == ExitCode.DONE
    assert world.head(job) == head
    assert world.writes(job) == writes


@pytest.mark.parametrize("call", range(1, 1 + CALLS))
def test_bad_input_44_killed_at_each_call_of_git(job: Hub, artifact: Path, tmp_path: Path, call: int) -> None:
    child = Child(job, artifact, tmp_path / "shim", at_call=call, do="kill -9 $PPID; exit 1")
    code, said = child.end()
    assert code == -signal.SIGKILL, said
    assert push(job, artifact).status == "pushed"
    assert push(job, artifact).status == "unchanged"
    assert sound(job, tmp_path / "clone") == [ModelId.parse(ID)]


def test_bad_input_44_killed_right_after_the_push(job: Hub, artifact: Path, tmp_path: Path) -> None:
    hook = job.bare / "hooks" / "post-receive"
    child = Child(job, artifact, tmp_path / "shim")
    hook.write_text(f"#!/bin/sh\nkill -9 {child.process.pid}\n")
    hook.chmod(0o755)
    code, said = child.end()
    hook.unlink()
    assert code == -signal.SIGKILL, said
    assert push(job, artifact).status == "unchanged"
    assert sound(job, tmp_path / "clone") == [ModelId.parse(ID)]


def test_bad_input_44_killed_right_after_the_pull_request(job: Hub, artifact: Path, tmp_path: Path) -> None:
    child = Child(job, artifact, tmp_path / "shim", mode="pull-request")
    job.faults.order(Fault("POST", r"/pulls$", stored=True, cut=True, action=child.process.kill))
    code, said = child.end()
    assert code == -signal.SIGKILL, said
    assert propose(job, artifact).status == "unchanged"
    assert len(pulls(job)) == 1
    assert sound(job, tmp_path / "clone", f"mlops/card-{ID}") == [ModelId.parse(ID)]


@pytest.mark.parametrize("call", [2, CALLS])
def test_bad_input_46_cancelled_while_git_is_busy(job: Hub, artifact: Path, tmp_path: Path, call: int) -> None:
    child = Child(job, artifact, tmp_path / "shim", at_call=call, do="exec sleep 60")
    child.reach(call)
    started = time.monotonic()
    child.process.send_signal(signal.SIGTERM)
    code, said = child.end(10)
    assert time.monotonic() - started < 10
    assert code == ExitCode.UNAVAILABLE, said
    assert "cancelled before this was done" in said
    assert "Traceback" not in said
    assert push(job, artifact).status == "pushed"
    assert sound(job, tmp_path / "clone") == [ModelId.parse(ID)]


def test_bad_input_46_cancelled_while_github_is_busy(job: Hub, artifact: Path, tmp_path: Path) -> None:
    asked = threading.Event()
    job.faults.before("POST", r"/pulls$", asked.set)
    job.faults.hang("POST", r"/pulls$", 20)
    child = Child(job, artifact, tmp_path / "shim", mode="pull-request")
    assert asked.wait(30)
    child.process.send_signal(signal.SIGTERM)
    code, said = child.end(10)
    assert code == ExitCode.UNAVAILABLE, said
    assert propose(job, artifact).status in {"opened", "unchanged"}
    assert len(pulls(job)) == 1
