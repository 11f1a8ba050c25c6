"""Gate 4 of claims: five metrics, a ledger that only grows, and what three counting green runs allow."""
