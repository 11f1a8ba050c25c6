"""Confidence bounds: pure functions of counts, with their sources named."""
