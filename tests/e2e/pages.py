"""The commands of pages of documentation, executed as they stand there, with the real gh against the stand-in."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.act import Run
from tests.e2e.world import World
from tests.fakes.gh import Reader
from tests.fakes.github import Dispatch

PAGE = ROOT / "docs" / "workflows.md"
RUNBOOK = ROOT / "docs" / "runbooks" / "data-refresh.md"


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
    """Return the commands of the blocks of ``page`` that are marked as executed under ``name``, in their order."""
    found = re.findall(
        rf"<!-- executed: {name} -->\s*```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
    if not found:
        raise LookupError(f"{page.name} marks no block {name!r}")
    lines = [line.strip() for text in found for line in text.splitlines()]
    return "\n".join(line[2:] for line in lines if line.startswith(("$ ", "> ")))


def names(page: Path) -> list[str]:
    """Return the names under which blocks of a page are executed, each once, in their order."""
    return list(dict.fromkeys(re.findall(r"<!-- executed: (\S+) -->", page.read_text(encoding="utf-8"))))


def execute(world: World, *names: str, page: Path = PAGE, before: str = "") -> Executed:
    """Execute blocks of a page in one shell, in a fresh clone; a dispatch is answered when its run has ended.

    Args:
        world: Whose repository it is.
        names: Of the blocks.
        page: Where they stand.
        before: Commands that make the variables which a reader has from elsewhere.
    """
    runs: dict[str, Run] = {}

    def play(dispatch: Dispatch) -> None:
        workflow = Path(dispatch.workflow_path).name
        runs[workflow] = world.dispatch(workflow, run_id=dispatch.run, inputs=dispatch.inputs)

    world.hub.on_dispatch(play)
    where = f"export GITHUB_API_URL={world.hub.api}"  # the stand-in is not where the page's reader finds GitHub
    script = "\n".join([where, before, *(block(name, page) for name in names)])
    with tempfile.TemporaryDirectory(dir=world.folder) as home:
        reader = Reader(world.hub, Path(home), world.folder / "remotes")
        done = reader.run(script, folder=reader.clone(), seconds=500)
    return Executed(done.code, done.stdout + done.stderr, runs)
