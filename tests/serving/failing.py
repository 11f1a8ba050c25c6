"""Functions that fail at first, as a storage does that hiccups, and then do what they always did."""

from typing import Any

import pytest

from mlops.serving import holding


def fail_first(monkeypatch: pytest.MonkeyPatch, name: str, *faults: Exception) -> list[Exception]:
    """Have what ``holding`` calls ``name`` raise each of ``faults`` once; return those that it has not raised yet."""
    left, real = list(faults), getattr(holding, name)

    def call(*words: Any) -> Any:
        if left:
            raise left.pop()
        return real(*words)

    monkeypatch.setattr(holding, name, call)
    return left
