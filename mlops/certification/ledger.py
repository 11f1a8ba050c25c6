"""The ledger: one line a run, which only grows, and in which no byte can change unseen (pure).

Each line is one object of canonical JSON: keys sorted, no blanks, ASCII, one newline. It names the hash of the line
before and its own, so a changed, lost, repeated or exchanged line does not fit; only lines missing at the end do not
show, and against those stands the older ledger, which must be a byte prefix of the newer one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mlops import documents
from mlops.certification.counting import count
from mlops.certification.document import CertificationReport, LedgerLine, Measured, Revocation, Tested
from mlops.errors import InputRefusedError, MlopsError
from mlops.hashing import sha256_bytes
from mlops.ids import parse_date

START = "0" * 64
"""What the first line names as the hash of the line before."""

MAX_BYTES = 32 << 20

Line = LedgerLine | Revocation
L = TypeVar("L", LedgerLine, Revocation)
_KINDS: Mapping[str, type[LedgerLine] | type[Revocation]] = {"run": LedgerLine, "revocation": Revocation}


@dataclass(frozen=True)
class Ledger:
    """A ledger that holds.

    Attributes:
        data: Its bytes.
        lines: Its lines, the oldest first.
    """

    data: bytes = b""
    lines: tuple[Line, ...] = ()

    @property
    def runs(self) -> tuple[LedgerLine, ...]:
        """The lines that are runs."""
        return tuple(line for line in self.lines if isinstance(line, LedgerLine))

    @classmethod
    def loads(cls, data: bytes, *, file: object = "ledger.jsonl") -> "Ledger":
        """Read the bytes of a ledger strictly; none are an empty ledger.

        Raises:
            InputRefusedError: A line does not end, is not canonical, is no line of a ledger, or does not follow the
                line before; the letter has the line's number.
        """
        *whole, rest = data.split(b"\n")
        if rest:
            raise _refused(file, len(whole) + 1, "line", "a newline at its end", "a line that does not end")
        lines: list[Line] = []
        before = START
        for number, raw in enumerate(whole, start=1):
            line = _line(raw, f"{file}, line {number}")
            _follows(line, lines, before, number, file)
            lines.append(line)
            before = sha256_bytes(raw + b"\n")
        return cls(data, tuple(lines))

    def until(self, sequence: int) -> "Ledger":
        """Return the ledger as it was before the line of that number was added."""
        lines = self.lines[: sequence - 1]
        return Ledger(b"".join(map(dumps, lines)), lines)

    def recorded(self, report: CertificationReport) -> LedgerLine | None:
        """Return the line of this very run: the same model, scores, data, policy, profile and address of the run."""
        wanted = _identity(self.line_of(report))
        return next((line for line in self.runs if _identity(line) == wanted), None)

    def appended(self, report: CertificationReport) -> "Ledger":
        """Return the ledger with a report's line, or itself where this very run is recorded already.

        Raises:
            InputRefusedError: The report is older than the newest line, or of another task.
        """
        return self if self.recorded(report) else self._with(self.line_of(report))

    def revoked(self, *, date: str, task: str, model_id: str, reason: str, run_url: str = "") -> "Ledger":
        """Return the ledger with a line that ends what the lines before have earned.

        Raises:
            InputRefusedError: The day is earlier than the newest line, or the task is another.
        """
        return self._with(
            _sealed(Revocation, {
                "sequence": len(self.lines) + 1, "prev_sha256": self._head(), "date": date, "task": task,
                "model_id": model_id, "reason": reason, "run_url": run_url,
            })
        )  # fmt: skip

    def line_of(self, report: CertificationReport) -> LedgerLine:
        """Return the line that a report gets after the lines that are there."""
        bound, tested = report.bindings, report.performance.tested
        counted = count(report, self.runs)
        fields: dict[str, Any] = {
            "sequence": len(self.lines) + 1,
            "prev_sha256": self._head(),
            "date": report.as_of,
            "task": report.task,
            "model_id": report.model_id,
            "dataset_id": report.dataset_id,
            "report_sha256": sha256_bytes(documents.dumps(report)),
            "dataset_sha256": bound.dataset_sha256,
            "model_sha256": bound.model_sha256,
            "evaluation_sha256": bound.evaluation_sha256,
            "artifact_sha256": bound.artifact_sha256,
            "policy_sha256": bound.policy_sha256,
            "code_commit": bound.code_commit,
            "profile": report.profile,
            "rows": report.performance.rows,
            "negatives": report.performance.negatives,
            "metrics": {
                result.metric: Measured(
                    value=result.value,
                    lower=result.lower,
                    upper=result.upper,
                    n=result.n,
                    threshold=result.threshold,
                    verdict=result.verdict,
                )
                for result in report.criteria
            },
            "tested": Tested(first=tested.first, last=tested.last, rows=tested.rows, new_rows=counted.new_rows),
            "gates": report.gates,
            "verdict": report.verdict,
            "best_tier": report.best_tier,
            "counts": counted.counts,
            "why_not": counted.why_not,
            "run_url": bound.run_url,
        }
        return _sealed(LedgerLine, fields)

    def _head(self) -> str:
        """Return the hash of the newest line."""
        return sha256_bytes(self.data[self.data[:-1].rfind(b"\n") + 1 :]) if self.data else START

    def _with(self, line: Line) -> "Ledger":
        _follows(line, self.lines, self._head(), len(self.lines) + 1, "the new line")
        return Ledger(self.data + dumps(line), (*self.lines, line))


def extends(old: bytes, new: bytes) -> bool:
    """Tell whether a ledger only grew: the old bytes are a prefix of the new ones, up to the end of a line."""
    return new.startswith(old) and (not old or old.endswith(b"\n"))


def dumps(line: Line) -> bytes:
    """Return the one byte string in which a line is written."""
    return _canonical(line.model_dump(mode="json")) + b"\n"


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _sealed(kind: type[L], fields: Mapping[str, Any]) -> L:
    """Return a line that names its own hash."""
    line = kind(**fields, sha256=START)
    return line.model_copy(update={"sha256": _own_hash(line)})


def _own_hash(line: Line) -> str:
    """Return the hash of a line without that hash."""
    return sha256_bytes(_canonical(line.model_dump(mode="json", exclude={"sha256"})))


def _identity(line: LedgerLine) -> tuple[str, ...]:
    """Return what makes two lines the same run."""
    return (
        line.model_sha256, line.evaluation_sha256, line.dataset_sha256, line.policy_sha256, line.profile, line.run_url,
    )  # fmt: skip


def _line(raw: bytes, where: str) -> Line:
    """Parse one line; it must be the bytes in which it would be written, and hash to what it says."""
    value = documents.check_json(raw, file=where)
    kind = _KINDS.get(str(value.get("kind")) if isinstance(value, dict) else "")
    if kind is None:
        raise _damaged(where, "kind", " or ".join(_KINDS), "another or none")
    line = documents.loads(raw, kind, file=where)
    if dumps(line) != raw + b"\n":
        raise _damaged(where, "line", "canonical JSON: sorted keys, no blanks, ASCII", "another spelling")
    if line.sha256 != _own_hash(line):
        raise _damaged(where, "sha256", _own_hash(line), line.sha256)
    try:
        parse_date(line.date.replace("-", ""))
    except MlopsError:
        raise _damaged(where, "date", "a day of the calendar", line.date) from None
    return line


def _follows(line: Line, earlier: "tuple[Line, ...] | list[Line]", before: str, number: int, file: object) -> None:
    """Refuse a line that does not continue those before it."""
    if line.sequence != number:
        raise _refused(file, number, "sequence", str(number), str(line.sequence))
    if line.prev_sha256 != before:
        raise _refused(file, number, "prev_sha256", before, line.prev_sha256)
    if earlier and line.task != earlier[-1].task:
        raise _refused(file, number, "task", earlier[-1].task, line.task)
    if earlier and line.date < earlier[-1].date:
        raise InputRefusedError(
            "The ledger goes forward in time.",
            file=f"{file}, line {number}",
            field="date",
            expected=f"{earlier[-1].date} or later, the day of the newest line",
            found=line.date,
            fix="Certify the newest dataset, or name the day with --as-of YYYYMMDD.",
        )


def _refused(file: object, number: int, field: str, expected: str, found: str) -> InputRefusedError:
    return _damaged(f"{file}, line {number}", field, expected, found)


def _damaged(where: str, field: str, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The ledger does not hold.",
        file=where,
        field=field,
        expected=expected,
        found=found,
        why="A line was changed, lost, repeated or moved after it was written.",
        fix="Restore the file from git: `git log -p` shows the change. Only `mlops certify` may write to it.",
    )
