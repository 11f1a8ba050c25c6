"""Tests of the bounds: values, coverage, invariants."""
