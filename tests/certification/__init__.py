"""Tests of gate 4."""
