"""One module per format of usage files, each with `read(stream, reading)`."""

from collections.abc import Callable, Iterator
from typing import TextIO

from abonent.usage.formats import bandicoot, csv, orange
from abonent.usage.formats.rows import Parsed, Reading, Rejected

Reader = Callable[[TextIO, Reading], Iterator[Parsed | Rejected]]

READERS: dict[str, Reader] = {
    "bandicoot": bandicoot.read,
    "orange": orange.read,
    "csv": csv.read,
}
"""By the name that `abonent usage import --format` takes."""
