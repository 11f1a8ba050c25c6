"""The packages that jobs install, fetched once: jobs have no network, as behind a mirror of an organization."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.act import PYTHON_FOLDER

EXTRAS = ("train", "base", "bot")
SETUP = ROOT / "actions" / "setup"


def fetch(folder: Path) -> Path:
    """Download the locked wheels of every extra into ``folder``, unless all of them are there; return it.

    ``pip`` asks the index that this machine is configured for; each wheel is checked against its hash.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for extra in EXTRAS:
        lock = ROOT / "requirements" / f"{extra}.txt"
        words = [
            "--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary=:all:",
            "--find-links", str(folder), "--dest", str(folder), "--requirement", str(lock),
        ]  # fmt: skip
        command = [sys.executable, "-m", "pip", "download", "--quiet", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603  # fixed words
    return folder


def fill_cache(store: Path, wheels: Path, scratch: Path) -> None:
    """Put the wheels that may be cached where the stand-in of actions/cache looks, under the key of actions/setup."""
    for extra in ("train", "base"):
        output = scratch / f"key-{extra}"
        environment = {
            "PATH": f"{PYTHON_FOLDER}{os.pathsep}{os.environ['PATH']}",
            "MLOPS_EXTRA": extra,
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": str(scratch),
            "GITHUB_OUTPUT": str(output),
        }
        subprocess.run([SETUP / "key.sh"], check=True, env=environment, capture_output=True)  # noqa: S603  # ours
        facts = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        target = store / facts["key"] / Path(facts["path"]).name
        target.mkdir(parents=True)
        for wheel in wheels.iterdir():
            shutil.copy2(wheel, target)
