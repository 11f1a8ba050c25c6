"""Tests of the verbs, one file each."""
