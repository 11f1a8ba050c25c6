"""Tests of gate 2."""
