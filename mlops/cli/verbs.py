"""The list of verbs: where each lives and what it does in one line, so that help needs no import."""

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb's module below ``mlops.cli`` and its one-line summary."""

    module: str
    summary: str


VERBS = {
    "pin": Verb("pin", "Hash a dataset and record it as a manifest."),
    "verify": Verb("verify", "Hash a pinned dataset again and compare."),
    "diff": Verb("diff", "Tell what a refresh changed between two datasets."),
    "contract": Verb("contract", "Say what each column of a table is for: draft a contract, show one."),
    "validate": Verb("validate", "Is a batch of data what its contract says? Its bad rows go to quarantine."),
    "integrate": Verb("integrate", "Make a validated batch part of a dataset: a new file, a new manifest."),
    "audit": Verb("audit", "Audit features: does one hold the answer, repeat another, name rows or the batch?"),
    "data": Verb("data", "Make example data."),
    "cv": Verb("cv", "Cross-validate over time: does training do as well on days that it has not seen?"),
    "train": Verb("train", "Train a model on a pinned dataset and leave an artifact."),
    "evaluate": Verb("evaluate", "Score the pinned test rows again from an artifact's model."),
    "check": Verb("check", "Is what is committed consistent? Tells in seconds everything that does not hold."),
    "gate": Verb("gate", "Judge an evaluation by the policy: pass, fail or inconclusive."),
    "certify": Verb("certify", "Certify a model: is it green, does the run count, what does the ledger allow?"),
    "explain": Verb("explain", "Show which attributes moved the scores of rows."),
    "affected": Verb("affected", "Does a change touch what a model depends on, so that it must be judged?"),
    "intake": Verb("intake", "Judge what a change brings for a dataset that grows, before it is merged."),
    "policy": Verb("policy", "Choose thresholds: what can they decide, how likely does a model pass?"),
    "docs": Verb("docs", "Render the tracker of data and the dashboard of certification, or check them."),
    "card": Verb("card", "Render a model's card from its evidence, or check a committed one."),
    "site": Verb("site", "Make the history page: models, verdicts, what is live, data, certificates; one static file."),
    "admit": Verb("admit", "May this judged artifact be deployed? Every hash is computed again."),
    "deploy": Verb("deploy", "Change the desired state: which model an environment serves."),
    "reconcile": Verb("reconcile", "Make a target serve what environments.json says: copy, test there, switch last."),
    "rollback": Verb("rollback", "Serve again what was served before, at once."),
    "serve": Verb("serve", "Answer with the models that a target points at; keep predictions and labels."),
    "feedback": Verb("feedback", "Logged predictions and their labels: as data, as numbers, as rows to be labelled."),
    "metrics": Verb("metrics", "Numbers for Prometheus: push them, fill in the past from git, Grafana's dashboard."),
    "monitor": Verb("monitor", "Is what is served still what was judged? Labels, shifts, and what scores foretell."),
    "registry": Verb("registry", "Which models are there, which are live where, and which were: asked of git."),
    "run": Verb("run", "The whole chain locally: verify, train, evaluate, gate, card."),
    "bot": Verb("bot", "Find artifacts, publish cards and releases, and tell people on GitHub."),
    "doctor": Verb("doctor", "Look for GitHub's traps in workflows and settings; each with the fix."),
    "schema": Verb("schema", "Print the JSON Schema of a document."),
}

GROUPS = {
    "Start here": ("run",),
    "Data": ("pin", "verify", "diff", "contract", "validate", "integrate", "audit", "data"),
    "Model": ("cv", "train", "evaluate", "explain"),
    "Judgement": ("affected", "intake", "check", "gate", "certify", "policy"),
    "Publication": ("card", "docs", "site", "admit"),
    "Deployment": ("deploy", "reconcile", "rollback", "serve", "feedback", "monitor", "metrics", "registry"),
    "GitHub": ("bot", "doctor"),
    "Reference": ("schema",),
}
