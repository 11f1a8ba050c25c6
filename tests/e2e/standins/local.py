"""Stand-ins that need nothing but this machine: checkout, setup-python, cache, attest, create-github-app-token."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.standins.step import StepError, given, output, required, say

_CHECKSUM = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<name>\S.*)")
PLACEHOLDER = "placeholder-of-an-installation-token"


def checkout() -> None:
    """Check out ``ref`` into ``path`` from the clone that act copied into the workspace.

    act itself does what a checkout without ``ref`` asks for, so this is for the others. Everything that is in the clone
    can be checked out, and else what its origin has.
    """
    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    target = workspace / given("path", ".")
    if not target.resolve().is_relative_to(workspace.resolve()):
        raise StepError(f"Repository path '{target}' is not under '{workspace}'")
    ref = given("ref", os.environ["GITHUB_SHA"])
    if not (workspace / ".git").exists():  # act copies the clone only for a checkout without `ref`
        _git(workspace, "init", "--quiet")
        address = f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}"
        _git(workspace, "remote", "add", "origin", address)
    commit = _commit(workspace, ref)
    if target.resolve() != workspace.resolve():
        shutil.rmtree(target, ignore_errors=True)
        _git(workspace, "clone", "--quiet", "--no-checkout", str(workspace), str(target))
        _git(target, "fetch", "--quiet", "origin", commit)
        _git(target, "remote", "set-url", "origin", _git(workspace, "remote", "get-url", "origin"))
    _git(target, "checkout", "--quiet", "--force", "--detach", commit)
    say(f"Checked out {commit} ({ref}) in {target}")
    output("ref", ref)
    output("commit", commit)


def setup_python() -> None:
    """Name the Python that is there, which may be another version than the one asked for."""
    say(f"Python {platform.python_version()} stands in for {given('python-version', 'any version')}")
    output("python-version", platform.python_version())
    output("python-path", sys.executable)


def cache() -> None:
    """Restore ``path`` from ``STANDIN_CACHE`` if it holds exactly ``key``."""
    target, key = Path(required("path")), required("key")
    if len(key) > 512 or "," in key:
        raise StepError(f"Key Validation Error: {key} cannot be larger than 512 characters or contain commas.")
    store = os.environ.get("STANDIN_CACHE")
    kept = Path(store) / key / target.name if store else None
    if kept is None or not kept.is_dir():
        say(f"Cache not found for input keys: {key}")
        return
    shutil.copytree(kept, target, copy_function=_link, dirs_exist_ok=True)
    say(f"Cache restored from key: {key}")
    output("cache-hit", "true")


def attest() -> None:
    """Read the checksums as the real action does, and leave a bundle that names the subjects."""
    path = Path(required("subject-checksums"))
    if not path.is_file():
        raise StepError(f"subject checksums file not found: {path}")
    lines = path.read_text(encoding="utf-8").splitlines()
    parsed = [_CHECKSUM.fullmatch(line) for line in lines]
    subjects = [{"name": found["name"], "digest": {"sha256": found["sha256"]}} for found in parsed if found]
    if not subjects or len(subjects) != len(lines):
        raise StepError(f"not a list of checksums: {path}")
    bundle = Path(os.environ["RUNNER_TEMP"]) / "attestation.json"
    bundle.write_text(json.dumps({"subject": subjects, "predicateType": "https://slsa.dev/provenance/v1"}), "utf-8")
    say(f"Attested {len(subjects)} files")
    output("bundle-path", bundle)
    output("attestation-id", "1")
    output("attestation-url", f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}/attestations/1")


def create_github_app_token() -> None:
    """Hand out the token that the tests' GitHub knows."""
    required("client-id")
    required("private-key")
    token = os.environ.get("STANDIN_APP_TOKEN", PLACEHOLDER)
    say(f"::add-mask::{token}")
    output("token", token)
    output("installation-id", "1")
    output("app-slug", "mlops-bot")


def _commit(repository: Path, ref: str) -> str:
    """Return the commit that ``ref`` names; what the clone does not have is fetched from its origin."""
    for name in (ref, f"origin/{ref}"):
        try:
            return _git(repository, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")
        except StepError:
            continue
    _git(repository, "fetch", "--quiet", "origin", ref)
    return _git(repository, "rev-parse", "FETCH_HEAD^{commit}")


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # git, with words of workflows
    if done.returncode:
        raise StepError(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def _link(source: str, target: str) -> None:
    """Give a file a second name where the file system can, which costs nothing; else copy it."""
    Path(target).unlink(missing_ok=True)  # of a step before in the same job
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
