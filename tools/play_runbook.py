#!/usr/bin/env python3
"""Play the commands of runbooks, as they stand on the page, in a scratch copy of the example repository.

``python tools/play_runbook.py docs/runbooks/claims-phase3.md --folder dist/demo-claims`` shows each command and what it
prints, and stops at the first that ends with another exit code than 0. What a page executes stands in blocks below a
comment ``<!-- executed: NAME -->``; lines begin with ``$ ``, their continuations with ``> ``. Several pages are played
in one shell, in the order in which they are named; ``PAGE:NAME,NAME`` takes only these blocks of a page. What a page
has started, such as a server, is ended with the shell.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_BLOCK = re.compile(r"<!-- executed: (?P<name>\S+) -->\s*```console\n(?P<lines>.*?)```", re.DOTALL)
_TAKEN = ("mlops.toml", ".gitignore", "model_cards/environments.json")
_OF_TASK = {
    "claims": (
        "data/claims",
        "data_manifests/claims",
        "data_manifests/claims_20251006.json",
        "model_cards/judged.jsonl",
    ),
    "er": ("data/training", "data_manifests/er_20251020.json", "tools/play_traffic.py"),
}


def commands(page: str, names: Sequence[str] = ()) -> Iterator[str]:
    """Yield the commands of the executed blocks of ``page`` in their order, continuations included.

    Args:
        page: The text of a page.
        names: Of the blocks; none of them takes all.
    """
    for found in _BLOCK.finditer(page):
        if names and found["name"] not in names:
            continue
        command: list[str] = []
        for line in (text.strip() for text in found["lines"].splitlines()):
            if line.startswith("$ ") and command:
                yield "\n".join(command)
                command = []
            if line.startswith(("$ ", "> ")):
                command.append(line[2:])
        if command:
            yield "\n".join(command)


def script(found: Sequence[str]) -> str:
    """Return the shell script that shows each command before it runs it."""
    ends = "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
    steps = (f"printf '\\n%s\\n' {shlex.quote('$ ' + command)}\n{command}" for command in found)
    return f"set -euo pipefail\n{ends}" + "\n".join(steps) + "\n"


def prepare(folder: Path, task: str = "claims") -> None:
    """Make ``folder`` a repository that holds the committed example data of a task and the settings, and nothing else.

    Raises:
        FileExistsError: The folder is there already.
    """
    folder.mkdir(parents=True)
    for name in (*_TAKEN, *_OF_TASK[task]):
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("config", "user.name", "Demo"),
        ("config", "user.email", "demo@precision-gate.example"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "Begin"),
    ):
        subprocess.run(("git", *arguments), cwd=folder, check=True)  # noqa: S603, S607  # fixed words; the reader's git


def play(pages: Sequence[tuple[Path, Sequence[str]]], folder: Path) -> int:
    """Play the named blocks of pages in ``folder``, in one shell; return its exit code."""
    bin_ = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    found = [one for page, names in pages for one in commands(page.read_text(encoding="utf-8"), names)]
    shell = ("bash", "-c", script(found))
    return subprocess.run(shell, cwd=folder, env=environment, check=False).returncode  # noqa: S603  # our own page


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", metavar="PAGE[:NAME,NAME]")
    parser.add_argument("--folder", type=Path, required=True, help="is made; must not be there")
    parser.add_argument("--task", choices=sorted(_OF_TASK), default="claims", help="whose example data is there")
    given = parser.parse_args(arguments)
    prepare(given.folder, given.task)
    named = (text.partition(":") for text in given.pages)
    return play([(Path(page).resolve(), names.split(",") if names else ()) for page, _, names in named], given.folder)


if __name__ == "__main__":
    sys.exit(main())
