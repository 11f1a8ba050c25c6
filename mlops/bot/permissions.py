"""What a request needs the token to be allowed, in the words of a workflow's ``permissions:``."""

from dataclasses import dataclass

_OF_ORGANIZATION = "organization "
_NAMES_OF_APP = {"variables": "actions_variables", "organization members": "members"}


@dataclass(frozen=True)
class Permission:
    """A right of the token.

    Attributes:
        line: As a workflow grants it, for example ``checks: write``; for an App the same words.
        app_only: Whether no workflow can grant it, so that the token of an App is needed.
    """

    line: str
    app_only: bool = False

    @property
    def of_app(self) -> tuple[str, str]:
        """Return the name that the API gives it where a token of an App is asked for, and its level."""
        name, _, level = self.line.partition(": ")
        return _NAMES_OF_APP.get(name, name.replace("-", "_").replace(" ", "_")), level

    def advice(self) -> str:
        """Return how the token gets this right."""
        name, _, level = self.line.partition(": ")
        if self.app_only:
            where, short = (
                ("organization", name.removeprefix(_OF_ORGANIZATION))
                if _OF_ORGANIZATION in name
                else ("repository", name)
            )
            return (
                f"GITHUB_TOKEN can never do this. Install a GitHub App that has the {where} permission "
                f"{short.capitalize()}: {level}, and pass MLOPS_APP_CLIENT_ID and MLOPS_APP_PRIVATE_KEY, or a token "
                "made with actions/create-github-app-token as GITHUB_TOKEN; or do it by hand on GitHub's pages."
            )
        return (
            f"Add the line `{self.line}` under `permissions:` of the job, or give the GitHub App whose token it is "
            "this permission; then run it again."
        )


READ_ACTIONS = Permission("actions: read")
WRITE_ACTIONS = Permission("actions: write")
READ_CONTENTS = Permission("contents: read")
WRITE_CONTENTS = Permission("contents: write")
WRITE_CHECKS = Permission("checks: write")
READ_PULLS = Permission("pull-requests: read")
WRITE_PULLS = Permission("pull-requests: write")
WRITE_ISSUES = Permission("issues: write")
READ_ATTESTATIONS = Permission("attestations: read")
READ_DEPLOYMENTS = Permission("deployments: read")
WRITE_DEPLOYMENTS = Permission("deployments: write")
WRITE_VARIABLES = Permission("variables: write", app_only=True)
READ_ISSUES = Permission("issues: read")
READ_VARIABLES = Permission("variables: read", app_only=True)
READ_MEMBERS = Permission("organization members: read", app_only=True)
READ_ADMINISTRATION = Permission("administration: read", app_only=True)
WRITE_ADMINISTRATION = Permission("administration: write", app_only=True)
READ_PROJECTS = Permission("organization projects: read", app_only=True)
WRITE_PROJECTS = Permission("organization projects: write", app_only=True)
READ_METADATA = Permission("metadata: read")
READ_CHECKS = Permission("checks: read")
READ_STATUSES = Permission("statuses: read")

READING_SETTINGS = (READ_METADATA, READ_ACTIONS, READ_CONTENTS, READ_MEMBERS, READ_ISSUES, READ_VARIABLES,
                    READ_ADMINISTRATION)  # fmt: skip
"""What `mlops bot plan` needs."""

WRITING_SETTINGS = (*READING_SETTINGS, WRITE_ISSUES, WRITE_VARIABLES, WRITE_ADMINISTRATION)
"""What `mlops bot apply` needs."""
