"""Tests of the tasks, one folder each."""
