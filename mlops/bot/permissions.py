"""What a request needs the token to be allowed, in the words of a workflow's ``permissions:``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """A right of the token.

    Attributes:
        line: As a workflow grants it, for example ``checks: write``; for an App the same words.
        app_only: Whether no workflow can grant it, so that the token of an App is needed.
    """

    line: str
    app_only: bool = False

    def advice(self) -> str:
        """Return how the token gets this right."""
        name, _, level = self.line.partition(": ")
        if self.app_only:
            return (
                f"GITHUB_TOKEN can never do this. Install a GitHub App that has the repository permission "
                f"{name.capitalize()}: {level}, make its token with actions/create-github-app-token, and pass it as "
                "GITHUB_TOKEN; or change it by hand in the repository's settings."
            )
        return f"Add the line `{self.line}` under `permissions:` of the job, then run it again."


READ_ACTIONS = Permission("actions: read")
READ_CONTENTS = Permission("contents: read")
WRITE_CONTENTS = Permission("contents: write")
WRITE_CHECKS = Permission("checks: write")
READ_PULLS = Permission("pull-requests: read")
WRITE_PULLS = Permission("pull-requests: write")
WRITE_ISSUES = Permission("issues: write")
WRITE_DEPLOYMENTS = Permission("deployments: write")
WRITE_VARIABLES = Permission("variables: write", app_only=True)
READ_ISSUES = Permission("issues: read")
READ_VARIABLES = Permission("variables: read", app_only=True)
READ_MEMBERS = Permission("organization members: read", app_only=True)
READ_ADMINISTRATION = Permission("administration: read", app_only=True)
WRITE_ADMINISTRATION = Permission("administration: write", app_only=True)
READ_PROJECTS = Permission("organization projects: read", app_only=True)
WRITE_PROJECTS = Permission("organization projects: write", app_only=True)
