"""Is what is served still what was judged? Measured from a log of predictions and labels, judged by the settings."""
