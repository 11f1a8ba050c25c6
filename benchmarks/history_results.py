"""``results/history.json``: what the history page takes with hundreds of models."""

from typing import Annotated

from pydantic import Field

from benchmarks.machine import Machine
from mlops.documents import Document
from mlops.metrics import Count


class History(Document):
    """What was measured.

    Attributes:
        machine: On what.
        models: Models with a card, a verdict and a dataset each.
        switches: Commits that changed what is live.
        repeats: How often the page was built, and opened in each of two widths.
        wall: Median seconds of a build from start to end, the interpreter's start included.
        cpu: Median CPU seconds of a build.
        bytes: Size of the page.
        elements: Elements that the browser makes of it.
        first_paint: Median seconds from the navigation to the first text on the screen, from the disk.
    """

    machine: Machine
    models: Count
    switches: Count
    repeats: Count
    wall: Annotated[float, Field(ge=0)]
    cpu: Annotated[float, Field(ge=0)]
    bytes: Count
    elements: Count
    first_paint: Annotated[float, Field(ge=0)]
