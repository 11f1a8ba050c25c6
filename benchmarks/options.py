"""Types of options that several benchmarks share."""

import argparse


def positive(text: str) -> int:
    """Return the whole number from 1 that ``text`` spells; raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)
