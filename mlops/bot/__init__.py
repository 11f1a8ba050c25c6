"""The bot: the only part of the package that talks to GitHub.

Whoever holds the token never loads data or a model: nothing here imports a data frame or a learner, and what it reads
from an artifact is verified by hash first. Effects are handed in: the settings, the clock, sleep and chance.
"""
