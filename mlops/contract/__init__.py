"""Contracts of tabular data: what each column is for, what its cells may hold, and how a table is read by that."""
