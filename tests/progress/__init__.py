"""The rendered documents."""
