"""Precision Gate: GitOps for machine-learning models with GitHub as the only backend."""

__version__ = "0.1.0"
