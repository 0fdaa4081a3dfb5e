"""Static files under names that carry their digest, so that browsers may keep them for ever.

They are sent compressed to whoever takes that. Pages are not: what somebody typed and what must
stay secret stand in the same page, and the length of both together would tell (BREACH).
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from abonent.channels.http.problem import HttpProblem

STATIC = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_WEIGHT_NOTHING = re.compile(r"\s*q=0(\.0*)?\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is and compressed; `small` is None where that gains nothing."""

    data: bytes
    small: bytes | None

    @classmethod
    def of(cls, data: bytes) -> "_File":
        small = gzip.compress(data, mtime=0)
        return cls(data, small if len(small) < len(data) else None)


class Assets:
    """Files of some folders and a few made ones, all held in memory."""

    def __init__(self, folders: tuple[Path, ...], made: Mapping[str, str]) -> None:
        files = {
            path.name: path.read_bytes()
            for folder in folders
            for path in sorted(folder.iterdir())
            if path.is_file()
        }
        files |= {name: text.encode() for name, text in made.items()}
        self._urls = {name: f"/static/{_digest(data)}/{name}" for name, data in files.items()}
        self._files = {url: _File.of(files[name]) for name, url in self._urls.items()}

    def url(self, name: str) -> str:
        """Where templates find the file; raises KeyError for a file that is not there."""
        return self._urls[name]

    def icon(self, name: str) -> Markup:
        """An icon of the drawn set (static/icons.svg). It always stands beside a word."""
        address = escape(f"{self.url('icons.svg')}#{name}")
        return Markup(f'<svg class="icon" aria-hidden="true"><use href="{address}"/></svg>')  # noqa: S704 (escaped)

    def routes(self) -> list[BaseRoute]:
        return [Route("/static/{digest}/{name}", self._file)]

    async def _file(self, request: Request) -> Response:
        file = self._files.get(request.url.path)
        if file is None:
            raise HttpProblem(404, "not_found")
        headers = {
            "content-type": _kind(request.url.path),
            "cache-control": _FOREVER,
            "vary": "accept-encoding",
        }
        if file.small is None or not takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(file.data, headers=headers)
        return Response(file.small, headers=headers | {"content-encoding": "gzip"})


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip and does not rule it out (RFC 9110, 12.5.3)."""
    for coding in accepted.split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return _WEIGHT_NOTHING.fullmatch(weight) is None
    return False


def _kind(path: str) -> str:
    kind = guess_type(path)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind == "image/svg+xml"
    return f"{kind}; charset=utf-8" if is_text else kind


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
