"""The gate: its documents, and the decision as a pure function of metrics and policy."""

from mlops.gate.deciding import Facts, decide
from mlops.gate.report import (
    Bindings,
    ChangeResult,
    CriterionResult,
    Diagnosis,
    ErrorRow,
    GateReport,
    HoldoutUse,
    Moved,
    PassingThreshold,
    SeedResult,
    SliceResult,
    Verdict,
)

__all__ = [
    "Bindings",
    "ChangeResult",
    "CriterionResult",
    "Diagnosis",
    "ErrorRow",
    "Facts",
    "GateReport",
    "HoldoutUse",
    "Moved",
    "PassingThreshold",
    "SeedResult",
    "SliceResult",
    "Verdict",
    "decide",
]
