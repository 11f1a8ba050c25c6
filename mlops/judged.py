"""``model_cards/judged.jsonl``: which models have been judged on which test rows.

Every verdict on the same rows tells the people who choose models something about these rows, until a model may pass
because it was chosen for them (adaptive data analysis; Dwork et al. 2015, "The reusable holdout"). So the gate counts.

One line of JSON for each model and each set of test rows, sorted by both hashes: two branches mostly add lines at
different places, so that git merges them; a reader takes the lines in any order, and one twice counts once.
"""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from mlops import documents, registry
from mlops.artifact import GATE, METRICS
from mlops.documents import Document
from mlops.errors import InputRefusedError
from mlops.gate import GateReport, Verdict
from mlops.hashing import Sha256
from mlops.metrics import Metrics

FILE = registry.FOLDER / "judged.jsonl"
MAX_BYTES = 32 << 20

_MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")


class Judged(Document):
    """One line: a model that was judged on a set of test rows.

    Attributes:
        test_sha256: Hash of the test rows' ids and labels.
        model_sha256: Hash of the model's file.
        model_id: Its id.
        task: Its task.
        verdict: What came out when it was first recorded.
        policy_sha256: Hash of the policy that judged.
        judged_on: The day, UTC.
    """

    test_sha256: Sha256
    model_sha256: Sha256
    model_id: str
    task: str
    verdict: Verdict
    policy_sha256: Sha256
    judged_on: date


def entry_of(report: GateReport, today: date) -> Judged:
    """Return the line that records a verdict.

    Raises:
        ValueError: The report does not say which test rows it is about.
    """
    if report.holdout is None:
        raise ValueError("a report that is recorded names its test rows")
    return Judged(
        test_sha256=report.holdout.test_sha256,
        model_sha256=report.bindings.model_sha256,
        model_id=report.model_id,
        task=report.task,
        verdict=report.verdict,
        policy_sha256=report.bindings.policy_sha256,
        judged_on=today,
    )


def read(path: Path) -> tuple[Judged, ...]:
    """Read the ledger strictly; without a file nothing has been recorded yet.

    Raises:
        InputRefusedError: No regular file, too large, or a line that :func:`loads` refuses.
    """
    if not path.is_symlink() and not path.exists():
        return ()
    return loads(documents.read_bytes(path, limit=MAX_BYTES), file=path)


def loads(data: bytes, *, file: object = FILE) -> tuple[Judged, ...]:
    """Parse the bytes of a ledger, whatever the order of its lines.

    Raises:
        InputRefusedError: The last line does not end, or a line is empty, no acceptable JSON (duplicate keys, NaN,
            great depth), or no :class:`Judged`; the letter names the line.
    """
    lines = data.split(b"\n")
    if lines.pop():
        raise _refused(f"{file}, line {len(lines) + 1}", found="a line that does not end", expected="a newline")
    return tuple(_line(line, f"{file}, line {number}") for number, line in enumerate(lines, start=1))


def dumps(entries: Iterable[Judged]) -> bytes:
    """Return the one byte string in which entries are written: sorted by hashes, each line once, compact JSON."""
    ordered = sorted(set(entries), key=lambda entry: (*_key(entry), entry.judged_on, entry.verdict, _text(entry)))
    return "".join(map(_text, ordered)).encode()


def record(path: Path, entry: Judged) -> bool:
    """Add ``entry`` to the ledger at ``path`` unless that model has a line for these rows; return whether it was added.

    The file is replaced by temporary file and rename.

    Raises:
        InputRefusedError: The ledger that stands there cannot be read; it is left as it is.
        UnavailableError: It cannot be written.
    """
    entries = read(path)
    if _key(entry) in {_key(known) for known in entries}:
        return False
    documents.write_bytes(path, dumps([*entries, entry]))
    return True


def models_on(test_sha256: Sha256, entries: Iterable[Judged], folder: Path) -> set[Sha256]:
    """Return the hashes of the models that have been judged on these test rows.

    Args:
        test_sha256: Hash of the rows' ids and labels.
        entries: The ledger.
        folder: Where the cards stand: a verdict committed beside a card counts too, and not twice.

    Raises:
        InputRefusedError: Committed evidence cannot be read.
    """
    found = {entry.model_sha256 for entry in entries if entry.test_sha256 == test_sha256}
    for model_id in registry.model_ids(folder):
        evidence = folder / str(model_id)
        if (evidence / GATE).exists() and (evidence / METRICS).exists():  # else `mlops card --check` tells
            measured = documents.read(evidence / METRICS, Metrics)
            if measured.test_sha256 == test_sha256:
                found.add(measured.model_sha256)
    return found


def _key(entry: Judged) -> tuple[Sha256, Sha256]:
    return entry.test_sha256, entry.model_sha256


def _text(entry: Judged) -> str:
    values = entry.model_dump(mode="json")
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"


def _line(line: bytes, where: str) -> Judged:
    if line.startswith(_MARKERS):
        raise _refused(where, found="a conflict that git left open", expected="the lines of both sides, no markers")
    if not line.strip():
        raise _refused(where, found="an empty line", expected="one object of JSON")
    return documents.loads(line, Judged, file=where)


def _refused(where: str, *, found: str, expected: str) -> InputRefusedError:
    return InputRefusedError(
        "The ledger of judged models is not as `mlops gate --record` leaves it.",
        file=where,
        expected=expected,
        found=found,
        fix="Keep every line of either side of a merge, remove anything else; the order does not matter.",
    )
