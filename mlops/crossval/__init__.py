"""Cross-validation by date: folds, what is measured on them, and the document ``crossval.json``."""
