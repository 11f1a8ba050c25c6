"""``mlops contract``: draft the contract of a table from its data, and show one."""

import re
from pathlib import Path

import click

from mlops import documents
from mlops.cli.common import load_settings, printable, repository_root
from mlops.contract.loading import load_contract, profile_names
from mlops.contract.model import Contract, Field
from mlops.errors import UsageRefusedError

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@click.group()
def command() -> None:
    """Say what each column of a table is for, and what its cells may hold."""


@command.command(epilog="Example: mlops contract suggest claims.csv > contract.json")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", help="What the contract is called: lower-case letters, digits, underscores.  [the file's name]")
@click.option("--id", "key", default="", metavar="COLUMN", help="The column that names a row, if the guess is wrong.")
@click.option("--label", default="", metavar="COLUMN", help="The column to predict, if the guess is wrong.")
@click.option("--time", default="", metavar="COLUMN", help="The date of the event, if the guess is wrong.")
def suggest(path: Path, name: str | None, key: str, label: str, time: str) -> None:
    """Draft a contract from FILE (.parquet or .csv): JSON on stdout, each guess with its reason on stderr.

    A guess is no decision: edit the draft, above all roles. What is known only after the outcome must have role
    post_outcome, or the model learns the answer.
    """
    from mlops.contract import suggesting  # noqa: PLC0415  # show needs no NumPy
    from mlops.dataset import read_file  # noqa: PLC0415  # the same

    called = _called(path) if name is None else name
    if not _NAME.fullmatch(called):
        raise UsageRefusedError(
            "A contract cannot have this name.",
            field="--name",
            expected="a lower-case letter, then up to 63 lower-case letters, digits or underscores",
            found=ascii(called[:100]),
            fix="For example: --name my_claims",
        )
    table = read_file(path, settings=load_settings(repository_root()).storage).table
    suggestion = suggesting.suggest(table, called, suggesting.Chosen(id=key, label=label, event_time=time))
    for reason in suggestion.reasons:
        click.echo(printable(f"{reason.about}: {reason.guessed}: {reason.why}"), err=True)
    click.echo(documents.dumps(suggestion.contract).decode(), nl=False)


@command.command(epilog="Example: mlops contract show fba_claims")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the contract as JSON, to copy and edit.")
def show(name: str | None, as_json: bool) -> None:
    """Show the contract NAME: a profile that ships with mlops, or a JSON file of this repository.

    Without NAME, list the profiles.
    """
    if name is None:
        if as_json:
            raise UsageRefusedError("--json needs a NAME.", field="NAME", expected=" or ".join(profile_names()))
        for known in profile_names():
            click.echo(f"{known:<12} {load_contract(known, Path()).title}")
        return
    profile = name in profile_names()
    contract = load_contract(name, Path() if profile else repository_root())
    click.echo(documents.dumps(contract).decode() if as_json else _page(contract), nl=False)


def _called(path: Path) -> str:
    """Return a contract's name after a file's."""
    stem = _NOT_A_NAME.sub("_", path.stem.lower()).strip("_")
    return stem[:64] if stem[:1].isalpha() else f"data_{stem}".rstrip("_")[:64]


def _page(contract: Contract) -> str:
    """Return a contract as a person reads it."""
    width = max(len(printable(field.name)) for field in contract.fields)
    lines = [f"{contract.name}, version {contract.version}: {printable(contract.title)}", ""]
    lines += [_line(field, width) for field in contract.fields]
    labels = ", ".join(f"{printable(text)} = {number}" for text, number in contract.label_values.items())
    placeholders = " ".join(map(printable, contract.missing_values)) or "nothing but an empty cell"
    lines += ["", f"Label: {labels}; final after {contract.maturity_days} days.", f"Missing: {placeholders}."]
    lines += [f"Rule: {printable(str(rule))}." for rule in contract.rules]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _line(field: Field, width: int) -> str:
    rules = field.constraints
    allowed = [f"one of {len(rules.enum)} texts"] if rules.enum else []
    allowed += [f"matches {rules.pattern}"] if rules.pattern else []
    allowed += [f"at least {rules.minimum}"] if rules.minimum is not None else []
    allowed += [f"at most {rules.maximum}"] if rules.maximum is not None else []
    allowed += [f"a list with {field.separator}"] if field.separator else []
    need = "required" if field.required else ""
    return (
        f"{printable(field.name):<{width}}  {field.role:<12}  {field.type:<8}{need:<9} {printable('; '.join(allowed))}"
    )
