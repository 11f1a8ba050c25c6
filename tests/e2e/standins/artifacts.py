"""Stand-ins for what keeps and takes artifacts, Pages included: act's artifact service speaks Twirp, as GitHub's does.

The official client and act disagree in details, so these are written against act with the standard library.
"""

import base64
import glob
import hashlib
import http.client
import io
import json
import os
import re
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.e2e.standins.step import StepError, flag, given, output, required, say

_SERVICE = "twirp/github.actions.results.api.v1.ArtifactService"
_FORBIDDEN = re.compile(r'[":<>|*?\r\n\\/]')


def upload() -> None:
    """Upload the files that ``path`` names, below their common folder, as the artifact ``name``."""
    name = given("name", "artifact")
    if _FORBIDDEN.search(name):
        raise StepError(f"The artifact name is not valid: {name}")
    found = dict(_files(required("path"), hidden=flag("include-hidden-files")))
    if not found:
        _report_nothing(given("if-no-files-found", "warn"))
        return
    if _exists(name):
        if not flag("overwrite"):
            raise StepError(
                f"Failed to CreateArtifact: (409) Conflict: an artifact with this name already exists: {name}"
            )
        _call("DeleteArtifact", name=name)
    data = _zipped(found)
    digest = hashlib.sha256(data).hexdigest()
    address = _call("CreateArtifact", name=name, version=4)["signedUploadUrl"]
    for part, body in (("block", data), ("blocklist", b"")):
        _send("PUT", f"{address}&comp={part}", body, {"Content-Type": "application/zip"})
    made = _call("FinalizeArtifact", name=name, size=str(len(data)), hash=f"sha256:{digest}")
    say(f"Uploaded {name}: {len(found)} files, {len(data)} bytes")
    output("artifact-id", made["artifactId"])
    output("artifact-digest", digest)


def upload_pages() -> None:
    """Pack the folder ``path`` as Pages wants it, and upload that as the artifact ``name``."""
    folder, packed = Path(required("path")), Path(os.environ["RUNNER_TEMP"]) / "artifact.tar"
    if not folder.is_dir():
        raise StepError(f"tar: {folder}: Cannot open: No such file or directory")
    with tarfile.open(packed, "w") as archive:
        archive.add(folder, ".", filter=lambda found: None if _hidden(found.name) else found)
    os.environ |= {"INPUT_PATH": str(packed), "INPUT_IF_NO_FILES_FOUND": "error"}
    upload()


def deploy_pages() -> None:
    """Look into the artifact as Pages would, which takes one archive with a page to begin with."""
    name = given("artifact_name", "github-pages")
    if not _exists(name):
        raise StepError(f"No artifacts named {name!r} were found for this workflow run.")
    packed = zipfile.ZipFile(io.BytesIO(_send("GET", _call("GetSignedArtifactURL", name=name)["signedUrl"])))
    with tarfile.open(fileobj=io.BytesIO(packed.read("artifact.tar"))) as archive:
        if not any(Path(found) == Path("index.html") for found in archive.getnames()):
            raise StepError("The archive has no index.html to begin with.")
    owner, _, repository = os.environ["GITHUB_REPOSITORY"].partition("/")
    output("page_url", f"https://{owner}.github.io/{repository}/")


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in Path(name).parts)


def download() -> None:
    """Download the artifact ``name`` into ``path``, or each artifact of the run into a folder of its own there."""
    name, run = given("name"), given("run-id")
    if run and run != os.environ["GITHUB_RUN_ID"] and not given("github-token"):
        raise StepError("github-token is required to download from another run")
    target = Path(given("path", "."))
    names = [name] if name else [artifact["name"] for artifact in _listed(run)]
    for one in names:
        if not _exists(one, run):
            raise StepError(f"Unable to download artifact(s): Artifact not found for name: {one}")
        address = _call("GetSignedArtifactURL", run, name=one)["signedUrl"]
        with zipfile.ZipFile(io.BytesIO(_send("GET", address))) as archive:
            archive.extractall(target if name else target / one)  # noqa: S202  # zipfile refuses names that climb
        say(f"Downloaded {one} to {target}")
    output("download-path", target.resolve())


def _files(patterns: str, *, hidden: bool) -> Iterator[tuple[str, Path]]:
    """Yield the files that the patterns name, with their names inside of the artifact."""
    roots: list[Path] = []
    files: list[Path] = []
    for pattern in filter(None, map(str.strip, patterns.splitlines())):
        for hit in map(Path, glob.glob(pattern, recursive=True, include_hidden=hidden)):  # noqa: PTH207  # patterns may be absolute
            roots.append(hit if hit.is_dir() else hit.parent)
            files += sorted(path for path in hit.rglob("*") if path.is_file()) if hit.is_dir() else [hit]
    base = os.path.commonpath([root.resolve() for root in roots]) if roots else ""
    for path in files:
        inside = path.resolve().relative_to(base)
        if hidden or not any(part.startswith(".") for part in inside.parts):
            yield inside.as_posix(), path


def _report_nothing(level: str) -> None:
    message = f"No files were found with the provided path: {given('path')}. No artifacts will be uploaded."
    if level == "error":
        raise StepError(message)
    say(f"::warning::{message}" if level == "warn" else message)


def _zipped(files: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return buffer.getvalue()


def _exists(name: str, run: str = "") -> bool:
    return bool(_listed(run, name_filter=name))


def _listed(run: str, **fields: str) -> list[dict[str, Any]]:
    try:
        return list(_call("ListArtifacts", run, **fields).get("artifacts") or [])
    except http.client.RemoteDisconnected:
        return []  # act hangs up when the run has no artifact yet


def _call(method: str, run: str = "", **fields: object) -> dict[str, Any]:
    run_id, job_id = _identity()
    body = {"workflow_run_backend_id": run or run_id, "workflow_job_run_backend_id": job_id, **fields}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['ACTIONS_RUNTIME_TOKEN']}"}
    address = f"{os.environ['ACTIONS_RESULTS_URL'].rstrip('/')}/{_SERVICE}/{method}"
    answer: dict[str, Any] = json.loads(_send("POST", address, json.dumps(body).encode(), headers))
    return answer


def _send(method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    request = urllib.request.Request(address, body, dict(headers or {}), method=method)  # noqa: S310  # act's service
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # act's service on the loopback
        return bytes(answer.read())


def _identity() -> tuple[str, str]:
    """Return the ids of run and job, which the job's token names."""
    payload = os.environ["ACTIONS_RUNTIME_TOKEN"].split(".")[1]
    scopes = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["scp"].split()
    _, run_id, job_id = next(scope for scope in scopes if scope.startswith("Actions.Results:")).split(":")
    return run_id, job_id
