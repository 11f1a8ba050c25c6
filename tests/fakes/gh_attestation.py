"""A stand-in of ``gh attestation verify``: strict about how it is asked, in the words and JSON of gh 2.102.

Beside it ``facts.json`` says what it must be asked, and who attested which hash; ``asked`` logs the files.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def main() -> None:
    """Answer as gh does."""
    here = Path(__file__).parent
    facts: dict[str, Any] = json.loads((here / "facts.json").read_text())
    file, words = sys.argv[3], sys.argv[1:3] + sys.argv[4:]
    repository, workflow, ref = facts["asked"]
    assert words == [
        "attestation",
        "verify",
        "--repo",
        repository,
        "--signer-workflow",
        f"{repository}/{workflow}",
        "--source-ref",
        ref,
        "--deny-self-hosted-runners",
        "--format",
        "json",
    ], words
    assert Path(file).is_absolute()
    assert (os.environ["GH_TOKEN"], os.environ["GH_HOST"]) == (facts["token"], "github.com")
    assert not {"GITHUB_TOKEN", "GH_DEBUG"} & os.environ.keys()
    with (here / "asked").open("a") as log:
        log.write(Path(file).name + "\n")
    sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    made = facts["attested"].get(sha256)

    time.sleep(facts.get("seconds", 0))
    if "fault" in facts:
        _no(facts["fault"])
    if made is None:
        _no("no attestations found")
    # Attestations are stored with the repository that they are about, so other repositories have those of their own.
    if (made["repository"], made["workflow"]) != (repository, workflow) and not facts.get("lax"):
        _no('verifying with issuer "sigstore.dev"')
    if made["ref"] != ref:
        _no(f"expected SourceRepositoryRef to be {ref}, got {made['ref']}")
    page = f"https://github.com/{made['repository']}"
    signer = f"{page}/{made['workflow']}@{made['ref']}"
    sys.stdout.write(
        facts.get("answer")
        or json.dumps(
            [
                {
                    "attestation": {"bundle": {}, "bundle_url": "", "initiator": ""},
                    "verificationResult": {
                        "mediaType": "application/vnd.dev.sigstore.verificationresult+json;version=0.1",
                        "signature": {
                            "certificate": {
                                "certificateIssuer": "CN=sigstore-intermediate,O=sigstore.dev",
                                "subjectAlternativeName": signer,
                                "issuer": "https://token.actions.githubusercontent.com",
                                "buildSignerURI": signer,
                                "runnerEnvironment": "github-hosted",
                                "sourceRepositoryURI": page,
                                "sourceRepositoryRef": made["ref"],
                            }
                        },
                        "verifiedTimestamps": [
                            {"type": "Tlog", "uri": "https://rekor.sigstore.dev", "timestamp": "2025-10-21T15:40:23Z"}
                        ],
                        "statement": {
                            "_type": "https://in-toto.io/Statement/v1",
                            "subject": [{"name": Path(file).name, "digest": {"sha256": facts.get("about") or sha256}}],
                            "predicateType": "https://slsa.dev/provenance/v1",
                            "predicate": {},
                        },
                    },
                }
            ]
        )
    )


def _no(words: str) -> NoReturn:
    sys.stderr.write(f"\nError: {words}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
