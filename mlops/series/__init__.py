"""Committed records as samples: which numbers they hold, and when each of them held."""
