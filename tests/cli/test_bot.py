"""``mlops bot``: the verbs as a workflow runs them, over HTTP, with their outputs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlops import bom, documents
from mlops.artifact import GATE
from mlops.cli.bot import command
from mlops.cli.outputs import OUTPUTS
from mlops.deploy import outcome
from mlops.environments import fingerprint_of
from mlops.errors import ExitCode
from mlops.gate import GateReport, Verdict
from mlops.hashing import sha256_bytes
from mlops.intake import IntakeReport
from mlops.provenance import CodeVersion
from tests import factories
from tests.bot import world
from tests.conftest import ROOT, Outcome, RunCli
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]

VERBS = (
    "announce",
    "apply",
    "artifact",
    "check",
    "comment",
    "deployed",
    "deployment",
    "dispatch",
    "drift",
    "models",
    "monitor",
    "plan",
    "promote",
    "publish",
    "records",
    "release",
    "runs",
    "variables",
)
ID = factories.DATASET_ID
NAME = "er-model-20251020"


@pytest.fixture
def job(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return a stand-in whose repository is checked out as the current folder of a job with a token."""
    world.pin(hub)
    folder = world.clone(hub, tmp_path / "checkout")
    monkeypatch.chdir(folder)
    world.enter(hub, tmp_path, monkeypatch)
    return hub


@pytest.fixture
def ours(job: Hub, tmp_path: Path) -> Path:
    """Return an artifact that passed, made by the code of the newest commit."""
    return world.judged(tmp_path / "ours", code=CodeVersion(commit=world.head(job), dirty=False))


def outputs(tmp_path: Path) -> dict[str, str]:
    """Return the outputs that were set, none of them twice."""
    lines = (tmp_path / "output").read_text().splitlines() if (tmp_path / "output").exists() else []
    found: dict[str, str] = {}
    while lines:
        name, _, end = lines.pop(0).partition("<<")
        assert name not in found
        value = []
        while (line := lines.pop(0)) != end:
            value.append(line)
        found[name] = "\n".join(value)
    return found


def refused(outcome: Outcome, code: ExitCode, *words: str) -> None:
    assert (outcome.code, outcome.out) == (code, "")
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


def test_the_group_has_its_verbs() -> None:
    assert sorted(command.commands) == sorted(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(run_cli: RunCli, verb: str) -> None:
    outcome = run_cli("bot", verb, "--help")
    assert outcome.code == ExitCode.DONE
    assert "--deadline" in outcome.out
    assert "--json" in outcome.out
    assert f"bot {verb}" in OUTPUTS


def test_the_bot_starts_without_numbers_tables_or_models() -> None:
    script = (
        "import sys, mlops.cli.bot\n"
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'scipy', 'sklearn', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603  # our own script
    assert done.stdout.strip() == "[]"


def test_help_of_mlops_does_not_load_the_bot() -> None:
    script = "import sys\nfrom mlops.cli.main import run\nrun(['--help'])\nassert 'github' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT)  # noqa: S603  # our own script


def test_without_a_token_it_says_how_to_pass_one(ours: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    refused(run_cli("bot", "publish", ours), ExitCode.USAGE, "GITHUB_TOKEN", "github.token")


def test_artifact_by_the_hash_of_its_data(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    run = job.add_run()
    job.add_artifact(run, NAME, ours)
    outcome = run_cli("bot", "artifact", "--dataset-hash", factories.DATA_SHA256, "--out", "dist/candidate", "--json")
    assert outcome.code == ExitCode.DONE
    expected = {
        "artifact": "dist/candidate",
        "model-id": ID,
        "dataset-id": ID,
        "dataset-hash": factories.DATA_SHA256,
        "artifact-sha256": sha256_bytes((ours / "checksums.txt").read_bytes()),
        "run-id": str(run),
        "run-url": f"https://github.com/acme/er-models/actions/runs/{run}",
    }
    assert outputs(tmp_path) == expected
    assert json.loads(outcome.out) == {name.replace("-", "_"): value for name, value in expected.items()}


def test_artifact_of_a_model_stands_in_a_folder_of_its_name(
    job: Hub, ours: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.add_artifact(job.add_run(), NAME, ours)
    monkeypatch.setenv("MLOPS_BOT_ARTIFACT_MODEL", ID)
    assert run_cli("bot", "artifact").code == ExitCode.DONE
    assert Path("dist", ID, "model.skops").is_file()


def test_artifact_is_optional_only_where_nothing_is_named(
    job: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_BOT_ARTIFACT_MODEL", "")
    monkeypatch.setenv("MLOPS_BOT_ARTIFACT_OPTIONAL", "true")
    assert run_cli("bot", "artifact").code == ExitCode.DONE
    assert outputs(tmp_path) == dict.fromkeys(OUTPUTS["bot artifact"], "")
    assert job.log == []
    monkeypatch.setenv("MLOPS_BOT_ARTIFACT_MODEL", ID)
    refused(run_cli("bot", "artifact"), ExitCode.REFUSED, "Train first: gh workflow run entity-resolution-train.yml")


def test_artifact_of_the_model_in_production(
    job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_BOT_ARTIFACT_CHAMPION_OF", "er")
    assert run_cli("bot", "artifact").code == ExitCode.DONE
    assert outputs(tmp_path) == dict.fromkeys(OUTPUTS["bot artifact"], "")
    declared = {"environments": {"production": {"er": ID}}, "schema_version": 1}
    Path("model_cards").mkdir(exist_ok=True)
    Path("model_cards/environments.json").write_text(json.dumps(declared))
    job.add_artifact(job.add_run(), NAME, ours)
    (tmp_path / "output").unlink()
    assert run_cli("bot", "artifact").code == ExitCode.DONE
    assert outputs(tmp_path)["model-id"] == ID


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ((), "neither"),
        (("--champion-of", "er", "--model", ID), "both"),
        (("--champion-of", "nothing"), "not declared"),
        (("--dataset-hash", "ABC"), "64 lower-case hex"),
        (("--dataset-hash", "0" * 64), "No manifest pins this hash"),
        (("--model", "../x"), "not an id"),
        (("--model", ID, "--workflow", "../x.yml"), "file of a workflow"),
        (("--model", ID, "--branch", "--upload-pack=x"), "name of a branch"),
        (("--model", ID, "--run-id", "0"), "x>=1"),
    ],
)
def test_artifact_refuses_bad_options_before_it_asks(
    job: Hub, run_cli: RunCli, options: tuple[str, ...], word: str
) -> None:
    refused(run_cli("bot", "artifact", *options), ExitCode.USAGE, word)
    assert job.log == []


def test_publish_pushes(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("bot", "publish", ours, "--mode", "push", "--remote", str(job.bare))
    assert outcome.code == ExitCode.DONE
    commit = world.head(job)
    url = f"https://github.com/acme/er-models/commit/{commit}"
    assert outcome.out == f"pushed: {url}\n"
    assert outputs(tmp_path) == {"status": "pushed", "url": url, "commit": commit, "branch": "main"}


def test_publish_goes_where_git_says_that_githubs_address_is(
    job: Hub, ours: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[url "file://{job.bare.parents[1]}/"]\n\tinsteadOf = https://github.com/\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MLOPS_BOT_PUBLISH_MODE", "push")
    assert run_cli("bot", "publish", ours).out.startswith("pushed")


def test_publish_opens_a_pull_request_with_the_verdict(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    outcome = run_cli("bot", "publish", ours, "--remote", str(job.bare), "--json")
    said = json.loads(outcome.out)
    assert said == outputs(tmp_path)
    assert (said["status"], said["branch"]) == ("opened", f"mlops/card-{ID}")
    (issue,) = job.state.issues.values()
    assert "er_20251020: pass" in (issue.body or "")


@pytest.mark.parametrize(
    "options", [("--base-branch", "-x"), ("--author", "nobody"), ("--mode", "force"), ("--deadline", "0")]
)
def test_publish_refuses_bad_options(job: Hub, ours: Path, run_cli: RunCli, options: tuple[str, str]) -> None:
    refused(run_cli("bot", "publish", ours, *options), ExitCode.USAGE)
    assert job.log == []


def test_publish_without_a_verdict_is_refused(job: Hub, ours: Path, run_cli: RunCli) -> None:
    (ours / GATE).unlink()
    refused(run_cli("bot", "publish", ours), ExitCode.REFUSED, "gate.json")
    assert job.log == []


def test_release_holds_artifact_verdict_and_card(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    card = tmp_path / f"{ID}.md"
    card.write_text("# Card\n")
    outcome = run_cli("bot", "release", ours, "--card", card)
    assert outcome.code == ExitCode.DONE
    (release,) = job.state.releases.values()
    names = {path.name for path in ours.iterdir()} | {f"{ID}.md", bom.NAME}
    assets = {asset.name: asset.content for asset in release.assets}
    assert assets.keys() == names
    assert json.loads(assets[bom.NAME])["components"][0]["hashes"][0]["content"] == factories.DATA_SHA256
    assert release.target == world.head(job)
    assert outputs(tmp_path) == {
        "status": "created",
        "url": f"https://github.com/acme/er-models/releases/tag/{ID}",
        "tag": ID,
    }


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ({"model.skops": b"other"}, "model.skops"),
        ({"checksums.txt": b"0" * 64 + b"  model.skops\n"}, "another artifact"),
        ({GATE: b"{}"}, "schema"),
    ],
)
def test_release_refuses_what_the_verdict_is_not_about(
    job: Hub, ours: Path, run_cli: RunCli, damage: dict[str, bytes], word: str
) -> None:
    for name, data in damage.items():
        (ours / name).write_bytes(data)
    refused(run_cli("bot", "release", ours), ExitCode.REFUSED, word)
    assert job.log == []


def test_release_refuses_what_did_not_pass(job: Hub, ours: Path, run_cli: RunCli) -> None:
    report = documents.read(ours / GATE, GateReport)
    documents.write(ours / GATE, report.model_copy(update={"verdict": "fail"}))
    refused(run_cli("bot", "release", ours), ExitCode.REFUSED, "Only what passed")
    assert job.log == []


def test_deployment_is_recorded(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    sha256 = sha256_bytes(b"artifact")
    options = ("--environment", "production", "--model", ID, "--artifact-sha256", sha256)
    assert run_cli("bot", "deployment", *options, "--state", "in_progress").code == ExitCode.DONE
    (found,) = job.state.deployments.values()
    url = "https://github.com/acme/er-models/deployments/production"
    assert outputs(tmp_path) == {"id": str(found.number), "url": url, "state": "in_progress"}
    (tmp_path / "output").unlink()
    assert run_cli("bot", "deployment", *options, "--state", "success").code == ExitCode.DONE
    assert "success already" in run_cli("bot", "deployment", *options, "--state", "success").out
    assert [status.state for status in found.statuses] == ["in_progress", "success"]


@pytest.mark.parametrize(
    "change",
    [
        ("--environment", "Prod"),
        ("--model", "x"),
        ("--artifact-sha256", "x"),
        ("--state", "done"),
        ("--commit", "main"),
    ],
)
def test_deployment_refuses_bad_options(job: Hub, run_cli: RunCli, change: tuple[str, str]) -> None:
    options = {"--environment": "production", "--model": ID, "--artifact-sha256": "0" * 64, "--state": "success"}
    words = [word for pair in (options | dict([change])).items() for word in pair]
    refused(run_cli("bot", "deployment", *words), ExitCode.USAGE)
    assert job.log == []


def declare(model: str) -> None:
    declared = {"environments": {"production": {"er": model}, "staging": {}}, "schema_version": 1}
    Path("model_cards").mkdir(exist_ok=True)
    Path("model_cards/environments.json").write_text(json.dumps(declared))


def test_models_are_those_that_are_declared_with_the_bytes_of_their_cards(
    job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    """From whichever workflow's run, for the card says which bytes they are."""
    declare(ID)
    without = run_cli("bot", "models")
    assert (without.code, "no card here" in without.out) == (ExitCode.DONE, True)
    assert run_cli("card", ours).code == ExitCode.DONE
    (tmp_path / "output").unlink()
    nowhere = run_cli("bot", "models")
    assert (nowhere.code, "left out. There is no artifact" in nowhere.out) == (ExitCode.DONE, True)
    assert outputs(tmp_path)["models"] == ""
    other = world.judged(tmp_path / "other", model=b"other", code=CodeVersion(commit=world.head(job), dirty=False))
    job.add_artifact(job.add_run(workflow_path=".github/workflows/data-refresh.yml"), NAME, ours)
    job.add_artifact(job.add_run(), NAME, other)  # newer, and not what was reviewed
    (tmp_path / "output").unlink()
    assert run_cli("bot", "models").code == ExitCode.DONE
    listed = [{"environment": "production", "target": False}, {"environment": "staging", "target": False}]
    assert outputs(tmp_path) == {
        "matrix": json.dumps({"include": listed}),
        "models": ID,
        "folder": "dist/models",
        "declared": fingerprint_of(Path()),
    }
    assert Path("dist/models", ID, "model.skops").read_bytes() == (ours / "model.skops").read_bytes()


def test_promote_opens_the_pull_request_that_deploys(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    declared = b'{"environments": {"production": {}}, "schema_version": 1}'
    job.state.bare.write("main", "model_cards/environments.json", declared, "Declare", "octocat")
    remote = ("--remote", str(job.bare))
    assert run_cli("bot", "publish", ours, "--mode", "push", *remote).code == ExitCode.DONE
    (tmp_path / "output").unlink()
    done = run_cli("bot", "promote", ID, *remote, "--json")
    assert done.code == ExitCode.DONE, done.err
    assert json.loads(done.out) == outputs(tmp_path)
    assert outputs(tmp_path)["branch"] == "mlops/deploy-production-er"
    refused(run_cli("bot", "promote", ID, "--environment", "nowhere", *remote), ExitCode.USAGE, "not declared")


def test_deployed_records_what_a_job_without_a_token_left(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    sha256 = sha256_bytes(b"artifact")
    live = outcome.Outcome(state="live", model_id=ID, artifact_sha256=sha256, serves=ID)
    report = outcome.Reconciled(environment="production", target="", commit=world.head(job), tasks={"er": live})
    documents.write(Path("reconciled.json"), report)
    assert run_cli("bot", "deployed", "reconciled.json").code == ExitCode.DONE
    url = "https://github.com/acme/er-models/deployments/production"
    assert outputs(tmp_path) == {"states": "er=success", "urls": url}
    Path("reconciled.json").write_text("{}")
    assert len(job.state.deployments) == 1
    refused(run_cli("bot", "deployed", "reconciled.json"), ExitCode.REFUSED, "reconciled.json")


@pytest.mark.parametrize(("verdict", "tags"), [("pass", [ID]), ("inconclusive", [])])
def test_a_model_that_is_live_gets_its_release_unless_it_is_a_beta(
    job: Hub, ours: Path, run_cli: RunCli, verdict: Verdict, tags: list[str]
) -> None:
    models = Path("dist/models")
    models.mkdir(parents=True)
    ours.rename(models / ID)
    gate = documents.read(models / ID / GATE, GateReport)
    documents.write(models / ID / GATE, gate.model_copy(update={"verdict": verdict}))
    live = outcome.Outcome(state="live", model_id=ID, artifact_sha256=gate.bindings.artifact_sha256, serves=ID)
    report = outcome.Reconciled(environment="production", target="", commit=world.head(job), tasks={"er": live})
    documents.write(Path("reconciled.json"), report)
    for _ in range(2):
        assert run_cli("bot", "deployed", "reconciled.json", "--models", models).code == ExitCode.DONE
    assert [release.tag for release in job.state.releases.values()] == tags
    assert len(job.state.deployments) == 1


def test_check_stands_on_the_head_of_a_pull_request(job: Hub, tmp_path: Path, run_cli: RunCli) -> None:
    job.state.bare.point("refs/heads/change", world.head(job))
    commit = job.state.bare.write("change", "README.md", b"# Change\n", "Change", "octocat")
    number = job.add_pull("change")
    theirs = world.judged(tmp_path / "theirs", code=CodeVersion(commit=commit, dirty=False))
    outcome = run_cli("bot", "check", "--gate", theirs / GATE, "--pull-request", number)
    assert outcome.code == ExitCode.DONE
    (check,) = job.check_runs("change")
    assert (check.name, check.conclusion, check.head_sha) == ("ER Precision Gate", "success", commit)
    assert outputs(tmp_path)["conclusion"] == "success"
    assert "there already" in run_cli("bot", "check", "--gate", theirs / GATE, "--head-sha", commit).out


@pytest.mark.parametrize("options", [(), ("--pull-request", "1", "--head-sha", "a" * 40), ("--head-sha", "main")])
def test_check_needs_one_commit(job: Hub, ours: Path, run_cli: RunCli, options: tuple[str, ...]) -> None:
    refused(run_cli("bot", "check", "--gate", ours / GATE, *options), ExitCode.USAGE)
    assert job.log == []


def test_comment_tells_a_verdict_on_a_pull_request(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    number = job.add_issue()
    outcome = run_cli("bot", "comment", "--gate", ours / GATE, "--pull-request", number)
    assert outcome.code == ExitCode.DONE
    (comment,) = job.comments(number)
    assert comment.body.startswith("<!-- mlops:gate:er verdict=pass precision=0.976000")
    assert "### ✅ er_20251020: pass" in comment.body
    found = outputs(tmp_path)
    assert (found["status"], f"#issuecomment-{comment.number}" in found["url"]) == ("created", True)


def test_comment_announces_a_card_on_issues(job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path) -> None:
    run_cli("bot", "publish", ours, "--mode", "push", "--remote", str(job.bare))
    commit = world.head(job)
    (tmp_path / "output").unlink()
    numbers = [job.add_issue(), job.add_issue(), job.add_issue()]
    issues = ("--issue", f"#{numbers[0]}, {numbers[1]}", "--issue", str(numbers[2]))
    outcome = run_cli("bot", "comment", "--card", ID, "--commit", commit, "--gate", ours / GATE, *issues)
    assert outcome.code == ExitCode.DONE
    link = f"https://github.com/acme/er-models/blob/{commit}/model_cards/{ID}.md"
    for number in numbers:
        (comment,) = job.comments(number)
        assert f"### ML data refreshed, model card: [model_cards/{ID}.md]({link})" in comment.body
        assert "| Precision | **97.6&nbsp;%** |" in comment.body
    assert outputs(tmp_path)["url"].count("#issuecomment-") == 3


def test_comment_on_a_card_that_is_not_there_is_told(job: Hub, run_cli: RunCli) -> None:
    refused(run_cli("bot", "comment", "--card", ID, "--issue", job.add_issue()), ExitCode.USAGE, f"{ID}.md")
    assert job.comments(1) == []


def test_comment_of_a_verdict_about_another_model_than_the_card_is_refused(
    job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    run_cli("bot", "publish", ours, "--mode", "push", "--remote", str(job.bare))
    other = world.judged(tmp_path / "other", model=b"other")
    options = ("--card", ID, "--commit", world.head(job), "--gate", str(other / GATE), "--issue", str(job.add_issue()))
    assert run_cli("bot", "comment", *options).code == ExitCode.REFUSED
    assert job.comments(1) == []


def test_comment_finds_the_pull_request_whose_head_the_run_judged(
    job: Hub, ours: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    job.state.bare.point("refs/heads/change", world.head(job))
    judged = job.state.bare.write("change", "README.md", b"# Change\n", "Change", "octocat")
    number = job.add_pull("change")
    options = ("--gate", str(ours / GATE), "--head-branch", "acme:change", "--conclusion", "success", "--head-sha")
    assert run_cli("bot", "comment", *options, judged).code == ExitCode.DONE
    assert len(job.comments(number)) == 1
    (tmp_path / "output").unlink()
    moved = job.state.bare.write("change", "README.md", b"# More\n", "More", "octocat")
    outcome = run_cli("bot", "comment", *options, judged)
    assert (outcome.code, outputs(tmp_path)) == (ExitCode.DONE, {"status": "skipped", "url": ""})
    assert moved != judged


@pytest.mark.parametrize(("conclusion", "code"), [("failure", ExitCode.DONE), ("success", ExitCode.REFUSED)])
def test_comment_tells_what_a_change_brings_unless_the_file_contradicts_the_run(
    job: Hub, run_cli: RunCli, tmp_path: Path, conclusion: str, code: ExitCode
) -> None:
    report = IntakeReport(
        task="claims", verdict="fail", reason="A row is from the future.", base="claims_20251006", rows=9,
        dataset_id="claims_20251006", dataset_sha256="0" * 64,
    )  # fmt: skip
    documents.write(tmp_path / "intake.json", report)
    number = job.add_issue()
    options = ("--intake", tmp_path / "intake.json", "--pull-request", number, "--conclusion", conclusion)
    assert run_cli("bot", "comment", *options).code == code
    said = [comment.body for comment in job.comments(number)]
    assert [body.startswith("<!-- mlops:intake:claims verdict=fail -->\n## ❌ Claims Gate: fail") for body in said] == (
        [True] if code == ExitCode.DONE else []
    )


@pytest.mark.parametrize(("verdict", "conclusion"), [("pass", "failure"), ("pass", "cancelled"), ("fail", "success")])
def test_comment_refuses_a_file_that_contradicts_the_run(
    job: Hub, ours: Path, run_cli: RunCli, verdict: str, conclusion: str
) -> None:
    report = documents.read(ours / GATE, GateReport)
    documents.write(ours / GATE, report.model_copy(update={"verdict": verdict}))
    number = job.add_issue()
    options = ("--gate", str(ours / GATE), "--pull-request", str(number), "--conclusion", conclusion)
    refused(run_cli("bot", "comment", *options), ExitCode.REFUSED, "not what the run concluded")
    assert job.log == []


@pytest.mark.parametrize(
    "options",
    [
        ("--issue", "1"),
        ("--gate", "GATE"),
        ("--gate", "GATE", "--issue", "one"),
        ("--gate", "GATE", "--head-sha", "a" * 40),
        ("--gate", "GATE", "--head-branch", "acme:x"),
        ("--gate", "GATE", "--head-sha", "a" * 40, "--head-branch", "no-owner"),
        ("--gate", "GATE", "--head-sha", "a" * 40, "--head-branch", "acme:x", "--issue", "1"),
        ("--gate", "GATE", "--head-sha", "main", "--head-branch", "acme:x"),
    ],
)
def test_comment_refuses_bad_options(job: Hub, ours: Path, run_cli: RunCli, options: tuple[str, ...]) -> None:
    words = [str(ours / GATE) if word == "GATE" else word for word in options]
    refused(run_cli("bot", "comment", *words), ExitCode.USAGE)
    assert job.log == []


def test_variables_are_set_with_the_token_of_an_app(
    job: Hub, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", job.app_token)
    assert run_cli("bot", "variables", "--dataset", ID).code == ExitCode.DONE
    assert job.variables == {"ML_DATASET_DATE": "20251020", "ML_DATASET_HASH": factories.DATA_SHA256}
    assert outputs(tmp_path) == {"changed": "ML_DATASET_DATE ML_DATASET_HASH"}
    assert "(unchanged)" in run_cli("bot", "variables", "--dataset", ID).out
