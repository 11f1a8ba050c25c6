"""The model card: page, chart, evidence and checks."""
