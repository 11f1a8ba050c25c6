"""The claims task on real claims: what each step takes on one core, and what comes out."""
