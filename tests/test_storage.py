"""Storage copies what it hashes, keeps to the policy, and tells faults of the network from faults of the data."""

import asyncio
import errno
import http.server
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import StorageSettings
from mlops.errors import InputRefusedError, UnavailableError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.storage import AbsentError, Location, fetch, fetch_file, hash_regular, locate
from mlops.storage.remote import https_only_client

LOCAL = StorageSettings()
CLOUD = StorageSettings(schemes=("file", "s3"))
BYTES = b"pair_id,label\np0,1\n"
SHA = sha256_bytes(BYTES)
URI = "s3://bucket/er.csv"


class Bucket(MemoryFileSystem):  # type: ignore[misc]  # fsspec is published without types
    """A bucket in memory that counts how often it is opened and can be made to fail."""

    protocol = "s3"
    store: dict[str, Any] = {}  # noqa: RUF012  # fsspec's own way to share a store
    pseudo_dirs = [""]  # noqa: RUF012  # the same
    opened = 0
    fault: Exception | None = None

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + path.removeprefix("s3://").lstrip("/")

    def _open(self, path: str, *args: Any, **kwargs: Any) -> Any:
        type(self).opened += 1
        if self.fault is not None:
            raise self.fault
        return super()._open(path, *args, **kwargs)


@pytest.fixture
def bucket() -> Iterator[type[Bucket]]:
    """Return a bucket behind ``s3://`` that holds one file."""
    fsspec.register_implementation("s3", Bucket, clobber=True)
    Bucket.store.clear()
    Bucket.opened, Bucket.fault = 0, None
    Bucket().pipe_file("/bucket/er.csv", BYTES)
    Bucket.opened = 0
    yield Bucket
    Bucket.fault = None
    _registry.pop("s3")


def test_the_copy_is_private_verified_and_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "er.csv").write_bytes(BYTES)
    with fetch("er.csv", settings=LOCAL, root=tmp_path, expected_sha256=SHA) as blob:
        assert blob.path.read_bytes() == BYTES
        assert (blob.sha256, blob.size, blob.name) == (SHA, len(BYTES), "er.csv")
        assert not blob.path.is_relative_to(tmp_path)
        assert stat.S_IMODE(blob.path.parent.stat().st_mode) == 0o700
    assert not blob.path.parent.exists()


def test_the_copy_is_gone_after_a_refusal_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "er.csv").write_bytes(BYTES)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with (
        pytest.raises(InputRefusedError, match="sha256 mismatch"),
        fetch("er.csv", settings=LOCAL, root=tmp_path, expected_sha256="0" * 64),
    ):
        pass
    assert list(scratch.iterdir()) == []


def test_a_file_that_the_user_names_may_lie_anywhere_and_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(BYTES)
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with fetch_file(tmp_path / "link.csv", settings=LOCAL) as blob:
        assert blob.sha256 == SHA


def test_a_link_that_stays_in_the_repository_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(BYTES)
    (tmp_path / "link.csv").symlink_to("real.csv")
    with fetch("link.csv", settings=LOCAL, root=tmp_path) as blob:
        assert blob.sha256 == SHA


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputRefusedError), fetch("a", settings=LOCAL, root=tmp_path):
        pass


@pytest.mark.parametrize("size", [len(BYTES), len(BYTES) - 1])
def test_the_limit_of_size_is_inclusive(tmp_path: Path, size: int) -> None:
    (tmp_path / "er.csv").write_bytes(BYTES)
    settings = StorageSettings(max_bytes=size)
    if size == len(BYTES):
        with fetch_file(tmp_path / "er.csv", settings=settings) as blob:
            assert blob.size == size
    else:
        with (
            pytest.raises(InputRefusedError, match="larger than the policy allows"),
            fetch_file(tmp_path / "er.csv", settings=settings),
        ):
            pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this platform has no device that is always full")
def test_a_full_disk_is_a_fault_and_not_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("mlops.storage.copying._open_new", lambda *_: Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115  # copy_hashed closes it
    (tmp_path / "er.csv").write_bytes(BYTES)
    with (
        pytest.raises(UnavailableError, match="private copy") as caught,
        fetch_file(tmp_path / "er.csv", settings=LOCAL),
    ):
        pass
    assert "TMPDIR" in caught.value.fix


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match=r"er\.csv"), fetch("er.csv", settings=LOCAL, root=tmp_path):
        pass


def test_remote_bytes_are_verified_and_cached_by_their_hash(tmp_path: Path, bucket: type[Bucket]) -> None:
    cache = tmp_path / "cache"
    for _ in range(2):
        with fetch(URI, settings=CLOUD, root=tmp_path, expected_sha256=SHA, cache=cache) as blob:
            assert blob.path.read_bytes() == BYTES
    assert bucket.opened == 1
    assert [path.name for path in cache.iterdir()] == [SHA]


def test_a_spoiled_cache_is_not_believed(tmp_path: Path, bucket: type[Bucket]) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / SHA).write_bytes(b"other bytes")
    with fetch(URI, settings=CLOUD, root=tmp_path, expected_sha256=SHA, cache=cache) as blob:
        assert blob.path.read_bytes() == BYTES
    assert bucket.opened == 1
    assert (cache / SHA).read_bytes() == BYTES


def test_remote_bytes_that_differ_are_refused_and_not_cached(tmp_path: Path, bucket: type[Bucket]) -> None:
    bucket().pipe_file("/bucket/er.csv", b"other bytes")
    with (
        pytest.raises(InputRefusedError, match="sha256 mismatch"),
        fetch(URI, settings=CLOUD, root=tmp_path, expected_sha256=SHA, cache=tmp_path / "cache"),
    ):
        pass
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "fault", [TimeoutError("too slow"), ConnectionResetError(errno.ECONNRESET, "cut"), ValueError()]
)
def test_a_storage_that_does_not_deliver_is_unavailable(tmp_path: Path, bucket: type[Bucket], fault: Exception) -> None:
    bucket.fault = fault
    with pytest.raises(UnavailableError, match=type(fault).__name__), fetch(URI, settings=CLOUD, root=tmp_path):
        pass


@pytest.mark.usefixtures("bucket")
def test_an_absent_object_is_no_fault_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(AbsentError), fetch("s3://bucket/absent.csv", settings=CLOUD, root=tmp_path):
        pass


@pytest.mark.usefixtures("bucket")
def test_remote_data_that_is_too_large_is_refused_while_it_arrives(tmp_path: Path) -> None:
    settings = StorageSettings(schemes=("s3",), max_bytes=3)
    with pytest.raises(InputRefusedError, match="max_bytes"), fetch(URI, settings=settings, root=tmp_path):
        pass


@pytest.mark.parametrize(("scheme", "module"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs"), ("https", "aiohttp")])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: Any, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    settings = StorageSettings(schemes=(scheme,))
    with pytest.raises(UsageRefusedError) as caught, fetch(f"{scheme}://host/x", settings=settings, root=tmp_path):
        pass
    assert caught.value.fix == f"pip install 'precision-gate[{scheme}]'"


@pytest.mark.parametrize(
    "uri",
    ["https://user:secret@host/x", "https:///x", "https:host/x", "https://host", "https://host/x y", "https://h/x#f"],
)
def test_a_malformed_uri_is_refused_without_its_secret(tmp_path: Path, uri: str) -> None:
    with pytest.raises(UsageRefusedError) as caught:
        locate(uri, settings=StorageSettings(schemes=("https",)), root=tmp_path)
    assert "secret" not in caught.value.letter()


def test_local_paths_too_need_the_policy(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError, match="does not allow"):
        locate("er.csv", settings=StorageSettings(schemes=("https",)), root=tmp_path)


def test_an_allowed_uri_is_located_as_it_stands(tmp_path: Path) -> None:
    uri = "https://example.org/a/er.parquet?v=1"
    assert locate(uri, settings=StorageSettings(schemes=("https",)), root=tmp_path) == Location(uri, "https")


@given(st.text(alphabet="a./\\:~ é\0-", max_size=12))
def test_whatever_is_located_locally_lies_in_the_repository(tmp_path_factory: pytest.TempPathFactory, uri: str) -> None:
    root = tmp_path_factory.getbasetemp()
    try:
        location = locate(uri, settings=LOCAL, root=root)
    except (UsageRefusedError, InputRefusedError):
        return
    assert location.scheme == "file"
    assert location.path is not None
    assert location.path.is_relative_to(root.resolve())


class _Redirect(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]  # put there by the test
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_a_redirect_that_leaves_https_is_not_followed() -> None:
    pytest.importorskip("aiohttp", reason="the extra for https is not installed")

    async def request(url: str) -> None:
        async with await https_only_client() as session, session.get(url):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), _Redirect) as server:
        server.seen = []  # type: ignore[attr-defined]  # read below
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(UsageRefusedError, match="not https"):
                asyncio.run(request(f"http://127.0.0.1:{server.server_port}/first"))
        finally:
            server.shutdown()
            thread.join()
        assert server.seen == ["/first"]  # type: ignore[attr-defined]  # put there above


def test_a_local_file_is_hashed_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"12345")
    assert hash_regular(path, limit=5, name="data") == (sha256_bytes(b"12345"), 5)
    with pytest.raises(InputRefusedError, match="larger than the policy allows"):
        hash_regular(path, limit=4, name="data")
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(InputRefusedError, match="Git LFS pointer"):
        hash_regular(path, limit=100, name="data")
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(InputRefusedError, match="cannot be read"):
        hash_regular(tmp_path / "link", limit=100, name="link")
    with pytest.raises(AbsentError):
        hash_regular(tmp_path / "absent", limit=100, name="absent")
