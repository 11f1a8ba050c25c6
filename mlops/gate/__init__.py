"""The gate: its documents, and the decision as a pure function of metrics and policy."""

from mlops.gate.deciding import decide
from mlops.gate.report import (
    Bindings,
    CriterionResult,
    Diagnosis,
    ErrorRow,
    GateReport,
    PassingThreshold,
    Verdict,
)

__all__ = [
    "Bindings",
    "CriterionResult",
    "Diagnosis",
    "ErrorRow",
    "GateReport",
    "PassingThreshold",
    "Verdict",
    "decide",
]
