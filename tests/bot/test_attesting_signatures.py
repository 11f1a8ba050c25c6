"""The real gh judges attestations that are really signed, by a Sigstore of the tests' own."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from mlops.artifact import CHECKSUMS
from mlops.bot.attesting import Attesting, UnattestedError
from mlops.bot.effects import Deadline
from mlops.bot.settings import Settings
from mlops.checksums import parse
from tests.bot import world
from tests.factories import DATASET_ID as ID
from tests.fakes import sigstore

REPOSITORY, WORKFLOW, REF = "acme/er-models", ".github/workflows/entity-resolution-train.yml", "refs/heads/main"
OURS = {"repository": REPOSITORY, "workflow": WORKFLOW, "ref": REF}
REAL = Path(sys.executable).parent / "gh"


@pytest.mark.parametrize(
    ("made", "how", "said"),
    [
        ({}, {}, ""),
        ({"workflow": ".github/workflows/evil.yml"}, {}, 'verifying with issuer "GitHub, Inc."'),
        ({"ref": "refs/heads/dev"}, {}, f"expected SourceRepositoryRef to be {REF}, got refs/heads/dev"),
        ({"repository": "mallory/er-models"}, {}, 'verifying with issuer "GitHub, Inc."'),
        ({}, {"runner": "self-hosted"}, 'verifying with issuer "GitHub, Inc."'),
        ({}, {"forged": True}, 'verifying with issuer "GitHub, Inc."'),
    ],
)
def test_bad_input_30_the_real_gh_judges_real_signatures(
    tmp_path: Path, made: dict[str, str], how: dict[str, Any], said: str
) -> None:
    """Offline: the attestation and the roots are handed to it, which are GitHub's and Sigstore's to give otherwise."""
    artifact = world.judged(tmp_path / "artifact")
    listed = parse((artifact / CHECKSUMS).read_bytes())
    bundle, root = sigstore.attest(tmp_path / "sigstore", listed, OURS | made, **how)
    program = tmp_path / "gh"
    program.write_text(f'#!/bin/sh\nexec "{REAL}" "$@" --bundle "{bundle}" --custom-trusted-root "{root}"\n')
    program.chmod(0o755)
    settings = Settings(token="ghs_none", repository=REPOSITORY)  # noqa: S106  # no real token
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    asking = Attesting(settings, Deadline(world.Hourglass().effects(), 60), environ, "main")
    if not said:
        asking.require(artifact, ID, [WORKFLOW])
        (artifact / "model.skops").write_bytes(b"other")  # exchanged since
        said = "gh: "
    with pytest.raises(UnattestedError) as caught:
        asking.require(artifact, ID, [WORKFLOW])
    assert said in caught.value.found
