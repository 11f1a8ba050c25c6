"""Tests of the task ``claims``."""
