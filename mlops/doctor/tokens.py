"""What tokens and secrets may do, and where: permissions, the App, environments."""

import re
from collections.abc import Iterator

from mlops.doctor.findings import Check, Trouble
from mlops.doctor.reading import Repository
from mlops.doctor.workflows import COMMAND, Job, Step, Workflow

_WORKFLOW_TOKEN = re.compile(r"\s*\$\{\{\s*(?:github\.token|secrets\.GITHUB_TOKEN)\s*\}\}\s*", re.IGNORECASE)
_SECRET = re.compile(r"\bsecrets\s*\.\s*(?P<name>\w+)", re.IGNORECASE)
_WRITES = r"(?:-X|--method)[\s=]*[\"']?(?:PUT|POST|PATCH|DELETE)\b|\s(?:-f|-F|--field|--raw-field|--input)\b"
_SETTINGS = re.compile(
    rf"{COMMAND}(?P<said>gh\s+(?:(?:variable|secret)\s+(?:set|delete|remove)\b|project\s"
    rf"|api\b[^\n]*/protection\b|api\b(?=[^\n]*(?:{_WRITES}))[^\n]*/(?:rulesets|environments|actions/variables)\b))",
    re.MULTILINE,
)
_CONTINUED = re.compile(r"\\\n\s*")
_BOT_SETTINGS = "(?:variables|apply|plan)"
_OPENS = re.compile(rf"{COMMAND}gh\s+pr\s+create\b", re.MULTILINE)
_PULL_REQUEST_ACTION = re.compile(r"peter-evans/create-pull-request(?:@|$)")
_ADVICE = "Give the repository a GitHub App (docs/settings.md), keep its key in an environment, and hand over "
_APP = (
    f"{_ADVICE}its token:\n"
    "- id: app\n"
    "  uses: actions/create-github-app-token@COMMIT # vN\n"
    "  with:\n"
    "    client-id: ${{ vars.MLOPS_APP_CLIENT_ID }}\n"
    "    private-key: ${{ secrets.MLOPS_APP_PRIVATE_KEY }}\n"
    "And in this step:\n"
)
_AS_VARIABLE = "env:\n  GH_TOKEN: ${{ steps.app.outputs.token }}"
_AS_INPUT = "with:\n  token: ${{ steps.app.outputs.token }}"
_OUR_APP = (
    f"{_ADVICE}both:\n"
    "app-client-id: ${{ vars.MLOPS_APP_CLIENT_ID }}\n"
    "app-private-key: ${{ secrets.MLOPS_APP_PRIVATE_KEY }}\n"
    "And name the environment in the job:\n"
    "environment: mlops-bot"
)


def _no_permissions(repository: Repository) -> Iterator[Trouble]:
    for workflow in repository.workflows:
        if workflow.node.at("permissions") is not None:
            continue
        bare = [job for job in workflow.jobs.values() if job.node.at("permissions") is None]
        if bare:
            jobs = "the job" if len(bare) == 1 else "the jobs"
            yield Trouble(
                workflow.file, bare[0].line,
                f"Neither the workflow nor {jobs} {', '.join(f'`{job.id}`' for job in bare)} says what its token may.",
                "Take everything away at the top of the file, and give each job what it needs:\npermissions: {}\n\n"
                "jobs:\n"
                f"  {bare[0].id}:\n    permissions:\n      contents: read",
            )  # fmt: skip


def _all_permissions(repository: Repository) -> Iterator[Trouble]:
    for workflow in repository.workflows:
        for node in (workflow.node, *(job.node for job in workflow.jobs.values())):
            if node.text_at("permissions") == "write-all":
                yield Trouble(
                    workflow.file, node.keys["permissions"], "The token may write everything.",
                    "Give what the steps need, each in a line:\npermissions:\n  contents: read",
                )  # fmt: skip


def _token(workflow: Workflow, job: Job, step: Step) -> str:
    """Return the token that commands of a step use."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        if text := workflow.setting(job, step, name):
            return text
    return ""


def _is_workflows_own(text: str) -> bool:
    return _WORKFLOW_TOKEN.fullmatch(text) is not None


def _bot_has_app(step: Step) -> bool:
    """Tell whether our action gets an App, or a token that is not surely the workflow's."""
    token = step.given("token")
    return bool(step.given("app-client-id")) or (bool(token) and not _is_workflows_own(token))


def _job_steps(repository: Repository) -> Iterator[tuple[Workflow, Job, Step]]:
    for workflow, job in repository.jobs():
        for step in job.steps:
            yield workflow, job, step


def _settings_with_workflow_token(repository: Repository) -> Iterator[Trouble]:
    for workflow, job, step in _job_steps(repository):
        if step.is_ours("bot") and not _bot_has_app(step):
            verb = step.given("verb")
            if re.fullmatch(_BOT_SETTINGS, verb) or (verb == "announce" and step.given("project")):
                line = step.node.at("with")
                place = line.keys.get("token", line.keys["verb"]) if line is not None else step.line
                yield _settings_trouble(workflow, place, f"mlops bot {verb}", _OUR_APP, reads=verb == "plan")
        script = step.script
        if script is None or not _is_workflows_own(_token(workflow, job, step)):
            continue
        found = _SETTINGS.search(_CONTINUED.sub(" ", script.text))
        ours = step.runs(f"bot {_BOT_SETTINGS}")
        if found or ours:
            command = " ".join(found["said"].split()[:3]) if found else "mlops bot"
            needle = re.escape(command.split()[-1]) if found else rf"bot\s+{_BOT_SETTINGS}"
            place = workflow.find(script, re.compile(needle))
            reads = not found and step.runs("bot plan")
            yield _settings_trouble(workflow, place, command, _APP + _AS_VARIABLE, reads=reads)


def _settings_trouble(workflow: Workflow, line: int, command: str, fix: str, *, reads: bool) -> Trouble:
    says = "sees not all of the settings" if reads else "is refused"
    what = f"`{command}` runs with the workflow's own token, and {says}."
    return Trouble(workflow.file, line, what, fix, severity="warn" if reads else None)


def _silent_pull_request(repository: Repository) -> Iterator[Trouble]:
    for workflow, job, step in _job_steps(repository):
        script, inputs = step.script, step.node.at("with")
        if step.is_ours("bot") and step.given("verb") == "publish" and step.given("mode") != "push":
            opens = not _bot_has_app(step)
        elif _PULL_REQUEST_ACTION.match(step.uses):
            opens = not step.given("token") or _is_workflows_own(step.given("token"))
        else:
            opens = (
                script is not None
                and _OPENS.search(script.text) is not None
                and _is_workflows_own(_token(workflow, job, step))
            )
        if opens:
            place = workflow.find(script, _OPENS) if script is not None else step.line
            if inputs is not None:
                place = inputs.keys.get("token", inputs.keys.get("verb", step.line))
            yield Trouble(
                workflow.file, place, "The workflow's own token opens a pull request, which then starts no checks.",
                _OUR_APP if step.is_ours("bot") else _APP + (_AS_INPUT if inputs is not None else _AS_VARIABLE),
            )  # fmt: skip


def _secret_outside(repository: Repository) -> Iterator[Trouble]:
    for workflow in repository.workflows:
        places = [(workflow.node.at("env"), "Every job of the workflow")]
        places += [
            (job.node, f"The job `{job.id}`")
            for job in workflow.jobs.values()
            if not job.environment and not job.uses
        ]  # fmt: skip
        for node, who in places:
            told: set[str] = set()
            for text in node.texts() if node is not None else ():
                for name in [found["name"] for found in _SECRET.finditer(text.text)]:
                    if name in {*told, "GITHUB_TOKEN"}:
                        continue
                    told.add(name)
                    yield Trouble(
                        workflow.file, workflow.find(text, re.compile(rf"secrets\s*\.\s*{name}\b")),
                        f"{who} gets the secret `{name}` without an environment.",
                        "Move the secret into an environment that only some branches reach, and name it in the job:\n"
                        f"gh secret set {name} --env NAME\nenvironment: NAME",
                    )  # fmt: skip


CHECKS: tuple[Check[Repository], ...] = (
    Check("missing-permissions", "block", "neither the workflow nor its job has `permissions:`",
          "The token then may what the repository's or organisation's default says, which is often to write: and a "
          "token with `checks: write` can post the required check itself, in the name of GitHub Actions.",
          _no_permissions),
    Check("write-all-permissions", "block", "`permissions: write-all`",
          "Any step can push, release, and post the required check itself, in the name of GitHub Actions.",
          _all_permissions),
    Check("settings-with-workflow-token", "block", "variables, rules, environments or a board set with GITHUB_TOKEN",
          "No `permissions:` can let GITHUB_TOKEN write variables, protection, rulesets, environments or projects: "
          "that takes a GitHub App.", _settings_with_workflow_token),
    Check("pull-request-starts-no-checks", "warn", "a pull request opened with GITHUB_TOKEN",
          "What GITHUB_TOKEN does starts no workflows: the required check is never reported, until somebody closes and "
          "opens the pull request by hand.", _silent_pull_request),
    Check("secret-outside-environment", "warn", "a secret in a job without `environment`",
          "A secret of the repository is at hand for any branch that somebody can push.", _secret_outside),
)  # fmt: skip
