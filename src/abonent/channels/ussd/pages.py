"""A reply cut into screens: sentences flow, a choice is never torn, a price stays with its choice.

Of several screens every one but the last ends with the key that reads on; the last one has the keys
that lead back, where there is somewhere to go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from abonent.channels.ussd.alphabet import fits, sendable


@dataclass(frozen=True, slots=True)
class Screen:
    """A reply in words."""

    body: tuple[str, ...]
    options: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Stays on one page, the last: the lines of a price and of its choice."""
    keys: str = ""
    """The last line: what leads back."""
    notice: str = ""
    """The first line, where the last input led nowhere."""


def pages(screen: Screen, further: str) -> tuple[str, ...]:
    """The texts of the screens, in order. `further` is the line that reads on, such as "0 далі".

    What fits on one page without the keys that lead back goes without them: they work unseen.
    """
    blocks = _blocks(screen)
    for whole in (_joined([*blocks, screen.keys]), _joined(blocks)):
        if fits(whole):
            return (sendable(whole),)
    return tuple(sendable(page) for page in _packed(blocks, screen.keys, further))


def _blocks(screen: Screen) -> list[str]:
    """What may stand on different pages. A line that ends in a colon stays with the next one."""
    blocks: list[str] = []
    for line in (screen.notice, *screen.body, *screen.options, "\n".join(screen.held)):
        if blocks and blocks[-1].endswith(":"):
            blocks[-1] = _joined([blocks[-1], line])
        elif line:
            blocks.append(line)
    return blocks


def _packed(blocks: list[str], keys: str, further: str) -> Iterator[str]:
    """Greedy: as much on each page as fits with the line that must close it."""
    page: list[str] = []
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        closing = further if waiting else keys
        if fits(_joined([*page, block, closing])):
            page.append(block)
        elif page and fits(_joined([block, closing])):
            yield _joined([*page, further])
            page = [block]
        else:
            head, tail = _cut(page, block, further)
            yield _joined([*page, head, further])
            page = []
            waiting.insert(0, tail)
    if page:
        yield _joined([*page, keys])


def _cut(page: list[str], block: str, further: str) -> tuple[str, str]:
    """The first words of a block that fit on the page, and the rest, which is never empty."""
    words = block.split(" ")
    for count in range(len(words) - 1, 0, -1):
        head = " ".join(words[:count])
        if fits(_joined([*page, head, further])):
            return head, " ".join(words[count:])
    if page:
        return "", block
    length = len(block) - 1
    while not fits(_joined([block[:length], further])):
        length -= 1
    return block[:length], block[length:]


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line)
