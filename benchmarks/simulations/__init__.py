"""Simulations of the bounds and of the decisions that rest on them, where the truth is known."""
