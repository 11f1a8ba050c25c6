"""``python -m mlops`` is the command ``mlops``."""

from mlops.cli.main import main

main()
