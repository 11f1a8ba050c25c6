"""Data files that are damaged, hostile or not what they seem are refused, and nothing changes."""

import http.server
import json
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mlops import dataset
from mlops import manifest as manifests
from mlops.config import StorageSettings
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.storage import Blob
from mlops.storage.copying import copy_hashed
from tests.conftest import RunCli
from tests.tables import assert_refused, pairs, picture, write

DATA = Path("data/er_20251020.parquet")
MANIFEST = Path("data_manifests/er_20251020.json")


@pytest.fixture
def pinned(repository: Path, run_cli: RunCli) -> Path:
    """Return a repository with one pinned dataset."""
    write(repository / DATA)
    assert run_cli("pin", "er", DATA).code == 0
    return repository


@pytest.fixture
def _deadline() -> Iterator[None]:
    """Fail a test that hangs, for example on a pipe that nobody writes to."""
    signal.alarm(20)
    yield
    signal.alarm(0)


def _restate(repository: Path, **fields: object) -> None:
    """Change fields of the manifest, as a hostile pull request could."""
    path = repository / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fields), encoding="utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_bad_input_11_one_bit_flipped(pinned: Path, run_cli: RunCli, seed: int) -> None:
    data = bytearray((pinned / DATA).read_bytes())
    good = sha256_bytes(bytes(data))
    data[random.Random(seed).randrange(len(data))] ^= 1 << seed  # noqa: S311  # any bit will do
    (pinned / DATA).write_bytes(data)
    before = picture(pinned)
    outcome = run_cli("verify", "er_20251020")
    assert_refused(
        outcome, 3, f"sha256 mismatch, expected {good}, got {sha256_bytes(bytes(data))}", "Nothing was parsed", DATA
    )
    assert picture(pinned) == before


def test_bad_input_11_one_bit_flipped_is_never_parsed(pinned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = manifests.load(pinned / MANIFEST)
    write(pinned / DATA, pairs(7))  # a good file, but not the pinned one
    parsed: list[object] = []
    monkeypatch.setattr(dataset.parquet, "read", lambda *_args, **_kwargs: parsed.append(1))
    with pytest.raises(InputRefusedError, match="sha256 mismatch"):
        dataset.read_pinned(manifest, settings=StorageSettings(), root=pinned)
    assert parsed == []


@pytest.fixture
def _swapped_after_hashing(pinned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put other data in place of the file in the moment after its bytes were hashed."""

    def swap(*args: object, **kwargs: object) -> Blob:
        blob = copy_hashed(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        write(pinned / DATA, pairs(600))
        return blob

    monkeypatch.setattr("mlops.storage.copy_hashed", swap)


@pytest.mark.usefixtures("_swapped_after_hashing")
def test_bad_input_12_swapped_between_hash_and_read(pinned: Path, run_cli: RunCli) -> None:
    manifest = manifests.load(pinned / MANIFEST)
    data = dataset.read_pinned(manifest, settings=StorageSettings(), root=pinned)
    assert data.table.equals(pairs())
    assert data.sha256 == manifest.sha256 != sha256_bytes((pinned / DATA).read_bytes())
    write(pinned / DATA)
    assert run_cli("verify", "er_20251020").code == 0
    assert pq.read_metadata(pinned / DATA).num_rows == 600


@pytest.mark.usefixtures("_swapped_after_hashing")
def test_bad_input_12_swapped_while_it_is_pinned(pinned: Path, run_cli: RunCli) -> None:
    first = (pinned / MANIFEST).read_bytes()
    (pinned / MANIFEST).unlink()
    assert run_cli("pin", "er", DATA).code == 0
    assert (pinned / MANIFEST).read_bytes() == first


def _link(path: Path) -> None:
    real = path.rename(path.with_suffix(".kept"))
    path.symlink_to(real)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.usefixtures("_deadline")
@pytest.mark.parametrize("spoil", [_link, _folder, _pipe])
@pytest.mark.parametrize("named", [(), ("er_20251020",), (str(MANIFEST),)], ids=["all", "by id", "by path"])
@pytest.mark.parametrize("verb", ["verify", "diff"])
def test_bad_input_15_manifest_that_is_no_file(
    pinned: Path, run_cli: RunCli, spoil: Callable[[Path], None], named: tuple[str, ...], verb: str
) -> None:
    if verb == "diff":
        named = (named or ("er_20251020",)) * 2
    spoil(pinned / MANIFEST)
    before = picture(pinned)
    assert_refused(run_cli(verb, *named), 3, "er_20251020", "file")
    assert picture(pinned) == before


@pytest.mark.parametrize("verb", ["verify", "diff"])
def test_bad_input_15_manifest_outside_of_the_repository(pinned: Path, run_cli: RunCli, verb: str) -> None:
    outside = pinned.parent / "er_20251020.json"
    outside.write_bytes((pinned / MANIFEST).read_bytes())
    before = picture(pinned)
    for name in (str(outside), "../er_20251020.json", "data_manifests/../../er_20251020.json"):
        assert_refused(run_cli(verb, name, *[name] * (verb == "diff")), 3, name, "outside", "do now")
    assert picture(pinned) == before


def test_bad_input_15_manifest_behind_a_linked_folder(pinned: Path, run_cli: RunCli) -> None:
    moved = (pinned / "data_manifests").rename(pinned.parent / "elsewhere")
    (pinned / "data_manifests").symlink_to(moved)
    before = picture(pinned) | picture(moved)
    for name in ("er_20251020", MANIFEST):
        assert_refused(run_cli("verify", name), 3, "er_20251020", "outside")
    write(pinned / "data/er_20251021.parquet")
    (pinned / "data/er_20251021.parquet").rename(pinned.parent / "new.parquet")
    assert_refused(run_cli("pin", "er", DATA, "--date", "20251021"), 3, "symbolic link")
    assert picture(pinned) | picture(moved) == before


@pytest.mark.usefixtures("_deadline")
@pytest.mark.parametrize("spoil", [_folder, _pipe])
def test_bad_input_15_data_that_is_no_file(pinned: Path, run_cli: RunCli, spoil: Callable[[Path], None]) -> None:
    spoil(pinned / DATA)
    before = picture(pinned)
    assert_refused(run_cli("verify", "er_20251020"), 3, DATA, "regular file")
    assert_refused(run_cli("pin", "er", DATA), 3, DATA, "regular file")
    assert_refused(run_cli("diff", DATA, "er_20251020"), 3, DATA, "regular file")
    assert picture(pinned) == before


@pytest.mark.parametrize("uri", ["../secret.parquet", "/etc/passwd", "data/link.parquet", "data\\x", "~/x"])
def test_bad_input_15_data_outside_of_the_repository(pinned: Path, run_cli: RunCli, uri: str) -> None:
    secret = write(pinned.parent / "secret.parquet")
    (pinned / "data/link.parquet").symlink_to(secret)
    _restate(pinned, uris=[uri], sha256=sha256_bytes(secret.read_bytes()))
    before = picture(pinned)
    assert_refused(run_cli("verify", "er_20251020"), 3, uri, "uris", "inside the repository")
    assert picture(pinned) == before


class _Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]  # put there by the fixture
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815  # the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def loopback() -> Iterator[http.server.HTTPServer]:
    """Return a server on this machine that records every request."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Recorder) as server:
        server.seen = []  # type: ignore[attr-defined]  # read by the tests
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


URIS = [
    "http://127.0.0.1:PORT/x.parquet",
    "HTTP://127.0.0.1:PORT/x.parquet",
    "https://127.0.0.1:PORT/x.parquet",
    "simplecache::http://127.0.0.1:PORT/x.parquet",
    "file:///etc/passwd",
    "file:data/er_20251020.parquet",
    "s3://bucket/x.parquet",
    "memory://x.parquet",
    "github://owner:repo@main/x.parquet",
]


@pytest.mark.parametrize("uri", URIS)
def test_bad_input_16_scheme_that_the_policy_does_not_allow(
    pinned: Path, run_cli: RunCli, loopback: http.server.HTTPServer, uri: str
) -> None:
    uri = uri.replace("PORT", str(loopback.server_port))
    before = picture(pinned)
    assert_refused(run_cli("pin", "er", DATA, "--date", "20251021", "--uri", uri), 2, uri, "uris", "do now")
    assert picture(pinned) == before
    _restate(pinned, uris=["data/absent.parquet", uri])
    before = picture(pinned)
    for verb in (("verify",), ("diff", DATA)):
        assert_refused(run_cli(*verb, "er_20251020"), 2, uri, "uris")
    assert picture(pinned) == before
    assert loopback.seen == []  # type: ignore[attr-defined]  # put there by the fixture
