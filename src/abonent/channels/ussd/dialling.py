"""Service codes as they are dialled (3GPP TS 22.030): where one leads, and the answers after it."""

import re
from collections.abc import Mapping

_CODE = re.compile(r"\*[0-9]+(?:\*[0-9]+)*#")


def is_code(text: str) -> bool:
    """Whether the text is dialled, well or badly, rather than typed into a menu."""
    return len(text) > 2 and text.startswith("*") and text.endswith("#")


def dialled(codes: Mapping[str, str], text: str) -> tuple[str, tuple[str, ...]] | None:
    """The node of the longest code that the text begins with, and the answers that follow it.

    `*111*2*1#` is `*111#` and then 2 and 1, unless `*111*2#` is a code of its own.
    """
    if _CODE.fullmatch(text) is None:
        return None
    parts = text[1:-1].split("*")
    for length in range(len(parts), 0, -1):
        node = codes.get(f"*{'*'.join(parts[:length])}#")
        if node is not None:
            return node, tuple(parts[length:])
    return None
