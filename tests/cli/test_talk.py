"""A long verb says what it is doing: lines in a log, a spinner on a terminal."""

import io
import logging
import re

import pytest
from rich.console import Console

from mlops.cli.talk import Talk


def test_in_a_log_every_step_and_what_it_does_is_a_line() -> None:
    talk = Talk(Console(file=io.StringIO(), width=60))
    with talk.step("train") as said:
        logging.getLogger("mlops.training").info("fit on %s rows", "1,000")
        logging.getLogger("mlops.training").debug("too fine")
        said.append("1,000 rows [bold]of a name that is rather long for a terminal of this width[/bold]")
    assert isinstance(talk.console.file, io.StringIO)
    first, second = talk.console.file.getvalue().splitlines()
    assert re.fullmatch(r"  train: fit on 1,000 rows \(after \d+\.\d s\)", first)
    assert re.fullmatch(r"✓ train    1,000 rows \[bold\]of .* width\[/bold\]  \d+\.\d s", second)
    assert list(talk.seconds) == ["train"]


def test_on_a_terminal_only_what_is_done_stays() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    talk = Talk(console)
    with talk.step("train"):
        logging.getLogger("mlops.training").info("fit on [red]rows")
    assert isinstance(console.file, io.StringIO)
    last = console.file.getvalue().splitlines()[-1]
    assert "train" in last
    assert "(after" not in console.file.getvalue()


def test_after_a_step_nothing_listens_any_more() -> None:
    talk = Talk(Console(file=io.StringIO()))
    logger = logging.getLogger("mlops")
    before = (logger.level, list(logger.handlers))
    with pytest.raises(ValueError, match="x"), talk.step("train"):
        raise ValueError("x")
    assert (logger.level, list(logger.handlers)) == before
    logging.getLogger("mlops.training").info("unheard")
    assert isinstance(talk.console.file, io.StringIO)
    assert talk.console.file.getvalue() == ""
    assert talk.seconds == {}


def test_a_quiet_console_says_nothing() -> None:
    talk = Talk(Console(file=io.StringIO(), quiet=True))
    with talk.step("train"):
        logging.getLogger("mlops.training").info("fit")
    assert isinstance(talk.console.file, io.StringIO)
    assert talk.console.file.getvalue() == ""
