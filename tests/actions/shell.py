"""Runs the steps of a composite action in bash, with the environment that the runner would build from the inputs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.actions.documents import EXPRESSION, Action, Step

MLOPS = Path(sys.executable).with_name("mlops")
BASH = shutil.which("bash") or "bash"
HOOKED = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "LANG", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass
class Ran:
    """How an action went.

    Attributes:
        codes: Exit code of each step that ran, by its name.
        outputs: Of each step, by its id.
        log: Everything that was printed.
    """

    codes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""

    @property
    def code(self) -> int:
        """Return the first exit code that is not 0, or 0."""
        return next((code for code in self.codes.values() if code), 0)

    @property
    def set(self) -> dict[str, str]:
        """Return all outputs."""
        return {name: value for outputs in self.outputs.values() for name, value in outputs.items()}


def run_action(
    action: Action, inputs: Mapping[str, str], folder: Path, runner: Path, more: Mapping[str, str] | None = None
) -> Ran:
    """Run an action's steps in ``folder`` until one fails; the set-up is skipped, its outputs are this installation.

    Args:
        action: The action.
        inputs: Its inputs; those left out have their defaults.
        folder: The workspace.
        runner: An empty folder for the runner's files.
        more: More environment, as a runner has it.
    """
    ran = Ran(outputs={"setup": {"mlops": str(MLOPS)}})
    for number, step in enumerate(action.steps):
        if step.get("id") == "setup" or ("if" in step and ran.code == 0):
            continue
        if ran.code:
            break
        files = runner / str(number)
        environment = environment_of(step, action, inputs, files, ran)
        done = bash(step["run"], {**environment, **(more or {})}, folder)
        ran.codes[step["name"]] = done.returncode
        ran.outputs[step.get("id", step["name"])] = read_outputs(files / "output")
        ran.log += done.stdout + done.stderr
    ran.outputs.pop("setup")
    return ran


def environment_of(
    step: Step, action: Action, inputs: Mapping[str, str], files: Path, ran: Ran | None = None
) -> dict[str, str]:
    """Return the environment that the runner would build for a step of an action.

    Args:
        step: The step.
        action: Its action.
        inputs: The action's inputs; those left out have their defaults.
        files: A folder to make, for the runner's files.
        ran: How the steps before it went.
    """
    files.mkdir(parents=True)
    values = {**{name: str(known.get("default", "")) for name, known in action.inputs.items()}, **inputs}
    before = ran or Ran(outputs={"setup": {"mlops": str(MLOPS)}})
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(files / "output"),
        "GITHUB_STEP_SUMMARY": str(files / "summary"),
        **{name: _filled(str(value), values, before) for name, value in step["env"].items()},
    }


def bash(script: str, environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a ``run:`` block as the runner does for ``shell: bash``."""
    words = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    known = {name: os.environ[name] for name in HOOKED if name in os.environ}
    return subprocess.run(  # noqa: S603  # the repository's own steps
        words, cwd=folder, env={**known, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


def read_outputs(path: Path) -> dict[str, str]:
    """Read a file of outputs as the runner does: ``name=value``, or ``name<<DELIMITER`` up to that line."""
    outputs: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n")) if path.exists() else iter(())
    for line in lines:
        here = re.fullmatch(r"([^=]+?)<<(.+)", line)
        if here:
            body = []
            for inner in lines:
                if inner == here[2]:
                    break
                body.append(inner)
            outputs[here[1]] = "\n".join(body)
        elif "=" in line:
            name, _, value = line.partition("=")
            outputs[name] = value
    return outputs


def _filled(text: str, inputs: Mapping[str, str], ran: Ran) -> str:
    """Put values in place of expressions, each as it is: what a value contains is never looked at again."""

    def value(found: re.Match[str]) -> str:
        kind, _, rest = found[1].partition(".")
        if kind == "inputs":
            return inputs[rest]
        if kind == "github":
            return "placeholder-of-the-token"
        step, _, name = rest.partition(".outputs.")
        return ran.outputs[step].get(name, "")

    return EXPRESSION.sub(value, text)
