"""Tests of what people read inside GitHub."""
