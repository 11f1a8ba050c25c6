"""Arrays in NumPy's own format: the header is believed only where the length of the member confirms it."""

import io
import math
import warnings
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mlops.persistence.refusal import refusal

_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_KINDS = frozenset("biufSUV")


def read(data: bytes, *, name: str, file: object = "") -> NDArray[Any]:
    """Return the array in ``data``; memory is taken only after shape and length were found to agree.

    Args:
        data: A ``.npy`` file (NumPy Enhancement Proposal 1).
        name: The member, for the message.
        file: The model file, for the message.

    Raises:
        InputRefusedError: No such file, objects inside, or a header that promises another number of bytes.
    """
    stream = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape, _, dtype = _READERS[npy.read_magic(stream)](stream)
    except Exception as error:  # the header is hostile text: whatever its parser raises is a refusal
        raise refusal(
            f"a header that cannot be read: {error}", file=file, field=name, expected="a .npy array"
        ) from error
    if dtype.hasobject or dtype.kind not in _KINDS or (dtype.kind == "V" and dtype.names is None):
        raise refusal(
            f"an array of dtype {dtype}", file=file, field=name, expected="numbers, text or records of numbers",
            why="An array of Python objects is a pickle, which runs code when it is loaded.",
        )  # fmt: skip
    promised = math.prod(shape) * dtype.itemsize
    present = len(data) - stream.tell()
    if min(shape, default=0) < 0 or dtype.itemsize == 0 or promised != present:
        raise refusal(
            f"shape {shape} of {dtype} ({promised:,} bytes)", file=file, field=name, expected=f"{present:,} bytes",
            why="The header promises another amount of data than the file holds.",
        )  # fmt: skip
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)  # type: ignore[no-any-return]  # typed Any by numpy
    except (ValueError, OverflowError, MemoryError) as error:
        raise refusal(f"an array that cannot be read: {error}", file=file, field=name) from error
