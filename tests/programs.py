"""Programs that tests run and that Python's packages do not bring."""

import os
import shutil

import pytest

APT = "apt-get install prometheus prometheus-pushgateway"
NO_SKIP = bool(os.environ.get("MLOPS_NO_SKIP"))
"""Whether a missing program fails a test; read before the tests, which take such variables away."""


def needs(program: str, *others: str, package: str) -> str:
    """Return the path of a program; without it skip the test, or fail it where ``MLOPS_NO_SKIP`` is set.

    Args:
        program: Its name.
        *others: Other names that do as well.
        package: Debian's package of it, told to whoever lacks it.
    """
    path = next(filter(None, map(shutil.which, (program, *others))), None)
    if path is None:
        reason = APT if package in APT.split() else f"apt-get install {package}"
        if NO_SKIP:
            pytest.fail(f"{program} is not installed: {reason}")
        pytest.skip(reason)
    return path
