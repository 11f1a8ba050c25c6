"""Tests of the plan of the repository's settings."""
