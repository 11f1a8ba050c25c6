"""Tests of gate 1: is a batch what its contract says?"""
