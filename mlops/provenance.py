"""Provenance: which code ran, in which environment, in which run. Git is asked directly, never through a shell."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mlops.documents import Part
from mlops.errors import UsageRefusedError
from mlops.formatting import printable

PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "skops", "rapidfuzz", "precision-gate")

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_TIMEOUT = 30
_STATES = 3  # of a line of status, before the path: two letters and a blank
_NAMES, _NAME = 5, 100
_ENTRY = 4  # words of a line of ls-tree: mode, kind, hash, path
_REGULAR = "100"  # how git's modes of regular files begin; links and submodules have others


class CodeVersion(Part):
    """The code that ran: its commit, and whether files that git tracks, or new ones, differed from it."""

    commit: str
    dirty: bool


def code_version(root: Path) -> CodeVersion:
    """Return the commit that is checked out in the repository at ``root`` and whether the files differ from it.

    A shallow clone and a detached HEAD are as good as any: what counts is the commit.

    Raises:
        UsageRefusedError: Git is not installed, ``root`` is in no repository, has no commit, or git refuses to read it.
    """
    commit = _git(root, "rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
    return CodeVersion(commit=parse_commit(commit), dirty=bool(uncommitted(root)))


def uncommitted(root: Path) -> tuple[str, ...]:
    """Return what differs from the commit in the whole repository, from its top: changed, staged and new files.

    New ones count wherever they lie, a folder of them as one: which of them the code imports or reads cannot be seen
    from outside. What ``.gitignore`` names does not count.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    form = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=none")
    said = _ask(root, "status", *form).decode("utf-8", "replace")
    return tuple(line[_STATES:] for line in said.split("\0") if line)


def undeployable(model: str, code: CodeVersion, files: Sequence[str] = ()) -> str:
    """Return what to tell of a model whose code was not committed when it was trained: what, why, what to do now.

    Args:
        model: Its id.
        code: As its record has it, dirty.
        files: What was not committed, where that is still known.
    """
    names = ", ".join(printable(name, _NAME) for name in files[:_NAMES])
    more = f" and {len(files) - _NAMES} more" if len(files) > _NAMES else ""
    while_ = f"while these were not committed: {names}{more}" if files else "while files were not committed"
    if _COMMIT.fullmatch(code.commit) is None:
        while_ = "outside of git"
    return (
        f"{model} cannot be deployed: it was trained {while_}. Its code must be found again by its commit, and a new "
        "file may have been imported. Commit the files, or have .gitignore name those that are no code; then train "
        "again."
    )


def parse_commit(text: str) -> str:
    """Return ``text`` if it is the full name of a commit.

    Raises:
        UsageRefusedError: Anything but 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
    """
    if _COMMIT.fullmatch(text) is None:
        raise UsageRefusedError(
            "This is not the full name of a commit.",
            field="code-commit",
            expected="40 or 64 lower-case hex digits",
            found=ascii(text[:100]),
            fix="Pass what `git rev-parse HEAD` prints.",
        )
    return text


def committed(root: Path, revision: str, path: str) -> bytes | None:
    """Return the bytes of a file as a revision has it; None where the revision has no such file.

    Args:
        root: A folder of the repository.
        revision: What git calls a commit: a branch, a tag, a hash.
        path: The file, from ``root``, with forward slashes.

    Raises:
        UsageRefusedError: The revision is unknown here, or git cannot be asked.
    """
    try:
        commit = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except UsageRefusedError as error:
        raise UsageRefusedError(
            "This revision is not known here.",
            field="revision",
            expected="a branch, a tag or a commit of this clone",
            found=ascii(revision[:100]),
            why=error.found,
            fix="Fetch it first: git fetch origin BRANCH; in Actions check out with fetch-depth: 0.",
        ) from None
    entry = _git(root, "ls-tree", commit, "--", path).split()
    return None if len(entry) < _ENTRY else _ask(root, "cat-file", "blob", entry[2])


class Change(NamedTuple):
    """A commit that changed a file, as the branch that is checked out tells it.

    Attributes:
        commit: Its full name.
        time: When it was committed (when it was merged, if it came by a pull request), UTC.
    """

    commit: str
    time: datetime


def changes(root: Path, path: str) -> tuple[Change, ...]:
    """Return the commits that changed a file on the branch that is checked out (first parents), oldest first.

    A shallow clone knows no more than the commits that it has.

    Args:
        root: A folder of the repository.
        path: The file, from ``root``, with forward slashes.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    said = _git(root, "log", "--first-parent", "-m", "--reverse", "--format=%H %ct", "--", path)
    pairs = (line.split(" ") for line in said.splitlines() if line.count(" ") == 1)
    return tuple(Change(commit, datetime.fromtimestamp(int(seconds), UTC)) for commit, seconds in pairs)


def latest(root: Path, *paths: str) -> Change | None:
    """Return the commit that last changed one of some files or folders on this branch; None where none did.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    said = _git(root, "log", "-1", "--first-parent", "-m", "--format=%H %ct", "--", *paths).split()
    return Change(said[0], datetime.fromtimestamp(int(said[1]), UTC)) if said else None


def contents(root: Path, commits: Sequence[str], path: str) -> Iterator[bytes | None]:
    """Yield the bytes of a file as each of some commits has it, None where one has it not: one process for all.

    Args:
        root: A folder of the repository.
        commits: Full names, as :func:`changes` gives them.
        path: The file, from ``root``, with forward slashes and without a line end.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    asked = "".join(f"{parse_commit(commit)}:./{path}\n" for commit in commits)
    said = _ask(root, "cat-file", "--batch", said=asked.encode()) if commits else b""
    for _ in commits:
        head, _, said = said.partition(b"\n")
        if head.endswith(b" missing"):
            yield None
            continue
        _, kind, size = head.split(b" ")
        yield said[: int(size)] if kind == b"blob" else None
        said = said[int(size) + 1 :]


def horizon(root: Path) -> frozenset[str]:
    """Return the commits at which a shallow clone ends: what is older is not known. Empty for a whole clone.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    if _git(root, "rev-parse", "--is-shallow-repository") != "true":
        return frozenset()
    return frozenset(_git(root, "rev-list", "--max-parents=0", "HEAD").split())


class Touched(NamedTuple):
    """A commit and what it made of the files that it touched.

    Attributes:
        change: The commit.
        blobs: By path, from the folder that was asked about, git's name of the new bytes; None for a file that is gone
            or is no regular file any more.
    """

    change: Change
    blobs: dict[str, str | None]


def touched(root: Path, *paths: str) -> tuple[Touched, ...]:
    """Return the commits that touched files below ``paths`` on the branch that is checked out, oldest first.

    As :func:`changes` does, it follows first parents: what a pull request brought counts from its merge. Paths that git
    has to quote (controls, quotation marks, letters beyond ASCII) are left out.

    Args:
        root: A folder of the repository.
        paths: Files or folders, from ``root``, with forward slashes.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    form = ("--raw", "--no-abbrev", "--no-renames", "--root", "--relative", "--format=%H %ct")
    found: list[Touched] = []
    for line in _git(root, "log", "--first-parent", "-m", "--reverse", *form, "--", *paths).splitlines():
        facts, tab, path = line.partition("\t")
        if not tab and facts.count(" ") == 1:
            commit, seconds = facts.split(" ")
            found.append(Touched(Change(commit, datetime.fromtimestamp(int(seconds), UTC)), {}))
        elif tab and not path.startswith('"'):
            _, mode, _, blob, _ = facts.split(" ")
            found[-1].blobs[path] = blob if mode.startswith(_REGULAR) else None
    return tuple(found)


def blob(root: Path, name: str) -> bytes:
    """Return the bytes that git knows by ``name``; raises UsageRefusedError when it does not."""
    return _ask(root, "cat-file", "blob", name)


def environment() -> dict[str, str]:
    """Return the versions of Python, the platform and the packages that shape a model; absent packages are left out."""
    versions = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def run_url(environ: Mapping[str, str]) -> str:
    """Return the address of the GitHub Actions run that ``environ`` belongs to; empty outside of one."""
    parts = [environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    server, repository, run = parts
    return f"{server.rstrip('/')}/{repository}/actions/runs/{run}" if all(parts) else ""


def _git(root: Path, *arguments: str) -> str:
    """Run one reading git command in ``root`` and return its stdout, stripped; explain every way it can fail."""
    return _ask(root, *arguments).decode("utf-8", "replace").strip()


def _ask(root: Path, *arguments: str, said: bytes = b"") -> bytes:
    """Run one reading git command in ``root``, with ``said`` as its stdin, and return its stdout."""
    program = shutil.which("git")
    if program is None:
        raise _unknown("git is not installed", "Install git")
    # C locale: the messages below are recognised by their words. No optional locks: reading must not write.
    command = [program, "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(root), *arguments]
    # Inside a git hook these name the repository of the hook; asked is the one at `root`.
    inherited = {k: v for k, v in os.environ.items() if k not in {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}}
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program and no shell; a revision cannot be read as an option
            command,
            check=False,
            capture_output=True,
            input=said,
            env=inherited | {"LC_ALL": "C"},
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unknown(str(error), "Find out why git does not answer: `git status`") from error
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 0:
        return done.stdout
    if "dubious ownership" in complaint:
        place = root.resolve()
        fix = f"Trust the folder: git config --global --add safe.directory '{place}'"
        raise _unknown(complaint.splitlines()[0], fix)
    if "not a git repository" in complaint:
        raise _unknown(f"{root} is in no git repository", "Run `git init` and commit the files")
    if "Needed a single revision" in complaint:
        raise _unknown("the repository has no commit yet", "Commit the files: `git add mlops.toml && git commit`")
    raise _unknown(complaint, "Find out why git does not answer: `git status`")


def _unknown(found: str, fix: str) -> UsageRefusedError:
    return UsageRefusedError(
        "The commit of the code cannot be found out, and every model must name it.",
        field="code-commit",
        expected="a git repository with a commit",
        found=found,
        fix=f"{fix}; or name the commit yourself with --code-commit SHA.",
    )
