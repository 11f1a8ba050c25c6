"""The split of pairs, and the report of what it lets through from training to test."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops import split as splits
from mlops.config import SplitSettings
from mlops.errors import InputRefusedError
from mlops.split import PURGED, TEST, TRAIN
from mlops.tasks.er.entities import content_keys
from mlops.tasks.er.labelled import Pairs

Facts = dict[str, int | float | str]

PUBLISHED = {
    "train": TRAIN,
    "valid": TRAIN,
    "validation": TRAIN,
    "val": TRAIN,
    "dev": TRAIN,
    "test": TEST,
}
"""Published names of folds; validation rows are training rows, because thresholds come from out-of-fold scores."""


def split(
    pairs: Pairs, published: NDArray[np.object_] | None, settings: SplitSettings
) -> tuple[NDArray[np.object_], tuple[str, ...], Facts]:
    """Return the split, what a reader must know of it in sentences, and its numbers.

    A published split is honoured and what it leaks is reported; without one, the fold is a hash of the anchor's
    entity and training gives way (see :func:`mlops.split.by_entity`).

    Raises:
        InputRefusedError: Unknown fold names; the same pair, or a declared entity, in training and in test.
    """
    if published is None:
        fold = splits.by_entity(
            pairs.left_entity, pairs.right_entity, seed=settings.seed, test_share=settings.test_share
        )
        kind = "by entity of the left record"
    else:
        fold = _honour(published)
        kind = "published"
        _refuse_shared(pairs, fold)
    facts = _report(pairs, fold)
    facts["split"] = kind
    if published is None:  # what another dataset must share so that an entity keeps its side
        facts |= {"split_seed": settings.seed, "split_test_share": settings.test_share}
    return fold, _sentences(facts, published=published is not None), facts


def repeated(pairs: Pairs) -> tuple[tuple[str, ...], Facts]:
    """Return what a reader must know of pairs of the same two records that stand in the data more than once."""
    left, right = np.split(pd.factorize(np.concatenate([pairs.left_key, pairs.right_key]))[0], 2)
    told = (
        pd.Series(pairs.label).groupby([np.minimum(left, right), np.maximum(left, right)]).agg(["size", "min", "max"])
    )
    contradictory = told["min"] != told["max"]
    again, rows = int((told["size"] - 1).sum()), int(told["size"][contradictory].sum())
    said = []
    if again:
        said.append(f"{again:,} rows repeat a pair of records that the data has already.")
    if rows:
        said.append(
            f"{rows:,} rows are about {int(contradictory.sum()):,} pairs of records that are labelled both ways; no "
            "model can be right about all of them. Label these pairs again."
        )
    return tuple(said), {"repeated_rows": again, "contradictory_rows": rows}


def _honour(published: NDArray[np.object_]) -> NDArray[np.object_]:
    names = pd.Series(published).fillna("")
    unknown = names[~names.isin(list(PUBLISHED))]
    if len(unknown):
        counts = ", ".join(f"{name!r}: {count:,}" for name, count in unknown.value_counts().head(5).items())
        raise InputRefusedError(
            f"{len(unknown):,} rows are in no known fold.",
            field="split",
            expected="one of " + ", ".join(PUBLISHED),
            found=counts,
            fix="Rename the folds, or leave the column out: rows are then split by entity.",
        )
    fold: NDArray[np.object_] = names.map(PUBLISHED).to_numpy(dtype=object)
    for needed in (TRAIN, TEST):
        if not (fold == needed).any():
            raise InputRefusedError(
                f"The published split has no {needed} rows.",
                field="split",
                expected="train and test rows",
                found=", ".join(sorted(set(names))),
                fix="Leave the column out: rows are then split by entity.",
            )
    return fold


def _refuse_shared(pairs: Pairs, fold: NDArray[np.object_]) -> None:
    """Refuse what no published split may do: judge on the very pairs, or declared entities, that were learned."""
    keys = pd.Series(pairs.left_key.astype(str) + "\x1f" + pairs.right_key.astype(str))
    shared = keys[fold == TEST].isin(keys[fold == TRAIN]).sum() if pairs.has_ids else 0
    if shared:
        raise InputRefusedError(
            f"{shared:,} test pairs are training pairs too: the same two record ids.",
            field="split",
            expected="each pair of records in one fold",
            found=f"{shared:,} pairs in both",
            fix="Remove the copies, or leave the column `split` out: rows are then split by entity.",
        )
    if not pairs.declared_entities:
        return
    test = pairs.left_entity[fold == TEST]
    train = np.concatenate([pairs.left_entity[fold == TRAIN], pairs.right_entity[fold == TRAIN]])
    common = np.intersect1d(test.astype(str), train.astype(str))
    if common.size:
        raise InputRefusedError(
            f"{common.size:,} entities stand in training and in test.",
            field="split",
            expected="the entities of test anchors in no training pair",
            found=", ".join(common[:5]) + (" …" if common.size > 5 else ""),  # noqa: PLR2004  # enough to find them
            fix="Split by entity, or leave the column `split` out: rows are then split by entity.",
        )


def _report(pairs: Pairs, fold: NDArray[np.object_]) -> Facts:
    """Count what training shows of the test rows."""
    train, test = fold == TRAIN, fold == TEST
    known = pd.unique(np.concatenate([pairs.left_key[train], pairs.right_key[train]]))
    left_seen = pd.Series(pairs.left_key[test]).isin(known).to_numpy()
    right_seen = pd.Series(pairs.right_key[test]).isin(known).to_numpy()
    content = pd.Series(content_keys(pd.concat([pairs.left, pairs.right], axis=1, keys=["left", "right"])))
    labels = pd.Series(pairs.label)
    same = content[test].isin(content[train])
    train_labels = labels[train].groupby(content[train]).agg(["min", "max"])
    copies = content[test][same]
    told = train_labels.loc[copies] if len(copies) else train_labels.iloc[:0]
    mine = labels[test][same].to_numpy()
    conflicts = int(((told["min"].to_numpy() != mine) | (told["max"].to_numpy() != mine)).sum())
    mirrored = pd.Series(pairs.right_key[test].astype(str) + "\x1f" + pairs.left_key[test].astype(str)).isin(
        pd.Series(pairs.left_key[train].astype(str) + "\x1f" + pairs.right_key[train].astype(str))
    )
    return {
        "purged_rows": int((fold == PURGED).sum()),
        "test_pairs_both_records_seen": int((left_seen & right_seen).sum()),
        "test_pairs_one_record_seen": int((left_seen ^ right_seen).sum()),
        "test_pairs_no_record_seen": int((~left_seen & ~right_seen).sum()),
        "test_pairs_identical_to_training": int(same.sum()),
        "test_pairs_identical_with_other_label": conflicts,
        "test_pairs_mirrored_in_training": int(mirrored.sum()),
    }


def _sentences(facts: Facts, *, published: bool) -> tuple[str, ...]:
    both, one, none, same, other = (
        int(facts[f"test_pairs_{name}"])
        for name in (
            "both_records_seen",
            "one_record_seen",
            "no_record_seen",
            "identical_to_training",
            "identical_with_other_label",
        )
    )
    total = both + one + none
    said = []
    if published:
        said.append(
            f"The published split was honoured: of {total:,} test pairs, training shows both records of {both:,}, "
            f"one of {one:,} and neither of {none:,}; expect less on records that training never showed."
        )
    if same:
        said.append(
            f"{same:,} test pairs have the same text as a training pair, {other:,} of them under another label."
        )
    return tuple(said)
