"""SHA-256 of bytes and streams, and the one accepted spelling."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.errors import UsageRefusedError
from mlops.hashing import CHUNK, parse_sha256, sha256_bytes, sha256_stream

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, example of one block


def test_the_hash_is_that_of_the_standard() -> None:
    assert sha256_bytes(b"abc") == ABC


@given(st.binary())
def test_a_stream_has_the_hash_and_length_of_its_bytes(data: bytes) -> None:
    assert sha256_stream(io.BytesIO(data)) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_chunks_leave_no_seam(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert sha256_stream(io.BytesIO(data)) == (sha256_bytes(data), size)


@given(st.binary())
def test_what_is_written_is_accepted(data: bytes) -> None:
    digest = sha256_bytes(data)
    assert parse_sha256(digest) == digest


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (ABC.upper(), f"Write it in lower case: {ABC}"),
        (f"sha256:{ABC}", "Leave out the prefix `sha256:`"),
        (ABC[:-1], "sha256sum FILE"),
    ],
)
def test_a_refusal_says_how_to_spell_it(text: str, advice: str) -> None:
    with pytest.raises(UsageRefusedError, match="not a SHA-256") as refusal:
        parse_sha256(text, field="--dataset-hash")
    assert advice in refusal.value.fix
    assert refusal.value.field == "--dataset-hash"
