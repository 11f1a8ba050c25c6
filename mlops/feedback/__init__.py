"""What came of predictions: labels that arrived, as data for the next model and as samples for people to label."""
