"""Example data for entity resolution: labelled pairs of organisations and people, made up from a seed."""

from mlops.tasks.er.generator.table import generate

__all__ = ["generate"]
