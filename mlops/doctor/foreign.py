"""Foreign code and foreign text: what is run that nobody of this repository reviewed."""

import re
from collections.abc import Iterator

from mlops.doctor.findings import Check, Trouble
from mlops.doctor.reading import Repository
from mlops.doctor.workflows import Job
from mlops.doctor.yamls import Node

_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_PRIVILEGED = ("pull_request_target", "workflow_run")
_HEAD = re.compile(
    r"github\.event\.pull_request\.head\.|github\.head_ref\b|refs/pull/"
    r"|github\.event\.workflow_run\.(?:head_sha|head_branch|head_commit|pull_requests)|github\.event\.number\b",
    re.IGNORECASE,
)
_CHECKS_OUT = re.compile(r"\bgh\s+pr\s+checkout\b|\bgit\s+(?:checkout|fetch|pull|switch)\b[^\n]*(?:refs/)?pull/")
_EXPRESSION = re.compile(r"\$\{\{(?P<inside>(?:(?!\}\}).)*)\}\}", re.DOTALL)
_PARTS = (
    r"(?:issue|pull_request|discussion)\.(?:title|body)", r"(?:comment|review|review_comment)\.body",
    r"pull_request\.head\.(?:ref|label|repo\.(?:default_branch|description|homepage))", r"pages\.[\w*\[\]]+\.page_name",
    r"(?:head_commit|commits\.[\w*\[\]]+)\.(?:message|author\.(?:email|name))",
    r"workflow_run\.(?:head_branch|display_title|head_commit\.\w+(?:\.\w+)*|head_repository\.description)",
    r"client_payload\.[\w.]+", r"merge_group\.head_commit\.message",
)  # fmt: skip
_FOREIGN = re.compile(rf"\bgithub\s*\.\s*(?:head_ref\b|event\.(?:{'|'.join(_PARTS)}))", re.IGNORECASE)
_DECIDED = re.compile(r"\b(?:contains|startsWith|endsWith)\s*\([^()]*\)|[\w.]+\s*[!=]=\s*'[^']*'", re.IGNORECASE)
"""Parts of an expression that come out as true or false, whatever a stranger wrote."""

_OWN_EVENT = re.compile(r"github\.event\.workflow_run\.event\s*==\s*'(?:push|schedule|workflow_dispatch|release)'")
_SCRIPT_ACTION = re.compile(r"actions/github-script(?:@|$)")


def _uses(repository: Repository) -> Iterator[tuple[str, Node]]:
    """Yield every ``uses:`` with the file that it stands in."""
    for file in repository.files:
        for _, step in file.all_steps():
            if (node := step.node.at("uses")) is not None:
                yield file.file, node
    for workflow, job in repository.jobs():
        if (node := job.node.at("uses")) is not None:
            yield workflow.file, node


def _unpinned(repository: Repository) -> Iterator[Trouble]:
    for file, node in _uses(repository):
        text = node.text.strip()
        if text.startswith(("./", "$/")) or not text:
            continue
        if text.startswith("docker://"):
            if _DIGEST.search(text) is None:
                image = text.removeprefix("docker://")
                yield Trouble(
                    file, node.line, f"The image `{image}` is named without its digest.",
                    f"Ask for it, and write it behind the name:\ndocker buildx imagetools inspect {image}\n"
                    f"uses: docker://{image.partition('@')[0]}@sha256:DIGEST",
                )  # fmt: skip
            continue
        name, _, ref = text.partition("@")
        if _COMMIT.fullmatch(ref) is None:
            repo = "/".join(name.split("/")[:2])
            yield Trouble(
                file, node.line, f"`{text}` is not pinned to a commit.",
                f"Ask for the commit, and write it with the version as a comment:\n"
                f"gh api repos/{repo}/commits/{ref or 'HEAD'} --jq .sha\n"
                f"uses: {name}@COMMIT # {ref or 'vN'}",
            )  # fmt: skip


def _foreign_checkout(repository: Repository) -> Iterator[Trouble]:
    for workflow, job in repository.jobs():
        event = next((event for event in _PRIVILEGED if event in workflow.triggers), None)
        if event is None or (event == "workflow_run" and _is_after_own_push(job)):
            continue
        for step in job.steps:
            inputs, script = step.node.at("with"), step.script
            line = 0
            if step.uses.startswith("actions/checkout@") and inputs is not None:
                heads = [inputs.keys[key] for key in ("ref", "repository") if _HEAD.search(inputs.text_at(key))]
                line = heads[0] if heads else 0
            elif script is not None and _CHECKS_OUT.search(script.text):
                line = workflow.find(script, _CHECKS_OUT)
            if line:
                yield Trouble(
                    workflow.file, line,
                    f"The job `{job.id}` checks out a pull request's head, and `{event}` gives it the rights of the "
                    "default branch.",
                    "Compute on `pull_request`, which has a reading token and no secrets, hand on a file, and comment "
                    "from `workflow_run` with a checkout of the default branch: delete the line.",
                )  # fmt: skip


def _is_after_own_push(job: Job) -> bool:
    """Tell whether a job runs only after workflows that nobody without write access starts."""
    condition = job.node.text_at("if")
    return not any(sign in condition for sign in ("||", "!(")) and _OWN_EVENT.search(condition) is not None


def _injection(repository: Repository) -> Iterator[Trouble]:
    for file in repository.files:
        for _, step in file.all_steps():
            script = step.script
            if script is None and _SCRIPT_ACTION.match(step.uses):
                script = step.node.at("with", "script")
            for found in _EXPRESSION.finditer(script.text if script is not None else ""):
                foreign = _FOREIGN.search(_DECIDED.sub("", found["inside"]))
                if script is not None and foreign is not None:
                    name = re.sub(r"\W+", "_", foreign[0].rpartition("event.")[2].removeprefix("github.")).upper()
                    yield Trouble(
                        file.file, file.find(script, re.compile(re.escape(foreign[0]))),
                        f"`{foreign[0]}` stands in a script as code.",
                        f"Hand it over as a variable, and use that in quotes:\nenv:\n  {name}: "
                        f"${{{{ {found['inside'].strip()} }}}}\nrun: … \"${name}\"",
                    )  # fmt: skip


CHECKS: tuple[Check[Repository], ...] = (
    Check("unpinned-uses", "block", "`uses:` without a full commit, an image without a digest",
          "A tag or branch can be moved: tomorrow other code runs in this job, with its token and its secrets.",
          _unpinned),
    Check("foreign-checkout", "block", "`pull_request_target` or `workflow_run` with a checkout of the head",
          "Whoever opens a pull request then runs code with a writing token and the secrets.", _foreign_checkout),
    Check("script-injection", "block", "text of a stranger (title, body, branch, message) as `${{ }}` in `run:`",
          'The runner pastes the text into the script before the shell reads it: a title such as `"; curl …` is '
          "executed.", _injection),
)  # fmt: skip
