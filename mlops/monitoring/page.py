"""The page of ``monitoring.json`` for people: the same in a summary and in an issue (pure; loads no data)."""

from collections.abc import Iterator

from mlops.formatting import format_rate, format_threshold
from mlops.monitoring.document import ModelReport, Monitoring, Realised
from mlops.render import inert, prose

SHOWN = 15
SELECTIONS = {"labelled": "every labelled row, whoever chose it", "audited": "audit, weighted by 1 / probability"}


def title_of(found: Monitoring) -> str:
    """Return one line: the task, the word, the model that is judged, and its role where that is not live."""
    judged = next((one for one in found.models if one.judged), None)
    name = "no model" if judged is None else judged.model_id
    role = f", {judged.judged}" if judged is not None and judged.judged != "live" else ""
    return f"Monitoring of {found.task}: {found.word} ({name}{role})"


def to_markdown(found: Monitoring) -> str:
    """Return the whole page."""
    days = (
        f"Predictions from {found.start} to before {found.until}; labels of predictions from {found.labels_start} to "
        f"before {found.labels_until}, which had {found.maturity_days} days or more to come. One-sided bounds at "
        f"{format_threshold(found.confidence)}."
    )
    if found.newest is not None:
        days += f" The newest prediction in the log is of {found.newest:%Y-%m-%d %H:%M} UTC."
    lines = [f"## {title_of(found)}", "", days, "", "| part | |", "|---|---|"]
    lines += [*(f"| {name} | {word} |" for name, word in sorted(found.parts.items())), ""]
    lines += [f"- {prose(reason)}" for reason in found.reasons[:SHOWN]]
    if len(found.reasons) > SHOWN:
        lines.append(f"- and {len(found.reasons) - SHOWN} more")
    for model in found.models:
        lines += ["", *_model(model)]
    retraining = found.retraining
    if retraining.wanted:
        lines += ["", _ASKED[retraining.policy]]
    return "\n".join([*lines, ""])


_ASKED = {
    "never": "The settings ask for no training; look at the data first.",
    "ask": "**Shall a model be trained?** If so, start the training workflow; data that came in goes in before "
    "(`mlops feedback export`).",
    "dispatch": "The settings have a training run dispatched, once in the cooldown.",
}


def to_text(found: Monitoring) -> str:
    """Return the page for a terminal."""
    judged = next((one for one in found.models if one.judged), None)
    lines = [title_of(found)]
    for name, word in sorted(found.parts.items()):
        lines.append(f"  {name:<10} {word}")
        if name == "realised" and judged is not None:
            lines += [f"    {_in_words(one)}" for one in judged.realised if one.judged]
    lines += [f"  {reason}" for reason in found.reasons[:SHOWN]]
    more = len(found.reasons) - SHOWN
    return "\n".join([*lines, *([f"  and {more} more reasons: see the page"] if more > 0 else [])])


def _in_words(one: Realised) -> str:
    found = one.estimate
    asked = "" if one.minimum is None else f"; {format_threshold(one.minimum)} is asked for"
    return (
        f"{one.metric:<9} {format_rate(found.value, one.minimum)} ({_bounds(one)}) on {found.n:,} rows, "
        f"{SELECTIONS[one.selection]}{asked}: {one.word}"
    )


def _bounds(one: Realised) -> str:
    return f"{format_rate(one.estimate.lower, one.minimum)} to {format_rate(one.estimate.upper, one.minimum)}"


def _model(model: ModelReport) -> Iterator[str]:
    yield f"### {inert(model.model_id)}{f', {model.judged}' if model.judged else ', not judged'}"
    yield ""
    yield (
        f"{model.predictions:,} predictions, {model.positives:,} positive; {model.labelled:,} of {model.mature:,} old "
        "enough for a label have one."
    )
    if model.realised:
        yield from (
            "",
            "| realised | of | value | bounds | n | worth | policy | |",
            "|---|---|--:|--:|--:|--:|--:|---|",
        )
        for one in model.realised:
            yield _realised(one)
    if model.estimated:
        yield from ("", "| foretold by scores | value | policy | |", "|---|--:|--:|---|")
        for guess in model.estimated:
            asked = "" if guess.minimum is None else format_threshold(guess.minimum)
            word = guess.word if guess.minimum is not None else ""
            yield f"| {guess.metric} | {format_rate(guess.value, guess.minimum)} | {asked} | {word} |"
    if model.shifts:
        yield from ("", "| shift of | read as | index | by chance | limit | |", "|---|---|--:|--:|--:|---|")
        for shift in model.shifts[:SHOWN]:
            numbers = (_number(shift.psi), _number(shift.floor), _number(shift.limit))
            yield f"| {inert(shift.feature)} | {shift.kind} | {' | '.join(numbers)} | {shift.word} |"
    for note in model.notes:
        yield from ("", prose(note))


def _realised(one: Realised) -> str:
    found = one.estimate
    asked = "" if one.minimum is None else format_threshold(one.minimum)
    return (
        f"| {one.metric} | {SELECTIONS[one.selection]} | {format_rate(found.value, one.minimum)} | {_bounds(one)} | "
        f"{found.n:,} | {one.effective:,.0f} | {asked} | {one.word if one.judged else ''} |"
    )


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
