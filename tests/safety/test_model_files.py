"""Hostile and damaged model files: refused with a letter, before anything of them is built."""

import bz2
import gzip
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import persistence
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.persistence import container
from tests import models


class _Payload:
    """What runs code when it is unpickled: it would create a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


def _pickled(payload: _Payload) -> bytes:
    return pickle.dumps(payload)


def _joblib(payload: _Payload, compress: Any) -> bytes:
    buffer = BytesIO()
    joblib.dump(payload, buffer, compress=compress)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("write", "named"),
    [
        (_pickled, "a pickle"),
        (lambda payload: _joblib(payload, 0), "a pickle"),
        (lambda payload: _joblib(payload, ("zlib", 3)), "zlib"),
        (lambda payload: gzip.compress(pickle.dumps(payload)), "gzip"),
        (lambda payload: bz2.compress(pickle.dumps(payload)), "bzip2"),
        (lambda payload: _joblib(payload, ("xz", 3)), "xz"),
        (lambda payload: _joblib(payload, ("lzma", 3)), "lzma"),
        (lambda payload: pickle.dumps(payload, protocol=0), "something else"),
    ],
    ids=["pickle", "joblib", "joblib zlib", "gzip", "bzip2", "joblib xz", "joblib lzma", "text pickle"],
)
def test_bad_input_24_pickle_under_the_name_of_a_model(
    write: Callable[[_Payload], bytes], named: str, tmp_path: Path
) -> None:
    payload = tmp_path / "payload"
    error = models.refused(write(_Payload(payload)))
    assert named in error.found
    assert not payload.exists()


def test_bad_input_24_pickle_with_an_archive_behind_it(tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    assert "a pickle" in models.refused(pickle.dumps(_Payload(payload)) + persistence.dump({})).found
    assert not payload.exists()


def _popen(root: models.Schema) -> None:
    root["content"]["model"] = {
        "__class__": "Popen",
        "__module__": "subprocess",
        "__loader__": "ConstructorFromReduceNode",
        "content": models.node_at(root, "arguments"),
    }


def test_bad_input_25_popen_is_named_and_not_run(tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    data = models.forge({"model": 1, "arguments": (["touch", str(payload)],)}, _popen)
    assert "the type subprocess.Popen" in models.refused(data).found
    assert not payload.exists()


@pytest.mark.parametrize(
    ("module", "name", "loader"),
    [
        ("builtins", "eval", "FunctionNode"),
        ("builtins", "eval", "TypeNode"),
        ("operator", "methodcaller", "OperatorFuncNode"),
        ("functools", "partial", "PartialNode"),
        ("os", "system", "LossNode"),
        ("sklearn.tree._tree", "Tree", "ListNode"),
        ("sklearn.tree._tree", "Tree", "LossNode"),
        ("sklearn.dummy", "DummyClassifier", "ObjectNode"),
        ("builtins", "dict", "CachedNode"),
    ],
)
def test_bad_input_25_a_type_or_a_loader_off_the_list_is_named(module: str, name: str, loader: str) -> None:
    def change(root: models.Schema) -> None:
        models.node_at(root, "model").update({"__class__": name, "__module__": module, "__loader__": loader})

    assert f"the type {module}.{name}" in models.refused(models.forge({"model": [1]}, change)).found


def _with_array(data: bytes) -> bytes:
    return models.forge({"weights": np.arange(4.0)}, arrays={"0.npy": data})


def _header(text: str, body: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + 1) + text.encode() + b"\n" + body


def test_bad_input_25_array_of_objects(tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    objects = np.empty(1, dtype=object)
    objects[0] = _Payload(payload)
    assert "dtype object" in models.refused(_with_array(models.npy(objects))).found
    assert not payload.exists()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-4,)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (4,)}",
        "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (4,)}",
        "{'descr': '|V8', 'fortran_order': False, 'shape': (4,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': 4}",
        "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (4,)}",
        "(" * 5000,
        " " * 60000,
    ],
    ids=lambda header: header[:70].strip()[10:] or "spaces",
)
def test_bad_input_25_array_whose_header_promises_what_is_not_there(header: str) -> None:
    tracemalloc.start()
    error = models.refused(_with_array(_header(header, bytes(32))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.field == "0.npy"
    assert peak < 64 << 20


def test_bad_input_25_array_of_a_trillion_texts_of_no_length() -> None:
    header = "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}"
    assert "(1000000000000,)" in models.refused(_with_array(_header(header))).found


@pytest.mark.parametrize("data", [b"", b"\x93NUMPY", b"\x93NUMPY\x03\x00", b"not an array"])
def test_bad_input_25_member_that_is_no_array(data: bytes) -> None:
    assert models.refused(_with_array(data)).field == "0.npy"


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_bad_input_25_flipped_bit_under_the_recorded_hash(position: int, bit: int) -> None:
    data = bytearray(persistence.dump({"threshold": 0.5}))
    recorded = sha256_bytes(bytes(data))
    data[position % len(data)] ^= 1 << bit
    with pytest.raises(InputRefusedError, match="not the one on record") as caught:
        persistence.load(bytes(data), expected_sha256=recorded, sklearn_version=models.VERSION)
    assert caught.value.expected == recorded
    assert caught.value.found == sha256_bytes(bytes(data))


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_bad_input_25_flipped_bit_under_its_own_hash_is_refused_or_harmless(position: int, bit: int) -> None:
    state = {"threshold": 0.5, "weights": np.arange(4.0)}
    data = bytearray(persistence.dump(state))
    data[position % len(data)] ^= 1 << bit
    try:
        loaded = models.load(bytes(data))
    except InputRefusedError:
        return
    np.testing.assert_equal(loaded, state)  # a bit of a date or a mode, which nobody reads


@given(kept=st.integers(min_value=0))
def test_bad_input_25_truncated_file(kept: int) -> None:
    data = persistence.dump({"threshold": 0.5})
    models.refused(data[: kept % len(data)])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("../evil.npy", "named '../evil.npy'"),
        ("0.npz", "named '0.npz'"),
        ("00.npy", "named '00.npy'"),
        ("payload.bin", "named 'payload.bin'"),
        ("\N{FULLWIDTH DIGIT ONE}.npy", "named"),
    ],
)
def test_bad_input_25_member_by_another_name(name: str, found: str) -> None:
    assert found in models.refused(models.forge({}, arrays={name: models.npy(np.arange(2))})).found


def test_bad_input_25_archive_without_a_schema() -> None:
    assert models.refused(models.forge({}, arrays={"schema.json": None, "0.npy": b""})).found == "no member schema.json"


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # the forger's own warning
def test_bad_input_25_member_twice() -> None:
    buffer = BytesIO(persistence.dump({}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("schema.json", b"{}")
    assert "schema.json twice" in models.refused(buffer.getvalue()).found


def test_bad_input_25_encrypted_member() -> None:
    data = bytearray(persistence.dump({}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert "encrypted" in models.refused(bytes(data)).found


def test_bad_input_25_another_compression() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("schema.json", b"{}")
    assert "compression method 12" in models.refused(buffer.getvalue()).found


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (b"[" * 100_000, "nesting deeper"),
        (b'{"protocol": 2, "protocol": 2}', "twice"),
        (b'{"protocol": NaN}', "constant NaN"),
        (b"\xff", "not UTF-8"),
        (b"[]", "protocol None"),
        (b'{"protocol": 2, "_skops_version": "0.16.0"}', "no node at the root"),
    ],
)
def test_bad_input_25_schema_that_is_no_tree(schema: bytes, found: str) -> None:
    assert found in models.refused(models.forge({}, arrays={"schema.json": schema})).found


def test_bad_input_26_members_that_declare_more_than_the_limit() -> None:
    block = zlib.compressobj(9, wbits=-15)
    zeros = block.compress(bytes(1 << 25)) + block.flush(zlib.Z_FULL_FLUSH)
    bomb = _archive("0.npy", zeros * 100 + block.flush(), declared=100 << 25)
    assert len(bomb) < 4 << 20
    tracemalloc.start()
    error = models.refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"{100 << 25:,} bytes" in error.found
    assert peak < 32 << 20


def test_bad_input_26_members_that_only_together_exceed_the_limit() -> None:
    size = container.MAX_EXPANDED // 2
    entries = [("0.npy", b"\x03\x00", size), ("1.npy", b"\x03\x00", size), ("schema.json", b"\x03\x00", 2)]
    assert "in total" in models.refused(_archives(entries)).found


def test_bad_input_26_member_that_lies_about_its_size() -> None:
    block = zlib.compressobj(9, wbits=-15)
    zeros = block.compress(bytes(1 << 25)) + block.flush(zlib.Z_FULL_FLUSH)
    bomb = _archive("0.npy", zeros * 100 + block.flush(), declared=1_000)
    tracemalloc.start()
    error = models.refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.found == "more than 1,000 bytes in a member that declares 1,000"
    assert peak < 32 << 20


def _archive(name: str, deflated: bytes, *, declared: int) -> bytes:
    """Return an archive whose member ``name`` holds ``deflated`` and declares ``declared`` bytes."""
    return _archives([(name, deflated, declared), ("schema.json", b"\x03\x00", 0)])


def _archives(entries: list[tuple[str, bytes, int]]) -> bytes:
    """Return an archive of (name, deflated bytes, declared size), written by hand because zipfile will not lie."""
    body, directory = b"", b""
    for name, deflated, declared in entries:
        declared_crc = zlib.crc32(bytes(declared)) if declared < 1 << 20 else 0
        facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, declared_crc, len(deflated), declared, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + facts
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + facts + name.encode() + deflated
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def test_bad_input_28_other_version_of_scikit_learn_than_recorded() -> None:
    error = models.refused(persistence.dump({}), sklearn_version="1.2.3")
    assert error.expected == "1.2.3"
    assert models.VERSION in error.found
    assert error.fix == "pip install scikit-learn==1.2.3"


def test_bad_input_28_recorded_version_that_is_none_is_not_put_into_a_command() -> None:
    assert "pip" not in models.refused(persistence.dump({}), sklearn_version="1.2; touch x").fix


def test_the_hash_is_compared_before_the_version_and_both_before_the_bytes_are_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def parse(*_: object, **__: object) -> None:
        pytest.fail("parsed")

    monkeypatch.setattr(container, "read", parse)
    with pytest.raises(InputRefusedError, match="not the one on record"):
        persistence.load(b"", expected_sha256="0" * 64, sklearn_version="1.2.3")
    with pytest.raises(InputRefusedError, match="another version"):
        persistence.load(b"", expected_sha256=sha256_bytes(b""), sklearn_version="1.2.3")
