"""Deploying: a judged model is copied to a target, proves itself there, and one small file moves last.

Desired state is ``model_cards/environments.json``; what a target serves is its pointer. Nothing here loads a model:
who deploys hands in what tests it.
"""
