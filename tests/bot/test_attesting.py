"""Attestations: what nobody attested, or somebody else did, goes nowhere.

The stand-in is strict about how it is asked, and answers in the words and the JSON of gh 2.102.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from mlops.artifact import CHECKSUMS
from mlops.bot.attesting import Attesting
from mlops.bot.effects import Deadline
from mlops.checksums import parse
from mlops.errors import ExitCode, UnavailableError
from mlops.provenance import CodeVersion
from tests import factories
from tests.bot import world
from tests.conftest import ROOT, Outcome, RunCli
from tests.fakes.github import Hub

ID, SECOND = factories.DATASET_ID, f"{factories.DATASET_ID}-2"
REPOSITORY, WORKFLOW, REF = "acme/er-models", ".github/workflows/entity-resolution-train.yml", "refs/heads/main"
OURS = {"repository": REPOSITORY, "workflow": WORKFLOW, "ref": REF}

REAL = Path(sys.executable).parent / "gh"
STAND_IN = ROOT / "tests/fakes/gh_attestation.py"


class Gh:
    """The stand-in on the ``PATH``."""

    def __init__(self, folder: Path, token: str) -> None:
        folder.mkdir()
        program = folder / "gh"
        program.write_text(f"#!{sys.executable}\n{STAND_IN.read_text()}")
        program.chmod(0o755)
        self.folder = folder
        self.facts: dict[str, Any] = {"asked": [REPOSITORY, WORKFLOW, REF], "token": token, "attested": {}}

    def attest(self, artifact: Path, made: dict[str, str] | None = None, **facts: Any) -> None:
        """Have every listed file attested, by ``made`` where it is not ours."""
        listed = parse((artifact / CHECKSUMS).read_bytes())
        self.facts["attested"] |= dict.fromkeys(listed.values(), made or OURS)
        self.tell(**facts)

    def tell(self, **facts: Any) -> None:
        self.facts |= facts
        (self.folder / "facts.json").write_text(json.dumps(self.facts))

    @property
    def asked(self) -> list[str]:
        log = self.folder / "asked"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def job(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli) -> Hub:
    """Return a stand-in of GitHub with a run's artifact that production, which asks for attestations, shall serve."""
    world.pin(hub)
    monkeypatch.chdir(world.clone(hub, tmp_path / "checkout"))
    world.enter(hub, tmp_path, monkeypatch)
    with Path("mlops.toml").open("a") as stream:
        stream.write(f'\n[deploy.production]\ntarget = "served"\nattested_by = "{WORKFLOW}"\n')
    add(hub, ID, "production", tmp_path / "artifact", run_cli)
    return hub


@pytest.fixture
def gh(job: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gh:
    """Return the stand-in of gh, which knows of no attestation."""
    found = Gh(tmp_path / "bin", job.token)
    found.tell()
    monkeypatch.setenv("PATH", f"{found.folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_DEBUG", "api")
    return found


def add(hub: Hub, model: str, environment: str, folder: Path, run_cli: RunCli) -> Path:
    """Have a run leave an artifact whose card is committed, and declare it."""
    made = world.judged(
        folder, model_id=model, model=model.encode(), code=CodeVersion(commit=world.head(hub), dirty=False)
    )
    assert run_cli("card", made).code == ExitCode.DONE
    hub.add_artifact(hub.add_run(), made_name(model), made)
    path = Path("model_cards/environments.json")
    declared = json.loads(path.read_text())["environments"] if path.exists() else {}
    declared[environment] = {"er": model}
    path.write_text(json.dumps({"environments": declared, "schema_version": 1}))
    return made


def made_name(model: str) -> str:
    return model.replace("er_", "er-model-")


def refused(outcome: Outcome, code: int, *words: str) -> None:
    assert outcome.code == code, outcome.err
    assert "Traceback" not in outcome.err
    assert [word for word in words if word not in outcome.err] == [], outcome.err
    left = Path("dist/models")
    assert not left.exists() or list(left.iterdir()) == []


@pytest.mark.parametrize(
    "case",
    [
        (None, {}, "Error: no attestations found"),
        ({"workflow": ".github/workflows/evil.yml"}, {}, 'Error: verifying with issuer "sigstore.dev"'),
        ({"ref": "refs/heads/dev"}, {}, "expected SourceRepositoryRef to be refs/heads/main, got refs/heads/dev"),
        ({"repository": "mallory/er-models"}, {}, 'Error: verifying with issuer "sigstore.dev"'),
        # A gh that says yes is believed only about what was asked for.
        ({"workflow": f"{WORKFLOW}-evil.yml"}, {"lax": True}, "yml-evil.yml@refs/heads/main"),
        ({"repository": "mallory/er-models"}, {"lax": True}, "github.com/mallory/er-models/"),
        ({}, {"about": "0" * 64}, "yes, but to none about sha256"),
        ({}, {"answer": "[]"}, "an empty list"),
        ({}, {"answer": "{}"}, "an answer that nobody here understands"),
        ({}, {"answer": '[{"verificationResult": {}}]'}, "an answer that nobody here understands"),
        ({}, {"answer": "Loaded 1 attestation"}, "an answer that nobody here understands"),
        ({}, {"fault": "HTTP 403: Resource not accessible by integration (https://api.github.com/x)"}, "HTTP 403"),
        ({}, {"fault": "bidi \u202e" + "x" * 5_000}, "bidi \\u202exxx"),
    ],
)
def test_bad_input_30_what_is_not_attested_as_asked_goes_nowhere(
    gh: Gh, tmp_path: Path, run_cli: RunCli, case: tuple[dict[str, str] | None, dict[str, Any], str]
) -> None:
    made, facts, said = case
    if made is not None:
        gh.attest(tmp_path / "artifact", OURS | made, **facts)
    asked = f"attested by {REPOSITORY}/{WORKFLOW} on {REF}"
    outcome = run_cli("bot", "models")
    refused(outcome, ExitCode.REFUSED, ID, "file: evaluation.parquet", asked, "gh: ", said)
    assert len(outcome.err) < 3_000
    assert gh.asked == ["evaluation.parquet"]


def test_every_listed_file_is_asked_about_and_no_other(gh: Gh, tmp_path: Path, run_cli: RunCli) -> None:
    gh.attest(tmp_path / "artifact")
    outcome = run_cli("bot", "models")
    assert (outcome.code, f"attested by {WORKFLOW}" in outcome.out) == (ExitCode.DONE, True), outcome.err
    assert gh.asked == ["evaluation.parquet", "metrics.json", "model.skops", "training.json"]
    assert Path("dist/models", ID, "model.skops").read_bytes() == ID.encode()


def test_bad_input_30_one_file_that_is_not_attested_is_enough(gh: Gh, tmp_path: Path, run_cli: RunCli) -> None:
    gh.attest(tmp_path / "artifact")
    del gh.facts["attested"][parse((tmp_path / "artifact" / CHECKSUMS).read_bytes())["model.skops"]]
    gh.tell()
    refused(run_cli("bot", "models"), ExitCode.REFUSED, "file: model.skops")
    assert gh.asked[-1] == "model.skops"


def test_bad_input_30_each_model_is_asked_about_as_its_environments_say(
    job: Hub, gh: Gh, tmp_path: Path, run_cli: RunCli
) -> None:
    second = add(job, SECOND, "staging", tmp_path / "second", run_cli)
    gh.attest(tmp_path / "artifact")
    assert run_cli("bot", "models").code == ExitCode.DONE  # staging asks for nothing
    assert {path.name for path in Path("dist/models").iterdir()} == {ID, SECOND}
    shutil.rmtree("dist")
    with Path("mlops.toml").open("a") as stream:
        stream.write(f'[deploy.staging]\ntarget = "staged"\nattested_by = "{WORKFLOW}"\n')
    outcome = run_cli("bot", "models")
    assert (outcome.code, "no attestations found" in outcome.err) == (ExitCode.REFUSED, True), outcome.err
    assert not Path("dist/models", SECOND).exists()
    shutil.rmtree("dist", ignore_errors=True)
    gh.attest(second)
    assert run_cli("bot", "models").code == ExitCode.DONE


def test_bad_input_30_a_folder_that_lies_there_already_is_not_handed_on(
    gh: Gh, tmp_path: Path, run_cli: RunCli
) -> None:
    """Whoever may commit could have put it there: nobody has verified it."""
    shutil.copytree(tmp_path / "artifact", Path("dist/models", ID))
    gh.tell()
    (tmp_path / "output").unlink()
    outcome = run_cli("bot", "models")
    assert (outcome.code, "not empty" in outcome.err) == (ExitCode.REFUSED, True), outcome.err
    told = tmp_path / "output"
    assert not told.exists() or not any(line == ID for line in told.read_text().splitlines())


@pytest.mark.parametrize(
    "fault",
    [
        'Get "https://api.github.com/repos/acme": dial tcp: lookup api.github.com on 127.0.0.53:53: no such host',
        "HTTP 502: Server Error (https://api.github.com/repos/acme/er-models/attestations/sha256:0)",
    ],
)
def test_a_github_that_does_not_answer_is_asked_again_later(gh: Gh, run_cli: RunCli, fault: str) -> None:
    gh.tell(fault=fault)
    refused(run_cli("bot", "models"), ExitCode.UNAVAILABLE, ID, "evaluation.parquet", fault)


def test_it_stops_at_the_deadline(job: Hub, gh: Gh, tmp_path: Path) -> None:
    gh.tell(seconds=30)
    deadline = Deadline(world.Hourglass().effects(), 0.3)
    asking = Attesting(world.settings(job), deadline, os.environ, "main")
    with pytest.raises(UnavailableError, match="could not be asked") as caught:
        asking.require(tmp_path / "artifact", ID, [WORKFLOW])
    assert "no answer within" in caught.value.found


@pytest.fixture
def without_gh(job: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Return ``job`` where git is the only program."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    job.log.clear()
    return job


def test_without_gh_it_says_how_to_get_it(without_gh: Hub, run_cli: RunCli) -> None:
    refused(run_cli("bot", "models"), ExitCode.USAGE, "field: gh", "https://cli.github.com")
    assert without_gh.log == []


def test_an_environment_that_asks_for_none_gets_its_model_without_gh(
    without_gh: Hub, run_cli: RunCli, tmp_path: Path
) -> None:
    add(without_gh, SECOND, "staging", tmp_path / "second", run_cli)
    outcome = run_cli("bot", "models", "--environment", "staging")
    assert (outcome.code, list(Path("dist/models").iterdir())) == (ExitCode.DONE, [Path("dist/models", SECOND)]), (
        outcome.err
    )


@pytest.mark.usefixtures("job")
def test_bad_input_30_the_real_gh_without_a_network_lets_nothing_in(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert REAL.exists(), "the packages of development have it"
    monkeypatch.setenv("PATH", f"{REAL.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens
    monkeypatch.setenv("HOME", str(tmp_path))
    outcome = run_cli("bot", "models")
    assert outcome.code in {ExitCode.REFUSED, ExitCode.UNAVAILABLE}
    refused(outcome, outcome.code, ID, "evaluation.parquet", "gh: ")
    assert "unknown flag" not in outcome.err
