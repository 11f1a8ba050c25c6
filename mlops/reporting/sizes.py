"""How much GitHub takes: a longer text is refused or dropped whole, so it is cut here, where its structure allows."""

COMMENT_LIMIT = 65_000
"""Bytes of a comment or of a check run's summary: GitHub refuses more than 65,536 characters."""

SUMMARY_LIMIT = 1_000_000
"""Bytes of a step's summary: the runner drops more than 1 MiB, together with what the step wrote before."""

_FENCE = "```"
_CLOSED = "\n\n</details>"


def fit(markdown: str, limit: int, *, whole: str = "gate.json in the artifact") -> str:
    """Return ``markdown`` in at most ``limit`` bytes of UTF-8, cut after a whole line, with what was open closed.

    Args:
        markdown: A page of this package.
        limit: Bytes.
        whole: Where all of it can be read: Markdown of our own, for example a link to the run.
    """
    if len(markdown.encode()) <= limit:
        return markdown
    last = f"\n\n**Cut here**, because GitHub takes no longer text. All of it: {whole}.\n"
    room = limit - len(last.encode()) - len(_FENCE) - 1 - len(_CLOSED) * markdown.count("<details>")
    kept = markdown.encode()[: max(0, room)].decode("utf-8", "ignore")
    kept = kept[: kept.rfind("\n") + 1].rstrip("\n")
    if sum(line.startswith(_FENCE) for line in kept.split("\n")) % 2:
        kept += f"\n{_FENCE}"
    return kept + _CLOSED * (kept.count("<details>") - kept.count("</details>")) + last
