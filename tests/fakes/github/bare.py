"""The git side of the stand-in's repository: a bare repository on disk, read and written with git itself."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{40}")


class NoSuchObjectError(LookupError):
    """The repository has no such branch, tag, commit or path."""


@dataclass(frozen=True)
class Commit:
    """What git records of a commit; ``author`` and ``committer`` are (name, address, time)."""

    sha: str
    tree: str
    parents: list[str]
    author: tuple[str, str, str]
    committer: tuple[str, str, str]
    message: str


@dataclass(frozen=True)
class Bare:
    """A bare repository.

    Attributes:
        path: Its folder.
        known: Full names of commits that were found here; they stay.
    """

    path: Path
    known: set[str] = field(default_factory=set, compare=False, repr=False)

    def git(
        self,
        *arguments: str,
        content: bytes | None = None,
        author: str = "octocat",
        extra: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run git here as ``author``, and return its stdout.

        Raises:
            NoSuchObjectError: git refused.
        """
        name, email = author, f"{author}@users.noreply.github.com"
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                    for what, value in (("NAME", name), ("EMAIL", email))}  # fmt: skip
        command = ["git", "-c", "safe.directory=*", "--git-dir", str(self.path), *arguments]
        done = subprocess.run(  # noqa: S603  # git, no shell
            command, input=content, capture_output=True, check=False, env={**os.environ, **identity, **(extra or {})}
        )
        if done.returncode:
            raise NoSuchObjectError(done.stderr.decode(errors="replace").strip() or " ".join(arguments))
        return done.stdout

    def text(self, *arguments: str, content: bytes | None = None, author: str = "octocat") -> str:
        """Run git as ``git`` does, and return its stdout as text without the last line end."""
        return self.git(*arguments, content=content, author=author).decode().strip()

    def branch(self, name: str) -> str:
        """Return the commit of a branch."""
        return self._commit(f"refs/heads/{name}")

    def tag(self, name: str) -> str:
        """Return the commit of a tag."""
        return self._commit(f"refs/tags/{name}")

    def resolve(self, ref: str) -> str:
        """Return the commit of a branch, a tag (with or without ``heads/``, ``tags/``) or a commit's own name."""
        if _NAME.fullmatch(ref):  # git, too, takes a full name for nothing else
            if ref not in self.known:
                self.known.add(self._commit(ref))
            return ref
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/{ref.removeprefix('refs/')}", ref):
            try:
                return self._commit(name)
            except NoSuchObjectError:
                continue
        raise NoSuchObjectError(ref)

    def branches(self) -> dict[str, str]:
        """Return the commit of every branch."""
        lines = self.text("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").splitlines()
        return {name: sha for sha, _, name in (line.partition(" ") for line in lines)}

    def point(self, ref: str, sha: str, old: str | None = None) -> None:
        """Let ``ref`` (``refs/heads/x``) point at ``sha``; refused when it is not at ``old`` any more."""
        self.git("update-ref", ref, sha, *([old] if old is not None else []))

    def commit(self, ref: str) -> Commit:
        """Return what git records of the commit ``ref``."""
        form = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        sha, tree, parents, *people, message = self.text("log", "--max-count=1", form, "--end-of-options", ref).split(
            "\0"
        )
        author, committer = (people[0], people[1], people[2]), (people[3], people[4], people[5])
        return Commit(sha, tree, parents.split(), author, committer, message.strip())

    def between(self, base: str, head: str) -> list[str]:
        """Return the commits that ``head`` has and ``base`` has not, oldest first."""
        return self.text("rev-list", "--reverse", f"{base}..{head}", "--").splitlines()

    def merge(self, base: str, head: str, message: str, author: str) -> str:
        """Merge commit ``head`` into the branch ``base``, and return the new commit."""
        old = self.branch(base)
        tree = self.text("merge-tree", "--write-tree", old, head)
        new = self.text("commit-tree", tree, "-p", old, "-p", head, "-m", message, author=author)
        self.point(f"refs/heads/{base}", new, old)
        return new

    def blob(self, ref: str, path: str) -> str:
        """Return the name of the blob that ``path`` has in commit ``ref``."""
        kind, _, rest = self._entry(ref, path).partition(" ")
        if kind != "blob":
            raise NoSuchObjectError(f"{ref}:{path}")
        return rest

    def entries(self, ref: str, path: str) -> list[tuple[str, str, str]]:
        """Return (kind, name of the object, path) of everything in a folder of commit ``ref``."""
        where = f"{ref}:{path}" if path else ref
        lines = self.text("ls-tree", "-z", "--end-of-options", where).strip("\0").split("\0")
        parts = [line.partition("\t") for line in lines if line]
        return [(head.split()[1], head.split()[2], f"{path}/{name}" if path else name) for head, _, name in parts]

    def read(self, ref: str, path: str) -> bytes:
        """Return the bytes of ``path`` in commit ``ref``."""
        return self.git("cat-file", "blob", self.blob(ref, path))

    def write(self, branch: str, path: str, content: bytes, message: str, author: str) -> str:
        """Commit ``content`` as ``path`` to ``branch``, and return the new commit."""
        old = self.branch(branch)
        blob = self.text("hash-object", "-w", "--stdin", content=content)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            self.git("read-tree", old, extra=index)
            self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", extra=index)
            tree = self.git("write-tree", extra=index).decode().strip()
        new = self.text("commit-tree", tree, "-p", old, "-m", message, author=author)
        self.point(f"refs/heads/{branch}", new, old)
        return new

    def _commit(self, name: str) -> str:
        return self.text("rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")

    def _entry(self, ref: str, path: str) -> str:
        """Return kind and name of the object at a path."""
        name = self.text("rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}:{path}")
        return f"{self.text('cat-file', '-t', name)} {name}"
