"""The areas of the API that the stand-in serves, one module each."""

from tests.fakes.github.areas import (
    actions,
    artifacts,
    checks,
    comments,
    contents,
    deployments,
    issues,
    pulls,
    releases,
    repository,
    variables,
)

AREAS = tuple(
    area.ROUTES
    for area in (
        actions, artifacts, checks, comments, contents, deployments, issues, pulls, releases, repository, variables
    )
)  # fmt: skip
