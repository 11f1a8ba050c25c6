"""How well pairs are matched: our matcher, a baseline and published figures, dataset by dataset."""
