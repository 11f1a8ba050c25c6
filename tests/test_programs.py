"""A program that is missing skips a test with what to install, and fails it where nothing may be skipped."""

import pytest

from tests import programs


def test_a_missing_program_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "NO_SKIP", False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install prometheus prometheus-pushgateway"):
        programs.needs("no-such-program", package="prometheus")
    with pytest.raises(pytest.skip.Exception, match="apt-get install jq"):
        programs.needs("no-such-program", package="jq")
    monkeypatch.setattr(programs, "NO_SKIP", True)
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        programs.needs("no-such-program", package="prometheus")
    assert programs.needs("git", package="git")
