"""Tests of the benchmarks: that they measure what they say, on data that is generated or small."""
