"""Reading the two states of a repository between which a change lies: files are hashed, nothing else is done."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mlops import config, environments
from mlops import manifest as manifests
from mlops.affected.deciding import Facts, State
from mlops.config import FILE_NAME, TaskSettings
from mlops.errors import MlopsError, UsageRefusedError
from mlops.ids import DatasetId
from mlops.policy import stricter
from mlops.trees import Fingerprint, refuse_no_base, scan

_MANIFESTS = (f"{manifests.FOLDER.as_posix()}/*.json",)


def read(root: Path, base: Path, task: str, declared: TaskSettings) -> Facts:
    """Return what is to be known of a change.

    Args:
        root: The working tree.
        base: A checkout of the base branch, anywhere, also inside of the working tree. Where it is the working tree
            itself, nothing can differ, so that nothing is known of a change.
        task: Whose model is asked about.
        declared: What the working tree's ``mlops.toml`` says of the task.

    Raises:
        UsageRefusedError: ``base`` is no folder.
    """
    refuse_no_base(root, base, itself=True)
    before, problem = _settings_of(base, task)
    globs = sorted({*declared.code, *(before.code if before else ())})
    old = State(before, scan(base, _MANIFESTS), scan(base, globs, leave_out=(root,)), problem)
    new = State(declared, scan(root, _MANIFESTS), scan(root, globs, leave_out=(base,)))
    champion, unknown = _champion(base, task, before, declared)
    itself = "The base is this working tree itself, with which nothing can differ." if base.samefile(root) else ""
    return Facts(task, old, new, _pins(root, new.manifests, task), champion, tuple(filter(None, (itself, unknown))))


def _settings_of(base: Path, task: str) -> tuple[TaskSettings | None, str]:
    """Return what the base branch says of the task, and why that cannot be read; neither where it is new there."""
    path = base / FILE_NAME
    if not path.is_symlink() and not path.exists():
        return None, ""
    try:
        return config.load(path).tasks.get(task), ""
    except UsageRefusedError as error:
        return None, " ".join(filter(None, (error.what, error.why, error.field, error.found)))


def _champion(base: Path, task: str, before: TaskSettings | None, declared: TaskSettings) -> tuple[str, str]:
    """Return the model in production by the base branch, and the sentence that says why that is not known."""
    policy = declared.policy if before is None else stricter(declared.policy, before.policy)
    try:
        return environments.production_of(policy, task, base), ""
    except MlopsError as error:
        return "", f"The model in production cannot be told: {error.what} {error.field} {error.found}".rstrip()


def _pins(root: Path, paths: Mapping[str, Fingerprint], task: str) -> dict[str, str]:
    """Return the hash that each manifest of the task pins; empty where the manifest is not valid."""
    found = {}
    for path in paths:
        try:
            dataset = DatasetId.parse(PurePosixPath(path).stem)
            if dataset.task == task:
                found[str(dataset)] = ""
                found[str(dataset)] = manifests.load(root / path).sha256
        except MlopsError:  # told as a manifest that is not valid, or by its name as no manifest at all
            continue
    return found
