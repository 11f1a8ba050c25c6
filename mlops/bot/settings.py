"""What the bot knows of its surroundings: read once, validated, and with a token that no message can show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlsplit

from mlops import provenance
from mlops.errors import UsageRefusedError

_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?", re.ASCII)
_TOKEN = re.compile(r"[!-~]{1,4096}", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """Where GitHub is, which repository is meant, and who asks.

    Attributes:
        token: Of the workflow, of an App or of a person; never printed.
        repository: ``owner/name``.
        api_url: Address of the REST API, for example ``https://api.github.com`` or ``https://host/api/v3``.
        server_url: Address of the web pages and of git.
        run_url: Address of this run; empty outside of GitHub Actions.
        run_id: Number of this run; empty outside of GitHub Actions.
        sha: The commit that this run looks at; empty outside of GitHub Actions.
        login: As whom the token writes, where that is known: of an App that signed for it.
    """

    token: str = field(repr=False)
    repository: str
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    run_url: str = ""
    run_id: str = ""
    sha: str = ""
    login: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str], *, of_app: bool = False) -> Self:
        """Return what the environment says; an empty variable means "not given".

        Args:
            environ: The environment.
            of_app: The token is an App's, which is made later: the environment's is not looked at.

        Raises:
            UsageRefusedError: No token, no repository, or an address that a token must not be sent to.
        """
        token = "" if of_app else environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
        if not of_app and _TOKEN.fullmatch(token) is None:
            raise UsageRefusedError(
                "There is no token to ask GitHub with.",
                field="GITHUB_TOKEN",
                expected="the token of the workflow, of an App or of a person",
                found="a text with spaces or line ends" if token else "nothing",
                fix="In a workflow pass `GITHUB_TOKEN: ${{ github.token }}` under the step's `env:`; elsewhere "
                'export GH_TOKEN="$(gh auth token)".',
            )
        sha = environ.get("GITHUB_SHA", "")
        return cls(
            token=token,
            repository=_parse_repository(environ.get("GITHUB_REPOSITORY", "")),
            api_url=_address("GITHUB_API_URL", environ.get("GITHUB_API_URL") or cls.api_url),
            server_url=_address("GITHUB_SERVER_URL", environ.get("GITHUB_SERVER_URL") or cls.server_url),
            run_url=provenance.run_url(environ),
            run_id=environ.get("GITHUB_RUN_ID", ""),
            sha=sha if _COMMIT.fullmatch(sha) else "",
        )

    def renamed(self, repository: str) -> Self:
        """Return the same with the new name of the repository.

        Raises:
            UsageRefusedError: This is no name of a repository.
        """
        return replace(self, repository=_parse_repository(repository))

    @property
    def owner(self) -> str:
        """Return the owner of the repository."""
        return self.repository.partition("/")[0]

    @property
    def repository_url(self) -> str:
        """Return the address of the repository, for people and for git."""
        return f"{self.server_url}/{self.repository}"


def parse_commit(text: str, *, field: str) -> str:
    """Return ``text`` if it is the full name of a commit on GitHub.

    Raises:
        UsageRefusedError: Anything but 40 lower-case hexadecimal digits.
    """
    if _COMMIT.fullmatch(text) is None:
        raise UsageRefusedError(
            "This is not the full name of a commit.",
            field=field,
            expected="40 lower-case hex digits",
            found=ascii(text[:100]) if text else "nothing",
            fix="Pass what `git rev-parse HEAD` prints, or ${{ github.sha }} in a workflow.",
        )
    return text


def is_safe_address(url: str) -> bool:
    """Tell whether something secret may be sent to ``url``: https, or plain http to this machine itself."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(host) is not None)
    return safe and bool(host) and parts.username is None and parts.password is None


def _parse_repository(text: str) -> str:
    if _REPOSITORY.fullmatch(text) is None:
        raise UsageRefusedError(
            "It is not known which repository is meant.",
            field="GITHUB_REPOSITORY",
            expected="owner/name",
            found=ascii(text[:100]) if text else "nothing",
            fix="GitHub Actions sets it; elsewhere export GITHUB_REPOSITORY=owner/name.",
        )
    return text


def _address(name: str, text: str) -> str:
    if not is_safe_address(text) or urlsplit(text).query or urlsplit(text).fragment or not text.isprintable():
        raise UsageRefusedError(
            "The token is not sent to this address.",
            field=name,
            expected="https://host or https://host/path, without user name; plain http only to this machine",
            found=ascii(text[:200]),
            fix=f"GitHub Actions sets {name}; elsewhere leave it out for github.com.",
        )
    return text.rstrip("/")
