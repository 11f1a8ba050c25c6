"""Serving: models by a target's pointer, a log of what was answered, labels for what turned out to be true."""
