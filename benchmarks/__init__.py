"""Measurements against peers, each a command that runs again, with their committed results."""
