"""What makes a contract contradict itself: each a sentence, raised as ValueError and told in the document's letter."""

from collections.abc import Mapping, Sequence

from mlops.contract.fields import NUMBERS, ORDERED, Field, Rule, folded, twice

_EXACTLY_ONE = ("id", "event_time", "label")
_AT_MOST_ONE = ("group", "label_time", "batch")


def check_roles(fields: Sequence[Field], primary_key: str) -> None:
    """Refuse fields of one name, and roles that are missing or stand twice; raises ValueError."""
    names = twice(field.name for field in fields)
    if names:
        raise ValueError(f"the field `{names[0]}` stands twice")
    for role in (*_EXACTLY_ONE, *_AT_MOST_ONE):
        having = [field.name for field in fields if field.role == role]
        if len(having) > 1:
            raise ValueError(f"only one field may have role {role}, not {' and '.join(having)}")
        if not having and role in _EXACTLY_ONE:
            raise ValueError(f"one field must have role {role}")
    key = next(field for field in fields if field.role == "id")
    if primary_key != key.name:
        raise ValueError(f"primary_key must be the field of role id, `{key.name}`")
    if not key.required:
        raise ValueError(f"`{key.name}` is the primary key, so it must be required")
    if not any(field.role in {"feature", "text"} for field in fields):
        raise ValueError("one field at least must have role feature or text")


def check_labels(label: Field, label_values: Mapping[str, int], missing_values: Sequence[str]) -> None:
    """Refuse label texts that are ambiguous, missing or forbidden; raises ValueError."""
    placeholders = twice(map(folded, missing_values))
    if placeholders:
        raise ValueError(f"missing_values hold {placeholders[0]!r} twice")
    if set(label_values.values()) != {0, 1}:
        raise ValueError("label_values must name texts for 0 and for 1, and no other class")
    texts = [folded(text) for text in label_values]
    if twice(texts):
        raise ValueError(f"label_values hold {twice(texts)[0]!r} twice")
    both = {"", *map(folded, missing_values)}.intersection(texts)
    if both:
        raise ValueError(f"{min(both)!r} is a label, so it cannot stand for a missing one")
    if label.constraints.enum and not set(texts) <= set(map(folded, label.constraints.enum)):
        raise ValueError(f"the enum of `{label.name}` forbids a text that label_values name")


def check_rules(fields: Sequence[Field], rules: Sequence[Rule]) -> None:
    """Refuse rules about fields that are none, or that cannot be compared; raises ValueError."""
    by_name = {field.name: field for field in fields}
    for rule in rules:
        for side in (rule.left, rule.right):
            if isinstance(side, str) and side not in by_name:
                raise ValueError(f"the rule `{rule}` names `{side}`, which is no field")
        _check_sides(rule, by_name)
    again = twice(map(str, rules))
    if again:
        raise ValueError(f"the rule `{again[0]}` stands twice")


def _check_sides(rule: Rule, by_name: Mapping[str, Field]) -> None:
    left = by_name[rule.left]
    if isinstance(rule.right, str):
        right = by_name[rule.right]
        fits = left.type == right.type or {left.type, right.type} <= set(NUMBERS)
        if not fits or rule.left == rule.right:
            raise ValueError(f"the rule `{rule}` must compare two different fields of the same type")
    elif left.type not in NUMBERS:
        raise ValueError(f"the rule `{rule}` compares a {left.type} with a number")
    if left.type not in ORDERED and rule.operator not in {"==", "!="}:
        raise ValueError(f"the rule `{rule}` asks for an order, which a {left.type} does not have")
    if "label" in {side.role for side in (left, by_name.get(str(rule.right), left))}:
        raise ValueError(f"the rule `{rule}` is about the label, which is no fact of a row")
