"""Answers of GitHub: what came back, and the parts of it that the bot reads, checked before they are used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mlops.bot import retrying
from mlops.bot.permissions import Permission
from mlops.errors import ConflictError, UnavailableError, UsageRefusedError

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 401, 403, 404, 409
_REDIRECTED, _REFUSED = 300, 400
_RERUN = "Run the same command again; it goes on where it stopped."


class DeniedError(UnavailableError):
    """The token may not, or the account's plan has no such feature: trying again changes nothing."""


class AbsentError(UsageRefusedError):
    """GitHub knows of nothing there, or does not say so to this token."""


class Part(BaseModel):
    """The part of an answer that the bot reads; GitHub adds fields, so unknown ones are left alone."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore")


T = TypeVar("T", bound=Part)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        request: The method and the path, for messages.
        status: The HTTP status.
        headers: Names in lower case.
        text: The body.
    """

    request: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def accepted(self) -> bool:
        """Whether GitHub did what it was asked."""
        return self.status < _REDIRECTED

    @property
    def message(self) -> str:
        """Return what GitHub says about a refusal, with its list of errors."""
        try:
            value = json.loads(self.text)
        except ValueError:
            return self.text[:200]
        if not isinstance(value, dict):
            return self.text[:200]
        errors = value.get("errors")
        details = "; ".join(map(_said, errors)) if isinstance(errors, list) else ""
        return " ".join(filter(None, (str(value.get("message", "")), f"({details})" if details else "")))

    def json(self) -> Any:  # noqa: ANN401  # JSON is anything
        """Return the body as JSON; None where there is none.

        Raises:
            UnavailableError: It is no JSON: something between us and GitHub answered.
        """
        if not self.text:
            return None
        try:
            return json.loads(self.text)
        except ValueError:
            raise UnavailableError(
                "The answer is not GitHub's: it is no JSON.",
                field=self.request,
                found=self.text[:200],
                why="A proxy or a sign-in page may have answered.",
                fix="Check GITHUB_API_URL and the network, then run the same command again.",
            ) from None


def read(kind: type[T], value: object, *, where: str) -> T:
    """Return the part of an answer that ``kind`` describes.

    Raises:
        UnavailableError: GitHub answered something else.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UnavailableError(
            "GitHub's answer is not what its description promises.",
            field=where,
            expected=f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            found=repr(first["input"])[:200],
            why="An older GitHub Enterprise Server may lack a field.",
            fix="Compare the server's version with docs/workflows.md; report it as a bug if it should work.",
        ) from None


def refuse(answer: Answer, needs: Permission) -> NoReturn:
    """Raise the letter about an answer that is a refusal.

    Raises:
        UsageRefusedError: What was asked for does not exist or is not acceptable.
        UnavailableError: The token may not, there is a limit, or GitHub is down.
        ConflictError: It contradicts what is there.
    """
    said = answer.message or f"status {answer.status}"
    if answer.status == UNAUTHORIZED:
        raise UnavailableError(
            "GitHub does not accept the token.", field=answer.request, found=said,
            why="It is misspelled, expired or revoked.",
            fix="Pass a fresh token as GITHUB_TOKEN; in a workflow: ${{ github.token }}.",
        )  # fmt: skip
    if retrying.is_limit(answer.status, answer.headers, said):
        raise UnavailableError(
            "GitHub's rate limit does not end before the deadline.", field=answer.request, found=said,
            fix="Run the same command again later, or give it a longer --deadline.",
        )  # fmt: skip
    if answer.status == FORBIDDEN:
        raise _forbidden(answer, said, needs)
    if answer.status == NOT_FOUND:
        raise AbsentError(
            "GitHub does not know this, or the token may not see it.", field=answer.request, expected=needs.line,
            found=said, fix=f"Check the name or number. If it exists: {needs.advice()}",
        )  # fmt: skip
    if answer.status == CONFLICT:
        raise ConflictError(
            "This contradicts what is on GitHub.", field=answer.request, found=said, fix="Look at what is there."
        )
    if retrying.is_fault(answer.status) or answer.status < _REFUSED:
        raise UnavailableError(
            f"GitHub did not do it in time: it answered {answer.status}.", field=answer.request, found=said, fix=_RERUN
        )
    raise UsageRefusedError(
        "GitHub does not accept this.", field=answer.request, found=f"{answer.status}: {said}",
        fix="Correct what GitHub's message names.",
    )  # fmt: skip


def unreachable(where: str, why: str, seconds: float) -> UnavailableError:
    """Return the letter about a network, or a GitHub, that did not answer before the deadline."""
    return UnavailableError(
        f"GitHub did not answer within {seconds:g} s.",
        field=where,
        found=why,
        why="GitHub or the network is down or slow; what was decided before stands.",
        fix="Look at the status page of GitHub, then run the same command again; it goes on where it stopped.",
    )


def _forbidden(answer: Answer, said: str, needs: Permission) -> DeniedError:
    if "not permitted to create or approve pull requests" in said:
        return DeniedError(
            "The repository does not let workflows open pull requests.", field=answer.request, found=said,
            fix='Tick "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General; or '
            "pass the token of a GitHub App.",
        )  # fmt: skip
    if "upgrade to github" in said.lower():
        return DeniedError(
            "The plan of this account has no such feature for a private repository.", field=answer.request,
            expected="a public repository, or a paid plan", found=said,
            why="Without it no check can be required: whoever may write merges past the gate.",
            fix="Make the repository public or upgrade the plan. Until then take `branches` out of [github] in "
            "mlops.toml, and have people look at the gate before they merge.",
        )  # fmt: skip
    if "was archived so is read-only" in said:
        return DeniedError(
            "The repository is archived: nothing in it can be changed.", field=answer.request, found=said,
            fix="Unarchive it under Settings, General, Danger Zone; or name another repository.",
        )  # fmt: skip
    lacking = any(
        words in said.lower() for words in ("resource not accessible by", "has not been granted the required")
    )
    return DeniedError(
        "The token lacks a permission." if lacking else "GitHub forbids this.",
        field=answer.request,
        expected=needs.line,
        found=said,
        why="" if lacking else "A rule of the organisation or of the repository may forbid it.",
        fix=needs.advice(),
    )


def _said(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    parts = (error.get("field"), error.get("code"), error.get("message"))
    return " ".join(str(part) for part in parts if part)
