"""What docs/benchmarks.md says about the quality of matching besides numbers."""

from typing import Final

HOW: Final = """\
- **Data.** Labelled pairs with the split as published: the DeepMatcher/Magellan benchmark (Mudgal et al. 2018) and
  WDC LSPC v2 (Primpeli et al. 2019), in the form in which Ditto's authors share them. One Parquet file a dataset.
- **Training.** The product's own path, the one behind `mlops train`: read, infer the types of attributes, make
  features, fit, choose the threshold. Training and validation rows are both training rows, all of them; folds inside
  them take the place of a validation set. Nothing is set per dataset: the same code and settings for all.
- **Threshold.** Best F1 of out-of-fold scores of the training rows. Test rows are scored once per model; their labels
  are compared after that.
- **Baseline.** In the same process on the same rows: a plain table of similarities per attribute (exact,
  Jaro-Winkler, Levenshtein, Indel, Jaccard of words and of 3-grams, cosine, differences of numbers) with a random
  forest of 100 trees at threshold 0.5. It stands for Magellan, whose automatic features it follows, without holding
  any function back from long texts; attributes that give the label away are withheld from both.
- **Own split.** The published split is dropped; a pair's fold is a hash of its left record's entity, and training
  pairs that touch a test entity are purged.
- **Reproducible.** The same seeds give the same F1 (`python -m benchmarks.er_quality --data FOLDER`); seconds differ
  from machine to machine."""

LIMITS: Final = """\
- **Not how well it will do on your data.** These are public, much-used datasets. Pin your own labelled pairs and let
  the gate judge; the own-split column is nearer to what new records meet than the published one.
- **Not that a point is a difference.** With 200 matches in the test rows, one point of F1 is two pairs. Where the test
  rows hold a dozen matches or two, they rank nothing.
- **Not untouched test rows.** Published splits have been looked at by everyone for years, by us as often as the table
  above says; their figures, and ours, are a little too good.
- **Not the rate in a whole table.** About one pair in ten is a match here, after somebody's blocking. Where matches
  are rarer, precision is lower at the same threshold, and what blocking misses is lost before a matcher sees it.
- **Not a rerun of the other systems.** Magellan, DeepMatcher and Ditto are quoted at second hand; the random forest is
  the only other system that was run here.
- **Labels err.** Some test pairs with the same text carry different labels; no honest matcher reaches 100 there."""
