"""Files of the repository as they stand at a commit, read from GitHub."""

import base64
import binascii

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.permissions import READ_CONTENTS
from mlops.errors import InputRefusedError
from mlops.registry import Record, parse_front_matter


class Content(Part):
    """A file: its encoding and its content."""

    type: str
    encoding: str | None = None
    content: str | None = None


def read_record(hub: GitHub, path: str, commit: str) -> Record:
    """Return the record of the card at ``path`` at ``commit``, so that a link to it cannot be dead.

    Raises:
        UsageRefusedError: There is no such file.
        InputRefusedError: It is no card.
    """
    value = hub.get(f"/contents/{path}", READ_CONTENTS, ref=commit)
    found = read(Content, value, where=path)
    try:
        text = base64.b64decode(found.content or "", validate=False).decode("utf-8")
    except (ValueError, binascii.Error) as error:  # a folder, a link or a large file has no content
        raise InputRefusedError(
            "The card cannot be read.", file=path, expected="a text file", found=str(error), fix="Publish it again."
        ) from None
    return parse_front_matter(text, file=path)
