"""The ledger of judged models: readable, and no line of the base branch's missing."""

from pathlib import Path

from mlops import judged
from mlops.consistency.findings import Findings, problem
from mlops.errors import MlopsError
from mlops.judged import Judged

_FILE = judged.FILE.as_posix()
_NAMED = 5


def check_ledger(root: Path, base: Path | None) -> Findings:
    """Return what does not hold of the ledger in ``root``.

    Args:
        root: The working tree.
        base: A checkout of the base branch, every line of whose ledger must still be there; None compares nothing.
    """
    try:
        entries = judged.read(root / judged.FILE)
    except MlopsError as error:
        return Findings((error,))
    seen = {"lines of the ledger": len(entries)}
    if base is None:
        return Findings(looked_at=seen)
    known = set(entries)
    try:
        missing = [entry for entry in judged.read(base / judged.FILE) if entry not in known]
    except MlopsError as error:
        return Findings((_unreadable(error),), looked_at=seen)
    return Findings((_shortened(missing),) if missing else (), looked_at=seen)


def _shortened(missing: list[Judged]) -> MlopsError:
    named = [f"{entry.model_id} on test rows {entry.test_sha256[:12]}…" for entry in missing[:_NAMED]]
    more = [f"{len(missing) - _NAMED} more"] if len(missing) > _NAMED else []
    return problem(
        "Lines of the base branch's ledger are missing or altered, and nobody may forget how often test rows judged.",
        _FILE,
        expected=f"every line of {_FILE} on the base branch",
        found=f"{len(missing)} not here: {', '.join([*named, *more])}",
        fix=f"Merge the base branch and keep every line of both sides of {_FILE}; the order does not matter.",
    )


def _unreadable(error: MlopsError) -> MlopsError:
    return problem(
        "The base branch's ledger cannot be read, so nobody knows whether this one holds all of it.",
        _FILE,
        expected="the ledger as `mlops gate --record` leaves it",
        found=f"{error.what} {error.found}".strip(),
        fix=f"Repair {_FILE} on the base branch first.",
    )
