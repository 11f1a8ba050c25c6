"""A GitHub App's own token: made for one verb, this repository and what the verb needs, and given back at its end."""

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import github
import jwt

from mlops import documents
from mlops.bot import moving
from mlops.bot.answers import NOT_FOUND, UNAUTHORIZED, Answer, Part, read, refuse
from mlops.bot.client import GitHub
from mlops.bot.effects import Deadline
from mlops.bot.permissions import READ_METADATA, Permission
from mlops.bot.reading import top
from mlops.bot.settings import Settings
from mlops.errors import MlopsError, UnavailableError, UsageRefusedError

CLIENT_ID, PRIVATE_KEY, KEY_FILE = "MLOPS_APP_CLIENT_ID", "MLOPS_APP_PRIVATE_KEY", "MLOPS_APP_PRIVATE_KEY_FILE"

_CLIENT = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LIMIT = 64 << 10
_SECONDS_TO_REVOKE = 5.0
_LEVELS = ("read", "write", "admin")


class _Installation(Part):
    id: int
    app_slug: str
    permissions: dict[str, str]


class _Token(Part):
    token: str


@dataclass(frozen=True)
class App:
    """A GitHub App that can sign.

    Attributes:
        client_id: Its client id, or its number.
        private_key: PEM; never printed.
    """

    client_id: str
    private_key: str = field(repr=False)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self | None:
        """Return the App that the environment names; None when it names none.

        Raises:
            UsageRefusedError: Only its id or only its key is given, or one of them is none.
            InputRefusedError: The file of the key cannot be read.
        """
        client, key, file = (environ.get(name, "") for name in (CLIENT_ID, PRIVATE_KEY, KEY_FILE))
        if not client and not key and not file:
            return None
        if not client or bool(key) == bool(file) or _CLIENT.fullmatch(client) is None:
            raise UsageRefusedError(
                "The GitHub App is not told whole.",
                field=f"{CLIENT_ID}, {PRIVATE_KEY}, {KEY_FILE}",
                expected="a client id such as Iv23abc, and its private key or the file of that",
                found=", ".join(name for name in (CLIENT_ID, PRIVATE_KEY, KEY_FILE) if environ.get(name)),
                fix="Set the id and one of the two; or none of them, to use GITHUB_TOKEN.",
            )
        pem = key or documents.read_bytes(Path(file), limit=_LIMIT).decode("utf-8", "replace")
        app = cls(client, pem if "\n" in pem else pem.replace("\\n", "\n"))
        try:
            app.auth().create_jwt()
        except (jwt.PyJWTError, ValueError, TypeError):
            raise UsageRefusedError(
                "This is no private key of a GitHub App.",
                field=PRIVATE_KEY if key else KEY_FILE,
                expected="the text of the .pem file that GitHub gave you, with its line ends",
                fix="Generate a key on the App's page, and store the whole file as a secret.",
            ) from None  # the cause could show the key
        return app

    def auth(self) -> github.Auth.AppAuth:
        """Return what signs each request anew: a minute back for clocks that differ, and good for five."""
        return github.Auth.AppAuth(self.client_id, self.private_key)


@dataclass(frozen=True)
class Granted:
    """A token of the App's installation, and as whom it writes."""

    token: str = field(repr=False)
    login: str


def permissions_of(needs: Iterable[Permission], granted: Mapping[str, str]) -> dict[str, str]:
    """Return what a token is asked to be allowed: what is needed, at the highest level needed, and nothing else.

    What the App was not granted is left out, for GitHub would refuse the whole token: what needs it is refused later,
    and the letter about that names it.
    """
    asked: dict[str, str] = {}
    for permission in needs:
        name, level = permission.of_app
        if name in granted:
            highest = max(asked.get(name, level), level, key=_LEVELS.index)
            asked[name] = min(highest, granted[name], key=_LEVELS.index)
    return asked or dict([READ_METADATA.of_app])


def grant(app: App, settings: Settings, deadline: Deadline, needs: Iterable[Permission]) -> Granted:
    """Have GitHub make a token for this repository alone, which may do what is needed and no more.

    Raises:
        UnavailableError: The App is not installed here, or GitHub did not answer.
        UsageRefusedError: GitHub does not accept the App's signature.
    """
    hub = GitHub(settings, deadline, auth=app.auth())
    answer = hub.ask_here("/installation")
    only: dict[str, list[str] | list[int]] = {"repositories": [settings.repository.partition("/")[2]]}
    # A signature sees no repository, and so not the new name of a renamed one; its number is as good.
    if (number := moving.number_in(answer, settings.api_url)) is not None:
        answer = hub.ask_here(top(f"/repositories/{number}/installation"))
        only = {"repository_ids": [number]}
    if answer.status in {UNAUTHORIZED, NOT_FOUND}:
        raise _unknown(app, settings, answer)
    found = read(_Installation, _accepted(answer), where="the App's installation")
    body = {**only, "permissions": permissions_of(needs, found.permissions)}
    path = top(f"/app/installations/{found.id}/access_tokens")
    # Made twice after a lost answer, the first token is one that nobody has; it ends within the hour.
    answer = hub.send("POST", path, body=body, harmless=True)
    made = read(_Token, _accepted(answer), where="the App's token")
    return Granted(made.token, f"{found.app_slug}[bot]")


def revoke(settings: Settings, deadline: Deadline) -> None:
    """Give the token of ``settings`` back, if that is possible within a few seconds; it would end within the hour."""
    brief = Deadline(deadline.effects, _SECONDS_TO_REVOKE)
    with contextlib.suppress(MlopsError):
        GitHub(settings, brief, seconds_between_writes=None).send("DELETE", top("/installation/token"))


def _accepted(answer: Answer) -> object:
    if "suspended" in answer.message.lower() and not answer.accepted:
        raise UnavailableError(
            "The installation of the GitHub App is suspended.",
            field=CLIENT_ID,
            found=answer.message,
            fix="Let an owner take it up again: the account's settings, Applications, Installed GitHub Apps.",
        )
    if not answer.accepted:
        refuse(answer, READ_METADATA)
    return answer.json()


def _unknown(app: App, settings: Settings, answer: Answer) -> MlopsError:
    if answer.status == UNAUTHORIZED:
        return UsageRefusedError(
            "GitHub does not accept the App's signature.",
            field=CLIENT_ID,
            expected="the client id of the App whose key this is",
            found=f"{app.client_id}: {answer.message}",
            why="The id is another App's, the key was deleted, or this machine's clock is minutes off.",
            fix="Compare the id with the App's page, and the clock with the world's.",
        )
    return UnavailableError(
        "The GitHub App is not installed on this repository.",
        field=CLIENT_ID,
        expected=f"an installation of {app.client_id} on {settings.repository}",
        found=answer.message,
        fix="Install the App on the repository: on the App's page, under Install App.",
    )
