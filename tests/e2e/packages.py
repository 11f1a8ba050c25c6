"""The packages that jobs install, fetched once: jobs have no network, as behind a mirror of an organization."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.act import PYTHON_FOLDER

EXTRAS = ("train", "bot")  # what base needs is in both
SETUP = ROOT / "actions" / "setup"


def fetch(folder: Path) -> Path:
    """Download the locked wheels of every extra below ``folder``, unless they are there already; return where.

    ``pip`` asks the index that this machine is configured for; each wheel is checked against its hash.
    """
    locks = {extra: ROOT / "requirements" / f"{extra}.txt" for extra in EXTRAS}
    state = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks.values())).hexdigest()
    target = folder / f"{sys.implementation.cache_tag}-{state[:16]}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=folder, prefix="fetching-"))
        with ThreadPoolExecutor(len(locks)) as downloads:
            for done in [downloads.submit(_download, lock, fresh / extra) for extra, lock in locks.items()]:
                done.result()
        for wheel in fresh.glob("*/*.whl"):
            wheel.replace(fresh / wheel.name)
        with contextlib.suppress(OSError):  # another process was faster, with the same files
            fresh.replace(target)
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _download(lock: Path, folder: Path) -> None:
    words = ["--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *words, "--dest", str(folder), "-r", str(lock)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603  # fixed words


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
        for wheel in wheels.glob("*.whl"):
            shutil.copy2(wheel, target)
