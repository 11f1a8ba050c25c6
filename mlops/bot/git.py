"""Git, asked directly: no shell, no hooks, no prompts, and a token that reaches it through its environment alone."""

import base64
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from os import devnull
from pathlib import Path

from mlops.bot.effects import Deadline
from mlops.bot.permissions import WRITE_CONTENTS
from mlops.bot.settings import Settings
from mlops.errors import UnavailableError, UsageRefusedError

_BRANCH = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]|/(?=[A-Za-z0-9])){0,199}", re.ASCII)
_AUTHOR = re.compile(r"(?P<name>[^<>\n\x00]{1,100}) <(?P<email>[^<>\s\x00]{1,200})>")
_LONGEST = 120.0
"""Seconds that one git command may take."""

_SETTINGS = {
    "core.hooksPath": devnull,
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "commit.gpgSign": "false",
    "push.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "credential.helper": "",
    "advice.detachedHead": "false",
}
_INHERITED_NOT = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GITHUB_TOKEN", "GH_TOKEN"})


@dataclass(frozen=True)
class Author:
    """Who a commit is by."""

    name: str
    email: str


BOT = Author("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
"""The author whose commits GitHub shows with the picture of Actions."""


@dataclass(frozen=True)
class Done:
    """What a git command left."""

    code: int
    out: str
    err: str


def parse_author(text: str) -> Author:
    """Return the author in ``Name <address>``; raises UsageRefusedError for anything else."""
    match = _AUTHOR.fullmatch(text)
    if match is None or not text.isprintable():
        raise UsageRefusedError(
            "This is not an author.", field="--author", expected="Name <address>", found=ascii(text[:100]),
            fix=f"For example: --author '{BOT.name} <{BOT.email}>'",
        )  # fmt: skip
    return Author(match["name"].strip(), match["email"])


def parse_branch(text: str, *, field: str) -> str:
    """Return ``text`` if it is the name of a branch that no tool can read as something else.

    Raises:
        UsageRefusedError: It begins with a sign, climbs, or holds what git refuses.
    """
    if _BRANCH.fullmatch(text) is None or ".." in text or text.endswith((".", ".lock")) or ".lock/" in text:
        raise UsageRefusedError(
            "This cannot be the name of a branch.", field=field, expected="letters, digits and ._-/, such as main",
            found=ascii(text[:100]), fix="Pass the branch's plain name, without refs/heads/.",
        )  # fmt: skip
    return text


class Git:
    """Git in one folder, with the token of ``settings`` for its server only.

    Args:
        folder: Where git stands; it must exist.
        settings: Server and token.
        deadline: After it, nothing is tried.
        environ: What git inherits, for example ``PATH``, ``HOME`` and proxies.
    """

    def __init__(self, folder: Path, settings: Settings, deadline: Deadline, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.deadline = deadline
        self._environ = _environment(settings, environ)

    def run(self, *arguments: str, given: str = "", author: Author | None = None) -> Done:
        """Run one git command and return what it left, whatever it says.

        Raises:
            UsageRefusedError: Git is not installed.
            UnavailableError: It did not end before the deadline.
        """
        program = shutil.which("git", path=self._environ.get("PATH"))
        if program is None:
            raise UsageRefusedError("Git is not installed.", field="git", fix="Install git, then run it again.")
        seconds = min(_LONGEST, self.deadline.left())
        try:
            done = subprocess.run(  # noqa: S603  # a fixed program, no shell; names were parsed
                [program, *arguments],
                cwd=self.folder,
                env=self._environ | _identity(author),
                input=given.encode(),
                check=False,
                capture_output=True,
                timeout=max(0.1, seconds),
            )
        except subprocess.TimeoutExpired:
            raise UnavailableError(
                f"Git did not answer within {seconds:.0f} s.",
                field=f"git {arguments[0]}",
                why="The network or the server is down or slow; what was pushed stands, what was not is not there.",
                fix="Run the same command again; it goes on where it stopped.",
            ) from None
        return Done(done.returncode, _text(done.stdout), _text(done.stderr))

    def must(self, *arguments: str, given: str = "", author: Author | None = None) -> str:
        """Run one git command that must succeed and return its stdout, stripped; raises what :meth:`run` raises."""
        done = self.run(*arguments, given=given, author=author)
        if done.code != 0:
            raise refused(f"git {arguments[0]}", done)
        return done.out.strip()


def refused(where: str, done: Done) -> UnavailableError:
    """Return the letter about a git command that failed for no reason that is known here."""
    said = done.err.strip() or done.out.strip()
    if "uthentication failed" in said or "could not read Username" in said or "returned error: 403" in said:
        return UnavailableError(
            "Git was not let in.",
            field=where,
            expected=WRITE_CONTENTS.line,
            found=said[-600:],
            fix=WRITE_CONTENTS.advice(),
        )
    return UnavailableError(
        "Git did not do it.", field=where, found=said[-600:], fix="Mend what git names, then run it again."
    )


def _environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return git's environment: the token as a header for the server's addresses, and settings that nothing overrides.

    Settings in the environment are in force for this process alone: neither ``ps`` nor ``.git/config`` shows them.
    """
    basic = base64.b64encode(f"x-access-token:{settings.token}".encode()).decode()
    # An empty value first: it drops headers that a checkout or a person has configured; two would be refused.
    header = f"http.{settings.server_url}/.extraheader"
    wanted = [*_SETTINGS.items(), (header, ""), (header, f"AUTHORIZATION: basic {basic}")]
    present = environ.get("GIT_CONFIG_COUNT", "0")
    first = int(present) if present.isascii() and present.isdigit() else 0
    made = {key: value for key, value in environ.items() if key not in _INHERITED_NOT}
    for number, (key, value) in enumerate(wanted, start=first):
        made |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return made | {
        "GIT_CONFIG_COUNT": str(first + len(wanted)),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:file",
        "LC_ALL": "C",
    }


def _identity(author: Author | None) -> dict[str, str]:
    if author is None:
        return {}
    parts = {"NAME": author.name, "EMAIL": author.email}
    return {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in parts.items()}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
