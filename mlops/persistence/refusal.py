"""The one form in which a model file is refused."""

from mlops.errors import InputRefusedError

RESTORE = "Take model.skops again from the run that trained it, or train again with `mlops train`."


def refusal(found: str, *, file: object, field: str = "", expected: str = "", why: str = "") -> InputRefusedError:
    """Return the letter that says what in the model file is not as :func:`mlops.persistence.dump` writes it."""
    return InputRefusedError(
        "The model file is refused; nothing of it was loaded.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        why=why,
        fix=RESTORE,
    )
