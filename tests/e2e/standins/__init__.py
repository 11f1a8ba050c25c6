"""Stand-ins for the third-party actions that the workflows use, for runs under act on this machine.

Each folder holds the ``action.yml`` of one; what they do stands in this package's modules, which need the standard
library alone. act copies the folder of an action and nothing beside it, so the code is reached through the variable
``STANDINS``, the root of this repository. What they read besides their inputs:

- ``STANDIN_CACHE``: folder of the cache, ``<key>/<last part of the path>/``. A composite action cannot act after the
  job, so nothing is saved: tests fill it beforehand.
- ``STANDIN_APP_TOKEN``: the token that the stand-in of create-github-app-token hands out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

_USES = re.compile(r"^\s*(?:- )?uses: (?P<action>[^\s#@]+)@(?P<ref>[^\s#]+)", re.MULTILINE)


def used(root: Path) -> dict[str, set[str]]:
    """Return the third-party actions that the workflows and actions below ``root`` use, each with its refs."""
    found: dict[str, set[str]] = {}
    for path in _files(root):
        for use in _USES.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(use["action"], set()).add(use["ref"])
    return found


def standins(root: Path) -> list[str]:
    """Return the arguments that have act take the stand-in for every third-party action used below ``root``.

    Raises:
        LookupError: An action has no stand-in.
    """
    arguments = ["--env", f"STANDINS={root}"]
    for action, refs in sorted(used(root).items()):
        folder = FOLDER / action.rpartition("/")[2]
        if not action.startswith("actions/") or not (folder / "action.yml").is_file():
            raise LookupError(f"{action} has no stand-in in {FOLDER}")
        for ref in sorted(refs):
            arguments += ["--local-repository", f"{action}@{ref}={folder}"]
    return arguments


def _files(root: Path) -> Iterator[Path]:
    yield from sorted((root / ".github" / "workflows").glob("*.yml"))
    yield from sorted((root / "actions").glob("*/action.yml"))
