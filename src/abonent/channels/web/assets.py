"""Static files under names that carry their digest, so that browsers may keep them for ever."""

import hashlib
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from abonent.channels.http.problem import HttpProblem

STATIC = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"


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
        self._files = {url: files[name] for name, url in self._urls.items()}

    def url(self, name: str) -> str:
        """Where templates find the file; raises KeyError for a file that is not there."""
        return self._urls[name]

    def icon(self, name: str) -> Markup:
        """An icon of the drawn set (static/icons.svg). It always stands beside a word."""
        address = f"{self.url('icons.svg')}#{name}"
        return Markup('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>').format(address)

    def routes(self) -> list[BaseRoute]:
        return [Route("/static/{digest}/{name}", self._file)]

    async def _file(self, request: Request) -> Response:
        data = self._files.get(request.url.path)
        if data is None:
            raise HttpProblem(404, "not_found")
        kind = guess_type(request.url.path)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind == "image/svg+xml":
            kind += "; charset=utf-8"
        return Response(data, headers={"content-type": kind, "cache-control": _FOREVER})


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
