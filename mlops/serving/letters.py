"""Refusals as the server answers them: a status, and a letter as a JSON object."""

from typing import Any

from fastapi.responses import JSONResponse

from mlops.errors import ConflictError, InputRefusedError, MlopsError, UnavailableError, UsageRefusedError
from mlops.serving.log import ContradictionError, UnknownPredictionError

_STATUS: tuple[tuple[type[MlopsError], int], ...] = (
    (UnknownPredictionError, 404),
    (ContradictionError, 409),
    (ConflictError, 409),
    (UsageRefusedError, 404),
    (InputRefusedError, 422),
    (UnavailableError, 503),
)


def letter(error: MlopsError) -> JSONResponse:
    """Return an error as an answer; labels that contradict are told all, by their place."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    parts: dict[str, Any] = {"field": error.field, "expected": error.expected, "found": error.found}
    parts["do_now"] = error.fix
    if isinstance(error, ContradictionError):
        parts["conflicts"] = [one._asdict() for one in error.conflicts]
    return refusal(status, error.what, {name: part for name, part in parts.items() if part})


def refusal(status: int, what: str, parts: dict[str, Any]) -> JSONResponse:
    """Return a refusal: what happened, and the other parts of its letter."""
    return JSONResponse({"error": what, **parts}, status_code=status)
