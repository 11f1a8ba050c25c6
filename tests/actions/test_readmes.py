"""The README of each action: its tables are the ones of action.yml, and its example can be copied."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.actions.documents import ACTIONS, Action, actions
from tests.conftest import ROOT

TOOL = ROOT / "tools" / "action_readmes.py"
ALL = actions()

per_action = pytest.mark.parametrize("action", ALL, ids=lambda action: action.name)


def readme(action: Action) -> str:
    """Return the README of an action."""
    return (ACTIONS / action.name / "README.md").read_text(encoding="utf-8")


def check(tool: Path) -> subprocess.CompletedProcess[str]:
    """Run the tool that compares READMEs with actions."""
    return subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False)  # noqa: S603  # our own tool


def test_the_tables_are_what_the_actions_say() -> None:
    done = check(TOOL)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_table_that_lags_behind_is_named(tmp_path: Path) -> None:
    shutil.copytree(ACTIONS, tmp_path / "actions")
    (tmp_path / "tools").mkdir()
    shutil.copy(TOOL, tmp_path / "tools")
    page = tmp_path / "actions" / "setup" / "action.yml"
    page.write_text(page.read_text(encoding="utf-8").replace("Version of mlops.", "Its version."), encoding="utf-8")
    done = check(tmp_path / "tools" / TOOL.name)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{Path('actions/setup/README.md')} is not what its action.yml says")


@per_action
def test_every_input_and_output_has_a_row(action: Action) -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", readme(action), re.MULTILINE)
    assert rows == [*action.inputs, *action.outputs]


@per_action
def test_the_example_passes_inputs_that_there_are_and_all_that_are_required(action: Action) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", readme(action), re.DOTALL)
    found = yaml.safe_load(example)
    steps = found if isinstance(found, list) else found["release"]["steps"]
    [step] = [step for step in steps if step.get("uses") == f"OWNER/REPO/actions/{action.name}@<SHA>"]
    required = {name for name, field in action.inputs.items() if field.get("required")}
    assert required <= set(step["with"]) <= set(action.inputs)
