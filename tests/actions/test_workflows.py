"""The workflows as data: what GitHub enforces and act ignores, so that no run of the tests would notice its loss."""

import re

import pytest

from mlops import config
from mlops.bot import checks
from tests.actions.documents import Workflow, actions, load, workflows
from tests.conftest import ROOT
from tests.e2e.standins import FOLDER

ALL = workflows()
ACTIONS = {action.name: action for action in actions()}
GATE = "er-precision-gate.yml"

per_workflow = pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)


def named(name: str) -> Workflow:
    """Return a workflow by its file name."""
    return next(workflow for workflow in ALL if workflow.name == name)


@per_workflow
def test_nothing_is_granted_to_all_jobs(workflow: Workflow) -> None:
    assert workflow.says["permissions"] == {}


@per_workflow
def test_each_job_says_what_it_needs_and_how_long_it_may_take(workflow: Workflow) -> None:
    for job_id, job in workflow.jobs.items():
        assert job["name"], job_id
        assert "permissions" in job, job_id
        if "uses" not in job:
            assert 1 <= int(job["timeout-minutes"]) <= 60, job_id


@per_workflow
def test_every_grant_has_its_reason_on_its_line(workflow: Workflow) -> None:
    grants = re.findall(r"^ {6}[a-z-]+: (?:read|write)\b(.*)$", workflow.text, re.MULTILINE)
    assert all(re.match(r" # \S.{4,}", reason) for reason in grants)
    assert len(grants) == sum(len(job["permissions"]) for job in workflow.jobs.values())


@per_workflow
def test_runs_have_a_name_and_do_not_run_into_each_other(workflow: Workflow) -> None:
    assert "${{" in workflow.says["run-name"]
    assert workflow.says["concurrency"]["group"]
    cancels = str(workflow.says["concurrency"]["cancel-in-progress"])
    assert cancels in {"False", "${{ github.event_name == 'pull_request' }}"}, "what is on main is never cut short"


@per_workflow
def test_every_step_has_a_name_and_no_shell_sees_an_expression(workflow: Workflow) -> None:
    for job_id, step in workflow.steps():
        assert step["name"], job_id
        assert "${{" not in str(step.get("run", "")), step["name"]


@per_workflow
def test_runners_have_a_version(workflow: Workflow) -> None:
    runners = {str(job["runs-on"]) for job in workflow.jobs.values() if "uses" not in job}
    assert [name for name in runners if name.endswith("-latest")] == []


@per_workflow
def test_no_checkout_leaves_its_token_behind(workflow: Workflow) -> None:
    for _, step in workflow.steps():
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, step["name"]


@per_workflow
def test_secrets_are_read_only_in_an_environment(workflow: Workflow) -> None:
    for job_id, job in workflow.jobs.items():
        assert "secrets." not in str(job) or "environment" in job, job_id


@per_workflow
def test_what_it_passes_to_an_action_is_an_input_of_it(workflow: Workflow) -> None:
    for _, step in workflow.steps():
        uses = str(step.get("uses", "")).partition("@")[0]
        if uses.startswith("./"):
            inputs = ACTIONS[uses.removeprefix("./actions/")].inputs
        elif uses:
            inputs = load(FOLDER / uses.removeprefix("actions/") / "action.yml")["inputs"]
        else:
            continue
        given = step.get("with") or {}
        assert set(given) <= set(inputs), step["name"]
        assert {name for name, field in inputs.items() if field.get("required")} <= set(given), step["name"]


@per_workflow
def test_a_job_that_may_write_installs_the_bot_alone(workflow: Workflow) -> None:
    loads_data = {"./actions/verify-dataset", "./actions/entity-resolution-train", "./actions/er-precision-gate",
                  "./actions/model-card", "./actions/claims-gate", "./actions/claims-certify"}  # fmt: skip
    for job_id, job in workflow.jobs.items():
        if "write" in dict(job["permissions"]).values() and "uses" not in job:
            used = [step for step in job["steps"] if "uses" in step]
            assert not loads_data & {step["uses"] for step in used}, job_id
            assert {step["with"]["extra"] for step in used if step["uses"] == "./actions/setup"} <= {"bot"}, job_id


@per_workflow
def test_no_code_of_a_fork_ever_runs_beside_a_token(workflow: Workflow) -> None:
    triggers = workflow.says["on"]
    assert "pull_request_target" not in triggers
    if "workflow_run" in triggers:
        assert [s for _, s in workflow.steps() if "checkout@" in str(s.get("uses")) and "ref" in s["with"]] == []


REQUIRED = {GATE: ("gate", "ER Precision Gate"), "claims-intake.yml": ("gate", "Claims Gate")}
"""The workflows of the required checks: the job, and its name."""

per_check = pytest.mark.parametrize("name", REQUIRED)


@per_check
def test_exactly_one_job_bears_the_name_of_the_required_check(name: str) -> None:
    job, check = REQUIRED[name]
    bearers = [(w.name, job_id) for w in ALL for job_id, job in w.jobs.items() if job["name"] == check]
    assert bearers == [(name, job)]
    assert REQUIRED[GATE][1] == checks.NAME


def test_the_required_checks_are_those_that_are_declared() -> None:
    declared = config.load(ROOT / "mlops.toml").github
    assert declared is not None
    required = {check.context for check in declared.branches["main"].checks or ()}
    assert required == {check for _, check in REQUIRED.values()} | {"CI"}


@per_check
def test_the_required_check_is_a_plain_job_that_always_runs(name: str) -> None:
    job = named(name).jobs[REQUIRED[name][0]]
    assert job["if"] == "always()"
    assert not {"strategy", "uses", "environment", "continue-on-error"} & set(job)
    assert [step["name"] for step in job["steps"] if "continue-on-error" in step] == []


@per_check
def test_the_required_check_is_reported_on_every_pull_request_and_merge_group(name: str) -> None:
    triggers = named(name).says["on"]
    assert {"pull_request", "merge_group"} <= set(triggers)
    assert triggers["pull_request"] is None, "a filter would leave the check pending for ever"
    assert triggers["merge_group"] is None


@per_check
def test_the_required_check_is_red_before_anything_else_unless_what_it_needs_succeeded(name: str) -> None:
    job = named(name).jobs[REQUIRED[name][0]]
    first = job["steps"][0]
    assert first["if"] == " || ".join(f"needs.{needed}.result != 'success'" for needed in job["needs"])
    assert first["run"].rstrip().endswith("exit 1")


def test_no_change_is_judged_beside_a_token() -> None:
    """What runs the code of a pull request may read the repository, and nothing else; it gets no secret."""
    for name in REQUIRED:
        job = named(name).jobs[REQUIRED[name][0]]
        assert job["permissions"] == {"contents": "read"}
        assert not re.search(r"token|secrets\.", str(job))


def test_the_ledger_has_one_writer_that_loads_no_data_and_records_a_red_run_too() -> None:
    certify = named("claims-certify.yml")
    assert certify.says["concurrency"] == {"group": "claims-ledger", "cancel-in-progress": False}
    assert {"workflow_dispatch", "schedule"} == set(certify.says["on"])
    job = certify.jobs["publish"]
    assert (job["environment"], job["needs"]) == ("mlops-bot", ["certify"])
    assert job["if"] == "${{ !cancelled() && needs.certify.outputs.records == 'true' }}"
    assert certify.jobs["certify"]["permissions"] == {"contents": "read"}
    assert not re.search(r"token|secrets\.", str(certify.jobs["certify"]))


def test_a_comment_is_about_a_run_of_a_required_check_and_takes_one_document_from_it() -> None:
    follows = named("pr-comment.yml")
    titles = [named(name).says["name"] for name in REQUIRED]
    assert follows.says["on"]["workflow_run"]["workflows"] == titles
    steps = follows.jobs["comment"]["steps"]
    assert sum("actions/checkout@" in str(step.get("uses")) for step in steps) == 1
    assert [step for step in steps if "run" in step] == []
    for name in REQUIRED:
        kept = [s["with"]["name"] for _, s in named(name).steps() if "upload-artifact@" in str(s.get("uses"))]
        assert {"gate-report", "intake-report"} & set(kept)


def test_releasing_needs_the_gate_of_its_own_workflow_and_an_environment() -> None:
    job = named("model-deploy.yml").jobs["release"]
    assert job["needs"] == ["precision-gate"]
    assert job["if"] == "needs.precision-gate.result == 'success'"
    assert job["environment"] == "${{ inputs.environment }}"
    [release] = [step for step in job["steps"] if step.get("uses") == "./actions/model-release"]
    for name in ("artifact-sha256", "gate-sha256"):
        assert release["with"][name] == f"${{{{ needs.precision-gate.outputs.{name} }}}}"
        judged = named("model-deploy.yml").jobs["precision-gate"]["outputs"][name]
        assert judged == f"${{{{ steps.gate.outputs.{name} }}}}"


def test_what_follows_the_declared_state_reads_the_newest_commit_and_holds_no_token() -> None:
    """A run that is repeated must not bring back what was declared on its day."""
    deploy, rollback = named("model-deploy.yml"), named("model-rollback.yml")
    assert deploy.says["on"]["push"] == {"branches": ["main"], "paths": ["model_cards/environments.json"]}
    for workflow, names in ((deploy, ("models", "reconcile", "record")), (rollback, ("rollback", "record", "propose"))):
        for name in names:
            [checkout] = [s for s in workflow.jobs[name]["steps"] if "actions/checkout@" in str(s.get("uses"))]
            assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    for job in (deploy.jobs["reconcile"], rollback.jobs["rollback"]):
        assert job["permissions"] == {"contents": "read"}
        assert job["environment"] in {"${{ matrix.environment }}", "${{ inputs.environment }}"}
        assert job["concurrency"] == {"group": f"model-target-{job['environment']}", "cancel-in-progress": False}
        assert not re.search(r"token: |secrets\.", str(job["steps"]))


@pytest.mark.parametrize("name", ["ci.yml", "selftest.yml"])
def test_one_job_is_red_unless_all_others_are_green(name: str) -> None:
    *others, last = named(name).jobs.items()
    assert last[1]["needs"] == [job_id for job_id, _ in others]
    assert last[1]["if"] == "always()"


def test_the_self_test_uses_every_action_that_needs_no_token() -> None:
    used = {str(step.get("uses")).removeprefix("./actions/") for _, step in named("selftest.yml").steps()}
    tokenless = {name for name, action in ACTIONS.items() if "token" not in action.inputs}
    # Those of claims run in workflows of their own, the gate on every pull request that touches their data; those that
    # switch a target are in tests/e2e.
    elsewhere = {"model-card", "claims-gate", "claims-certify", "model-reconcile", "model-rollback"}
    assert tokenless - elsewhere <= used
