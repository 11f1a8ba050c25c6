"""The areas of the API that the stand-in serves, one module each."""

from tests.fakes.github.areas import (
    actions,
    artifacts,
    checks,
    comments,
    contents,
    deployments,
    environments,
    issues,
    labels,
    milestones,
    people,
    protection,
    protection_parts,
    pulls,
    releases,
    repository,
    rulesets,
    variables,
)

AREAS = tuple(
    area.ROUTES
    for area in (
        actions, artifacts, checks, comments, contents, deployments, environments, issues, labels, milestones, people,
        protection, protection_parts, pulls, releases, repository, rulesets, variables,
    )
)  # fmt: skip
