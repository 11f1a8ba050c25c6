"""Tests mirror the modules of ``mlops``; bad input by number stands in :mod:`tests.safety`."""
