"""The commands of a page of documentation, executed as they stand there, with the real gh against the stand-in."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.act import PYTHON_FOLDER, Run
from tests.e2e.world import REPOSITORY, World
from tests.fakes.github import Dispatch

PAGE = ROOT / "docs" / "workflows.md"


@dataclass(frozen=True)
class Executed:
    """What a block of commands did.

    Attributes:
        code: Exit code of the shell, which stops at the first command that fails.
        output: What it printed.
        runs: The runs that it dispatched, by the workflow's file.
    """

    code: int
    output: str
    runs: Mapping[str, Run]


def block(name: str, page: Path = PAGE) -> str:
    """Return the commands of the block of ``page`` that is marked as executed under ``name``."""
    found = re.search(rf"<!-- executed: {name} -->\s*```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise LookupError(f"{page.name} marks no block {name!r}")
    lines = (line.strip() for line in found[1].splitlines())
    return "\n".join(line.removeprefix("$ ") for line in lines if line.startswith("$ "))


def execute(
    world: World, *names: str, before: str = "", environments: Mapping[str, Mapping[str, str]] | None = None
) -> Executed:
    """Execute blocks of the page in one shell, in a fresh clone; a dispatch is answered when its run has ended.

    Args:
        world: Whose repository it is.
        names: Of the blocks.
        before: Commands that make the variables which a reader has from elsewhere.
        environments: By the workflow's file, for its jobs.
    """
    runs: dict[str, Run] = {}
    clone = world.clone()

    def play(dispatch: Dispatch) -> None:
        workflow = Path(dispatch.workflow_path).name
        runs[workflow] = world.dispatch(
            workflow, run_id=dispatch.run, inputs=dispatch.inputs,
            environment=(environments or {}).get(workflow),
        )  # fmt: skip

    world.hub.on_dispatch(play)
    script = "\n".join(["set -euo pipefail", before, *map(block, names)])
    with tempfile.TemporaryDirectory(dir=world.folder) as home:
        command = ["bash", "-c", script]
        done = subprocess.run(  # noqa: S603  # the page's own words
            command, cwd=clone, env=_reader(world, home), capture_output=True, text=True, timeout=500, check=False
        )
    return Executed(done.returncode, done.stdout + done.stderr, runs)


def _reader(world: World, home: str) -> dict[str, str]:
    """Return the environment of a reader whose GitHub is the stand-in, reached as plain http through a proxy."""
    return {
        "PATH": f"{PYTHON_FOLDER}{os.pathsep}{os.environ['PATH']}",
        "HOME": home,
        "LANG": "C.UTF-8",
        "GH_HOST": "github.localhost",
        "GH_TOKEN": world.hub.app_token,
        "GH_ENTERPRISE_TOKEN": world.hub.app_token,
        "GH_REPO": f"github.localhost/{REPOSITORY}",
        "GH_PROMPT_DISABLED": "1",
        "GH_NO_UPDATE_NOTIFIER": "1",
        "NO_COLOR": "1",
        "http_proxy": world.hub.api,
    }
