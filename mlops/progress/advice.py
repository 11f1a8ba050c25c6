"""What to do when a metric or a gate is not green: one sentence each, as a colleague would say it."""

GATES = {
    "validation": "Read the quarantine of `mlops validate`, mend the rows at their source, and integrate them again.",
    "audit": "Read `mlops audit`: take the column that holds the answer, or names the batch, out of the features by "
    "its role in the contract.",
    "crossval": "Read `mlops cv`: which block of days is worse, and what changed in those days?",
}
METRICS = {
    "cv_mean": "The model is too often wrong on days that it has not seen: collect more of the claims that it gets "
    "wrong (`mlops explain` shows them), or add a feature that is known when the decision is made.",
    "cv_sd": "Blocks of days differ: with few rows by counting alone (collect on), with many because something changed "
    "between them (look at the blocks in `mlops cv`).",
    "bootstrap_lower": "The value may be good enough; the rows are too few or too alike: collect on, from more groups.",
    "permutation_p": "The model knows little more than the month of a claim: look for shuffled or late labels first.",
    "test_accuracy": "Read the surest mistakes on the test rows (`mlops explain`), correct wrong labels, train again.",
    "auc_lower": "Scores do not separate the classes well enough: add a feature, or more rows.",
    "lift_majority": "Calling every claim by the more frequent class does as well: there is nothing to certify yet.",
    "lift_one_rule": "A rule on one column does as well: use the rule, or find out why the model adds nothing.",
    "latency_p95_ms": "Scoring a row takes long: look at the machine first, then at the number of features.",
}
OTHERWISE = "Read the reason in certification.json beside the model."
