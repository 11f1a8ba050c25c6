"""Repositories to examine: this one's own files in memory, with an edit, and small ones written for a test."""

from collections.abc import Mapping
from functools import cache

from mlops import config
from mlops.doctor import DoctorReport, Finding, examine, examined
from tests.conftest import ROOT

TOML = "mlops.toml"
GATE = ".github/workflows/er-precision-gate.yml"
GLOBS = (".github/workflows/*.yml", "actions/*/action.yml")


@cache
def _own_texts() -> dict[str, str]:
    paths = sorted(path for glob in GLOBS for path in ROOT.glob(glob))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*paths, ROOT / TOML]}


def own_texts() -> dict[str, str]:
    """Return this repository's workflows, actions and settings."""
    return dict(_own_texts())


def diagnose(texts: Mapping[str, str]) -> DoctorReport:
    """Return the report on files given by their paths; ``mlops.toml`` among them declares what is required."""
    files = {file: text for file, text in texts.items() if file != TOML}
    toml = texts.get(TOML, "")
    settings = config.parse(toml.encode()) if toml else None
    return examine(examined(files, settings, toml), toml=toml)


def findings(workflow: str, **others: str) -> tuple[Finding, ...]:
    """Return what is found in the text of a workflow, and in others by the stems of their files."""
    texts = {f".github/workflows/{stem.replace('_', '-')}.yml": text for stem, text in others.items()}
    return diagnose({GATE: workflow, **texts}).findings


def codes(workflow: str, **others: str) -> list[str]:
    """Return the codes of what is found."""
    return [finding.code for finding in findings(workflow, **others)]


def gate(*, on: str = "  pull_request:\n  merge_group:\n", job: str = "", before: str = "", top: str = "") -> str:
    """Return a workflow with a sound required check, and more where it is told so.

    Args:
        on: Its triggers.
        job: Further keys of the job, in place of its steps if they begin with ``steps``.
        before: Jobs before it.
        top: Further keys of the workflow.
    """
    steps = "" if "    steps:" in job else "    steps:\n      - run: make test\n"
    return (
        f"on:\n{on}permissions: {{}}\n{top}jobs:\n{before}  gate:\n    name: ER Precision Gate\n"
        f"    runs-on: ubuntu-24.04\n{job}{steps}"
    )


def step(*lines: str) -> str:
    """Return a step of a job that has these lines."""
    return "      - " + "\n        ".join(lines) + "\n"


def needing(*steps: str, needs: str = "[build]", condition: str = "always()") -> str:
    """Return the keys of a job that waits for others and has these steps."""
    return f"    needs: {needs}\n    if: {condition}\n    steps:\n{''.join(steps)}"


def requires(context: str, app: str = ", app_id = 15368") -> str:
    """Return an ``mlops.toml`` by which main requires a check."""
    check = f'{{ context = "{context}"{app} }}'
    return f"schema_version = 1\ntasks = {{}}\n[github.branches.main]\nchecks = [{check}]\n"
