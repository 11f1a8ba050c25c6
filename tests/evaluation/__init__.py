"""Tests of the evaluation: its file and its metrics."""
