"""Where the reports of a certified task's gates stand."""

from pathlib import Path

from mlops.manifest import Manifest

FOLDER = Path("dist", "gates")


def gates_folder(root: Path, pinned: Manifest) -> Path:
    """Return where the reports of gates 1 to 3 on a dataset stand by default.

    Not in the artifact's folder: training replaces that as a whole.
    """
    return root / FOLDER / pinned.id
