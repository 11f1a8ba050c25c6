"""Find a contract: by the name of a profile that ships with the package, or as a JSON file of the repository."""

from pathlib import Path

from mlops import documents
from mlops.contract.model import Contract
from mlops.errors import InputRefusedError, UsageRefusedError

PROFILES = Path(__file__).with_name("profiles")


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that ship with the package, in ascending order."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.json")))


def load_contract(name_or_path: str, root: Path) -> Contract:
    """Return the contract that a text names.

    Args:
        name_or_path: A profile's name, ``fba_claims``, or the path of a JSON file, relative to ``root``.
        root: The repository; a contract outside of it would not be under review.

    Raises:
        UsageRefusedError: There is no profile of that name.
        InputRefusedError: The file is absent, lies outside of the repository, or is no valid contract.
    """
    if not _looks_like_path(name_or_path):
        return documents.read(_profile(name_or_path), Contract)
    path = root / name_or_path
    inside = Path(path.parent.resolve(), path.name)
    if not inside.is_relative_to(root.resolve()):
        raise InputRefusedError(
            "A contract must be a file of this repository.",
            file=name_or_path,
            expected=f"a file below {root}",
            found="a file outside of it",
            fix="Copy it into the repository: a contract is reviewed like code.",
        )
    return documents.read(path, Contract)


def _profile(name: str) -> Path:
    known = profile_names()
    if name in known:
        return PROFILES / f"{name}.json"
    raise UsageRefusedError(
        "There is no contract of this name.",
        field="contract",
        expected=" or ".join((*known, "the path of a .json file")),
        found=ascii(name[:100]),
        fix="Draft one from data: mlops contract suggest FILE > contract.json",
    )


def _looks_like_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.endswith(".json")
