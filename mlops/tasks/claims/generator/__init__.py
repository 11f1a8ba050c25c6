"""Example data for claims: dated claims of sellers, some undecided, with a known best accuracy, made up from a seed."""

from mlops.tasks.claims.generator.rates import BETA, CERTIFIABLE, SETTINGS, Setting
from mlops.tasks.claims.generator.table import Span, batch, generate, named
from mlops.tasks.claims.generator.truth import bayes_accuracy, granted_rate, oracle

__all__ = [
    "BETA",
    "CERTIFIABLE",
    "SETTINGS",
    "Setting",
    "Span",
    "batch",
    "bayes_accuracy",
    "generate",
    "granted_rate",
    "named",
    "oracle",
]
