"""Who made an artifact: a workflow of this repository must have attested every file, and GitHub's program says so.

A hash says that bytes are those of the card; an attestation says which workflow, of which repository, on which branch
had them, in a certificate that was issued to that very run. `actions/attest` leaves it, `gh attestation verify` judges
it. Signatures, certificates, timestamps and Sigstore's roots of trust are gh's business alone: none of it is done again
here, and with the roots that count it cannot be exercised without Sigstore's services (the tests hand the real gh roots
of their own, offline). What is done here is to ask for each file that
`checksums.txt` lists, to refuse unless gh says yes, and to hold what it says yes to against what was asked for: the
file's own hash, this workflow and branch to the letter. Older versions of gh take the workflow as the beginning of a
regular expression, which `train.yml-other.yml` fits, too.

Runners of one's own are refused (`--deny-self-hosted-runners`): they outlive a job, so whoever had one before may have
left something that now signs in the workflow's name. That is about the job that attests, not the one that trains.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, ValidationError

from mlops import checksums, documents
from mlops.artifact import CHECKSUMS
from mlops.bot.answers import Part
from mlops.bot.effects import Deadline
from mlops.bot.permissions import READ_ATTESTATIONS
from mlops.bot.settings import Settings
from mlops.errors import InputRefusedError, UnavailableError, UsageRefusedError
from mlops.formatting import printable

_LONGEST = 60.0
"""Seconds that gh may take for one file: it asks GitHub once, and Sigstore for its keys."""

_SAID_CAP = 600
_UNREACHED = re.compile(r"Error: (?:Get \"https?://|HTTP 5[0-9][0-9]\b)")
"""How gh says that no answer came from GitHub, or one of a server at fault; all else is a refusal."""

_INHERITED_NOT = frozenset({"GITHUB_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "MLOPS_APP_PRIVATE_KEY", "DEBUG"})


class UnattestedError(InputRefusedError):
    """A file of an artifact was not attested by whom it must have been."""


class _Subject(Part):
    digest: dict[str, str]


class _Statement(Part):
    subject: tuple[_Subject, ...]


class _Certificate(Part):
    signer: str = Field(alias="buildSignerURI")
    repository: str = Field(alias="sourceRepositoryURI")
    ref: str = Field(alias="sourceRepositoryRef")


class _Signature(Part):
    certificate: _Certificate


class _Result(Part):
    signature: _Signature
    statement: _Statement


class _Verified(Part):
    result: _Result = Field(alias="verificationResult")


_ANSWER = TypeAdapter(list[_Verified])


class Attesting:
    """Attestations of one repository, as the program ``gh`` judges them.

    Args:
        settings: Server, repository and token; the token reaches gh through its environment alone.
        deadline: After it, nothing is tried.
        environ: What gh inherits, for example ``PATH``, ``HOME`` and proxies.
        branch: The branch that the workflow must have run on.

    Raises:
        UsageRefusedError: gh is not installed.
    """

    def __init__(self, settings: Settings, deadline: Deadline, environ: Mapping[str, str], branch: str) -> None:
        self._settings = settings
        self._deadline = deadline
        self._ref = f"refs/heads/{branch}"
        self._environ = _environment(settings, environ)
        program = shutil.which("gh", path=environ.get("PATH"))
        if program is None:
            raise UsageRefusedError(
                "The program that verifies attestations is not installed.", field="gh", expected="GitHub's gh",
                why="`attested_by` in mlops.toml asks for attestations.",
                fix="GitHub's own runners have it. Elsewhere install it: https://cli.github.com",
            )  # fmt: skip
        self._program = program

    def require(self, folder: Path, model: str, workflows: Iterable[str]) -> None:
        """Let pass an artifact of which each workflow has attested every file that ``checksums.txt`` lists.

        Args:
            folder: The artifact; its hashes were verified.
            model: Whose it is, for messages.
            workflows: Files of workflows, such as ``.github/workflows/train.yml``.

        Raises:
            UnattestedError: One has not; the first file that fails is told.
            UnavailableError: GitHub could not be asked before the deadline.
        """
        listed = checksums.parse(documents.read_bytes(folder / CHECKSUMS), file=CHECKSUMS)
        for workflow in workflows:
            for name, sha256 in listed.items():
                self._ask(folder / name, sha256, model, workflow)

    def _ask(self, file: Path, sha256: str, model: str, workflow: str) -> None:
        signer = f"{self._settings.repository}/{workflow}"
        words = (
            *("attestation", "verify", str(file.absolute()), "--repo", self._settings.repository),
            *("--signer-workflow", signer, "--source-ref", self._ref),
            *("--deny-self-hosted-runners", "--format", "json"),
        )
        asked = f"attested by {signer} on {self._ref}"
        seconds = max(0.1, min(_LONGEST, self._deadline.left()))
        try:
            done = subprocess.run(  # noqa: S603  # no shell; the repository, workflow and branch were parsed
                [self._program, *words],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                check=False,
                capture_output=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            _unreached(model, file.name, asked, f"no answer within {seconds:.0f} s")
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode != 0 and _UNREACHED.match(said):
            _unreached(model, file.name, asked, said)
        wrong = said or f"nothing, and ended with {done.returncode}"
        if done.returncode == 0:
            wrong = self._wrong(done.stdout, sha256, workflow)
        if wrong:
            raise UnattestedError(
                f"A file of {model} was not attested as it must be; nothing of the model is kept.",
                file=file.name, field="attested_by", expected=asked, found=f"gh: {printable(wrong, _SAID_CAP)}",
                why="Another run made the file, its run attested nothing (private repositories need Enterprise Cloud "
                f"and the variable MLOPS_ATTEST), or the token lacks `{READ_ATTESTATIONS.line}`.",
                fix=f"Train it by that workflow on that branch, or correct `attested_by` in mlops.toml. To look: "
                f"gh attestation verify {file.name} --repo {self._settings.repository}",
            )  # fmt: skip

    def _wrong(self, answer: bytes, sha256: str, workflow: str) -> str:
        """Return what is wrong with a yes of gh; empty where it is about these bytes, this workflow and branch."""
        try:
            verified = _ANSWER.validate_python(documents.check_json(answer))
        except (InputRefusedError, ValidationError) as error:
            found = error.found if isinstance(error, InputRefusedError) else error.errors(include_url=False)[0]["msg"]
            return f"an answer that nobody here understands: {found}"
        # Names of owners and repositories are the same in any case; those of files and branches are not.
        page = self._settings.repository_url.lower()
        for result in (one.result for one in verified):
            certificate = result.signature.certificate
            base, signed = certificate.signer[: len(page)].lower(), certificate.signer[len(page) :]
            if (
                (base, signed) == (page, f"/{workflow}@{self._ref}")
                and (certificate.repository.lower(), certificate.ref) == (page, self._ref)
                and any(subject.digest.get("sha256") == sha256 for subject in result.statement.subject)
            ):
                return ""
        signers = ", ".join(one.result.signature.certificate.signer for one in verified)
        return f"yes, but to none about sha256 {sha256}: {signers or 'an empty list'}"


def _unreached(model: str, name: str, asked: str, said: str) -> NoReturn:
    raise UnavailableError(
        f"Whether a file of {model} was attested could not be asked; nothing of the model is kept.",
        file=name,
        field="attested_by",
        expected=asked,
        found=f"gh: {printable(said, _SAID_CAP)}",
        why="GitHub or the network is down or slow.",
        fix="Run the same command again, or give it a longer --deadline.",
    )


def _environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return gh's environment: one token, one server, and nothing that has it ask, color or log."""
    kept = {k: v for k, v in environ.items() if k not in _INHERITED_NOT and not k.startswith("GH_")}
    host = urlsplit(settings.server_url).netloc
    return kept | {
        "GH_TOKEN": settings.token,
        "GH_HOST": host,
        "GH_PROMPT_DISABLED": "1",
        "GH_NO_UPDATE_NOTIFIER": "1",
        "NO_COLOR": "1",
    }
