"""Idempotency keys: what an effect is about, as one hash, kept where the effect is so that it is found again."""

from mlops.hashing import sha256_bytes


def key_of(kind: str, *facts: str) -> str:
    """Return the SHA-256 of a kind of effect and the facts that make it what it is, in their order."""
    return sha256_bytes("".join(f"{len(part)}:{part}" for part in (kind, *facts)).encode())
