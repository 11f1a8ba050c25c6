"""The plug: entity resolution as the core sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from mlops.config import TaskSettings
from mlops.split import TRAIN
from mlops.task import Examples, Model
from mlops.tasks.er import matcher, pairs
from mlops.tasks.er.blocking import derive_pairs
from mlops.tasks.er.fitting import fit_matcher
from mlops.tasks.er.giveaways import find_giveaways
from mlops.tasks.er.schema import RecordSchema, detect

_CELL = 60
_MAX_PAIRS = 2_000_000


class EntityResolution:
    """Is this pair of records the same entity?"""

    name = "er"
    title = "Entity resolution"

    def examples(
        self, table: pa.Table, settings: TaskSettings, *, as_of: date | None = None, root: Path | None = None
    ) -> Examples:
        """Read labelled pairs, or derive them from records whose entity is known. See :class:`mlops.task.Task`."""
        del as_of, root  # pairs have no time, and their form is known by their columns
        schema = detect(table.column_names)
        findings: tuple[str, ...] = ()
        if isinstance(schema, RecordSchema):
            table, findings = _from_records(table, schema, seed=settings.split.seed)
            schema = detect(table.column_names)
            if isinstance(schema, RecordSchema):
                raise TypeError("derived pairs must have the form of pairs")
        found = pairs.examples(pairs.read(table, schema), table, schema, settings.split)
        training = found.split == TRAIN
        giveaways = find_giveaways(found.inputs[training], found.label[training])
        return replace(found, findings=(*findings, *found.findings, *(one.sentence() for one in giveaways)))

    def inputs_of(self, table: pa.Table, row_ids: Sequence[str]) -> pd.DataFrame | None:
        """Return the inputs of pairs that the table names. See :class:`mlops.task.Task`."""
        schema = detect(table.column_names)
        return None if isinstance(schema, RecordSchema) else pairs.inputs_of(table, schema, row_ids)

    def fit(self, examples: Examples, settings: TaskSettings, *, seed: int) -> Model:
        """Fit a matcher on all of ``examples``. See :class:`mlops.task.Task`."""
        return fit_matcher(
            examples.inputs, examples.label, examples.cluster, settings.threshold, seed, weight=examples.weight
        )

    def restore(self, state: Mapping[str, Any]) -> Model:
        """Rebuild a matcher. See :class:`mlops.task.Task`."""
        return matcher.restore(state)

    def describe_row(self, examples: Examples, row: int) -> str:
        """Return the two records of one pair, a line each."""
        cells = examples.inputs.iloc[row]
        return "\n".join(
            " | ".join(
                str(value) if len(str(value)) <= _CELL else f"{str(value)[:_CELL]}…"
                for name, value in cells.items()
                if str(name).startswith(side) and not pd.isna(value)
            )
            for side in ("left_", "right_")
        )


PLUG = EntityResolution
"""By which name the command line finds it."""


def _from_records(table: pa.Table, schema: RecordSchema, *, seed: int) -> tuple[pa.Table, tuple[str, ...]]:
    columns = [schema.record_id, schema.entity, *schema.attributes, *([schema.source] if schema.source else [])]
    derived, report = derive_pairs(
        table.select(columns).to_pandas(),
        record_id=schema.record_id,
        entity=schema.entity,
        source=schema.source,
        attributes=schema.attributes,
        seed=seed,
        max_pairs=_MAX_PAIRS,
    )
    return pa.Table.from_pandas(derived, preserve_index=False), (report.sentence(),)
