"""``[deploy.<environment>]`` of ``mlops.toml``: where its models are served from, and how they get there."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from mlops.documents import Part


def _place(uri: str) -> str:
    if not uri.strip() or not uri.isprintable() or "@" in uri:
        raise ValueError("the path of a folder or the URI of a bucket and prefix, without credentials")
    return uri


# GitHub runs no workflow of a folder further down.
_WORKFLOW = re.compile(r"\.github/workflows/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.ya?ml", re.ASCII)


def _workflow(path: str) -> str:
    if path and _WORKFLOW.fullmatch(path) is None:
        raise ValueError("the file of a workflow, such as .github/workflows/entity-resolution-train.yml, or empty")
    return path


class DeploySettings(Part):
    """One environment.

    Attributes:
        target: Where its models are served from: a folder, or ``s3://``, ``gs://``, ``az://`` with bucket and prefix.
        golden_rows: Test rows that go along with a model; it must score them as it did when it was judged.
        rollback_days: For how many days after it was replaced a model may come back without being judged again.
        health: Address of the server's ``/readyz``, asked after a switch; empty asks nobody.
        health_seconds: For how long it may go on serving the model before.
        attested_by: File of the workflow, such as ``.github/workflows/entity-resolution-train.yml``, that must have
            attested every file of a model's artifact, on the default branch of this repository; empty asks for none,
            because private repositories have attestations only with Enterprise Cloud, and GitHub Enterprise Server
            has none.
    """

    target: Annotated[str, AfterValidator(_place)]
    golden_rows: Annotated[int, Field(ge=1, le=1000)] = 16
    rollback_days: Annotated[int, Field(ge=0, le=3650)] = 90
    health: str = ""
    health_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    attested_by: Annotated[str, AfterValidator(_workflow)] = ""
