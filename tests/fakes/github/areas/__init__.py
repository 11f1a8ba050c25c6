"""The areas of the API that the stand-in serves, one module each."""

from tests.fakes.github.areas import (
    actions,
    apps,
    artifacts,
    checks,
    comments,
    contents,
    deployments,
    environments,
    issues,
    jobs,
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
        actions, apps, artifacts, checks, comments, contents, deployments, environments, issues, jobs, labels,
        milestones, people, protection, protection_parts, pulls, releases, repository, rulesets, variables,
    )
)  # fmt: skip
