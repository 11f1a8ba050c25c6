"""What the gates of a certified task share: where their reports stand, and which profile asks."""

from pathlib import Path

from mlops.certification_settings import Profile
from mlops.config import TaskSettings
from mlops.errors import UsageRefusedError
from mlops.manifest import Manifest

FOLDER = Path("dist", "gates")


def gates_folder(root: Path, pinned: Manifest) -> Path:
    """Return where the reports of gates 1 to 3 on a dataset stand by default.

    Not in the artifact's folder: training replaces that as a whole.
    """
    return root / FOLDER / pinned.id


def profile_of(declared: TaskSettings, task: str, name: str | None) -> Profile | None:
    """Return a profile of a task's certification, its own by default; None where the task declares none.

    Raises:
        UsageRefusedError: There is no profile of that name.
    """
    settings = declared.certification
    if settings is None and name is None:
        return None
    profiles = {} if settings is None else settings.profiles
    wanted = settings.profile if name is None and settings is not None else str(name)
    if wanted not in profiles:
        raise UsageRefusedError(
            "The task has no such profile.",
            field="--profile",
            expected=" or ".join(sorted(profiles)) or f"a table [tasks.{task}.certification] in mlops.toml",
            found=wanted,
            fix=f"Name a profile of [tasks.{task}.certification.profiles].",
        )
    return profiles[wanted]
