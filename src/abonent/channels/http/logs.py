"""Log lines as JSON objects, one a line, without the values that an exception carries."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

from abonent.channels.http.observe import request_id

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `event`, the `request` being served, then the record's `fields`.

    Of an exception its type and its frames are kept; its message is not, because messages of
    databases and validators quote the data that they were about.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _chain(record.exc_info[1])
        return _json(line)


def _chain(error: BaseException) -> list[dict[str, object]]:
    """The exception and what led to it, outermost first."""
    links: list[dict[str, object]] = []
    current: BaseException | None = error
    while current is not None and len(links) < 5:
        frames = traceback.extract_tb(current.__traceback__)[-20:]
        where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        links.append({"type": type(current).__qualname__, "frames": where})
        current = current.__cause__ or current.__context__
    return links
