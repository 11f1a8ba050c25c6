"""``model_cards/environments.json``: which model each environment serves. The desired state, a line a model.

Promoting or rolling back is a pull request that changes one line; what is in production is what this file says, and
its history is the file's git log. Where there is no file, nothing is in production.
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, model_validator

from mlops import documents
from mlops.config import FILE_NAME, Policy
from mlops.documents import Document
from mlops.errors import MlopsError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.ids import ModelId
from mlops.registry import FOLDER

PATH = FOLDER / "environments.json"
PRODUCTION = "production"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)


def _environment(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError("an environment is named by a lower-case ASCII letter, then letters, digits or hyphens")
    return name


def parse_environment(text: str) -> str:
    """Return ``text`` if it may name an environment; raises UsageRefusedError for anything else."""
    if _NAME.fullmatch(text) is None:
        raise UsageRefusedError(
            "This cannot be the name of an environment.",
            field="environment",
            expected="a lower-case ASCII letter, then up to 31 letters, digits or hyphens, such as production",
            found=ascii(text[:100]),
            fix=f"Name one of those in {PATH.as_posix()}.",
        )
    return text


class Environments(Document):
    """Which model serves each task in each environment.

    Attributes:
        environments: By the name of an environment, by the name of a task, the model's id. An environment without a
            model is declared by an empty table.
    """

    environments: dict[Annotated[str, AfterValidator(_environment)], dict[str, str]]

    @model_validator(mode="after")
    def _ids_of_their_tasks(self) -> "Environments":
        for name, served in self.environments.items():
            for task, model in served.items():
                try:
                    fits = ModelId.parse(model).dataset.task == task
                except MlopsError:
                    fits = False
                if not fits:
                    raise ValueError(f"{name}: {model!r} is not the id of a model of the task {task!r}")
        return self


def read(root: Path) -> Environments:
    """Return what the repository at ``root`` declares; an absent file declares nothing.

    Raises:
        InputRefusedError: The file is there and is no valid document.
    """
    path = root / PATH
    if not path.is_symlink() and not path.exists():
        return Environments(environments={})
    return documents.read(path, Environments)


def serving(folder: Path, model_id: str) -> tuple[str, ...]:
    """Return the environments that are to be served by a model, by the file in the folder of the cards, sorted.

    Raises:
        InputRefusedError: The file is there and is no valid document.
    """
    path = folder / PATH.name
    if not path.is_symlink() and not path.exists():
        return ()
    declared = documents.read(path, Environments).environments
    return tuple(sorted(name for name, served in declared.items() if model_id in served.values()))


def fingerprint_of(root: Path) -> str:
    """Return one SHA-256 of what is declared, in this file and in the settings; an absent file is empty."""
    parts = [documents.read_bytes(root / name) if (root / name).exists() else b"" for name in (PATH, FILE_NAME)]
    return sha256_bytes(b"".join(f"{len(part)}:".encode() + part for part in parts))


def served_model(declared: Environments, environment: str, task: str) -> str:
    """Return the id of the model that serves ``task`` in ``environment``; empty if none does.

    Raises:
        UsageRefusedError: Environments are declared, but none of this name: a misspelled one would ask for nothing.
    """
    if declared.environments and environment not in declared.environments:
        raise UsageRefusedError(
            "The policy compares with an environment that is not declared.",
            file=PATH,
            field=f"environments.{environment}",
            expected=" or ".join(sorted(declared.environments)),
            found=environment,
            fix=f'Correct `baseline` in mlops.toml, or declare the environment without a model: "{environment}": {{}}.',
        )
    return declared.environments.get(environment, {}).get(task, "")


def production_of(policy: Policy, task: str, root: Path) -> str:
    """Return the id of the model that the policy compares with; empty if none is in production.

    Raises:
        UsageRefusedError: An environment of the policy is not declared, or its environments serve different models.
        InputRefusedError: ``environments.json`` is not valid.
    """
    declared = read(root)
    wanted = sorted({c.change.baseline for c in policy.criteria.values() if c.change}) or [PRODUCTION]
    served = {name: served_model(declared, name, task) for name in wanted}
    if len(set(served.values())) > 1:
        raise UsageRefusedError(
            "The policy compares with environments that serve different models.",
            file=FILE_NAME,
            field="change.baseline",
            expected="one model to compare with",
            found=", ".join(f"{name}: {model or 'none'}" for name, model in served.items()),
            fix="Name one environment as `baseline` of every criterion.",
        )
    return next(iter(served.values()))
