"""All checks of files, in the order in which they are told."""

from mlops.doctor import foreign, jobs, required, shape, skipping, tokens
from mlops.doctor.findings import Check
from mlops.doctor.reading import Repository

STATIC: tuple[Check[Repository], ...] = (
    *shape.CHECKS[:3],
    *required.CHECKS,
    *skipping.CHECKS,
    *jobs.CHECKS,
    *tokens.CHECKS,
    *foreign.CHECKS,
    *shape.CHECKS[3:],
)
