"""``mlops doctor``: what it prints, to whom, and the exit code, from the root, a folder, a job, and with ``--api``."""

import json
from pathlib import Path

import jsonschema
import pytest

from mlops.cli.schema import schema_of
from mlops.errors import ExitCode
from tests.conftest import RunCli
from tests.doctor.ward import gate, step
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub

__all__ = ["hub"]

WORKFLOWS = Path(".github", "workflows")
FILTERED = gate(on="  pull_request:\n    paths: [mlops/**]\n  merge_group:\n")
PATH_FILTER = "required-check-path-filter"


def workflow(folder: Path, text: str, name: str = "gate.yml") -> Path:
    path = folder / WORKFLOWS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a sound workflow and no ``mlops.toml``; it is the current one."""
    folder = workflow(tmp_path / "ward", gate())
    monkeypatch.chdir(folder)
    return folder


def test_this_repository_is_sound(root: Path, run_cli: RunCli) -> None:
    outcome = run_cli("doctor", root)
    assert (outcome.code, outcome.err) == (ExitCode.DONE, "")
    assert outcome.out.startswith("No trap found. Looked for ")
    assert "required: ER Precision Gate, Claims Gate, CI." in outcome.out
    assert "--api" in outcome.out


def test_a_finding_says_where_what_why_and_the_lines_to_write(ward: Path, run_cli: RunCli) -> None:
    workflow(ward, FILTERED)
    outcome = run_cli("doctor")
    assert (outcome.code, outcome.err) == (ExitCode.FAIL, "")
    head, what, why, fix, *_ = outcome.out.splitlines()
    assert head == f"block  {PATH_FILTER}  .github/workflows/gate.yml:3"
    assert "`ER Precision Gate`" in what
    assert why.startswith("  why: ")
    assert fix.startswith("  fix: Delete `paths` below `pull_request`")
    assert outcome.out.splitlines()[-1].startswith("1 finding blocks. Looked for")


def test_it_finds_the_repository_from_a_folder_inside(
    ward: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    monkeypatch.chdir(ward / WORKFLOWS)
    assert run_cli("doctor").code == ExitCode.DONE


def test_warnings_alone_are_told_and_do_not_fail(ward: Path, run_cli: RunCli) -> None:
    workflow(ward, gate(on="  pull_request:\n"))
    outcome = run_cli("doctor")
    assert outcome.code == ExitCode.DONE
    assert outcome.out.startswith("warn  required-check-no-merge-group  ")
    assert "1 warns." in outcome.out


def test_the_json_is_a_document_of_the_published_schema(ward: Path, run_cli: RunCli) -> None:
    workflow(ward, FILTERED)
    outcome = run_cli("doctor", "--json")
    answer = json.loads(outcome.out)
    jsonschema.validate(answer, schema_of("doctorreport"))
    assert (answer["schema_version"], answer["outcome"], answer["asked"]) == (1, "block", False)
    (found,) = answer["findings"]
    assert (found["code"], found["line"]) == (PATH_FILTER, 3)


def test_a_folder_without_workflows_is_refused(tmp_path: Path, run_cli: RunCli) -> None:
    outcome = run_cli("doctor", tmp_path)
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert "There are no workflows here." in outcome.err


def test_settings_that_cannot_be_read_are_refused(ward: Path, run_cli: RunCli) -> None:
    (ward / "mlops.toml").write_text("schema_version = 2\n", encoding="utf-8")
    outcome = run_cli("doctor")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert "mlops.toml" in outcome.err


def test_files_that_are_none_are_findings(ward: Path, run_cli: RunCli) -> None:
    (ward / WORKFLOWS / "link.yml").symlink_to("gate.yml")
    (ward / WORKFLOWS / "folder.yml").mkdir()
    (ward / WORKFLOWS / "latin.yml").write_bytes(b"on: push\n# caf\xe9\n")
    (ward / WORKFLOWS / "large.yml").write_bytes(b"#" * (1 << 20) + b"\n")
    (ward / WORKFLOWS / "bom.yml").write_bytes(b"\xef\xbb\xbf" + gate().replace("ER Precision Gate", "B").encode())
    outcome = run_cli("doctor")
    assert outcome.code == ExitCode.FAIL
    heads = [line.split()[-1] for line in outcome.out.splitlines() if line.startswith("block  invalid-workflow")]
    assert sorted(heads) == [f".github/workflows/{name}.yml" for name in ("folder", "large", "latin", "link")]


def test_foreign_text_cannot_act_on_the_terminal_or_the_page(
    ward: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    name = '"acme/x@\\e[31m\\n::error::```</details>"'
    workflow(ward, gate(job=f"    steps:\n{step(f'uses: {name}')}"))
    outcome = run_cli("doctor")
    assert outcome.code == ExitCode.FAIL
    assert "\x1b" not in outcome.out + outcome.err + summary.read_text(encoding="utf-8")
    commands = [line for line in outcome.err.splitlines() if line.startswith("::")]
    assert [line.partition(" ")[0] for line in commands] == ["::error"]
    assert "\n````text\n" in summary.read_text(encoding="utf-8")


def test_a_job_gets_annotations_at_lines_and_a_summary(
    ward: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    workflow(ward, FILTERED + "".join(step(f"uses: acme/tool{n}@v1") for n in range(12)))
    outcome = run_cli("doctor")
    commands = [line for line in outcome.err.splitlines() if line.startswith("::error ")]
    assert commands[0].startswith(f"::error title={PATH_FILTER},file=ward/.github/workflows/gate.yml,line=3::")
    assert len(commands) == 10  # GitHub shows no more
    page = summary.read_text(encoding="utf-8")
    assert page.startswith("### mlops doctor: block\n")
    assert page.count("unpinned-uses") == 12


def test_with_api_it_also_asks_github(hub: Hub, ward: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli) -> None:
    for name, value in {"TOKEN": hub.app_token, "REPOSITORY": hub.repository, "API_URL": hub.api}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    outcome = run_cli("doctor", ward, "--api", "--json")
    answer = json.loads(outcome.out)
    assert outcome.code == ExitCode.FAIL
    assert {found["code"] for found in answer["findings"]} == {"check-not-required", "check-never-reported"}
    assert (answer["asked"], answer["unknown"]) == (True, [])
    assert {exchange.method for exchange in hub.log} == {"GET"}


def test_rules_that_cannot_be_read_end_with_five_and_say_how_they_can(
    hub: Hub, ward: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    token = hub.token_for("github-actions[bot]", permissions={"metadata": "read"})
    for name, value in {"TOKEN": token, "REPOSITORY": hub.repository, "API_URL": hub.api}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    outcome = run_cli("doctor", ward, "--api")
    assert outcome.code == ExitCode.UNAVAILABLE
    assert "unknown  the protection of `main`  essential" in outcome.out
    assert "contents: read" in outcome.out


def test_api_without_a_token_is_refused(ward: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GH_TOKEN", raising=False)
    outcome = run_cli("doctor", ward, "--api")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert "GITHUB_TOKEN" in outcome.err
