"""Does GitHub require the check, of whom, and can anybody pass it by?"""

import json
from collections.abc import Iterator

from mlops.config import FILE_NAME
from mlops.doctor.findings import Check, Trouble
from mlops.doctor.jobs import is_deploying
from mlops.doctor.live import Survey
from mlops.doctor.reading import ACTIONS_APP, Required

APP_VARIABLE, APP_ENVIRONMENT = "MLOPS_APP_CLIENT_ID", "mlops-bot"
"""The variable that names the App, and the environment that holds its key."""

_APPLY = "GH_TOKEN=$(gh auth token) mlops bot apply"
_ENVIRONMENT = '[github.environments.{}]\nbranches = ["main"]\n'


def _wanted(survey: Survey) -> Iterator[Required]:
    """Yield the checks that shall be required, as far as their branches were read."""
    names = {branch.name for branch in survey.live.branches}
    yield from (each for each in survey.repository.required if each.branch in names)


def _unpaid(survey: Survey) -> Iterator[Trouble]:
    if any(not branch.paid for branch in survey.live.branches):
        yield Trouble(
            "", 0, f"The plan of {survey.live.name} has neither branch protection nor rulesets.",
            "Make the repository public, or upgrade the plan; until then have somebody look at the gate before each "
            f"merge, and take `branches` out of [github] in {FILE_NAME}.",
        )  # fmt: skip


def _not_required(survey: Survey) -> Iterator[Trouble]:
    for branch in survey.live.branches:
        if not branch.paid or branch.demands is None:
            continue
        demanded = {each.context for each in branch.demands}
        for required in _wanted(survey):
            if required.branch == branch.name and required.context not in demanded:
                yield Trouble(
                    required.file, required.line,
                    f"On GitHub nothing requires `{required.context}` of `{branch.name}`.", _require(survey, required),
                )  # fmt: skip


def _require(survey: Survey, required: Required) -> str:
    """Return the command that requires a check: ours where it is declared, else a ruleset by hand."""
    if required.file:
        return f"Apply what {FILE_NAME} declares, as an administrator:\n{_APPLY}"
    check = {"context": required.context, "integration_id": required.app_id or ACTIONS_APP}
    ruleset = {
        "name": "Precision Gate",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{required.branch}"], "exclude": []}},
        "rules": [
            {
                "type": "required_status_checks",
                "parameters": {"strict_required_status_checks_policy": False, "required_status_checks": [check]},
            }
        ],
    }
    return (
        "Add a ruleset, as an administrator:\n"
        f"gh api --method POST repos/{survey.live.name}/rulesets --input - <<'EOF'\n{json.dumps(ruleset)}\nEOF"
    )


def _demands(survey: Survey) -> Iterator[tuple[str, Required, int | None, str]]:
    """Yield each check that GitHub requires, as it shall be, by whom GitHub wants it, and what requires it."""
    for branch in survey.live.branches:
        for demand in branch.demands or ():
            for required in survey.repository.required:
                if (required.branch, required.context) == (branch.name, demand.context):
                    yield branch.name, required, demand.app_id, demand.by


def _open(survey: Survey) -> Iterator[Trouble]:
    for branch, required, app_id, by in _demands(survey):
        if app_id is not None:
            continue
        is_job = any(each.is_(required.context) for each in survey.repository.reported)
        app = ACTIONS_APP if is_job else "NUMBER"
        faked = required.context in (survey.live.statuses or frozenset())
        what = f"Anybody may report `{required.context}`, which the {by} of `{branch}` requires."
        yield Trouble(
            required.file, required.line,
            what + (" Somebody has: there is a commit status of that name." if faked else ""),
            f"Say in {FILE_NAME} which App must, and apply it ({ACTIONS_APP} is GitHub Actions):\n"
            f'checks = [{{ context = "{required.context}", app_id = {app} }}]\n{_APPLY}',
            severity=None if is_job or faked else "warn",
        )  # fmt: skip


def _never_reported(survey: Survey) -> Iterator[Trouble]:
    live = survey.live
    if live.reporters is None:
        return
    demanded = {required.context for _, required, _, _ in _demands(survey)}
    for context, required in {each.context: each for each in _wanted(survey)}.items():
        apps = live.reporters.get(context)
        if apps is None and context not in (live.statuses or frozenset()):
            places = "the newest commit" if live.heads <= 1 else f"any of the {live.heads} newest heads"
            yield Trouble(
                required.file, required.line, f"`{context}` was never reported on {places}.",
                "Open a pull request and see whether the check appears on it:\n"
                "git switch -c first-check && git commit --allow-empty -m 'Try the gate' && git push -u origin HEAD && "
                "gh pr create --fill && gh pr checks --watch",
                severity="block" if context in demanded and live.heads > 1 else "warn",
            )  # fmt: skip


def _wrong_source(survey: Survey) -> Iterator[Trouble]:
    for branch, required, app_id, by in _demands(survey):
        apps = (survey.live.reporters or {}).get(required.context)
        if app_id is not None and apps and app_id not in apps:
            found = min(apps)
            yield Trouble(
                required.file, required.line,
                f"The {by} of `{branch}` wants `{required.context}` of App {app_id}, and App {found} reports it.",
                f"Name that App, if it is the right one, and apply it:\n"
                f'checks = [{{ context = "{required.context}", app_id = {found} }}]\n{_APPLY}',
            )  # fmt: skip


def _queue_unserved(survey: Survey) -> Iterator[Trouble]:
    queues = {branch.name for branch in survey.live.branches if branch.merge_queue}
    for required, reported in survey.repository.required_jobs:
        workflow = reported.workflow
        if required.branch in queues and "merge_group" not in workflow.triggers:
            yield Trouble(
                workflow.file, workflow.node.keys.get("on", 1),
                f"`{required.branch}` has a merge queue, in which `{required.context}` is never reported.",
                "Add the trigger below `on:`\n  merge_group:",
            )  # fmt: skip


def _bypassed(survey: Survey) -> Iterator[Trouble]:
    for branch in survey.live.branches:
        for by in branch.bypassed:
            command = f"gh api --method POST repos/{survey.live.name}/branches/{branch.name}/protection/enforce_admins"
            by_hand = "Take them off the bypass list of the ruleset: Settings, Rules, Rulesets."
            yield Trouble(
                "", 0, f"Administrators may merge into `{branch.name}` past the {by}.",
                command if by == "branch protection" else by_hand,
            )  # fmt: skip


def _environments(survey: Survey) -> Iterator[tuple[str, str, int]]:
    """Yield the environments that must hold, with where they are named: of deployments, and those declared."""
    seen = set()
    for workflow, job in survey.repository.jobs():
        if is_deploying(job) and job.environment and "${{" not in job.environment and job.environment not in seen:
            seen.add(job.environment)
            yield job.environment, workflow.file, job.node.keys["environment"]
    for name in survey.repository.environments:
        if name not in seen:
            yield name, FILE_NAME, 0


def _no_environment(survey: Survey) -> Iterator[Trouble]:
    for name, file, line in _environments(survey):
        if survey.live.places is not None and name.lower() not in survey.live.places:
            yield Trouble(
                file, line, f"The environment `{name}` does not exist.",
                f"Declare it in {FILE_NAME}, and apply it:\n{_ENVIRONMENT.format(name)}\n{_APPLY}",
            )  # fmt: skip


def _open_environment(survey: Survey) -> Iterator[Trouble]:
    for name, file, line in _environments(survey):
        place = (survey.live.places or {}).get(name.lower())
        if place is not None and not place.limited:
            yield Trouble(
                file, line, f"Any branch reaches the environment `{name}`.",
                f"Declare in {FILE_NAME} which may, and apply it:\n{_ENVIRONMENT.format(name)}\n{_APPLY}",
            )  # fmt: skip


def _writing_token(survey: Survey) -> Iterator[Trouble]:
    if survey.live.token_writes:
        yield Trouble(
            "", 0, "A workflow that says nothing gets a token that may write.",
            f"gh api --method PUT repos/{survey.live.name}/actions/permissions/workflow "
            "-f default_workflow_permissions=read",
        )  # fmt: skip


def _keyless(survey: Survey) -> Iterator[Trouble]:
    live = survey.live
    known = live.variables is not None and live.places is not None
    if known and APP_VARIABLE in (live.variables or ()) and APP_ENVIRONMENT not in (live.places or {}):
        yield Trouble(
            "", 0, f"The variable {APP_VARIABLE} names an App, and the environment `{APP_ENVIRONMENT}` for its key is "
            "missing.",
            f"Make the environment, for the default branch alone, and put the key there:\n"
            f"{_ENVIRONMENT.format(APP_ENVIRONMENT)}\n{_APPLY}\n"
            f"gh secret set MLOPS_APP_PRIVATE_KEY --env {APP_ENVIRONMENT} < key.pem",
        )  # fmt: skip


CHECKS: tuple[Check[Survey], ...] = (
    Check("plan-without-protection", "block", "a private repository whose plan has no rules",
          "No check can be required: whoever may write merges past the gate.", _unpaid),
    Check("check-not-required", "block", "GitHub does not require the check",
          "A check that nothing requires is advice: the merge button is green whatever it says.", _not_required),
    Check("check-open-source", "block", "GitHub accepts the check from anybody",
          "Whoever may write a commit status can report the check and pass the gate.", _open),
    Check("check-wrong-source", "block", "GitHub wants the check of another App than reports it",
          "The check that is reported does not count, and the one that counts never comes: nobody can merge.",
          _wrong_source),
    Check("check-never-reported", "warn", "the check was not reported on the newest heads; blocks where it is required",
          "GitHub waits for ever for a check that does not come, and its pages do not offer one that was not reported "
          "in the last week.", _never_reported),
    Check("merge-queue-unserved", "block", "there is a merge queue, and no `merge_group`",
          "The queue waits for the check on a commit of its own, and throws every pull request out.", _queue_unserved),
    Check("administrators-bypass", "warn", "administrators may merge past the rules",
          "One click of one person, or one leaked token, and an unjudged model is on the branch.", _bypassed),
    Check("environment-missing", "block", "the environment of a deployment does not exist",
          "GitHub makes it on first use, without reviewers and for any branch.", _no_environment),
    Check("environment-open", "warn", "the environment of a deployment has no limits of branches",
          "Whoever may push a branch can run a job in it, with its secrets.", _open_environment),
    Check("default-token-writes", "warn", "a workflow's token may write by default",
          "Each workflow that forgets `permissions:` can post the required check itself.", _writing_token),
    Check("app-without-environment", "warn", "an App is named, and the environment for its key is missing",
          "The key then lies where any branch gets at it, or nowhere, and the jobs that need it fail.", _keyless),
)  # fmt: skip
