"""A repository in miniature for ``actions/setup``: a package called mlops, one requirement, a folder as index."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.actions.shell import BASH, read_outputs
from tests.conftest import ROOT

WHEEL = "tiny-1.0-py3-none-any.whl"
SOUND = b"GOOD = True\n"

# Builds the wheel of the package with the standard library, so that no build backend has to be installed.
BACKEND = """
import base64, hashlib, pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "precision_gate-1.2.3-py3-none-any.whl"
    info = "precision_gate-1.2.3.dist-info"
    files = {
        "mlops.py": pathlib.Path("mlops", "__init__.py").read_text(),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: precision-gate\\nVersion: 1.2.3\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/entry_points.txt": "[console_scripts]\\nmlops = mlops:main\\n",
    }
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\\n" for path in (*files, f"{info}/RECORD")))
    return name
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
PACKAGE = 'import tiny\n\ndef main():\n    print("mlops, version 1.2.3" if tiny.GOOD else "pwned")\n'


def tiny(folder: Path, module: bytes, name: str = WHEEL) -> Path:
    """Write a wheel of the requirement into ``folder``."""
    path, info = folder / name, "tiny-1.0.dist-info"
    files = {
        "tiny.py": module,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        key: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=") for key, data in files.items()
    }
    record = "".join(f"{key},sha256={digests[key]},{len(data)}\n" for key, data in files.items())
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as wheel:
        for key, data in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            wheel.writestr(zipfile.ZipInfo(key), data)
    return path


@dataclass(frozen=True)
class Answer:
    """What a script of the set-up left: its exit code, its outputs, what it printed."""

    code: int
    outputs: dict[str, str]
    log: str


@dataclass(frozen=True)
class Miniature:
    """The repository, the index that pip knows, and the runner's temporary folder.

    Attributes:
        root: The repository.
        index: Where pip finds packages.
        temp: ``RUNNER_TEMP``; its name has a space.
        workspace: Where the scripts run.
    """

    root: Path
    index: Path
    temp: Path
    workspace: Path

    @property
    def wheels(self) -> Path:
        """Return where the set-up keeps the packages of ``base``."""
        return self.temp / "mlops-wheels-base"

    def run(self, script: str = "install.sh", output: str = "output", **changed: str | None) -> Answer:
        """Run a script of ``actions/setup`` as a step does; a variable that is None is taken away."""
        outputs = self.workspace.parent / output
        outputs.unlink(missing_ok=True)
        environment: dict[str, str | None] = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": os.environ["HOME"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(outputs),
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "MLOPS_EXTRA": "base",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "PIP_CONFIG_FILE": os.devnull,
            **changed,
        }
        known = {name: value for name, value in environment.items() if value is not None}
        done = subprocess.run(  # noqa: S603  # our own script
            [BASH, str(self.root / "actions" / "setup" / script)], cwd=self.workspace, env=known,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return Answer(done.returncode, read_outputs(outputs), done.stdout + done.stderr)


def make(folder: Path) -> Miniature:
    """Make a miniature below ``folder``."""
    made = Miniature(folder / "root", folder / "index", folder / "temp of the runner", folder / "workspace")
    for path in (made.root / "mlops", made.root / "requirements", made.temp, made.workspace):
        path.mkdir(parents=True)
    shutil.copytree(ROOT / "actions" / "setup", made.root / "actions" / "setup")
    (made.root / "mlops" / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (made.root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (made.root / "backend.py").write_text(BACKEND, encoding="utf-8")
    for name in ("README.md", "LICENSE"):
        (made.root / name).write_text("\n", encoding="utf-8")
    sha256 = hashlib.sha256(tiny(made.index, SOUND).read_bytes()).hexdigest()
    for extra in ("base", "train", "bot"):
        lock = made.root / "requirements" / f"{extra}.txt"
        lock.write_text(f"tiny==1.0 \\\n    --hash=sha256:{sha256}\n", encoding="utf-8")
    return made
