"""Tests of the task ``er``."""
