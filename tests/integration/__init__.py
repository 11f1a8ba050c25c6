"""Integration: merging, reporting."""
