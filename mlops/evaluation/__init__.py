"""The evaluation: the scored test rows, their file, and the metrics measured on them."""

from mlops.evaluation.comparing import compare
from mlops.evaluation.measuring import METRICS, estimate_all, hash_test_rows, measure, measure_repeat
from mlops.evaluation.rows import Evaluation
from mlops.evaluation.table import MAX_BYTES, dumps, loads, read, write

__all__ = [
    "MAX_BYTES",
    "METRICS",
    "Evaluation",
    "compare",
    "dumps",
    "estimate_all",
    "hash_test_rows",
    "loads",
    "measure",
    "measure_repeat",
    "read",
    "write",
]
