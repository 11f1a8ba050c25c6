"""A small contract, and documents made from it by changing parts."""

import json
from typing import Any

from mlops.contract.model import Contract
from mlops.documents import loads

SMALL: dict[str, Any] = {
    "schema_version": 1,
    "name": "small",
    "version": 1,
    "title": "A small contract",
    "primary_key": "claim_id",
    "missing_values": ["-", "N/A"],
    "label_values": {"0": 0, "1": 1},
    "maturity_days": 30,
    "fields": [
        {"name": "claim_id", "type": "string", "role": "id", "required": True},
        {"name": "claim_date", "type": "date", "role": "event_time", "required": True},
        {"name": "order_date", "type": "date", "role": "prior_time"},
        {"name": "amount", "type": "number", "role": "feature", "constraints": {"minimum": 0}},
        {"name": "quantity", "type": "integer", "role": "feature"},
        {"name": "gift", "type": "boolean", "role": "feature"},
        {
            "name": "items",
            "type": "string",
            "role": "feature",
            "separator": ";",
            "constraints": {"enum": ["bag", "hat"]},
        },
        {"name": "code", "type": "string", "role": "feature", "constraints": {"pattern": "[A-Z]{3}"}},
        {"name": "paid", "type": "number", "role": "post_outcome"},
        {"name": "claimable", "type": "integer", "role": "label", "required": True},
    ],
    "rules": [{"left": "order_date", "operator": "<=", "right": "claim_date"}],
}


def document(*, field: str = "", **changes: Any) -> bytes:
    """Return the small contract as JSON, with changes to the whole, or to one field."""
    value = json.loads(json.dumps(SMALL))
    target = next(one for one in value["fields"] if one["name"] == field) if field else value
    target |= changes
    return json.dumps(value).encode()


def small(*, field: str = "", **changes: Any) -> Contract:
    """Return the small contract, changed."""
    return loads(document(field=field, **changes), Contract)
