"""Tests of ``mlops.learning``."""
